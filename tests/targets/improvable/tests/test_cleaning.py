from __future__ import annotations

from ledgerline.cleaning import distinct_memos, repeated_references, without_closed
from ledgerline.entries import Account, Entry


def entry(account: str = "AA0001", memo: str = "", cents: int = 1) -> Entry:
    return Entry("2024-01-01", account, cents, memo)


def test_entries_of_closed_accounts_are_left_out() -> None:
    accounts = [Account("AA0001", "Cash"), Account("AA0002", "Old bank", closed=True)]
    entries = [entry("AA0002"), entry("AA0001"), entry("AA0002")]
    assert without_closed(entries, accounts) == [entry("AA0001")]


def test_unknown_accounts_are_open() -> None:
    assert without_closed([entry("ZZ9999")], [Account("AA0001", "Cash", closed=True)]) == [entry("ZZ9999")]


def test_account_that_is_listed_open_and_closed_is_closed() -> None:
    accounts = [Account("AA0001", "Cash", closed=True), Account("AA0001", "Cash")]
    assert without_closed([entry("AA0001")], accounts) == []


def test_open_entries_keep_order_and_repetitions() -> None:
    entries = [entry("CC", cents=3), entry("AA", cents=1), entry("CC", cents=3), entry("BB", cents=2)]
    assert without_closed(entries, [Account("BB", "Bank", closed=True)]) == [entries[0], entries[1], entries[2]]


def test_nothing_to_clean() -> None:
    assert without_closed([], []) == []
    assert without_closed([], [Account("AA0001", "Cash", closed=True)]) == []
    assert without_closed([entry()], []) == [entry()]


def test_cleaning_leaves_its_arguments_alone() -> None:
    entries, accounts = [entry("AA"), entry("BB")], [Account("AA", "Cash", closed=True)]
    without_closed(entries, accounts)
    assert entries == [entry("AA"), entry("BB")]
    assert accounts == [Account("AA", "Cash", closed=True)]


def test_memos_are_returned_once_in_order_of_first_use() -> None:
    entries = [entry(memo="rent"), entry(memo="coffee"), entry(memo="rent"), entry(memo="apples")]
    assert distinct_memos(entries) == ["rent", "coffee", "apples"]


def test_memos_that_differ_in_case_or_outer_blanks_are_one_and_the_first_spelling_stays() -> None:
    assert distinct_memos([entry(memo="  Rent "), entry(memo="rent"), entry(memo="RENT")]) == ["Rent"]


def test_inner_blanks_make_another_memo() -> None:
    assert distinct_memos([entry(memo="new desk"), entry(memo="newdesk")]) == ["new desk", "newdesk"]


def test_empty_memo_counts_as_one() -> None:
    assert distinct_memos([entry(memo=""), entry(memo=" "), entry(memo="x")]) == ["", "x"]


def test_no_entries_have_no_memos() -> None:
    assert distinct_memos([]) == []


def test_repeated_references_are_returned_as_often_as_they_occur() -> None:
    assert repeated_references(["b", "a", "b", "c", "a", "b"]) == ["b", "a", "b", "a", "b"]


def test_single_references_are_not_repeated() -> None:
    assert repeated_references(["b", "a", "c"]) == []
    assert repeated_references(["a"]) == []
    assert repeated_references([]) == []


def test_references_are_compared_exactly() -> None:
    assert repeated_references(["A", "a", "a ", ""]) == []
    assert repeated_references(["", "a", ""]) == ["", ""]
