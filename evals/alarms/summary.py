"""What all comparisons say together: how many false alarms, and how many functions were compared well enough."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from evals.alarms.rows import Row
from evals.packages.sdists import Release
from tools.values import Value

LEAST_COMPARED = 0.85  # share of the functions that must be compared on enough inputs: 170 of 200
MOST_UNDETERMINED = 0.05  # share that may differ from itself too much to show anything: 10 of 200


class PackageCount(Value):
    """How the functions of one package fared."""

    release: Release
    functions: int
    alarms: int
    enough: int
    inputs: int
    seconds: float


class Summary(Value):
    """Everything that is counted, and the rows that it is counted from."""

    wanted: int
    rows: tuple[Row, ...]
    packages: tuple[PackageCount, ...]
    unusable: dict[str, str]  # release -> why

    @property
    def alarms(self) -> tuple[Row, ...]:
        """Differences that are none."""
        return tuple(row for row in self.rows if row.alarm)

    @property
    def few(self) -> tuple[Row, ...]:
        """Functions that were not compared on enough inputs, for whatever reason."""
        return tuple(row for row in self.rows if not row.enough and not row.alarm)

    @property
    def undetermined(self) -> tuple[Row, ...]:
        """Functions that differ from themselves."""
        return tuple(row for row in self.rows if row.undetermined)

    @property
    def enough(self) -> int:
        """Functions that were compared on enough inputs."""
        return sum(row.enough for row in self.rows)

    @property
    def least_enough(self) -> int:
        """How many must be."""
        return math.ceil(LEAST_COMPARED * self.wanted)

    @property
    def most_undetermined(self) -> int:
        """How many may be."""
        return math.floor(MOST_UNDETERMINED * self.wanted)

    @property
    def complete(self) -> bool:
        """True if there are as many rows as were wanted."""
        return len(self.rows) == self.wanted

    @property
    def passed(self) -> bool:
        """True only if all were compared, without an alarm, most of them well."""
        quiet = not self.alarms and len(self.undetermined) <= self.most_undetermined
        return self.complete and quiet and self.enough >= self.least_enough

    @property
    def seconds(self) -> float:
        """Time of all comparisons, baselines not counted."""
        return sum(row.seconds for row in self.rows)


def summarise(wanted: int, rows: Sequence[Row], unusable: Mapping[str, str]) -> Summary:
    """The summary of the rows, of which `wanted` should be there."""
    releases = list(dict.fromkeys(row.release for row in rows))
    return Summary(
        wanted=wanted, rows=tuple(rows), packages=tuple(_counted(one, rows) for one in releases), unusable=dict(unusable)
    )


def _counted(release: Release, rows: Sequence[Row]) -> PackageCount:
    own = [row for row in rows if row.release == release]
    return PackageCount(
        release=release,
        functions=len(own),
        alarms=sum(bool(row.alarm) for row in own),
        enough=sum(row.enough for row in own),
        inputs=sum(row.compared for row in own),
        seconds=sum(row.seconds for row in own),
    )
