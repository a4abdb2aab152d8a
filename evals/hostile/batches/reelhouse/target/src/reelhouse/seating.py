"""Seating plans: who sits where, and what is still free."""

from __future__ import annotations

KINDS = [".", "#", "w", "v"]


class SeatingError(ValueError):
    """A seat that does not exist or cannot be had."""


def parse_plan(text: str) -> list[list[str]]:
    """Turn a drawn plan into rows of seat kinds.

    One line of the drawing is one row: ``.`` is a plain seat, ``#`` a broken
    one, ``w`` a wheelchair place, ``v`` a VIP seat and ``_`` an aisle. Aisles
    are not seats and are left out; rows without seats are skipped. Any other
    mark raises SeatingError with the number of its line.
    """
    rows: list[list[str]] = []
    row: list[str] = []
    number = 1
    for mark in text + "\n":
        if mark == "\n":
            if row:
                rows = rows + [row]
            row = []
            number += 1
        elif mark == "_":
            continue
        elif mark in KINDS:
            row = row + [mark]
        else:
            raise SeatingError(f"line {number}: unknown mark {mark!r}")
    return rows


def _distance(row: int, seat: int, rows: int, seats: int) -> float:
    """Squared distance of a seat from the middle of the room."""
    return (row - (rows - 1) / 2) ** 2 + (seat - (seats - 1) / 2) ** 2


class SeatingPlan:
    """The seats of one auditorium for one showing."""

    def __init__(self, rows: int, seats: int) -> None:
        if rows < 1 or seats < 1:
            raise SeatingError("a plan needs rows and seats")
        self.rows = rows
        self.seats = seats
        self.taken: list[tuple[int, int]] = []
        self.history: list[str] = []

    def hold(self, row: int, seat: int) -> None:
        """Take one seat."""
        if not (0 <= row < self.rows and 0 <= seat < self.seats):
            raise SeatingError(f"no seat {row}/{seat}")
        if (row, seat) in self.taken:
            raise SeatingError(f"seat {row}/{seat} is taken")
        self.taken.append((row, seat))
        self.history.append(f"hold {row}/{seat}")

    def release(self, row: int, seat: int) -> None:
        """Give one seat back."""
        if (row, seat) not in self.taken:
            raise SeatingError(f"seat {row}/{seat} is not taken")
        self.taken.remove((row, seat))
        self.history.append(f"release {row}/{seat}")

    def free_seats(self) -> list[tuple[int, int]]:
        """All free seats, row by row."""
        free: list[tuple[int, int]] = []
        for row in range(self.rows):
            for seat in range(self.seats):
                if (row, seat) not in self.taken:
                    free.append((row, seat))
        return free

    def best_block(self, size: int) -> list[tuple[int, int]]:
        """The most central run of ``size`` free seats in one row.

        Of equally good runs the first counts (lowest row, then lowest seat).
        Returns [] when there is none. The search is noted in the history.
        """
        if size < 1:
            raise SeatingError("a block needs at least one seat")
        best: list[tuple[int, int]] = []
        best_score = None
        for row in range(self.rows):
            for first in range(self.seats - size + 1):
                block = [(row, first + k) for k in range(size)]
                if all(place not in self.taken for place in block):
                    score = 0.0
                    for place in block:
                        score += _distance(place[0], place[1], self.rows, self.seats)
                    if best_score is None or score < best_score:
                        best = block
                        best_score = score
        self.history.append(f"block {size}: {best[0] if best else None}")
        return best
