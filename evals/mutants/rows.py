"""What the judge's checks said of a mutant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evals.mutants.making import Mutant
from tools.values import Outcome, Value


class Row(Value):
    """One mutant, refused or not; it is never timed."""

    mutant: Mutant
    seed: int
    outcome: Outcome | None  # None where it passed everything
    rung: str  # that refused it
    reason: str
    seconds: float

    @property
    def survived(self) -> bool:
        """True if nothing was found."""
        return self.outcome is None


def judged_already(mutants: Iterable[Mutant], rows: Sequence[Row], seed: int) -> list[Row]:
    """The rows of these very mutants."""
    known = {(row.mutant.case, row.mutant.digest): row for row in rows if row.seed == seed}
    return [known[one.case, one.digest] for one in mutants if (one.case, one.digest) in known]
