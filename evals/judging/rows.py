"""What a verdict of the benchmark leaves behind, and which verdicts are still to come."""

from __future__ import annotations

from collections.abc import Sequence

from evals.judging.cases import Case, Load, Part, Task
from tools.values import Clock, Measurement, Outcome, Pair, Value
from workspaces.errors import OptimizeError


class Row(Value):
    """A verdict with all its raw samples; everything else is computed from rows."""

    task: Task
    seed: int
    outcome: Outcome
    measurement: Measurement | None  # None where the benchmark could not be timed
    failure: str = ""
    wall_seconds: float  # from the first process to the verdict, interpreter start-up included
    load_average: float  # of the last minute, before
    machine: str

    @property
    def part(self) -> Part:
        """Part of the benchmark."""
        return self.task.part

    @property
    def load(self) -> Load:
        """What else the machine did."""
        return self.task.load

    @property
    def case(self) -> Case:
        """What was judged."""
        return self.task.case

    @property
    def accepted(self) -> bool:
        """True only for FASTER."""
        return self.outcome is Outcome.FASTER

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Raw samples."""
        return self.measurement.pairs if self.measurement else ()

    @property
    def measuring_seconds(self) -> float:
        """Wall time of all samples and first calls of both sides: no start-up, no calibration."""
        return sum(
            sample.wall_seconds / (2 if sample.together else 1)  # it is both sides' time
            for pair in self.pairs
            for side in (pair.baseline, pair.candidate)
            for sample in (side.cold, *side.samples)
        )

    def calls(self, side: str) -> list[float]:
        """Wall seconds of a call in each sample of "baseline" or "candidate", all processes together, as others use them.

        Without the time in which the other side had the core, where both worked at once.
        """
        timings = [pair.baseline if side == "baseline" else pair.candidate for pair in self.pairs]
        return [
            (sample.wall_seconds - (sample.delayed_seconds if sample.together else 0.0)) / sample.loops
            for timing in timings
            for sample in timing.samples
        ]

    @property
    def clock(self) -> Clock | None:
        """Which clock decided."""
        return self.measurement.clock if self.measurement else None


def missing(tasks: Sequence[Task], rows: Sequence[Row], seed: int) -> list[Task]:
    """Tasks without a row; OptimizeError where the rows come from another seed."""
    if any(row.seed != seed for row in rows):
        raise OptimizeError(f"The folder holds rows of seed {rows[0].seed}: give --seed {rows[0].seed}, or another folder.")
    known = {row.task.key for row in rows}
    return [task for task in tasks if task.key not in known]
