"""The chart of accounts: which account stands under which, and what it is called."""

from __future__ import annotations

from ledgerline.entries import Account, Entry


class AccountTree:
    """Accounts and their sub-accounts."""

    def __init__(self, children: dict[str, list[str]]) -> None:
        self.children = children

    def level_order(self, root: str) -> list[str]:
        """Return `root` and all accounts below it, level by level and in the order of the chart."""
        order = []
        queue = [root]
        while queue:
            code = queue.pop(0)
            order.append(code)
            for child in self.children.get(code, ()):
                queue.append(child)
        return order


def with_names(entries: list[Entry], accounts: list[Account]) -> list[tuple[str, str, int]]:
    """Return (date, account name, cents) for each entry, in order.

    An account that is listed twice gives two rows; an entry without an account gives none.
    """
    rows = []
    for entry in entries:
        for account in accounts:
            if account.code == entry.account:
                rows.append((entry.date, account.name, entry.cents))
    return rows


def name_distance(left: str, right: str) -> int:
    """Return the number of letters to insert, delete or replace to turn `left` into `right`."""
    size = len(right) + 1
    previous = list(range(size))
    for row, letter in enumerate(left, start=1):
        best = row
        current = [row] * size
        for column, other in enumerate(right):
            cost = previous[column] if letter == other else previous[column] + 1
            best += 1
            if cost < best:
                best = cost
            if previous[column + 1] + 1 < best:
                best = previous[column + 1] + 1
            current[column + 1] = best
        previous = current
    return previous[-1]
