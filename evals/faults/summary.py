"""What all trials say together."""

from __future__ import annotations

from collections.abc import Sequence

from evals.faults.trials import Part, Row, Trial, Undisturbed
from tools.values import Value


class Count(Value):
    """How the trials of one kind went."""

    name: str  # of the effect, or "random"
    wanted: int
    made: int
    good: int


class Summary(Value):
    """Everything that is counted, and the rows that it is counted from."""

    undisturbed: Undisturbed
    wanted: int
    counts: tuple[Count, ...]
    rows: tuple[Row, ...]

    @property
    def bad(self) -> tuple[Row, ...]:
        """Trials after which something was lost, doubled, paid twice or left over."""
        return tuple(row for row in self.rows if row.problems)

    @property
    def complete(self) -> bool:
        """True if every wanted trial was made."""
        return len(self.rows) == self.wanted

    @property
    def passed(self) -> bool:
        """True only if all were made and none is bad."""
        return self.complete and not self.bad

    @property
    def in_flight(self) -> int:
        """Replies that were lost on their way to the disk, and had to be asked for again."""
        return sum(row.in_flight for row in self.rows)

    @property
    def seconds(self) -> float:
        """Time of all trials."""
        return sum(row.seconds for row in self.rows)


def summarise(undisturbed: Undisturbed, trials: Sequence[Trial], rows: Sequence[Row]) -> Summary:
    """The summary of the wanted trials, of which `rows` were made."""
    names = dict.fromkeys(_kind(trial) for trial in trials)
    return Summary(
        undisturbed=undisturbed,
        wanted=len(trials),
        counts=tuple(_counted(name, trials, rows) for name in names),
        rows=tuple(rows),
    )


def _counted(name: str, trials: Sequence[Trial], rows: Sequence[Row]) -> Count:
    own = [row for row in rows if _kind(row.trial) == name]
    return Count(
        name=name,
        wanted=sum(_kind(trial) == name for trial in trials),
        made=len(own),
        good=sum(not row.problems for row in own),
    )


def _kind(trial: Trial) -> str:
    return Part.RANDOM.value if trial.effect is None else trial.effect.value
