"""Take out of a ledger what should not be reported."""

from __future__ import annotations

from ledgerline.entries import Account, Entry


def without_closed(entries: list[Entry], accounts: list[Account]) -> list[Entry]:
    """Return the entries, in order, whose account is not closed; unknown accounts count as open."""
    closed = [account.code for account in accounts if account.closed]
    kept = []
    for entry in entries:
        if entry.account not in closed:
            kept.append(entry)
    return kept


def distinct_memos(entries: list[Entry]) -> list[str]:
    """Return every memo once, in the order of first use, without regard to case and outer blanks."""
    seen = []
    memos = []
    for entry in entries:
        key = entry.memo.strip().lower()
        if key not in seen:
            seen.append(key)
            memos.append(entry.memo.strip())
    return memos


def repeated_references(references: list[str]) -> list[str]:
    """Return, in order and as often as they occur, the references that occur more than once."""
    repeated = []
    for reference in references:
        if references.count(reference) > 1:
            repeated.append(reference)
    return repeated
