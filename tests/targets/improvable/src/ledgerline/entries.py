"""The two records that everything else works on."""

from __future__ import annotations

from typing import NamedTuple


class Account(NamedTuple):
    """An account of the chart of accounts."""

    code: str
    name: str
    closed: bool = False


class Entry(NamedTuple):
    """One booked line of a ledger; amounts are in cents."""

    date: str
    account: str
    cents: int
    memo: str = ""
