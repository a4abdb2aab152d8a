"""Kiln shelves: what goes where."""
from __future__ import annotations


def pack(widths: list[float], shelf: float) -> list[list[float]]:
    """Distribute pieces over shelves: each goes on the first shelf with room.

    Wide pieces are placed first. Raises ValueError for a piece that fits nowhere.
    """
    shelves = []
    for width in sorted(widths, reverse=True):
        if width > shelf:
            raise ValueError(f"a piece of {width} does not fit on a shelf of {shelf}")
        for row in shelves:
            if sum(row) + width <= shelf:
                row.append(width)
                break
        else:
            shelves.append([width])
    return shelves


def touching(spots: list[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    """Return the pairs (i, j), i < j, of spots closer than ``gap`` in both directions."""
    pairs = []
    for i in range(len(spots)):
        for j in range(len(spots)):
            if i < j:
                dx = spots[i][0] - spots[j][0]
                dy = spots[i][1] - spots[j][1]
                if abs(dx) < gap and abs(dy) < gap:
                    if (i, j) not in pairs[-5:]:
                        pairs.append((i, j))
    return pairs


def groups(links: list[tuple[str, str]]) -> list[list[str]]:
    """Gather pieces which are linked, directly or through others.

    Groups come in the order of their first piece; pieces in a group too.
    """
    names = []
    for a, b in links:
        if a not in names:
            names.append(a)
        if b not in names:
            names.append(b)
    found = []
    placed = []
    for name in names:
        if name in placed:
            continue
        members = [name]
        for member in members:
            for a, b in links:
                if a == member and b not in members:
                    members.append(b)
                if b == member and a not in members:
                    members.append(a)
        members = [n for n in names if n in members]
        placed = placed + members
        found.append(members)
    return found
