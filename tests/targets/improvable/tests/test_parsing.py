from __future__ import annotations

import pytest

from ledgerline.entries import Entry
from ledgerline.parsing import parse_lines


def test_line_becomes_an_entry() -> None:
    assert parse_lines(["2024-03-01 AB1234 -1250 rent march"]) == [Entry("2024-03-01", "AB1234", -1250, "rent march")]


def test_no_lines_give_no_entries() -> None:
    assert parse_lines([]) == []


def test_memo_may_be_missing() -> None:
    assert parse_lines(["2024-03-01 AB1234 1250"]) == [Entry("2024-03-01", "AB1234", 1250, "")]


def test_account_is_upper_cased_and_memo_kept() -> None:
    assert parse_lines(["2024-03-01 ab1234 5 Coffee, Black"]) == [Entry("2024-03-01", "AB1234", 5, "Coffee, Black")]


def test_columns_may_be_padded() -> None:
    assert parse_lines(["2024-03-01   AB1234     5   tea"]) == [Entry("2024-03-01", "AB1234", 5, "tea")]


def test_amount_is_a_whole_number() -> None:
    (entry,) = parse_lines(["2024-03-01 AB1234 007"])
    assert entry.cents == 7
    assert type(entry.cents) is int


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Date       Account Amount",
        "2024-03-01 AB123 5",
        "2024-03-01 1234AB 5",
        "2024-03-01 AB1234 5.00",
        " 2024-03-01 AB1234 5",
        "2024-3-1 AB1234 5",
        "2024-03-01 AB1234",
    ],
)
def test_other_lines_are_skipped(line: str) -> None:
    assert parse_lines([line]) == []


def test_order_and_repetitions_are_kept() -> None:
    lines = ["2024-03-02 BB0002 2 b", "Total 2", "2024-03-01 AA0001 1 a", "2024-03-02 BB0002 2 b"]
    assert [entry.memo for entry in parse_lines(lines)] == ["b", "a", "b"]
