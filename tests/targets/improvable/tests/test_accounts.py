from __future__ import annotations

import pytest

from ledgerline.accounts import AccountTree, name_distance, with_names
from ledgerline.entries import Account, Entry


def test_accounts_come_level_by_level() -> None:
    tree = AccountTree({"1": ["11", "12"], "11": ["111", "112"], "12": ["121"], "112": ["1121"]})
    assert tree.level_order("1") == ["1", "11", "12", "111", "112", "121", "1121"]


def test_children_keep_the_order_of_the_chart() -> None:
    children = ["13", "11", "16", "12", "15", "14", "11"]
    assert AccountTree({"1": children}).level_order("1") == ["1", *children]


def test_root_may_be_any_account() -> None:
    tree = AccountTree({"1": ["11", "12"], "11": ["111"]})
    assert tree.level_order("11") == ["11", "111"]
    assert tree.level_order("12") == ["12"]
    assert tree.level_order("unknown") == ["unknown"]


def test_account_under_two_others_comes_twice() -> None:
    assert AccountTree({"1": ["2", "3"], "2": ["4"], "3": ["4"], "4": ["5"]}).level_order("1") == [
        "1", "2", "3", "4", "4", "5", "5",
    ]  # fmt: skip


def test_walking_leaves_the_chart_alone() -> None:
    children: dict[str, list[str]] = {"1": ["2"], "2": []}
    AccountTree(children).level_order("1")
    assert children == {"1": ["2"], "2": []}


CASH, BANK = Account("A1", "Cash"), Account("B1", "Bank")


def test_rows_carry_the_name_in_the_order_of_the_entries() -> None:
    entries = [Entry("2024-01-02", "B1", 5), Entry("2024-01-01", "A1", 7), Entry("2024-01-03", "B1", -5)]
    assert with_names(entries, [CASH, BANK]) == [
        ("2024-01-02", "Bank", 5),
        ("2024-01-01", "Cash", 7),
        ("2024-01-03", "Bank", -5),
    ]


def test_account_listed_twice_gives_two_rows_in_the_order_of_the_accounts() -> None:
    accounts = [BANK, CASH, Account("B1", "Old bank")]
    assert with_names([Entry("2024-01-01", "B1", 5), Entry("2024-01-01", "A1", 6)], accounts) == [
        ("2024-01-01", "Bank", 5),
        ("2024-01-01", "Old bank", 5),
        ("2024-01-01", "Cash", 6),
    ]


def test_entry_without_an_account_gives_no_row() -> None:
    assert with_names([Entry("2024-01-01", "Z9", 5)], [CASH]) == []


def test_nothing_to_join() -> None:
    assert with_names([], [CASH]) == []
    assert with_names([Entry("2024-01-01", "A1", 5)], []) == []


def test_equal_entries_each_give_a_row() -> None:
    twice = [Entry("2024-01-01", "A1", 5)] * 2
    assert with_names(twice, [CASH]) == [("2024-01-01", "Cash", 5)] * 2


@pytest.mark.parametrize(
    ("left", "right", "distance"),
    [
        ("", "", 0),
        ("bank", "bank", 0),
        ("", "cash", 4),
        ("cash", "", 4),
        ("bank", "tank", 1),
        ("bank", "banks", 1),
        ("bank", "ban", 1),
        ("kitten", "sitting", 3),
        ("saturday", "sunday", 3),
        ("ab", "ba", 2),
        ("Cash", "cash", 1),
        ("caffè", "caffe", 1),
        ("abc", "xyz", 3),
    ],
)
def test_distance_between_names(left: str, right: str, distance: int) -> None:
    assert name_distance(left, right) == distance
    assert name_distance(right, left) == distance
