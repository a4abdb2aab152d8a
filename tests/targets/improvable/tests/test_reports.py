from __future__ import annotations

import pytest

from ledgerline.entries import Entry
from ledgerline.reports import accrued, carried_forward, earliest_entries, running_balances, to_blocks


def booked(*amounts: int) -> list[Entry]:
    return [Entry("2024-01-01", "A1", cents) for cents in amounts]


def test_balance_after_each_entry() -> None:
    assert running_balances(booked(10, -3, 0, 5)) == [10, 7, 7, 12]


def test_balances_start_at_the_opening_balance() -> None:
    assert running_balances(booked(10, -30), opening=100) == [110, 80]


def test_no_entries_have_no_balances() -> None:
    assert running_balances([]) == []
    assert running_balances([], opening=5) == []


def test_each_report_has_its_own_balances() -> None:
    first = running_balances(booked(1, 2))
    first.append(99)
    assert running_balances(booked(1, 2)) == [1, 3]


def test_earliest_entry_of_each_account_in_order_of_first_booking() -> None:
    b2, a1, b1, a2 = (
        Entry("2024-02-02", "B", 1),
        Entry("2024-01-05", "A", 2),
        Entry("2024-02-01", "B", 3),
        Entry("2024-01-06", "A", 4),
    )
    earliest = earliest_entries([b2, a1, b1, a2])
    assert earliest == {"B": b1, "A": a1}
    assert list(earliest) == ["B", "A"]


def test_first_booked_wins_on_the_same_day() -> None:
    first, second = Entry("2024-01-01", "A", 9, "z"), Entry("2024-01-01", "A", 1, "a")
    assert earliest_entries([Entry("2024-01-02", "A", 0), first, second]) == {"A": first}
    assert earliest_entries([second, first]) == {"A": second}


def test_no_entries_have_no_earliest() -> None:
    assert earliest_entries([]) == {}


def test_earliest_leaves_the_entries_alone() -> None:
    entries = [Entry("2024-01-02", "A", 1), Entry("2024-01-01", "A", 2)]
    earliest_entries(entries)
    assert [entry.cents for entry in entries] == [1, 2]


def test_fields_are_padded() -> None:
    assert to_blocks([Entry("2024-01-01", "A1", -5, "tea")]) == "2024-01-01A1                -5tea" + " " * 37


def test_long_fields_are_kept_whole() -> None:
    text = to_blocks([Entry("2024-01-01", "ACCOUNT-10", 1, "m" * 45)], width=1000)
    assert text == "2024-01-01ACCOUNT-10           1" + "m" * 45


def test_stream_is_cut_into_lines_without_regard_to_entries() -> None:
    entries = [Entry("2024-01-01", "A1", 1, "one"), Entry("2024-01-02", "A2", 2, "two")]
    lines = to_blocks(entries, width=60).split("\n")
    assert [len(line) for line in lines] == [60, 60, 20]
    assert "".join(lines) == to_blocks(entries[:1]) + to_blocks(entries[1:])


def test_last_line_may_be_full() -> None:
    assert [len(line) for line in to_blocks(booked(1, 2), width=70).split("\n")] == [70, 70]


def test_no_entries_give_no_text() -> None:
    assert to_blocks([]) == ""


def test_blocks_keep_letters_of_other_languages() -> None:
    assert "Müller – 東京" in to_blocks([Entry("2024-01-01", "A1", 1, "Müller – 東京")])


def test_interest_is_compounded_each_day_and_rounded_down() -> None:
    assert accrued({"A": 1_000_000}, ["A"], 365, 1) == {"A": 1_000_100}
    assert accrued({"A": 1_000_000}, ["A"], 365, 2) == {"A": 1_000_200}
    assert accrued({"A": 9_999}, ["A"], 365, 100) == {"A": 9_999}
    assert accrued({"A": -10}, ["A"], 365, 3) == {"A": -13}


def test_interest_of_no_days_or_no_rate() -> None:
    assert accrued({"A": 500}, ["A"], 365, 0) == {"A": 500}
    assert accrued({"A": 500}, ["A"], 0, 365) == {"A": 500}


def test_only_wanted_accounts_with_a_balance_in_the_order_wanted() -> None:
    balances = {"A": 1, "B": 2, "C": 0, "D": 4, "E": 5, "F": 6, "G": 7}
    result = accrued(balances, ["G", "C", "X", "A", "F", "D", "E", "C"], 0, 1)
    assert list(result.items()) == [("G", 7), ("C", 0), ("A", 1), ("F", 6), ("D", 4), ("E", 5)]
    assert accrued({}, ["A"], 100, 1) == {}
    assert accrued({"A": 1}, [], 100, 1) == {}


def test_accruing_leaves_the_balances_alone() -> None:
    balances = {"A": 1_000_000}
    accrued(balances, ["A", "B"], 365, 30)
    assert balances == {"A": 1_000_000}


@pytest.mark.parametrize(
    ("base", "amounts", "merged"),
    [
        ([], [], []),
        ([1, 2], [], [1, 2]),
        ([], [1, 2], [1, 2]),
        ([3, 0, 1], [2, 2, -1], [3, 0, 1, 2, 2, -1]),
        ([1], [0, 5, 0], [1, 5]),
    ],
)
def test_amounts_are_carried_forward(base: list[int], amounts: list[int], merged: list[int]) -> None:
    assert carried_forward(base, amounts) == merged


def test_carrying_forward_leaves_its_arguments_alone() -> None:
    base, amounts = [1, 2], [3, 4]
    merged = carried_forward(base, amounts)
    assert (base, amounts) == ([1, 2], [3, 4])
    assert merged is not base
