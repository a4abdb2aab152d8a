"""Turn the lines of a ledger export into entries."""

from __future__ import annotations

import re

from ledgerline.entries import Entry


def parse_lines(lines: list[str]) -> list[Entry]:
    """Return the entries of an export, in order; headings, totals and other lines are skipped.

    A line reads `2024-03-01 AB1234 -1250 memo`, with the amount in cents and the memo optional.
    """
    entries = []
    for line in lines:
        pattern = re.compile(r"(\d{4}-\d\d-\d\d) +([a-z]{2}\d{4}) +(-?\d+)(?: +(.*))?$", re.IGNORECASE)
        match = pattern.match(line)
        if match is None:
            continue
        date, account, cents, memo = match.groups()
        entries.append(Entry(date, account.upper(), int(cents), memo or ""))
    return entries
