"""What is printed or handed on at the end of a month."""

from __future__ import annotations

from operator import attrgetter

from ledgerline.entries import Entry


def running_balances(entries: list[Entry], opening: int = 0) -> list[int]:
    """Return the balance in cents after each entry."""
    balance = opening
    balances: list[int] = []
    for entry in entries:
        balance += entry.cents
        balances = balances + [balance]
    return balances


def earliest_entries(entries: list[Entry]) -> dict[str, Entry]:
    """Return the earliest entry of each account; of several on one day, the one booked first."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.account, []).append(entry)
    earliest = {}
    for account, group in groups.items():
        earliest[account] = sorted(group, key=attrgetter("date"))[0]
    return earliest


def to_blocks(entries: list[Entry], width: int = 80) -> str:
    """Return the entries as one stream of padded fields, cut into lines of `width` characters."""
    stream = ""
    for entry in entries:
        stream += f"{entry.date}{entry.account:<8}{entry.cents:>12}{entry.memo:<40}"
    return "\n".join(stream[start : start + width] for start in range(0, len(stream), width))


def accrued(balances: dict[str, int], wanted: list[str], basis_points: int, days: int) -> dict[str, int]:
    """Return the balances of the wanted accounts after `days` of daily compound interest, in cents.

    Interest is rounded down each day, as the bank does. Accounts without a balance are left out.
    """
    result = {}
    for code in wanted:
        if code in balances.keys():
            cents = balances[code]
            for _ in range(days):
                cents += cents * basis_points // 3_650_000
            result[code] = cents
    return result


def carried_forward(base: list[int], amounts: list[int]) -> list[int]:
    """Return the amounts of `base` followed by those of `amounts` that are not zero."""
    merged = base
    for amount in amounts:
        if amount != 0:
            merged = merged + [amount]
    return merged
