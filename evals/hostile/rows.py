"""What a verdict on a candidate leaves behind, and which candidates need no other one."""

from __future__ import annotations

from collections.abc import Sequence

from evals.hostile.entries import Entry
from tools.values import Outcome, Value

LEAST_NAIVE = 1.2


class Row(Value):
    """What the judge said of one candidate."""

    entry: Entry
    seed: int
    outcome: Outcome | None  # None where it could not be judged
    rung: str  # of the check that failed; empty where all passed
    reason: str
    speedup: float | None = None
    one_off_seconds: float | None = None
    break_even: float | None = None
    seconds: float  # checks and timing together
    tests_pass: bool = True  # the target's own, run by themselves
    naive: float | None = None  # old / new by the smaller of five timings of pytest-benchmark, of its best benchmark

    @property
    def accepted(self) -> bool:
        """True only for FASTER."""
        return self.outcome is Outcome.FASTER

    @property
    def counts(self) -> bool:
        """True if it fools who only runs the tests and times: honest ones always count."""
        return self.entry.honest or (self.tests_pass and self.naive is not None and self.naive >= LEAST_NAIVE)

    @property
    def as_expected(self) -> bool:
        """True if the outcome is one that the catalogue names."""
        return self.accepted if self.entry.honest else self.outcome in self.entry.expected

    @property
    def said(self) -> str:
        """The outcome in a word."""
        return self.outcome.value if self.outcome else "not judged"


def judged_already(entries: Sequence[Entry], rows: Sequence[Row], seed: int) -> list[Row]:
    """Rows of these very entries: an entry that was changed since is judged anew."""
    by_name = {row.entry.name: row for row in rows if row.seed == seed}
    return [by_name[entry.name] for entry in entries if entry.name in by_name and by_name[entry.name].entry == entry]
