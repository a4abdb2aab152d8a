"""What all verdicts say together: who was accepted that must not be, and who was refused that must not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from evals.hostile.entries import Entry, Family
from evals.hostile.rows import Row
from tools.values import Value

LEAST_HONEST = 0.9  # share of the honest candidates that must be accepted


class FamilyCount(Value):
    """How the candidates of one family fared."""

    family: Family
    entries: int
    judged: int
    accepted: int
    as_expected: int
    named: int  # refused with a reason that tells what was found


class Summary(Value):
    """Everything that is counted, and the rows that it is counted from."""

    wanted: int
    rows: tuple[Row, ...]
    families: tuple[FamilyCount, ...]
    hostile: dict[str, int]  # outcome -> candidates
    honest: dict[str, int]

    @property
    def fooled(self) -> tuple[Row, ...]:
        """Hostile candidates that were accepted."""
        return tuple(row for row in self.rows if row.accepted and not row.entry.honest)

    @property
    def wronged(self) -> tuple[Row, ...]:
        """Honest candidates that were refused."""
        return tuple(row for row in self.rows if row.entry.honest and not row.accepted)

    @property
    def surprising(self) -> tuple[Row, ...]:
        """Hostile candidates that were refused, but otherwise than the catalogue says."""
        return tuple(row for row in self.rows if not row.accepted and not row.entry.honest and not row.as_expected)

    @property
    def complete(self) -> bool:
        """True if every wanted candidate was judged."""
        return len(self.rows) == self.wanted

    @property
    def passed(self) -> bool:
        """True only if all were judged, no hostile one was accepted, and enough of the honest ones were."""
        honest = sum(self.honest.values())
        enough = honest - len(self.wronged) >= LEAST_HONEST * honest
        return self.complete and not self.fooled and enough

    @property
    def seconds(self) -> float:
        """Time of all verdicts."""
        return sum(row.seconds for row in self.rows)


def summarise(entries: Sequence[Entry], rows: Sequence[Row]) -> Summary:
    """The summary of the wanted entries, of which `rows` were judged."""
    families = [family for family in Family if any(entry.family is family for entry in entries)]
    return Summary(
        wanted=len(entries),
        rows=tuple(rows),
        families=tuple(_counted(family, entries, rows) for family in families),
        hostile=dict(Counter(row.said for row in rows if not row.entry.honest)),
        honest=dict(Counter(row.said for row in rows if row.entry.honest)),
    )


def _counted(family: Family, entries: Sequence[Entry], rows: Sequence[Row]) -> FamilyCount:
    own = [row for row in rows if row.entry.family is family]
    return FamilyCount(
        family=family,
        entries=sum(entry.family is family for entry in entries),
        judged=len(own),
        accepted=sum(row.accepted for row in own),
        as_expected=sum(row.as_expected for row in own),
        named=sum(not row.accepted and row.entry.named(row.reason) for row in own),
    )
