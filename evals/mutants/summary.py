"""What became of all mutants together: refused at which rung, equivalent, or survived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from evals.mutants.rows import Row
from tools.values import Value

LEAST_REFUSED = 0.9  # share of the mutants that are not equivalent
MOST_EQUIVALENT = 0.2  # share of all


class Count(Value):
    """How the mutants of one case, or of one operator, fared."""

    name: str
    mutants: int
    refused: int
    equivalent: int
    survived: int  # and are not equivalent


class Summary(Value):
    """Everything that is counted, and the rows that it is counted from."""

    wanted: int
    rows: tuple[Row, ...]
    equivalent: dict[str, str]  # digest -> why
    cases: tuple[Count, ...]
    operators: tuple[Count, ...]
    rungs: dict[str, int]  # refused by
    troubles: dict[str, str]  # case or mutant -> why it could not be judged

    @property
    def relevant(self) -> tuple[Row, ...]:
        """Mutants that are not equivalent."""
        return tuple(row for row in self.rows if row.mutant.digest not in self.equivalent)

    @property
    def survivors(self) -> tuple[Row, ...]:
        """Of them: those in which nothing was found."""
        return tuple(row for row in self.relevant if row.survived)

    @property
    def excused(self) -> tuple[Row, ...]:
        """Equivalent ones; to refuse one of them is a false alarm, or the argument is wrong."""
        return tuple(row for row in self.rows if row.mutant.digest in self.equivalent)

    @property
    def refused(self) -> int:
        """Mutants that are not equivalent and were refused."""
        return len(self.relevant) - len(self.survivors)

    @property
    def passed(self) -> bool:
        """True only if all were judged, enough were refused, and not too many called equivalent."""
        complete = len(self.rows) == self.wanted > 0
        few = len(self.excused) <= MOST_EQUIVALENT * len(self.rows)
        return complete and few and self.refused >= LEAST_REFUSED * len(self.relevant)

    @property
    def seconds(self) -> float:
        """Time of all checks, baselines not counted."""
        return sum(row.seconds for row in self.rows)


def summarise(
    wanted: int, rows: Sequence[Row], equivalent: Mapping[str, str], troubles: Mapping[str, str] | None = None
) -> Summary:
    """The summary of the rows, of which `wanted` should be there."""
    return Summary(
        wanted=wanted,
        rows=tuple(rows),
        equivalent=dict(equivalent),
        cases=_counted(rows, equivalent, lambda row: row.mutant.case),
        operators=_counted(rows, equivalent, lambda row: row.mutant.operator),
        rungs=dict(Counter(row.rung for row in rows if not row.survived)),
        troubles=dict(troubles or {}),
    )


def _counted(rows: Sequence[Row], equivalent: Mapping[str, str], name_of: Callable[[Row], str]) -> tuple[Count, ...]:
    found = []
    for name in dict.fromkeys(name_of(row) for row in rows):
        own = [row for row in rows if name_of(row) == name]
        relevant = [row for row in own if row.mutant.digest not in equivalent]
        survived = sum(row.survived for row in relevant)
        found.append(
            Count(
                name=name,
                mutants=len(own),
                refused=len(relevant) - survived,
                equivalent=len(own) - len(relevant),
                survived=survived,
            )
        )
    return tuple(found)
