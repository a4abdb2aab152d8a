"""What is judged: functions of known duration and true effect, and the order in which verdicts on them are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from fnmatch import fnmatch

from tools.values import Value

KINDS = ("arithmetic", "containers", "allocation")  # functions of work.py that are bound to the CPU
SIZES = {"1us": 1e-6, "10us": 1e-5, "100us": 1e-4, "1ms": 1e-3, "10ms": 1e-2, "50ms": 5e-2, "200ms": 0.2}
WAITING_SIZES = ("1ms", "10ms")
EFFECT_SIZE = "10ms"  # of the baseline
EFFECTS = {"1.02": 102, "1.05": 105, "1.1": 110, "1.5": 150, "2": 200, "10": 1000}  # units of work at baseline
EFFECT_UNITS = 100  # of the candidate, so that the ratio is exact
MOST_STEPS = 1000  # of one unit: bounds what the allocating function holds at a time
AA_VERDICTS, POWER_VERDICTS = 200, 50


class Part(StrEnum):
    """Which question a verdict helps to answer."""

    AA = "aa"
    POWER = "power"


class Load(StrEnum):
    """What else the machine does."""

    QUIET = "quiet"
    LOADED = "loaded"


class Case(Value):
    """A function of work.py with a duration at baseline, and what the candidate does less."""

    kind: str
    size: str
    effect: str | None = None  # a key of EFFECTS; None for identical code

    @property
    def name(self) -> str:
        """For example "containers-10ms" or "containers-10ms-x1.1"."""
        return f"{self.kind}-{self.size}" + (f"-x{self.effect}" if self.effect else "")

    @property
    def node(self) -> str:
        """The pytest-benchmark test that times it."""
        return f"test_work.py::test_work[{self.name}]"

    def amounts(self, seconds_per_step: Mapping[str, float]) -> tuple[int, int]:
        """Units and steps per unit at baseline, so that a call takes about as long as the size says."""
        total = SIZES[self.size] / seconds_per_step[self.kind]
        if self.effect:
            units = EFFECTS[self.effect]
        elif self.kind == "waiting":
            units = 1
        else:
            units = max(1, round(total / MOST_STEPS))
        return units, max(1, round(total / units))


class Task(Value):
    """One verdict that is asked for."""

    part: Part
    load: Load
    case: Case
    number: int

    @property
    def key(self) -> tuple[str, ...]:
        """Tells verdicts of one folder apart."""
        return self.part, self.load, self.case.name, str(self.number)


AA_CASES = (
    *(Case(kind=kind, size=size) for size in SIZES for kind in KINDS),
    *(Case(kind="waiting", size=size) for size in WAITING_SIZES),
)
POWER_CASES = tuple(Case(kind=kind, size=EFFECT_SIZE, effect=effect) for effect in EFFECTS for kind in KINDS)
CASES = (*AA_CASES, *POWER_CASES)


def plan(parts: Sequence[Part], loads: Sequence[Load], verdicts: int | None, only: str = "*") -> Iterator[Task]:
    """Every verdict that is wanted: `verdicts` per load of identical code, and `verdicts` per true effect.

    Functions take turns, so that a run that ends early has seen all of them. Power is asked for on a quiet machine,
    unless only the loaded one is wanted. `only` is a glob for the names of the functions.
    """
    if Part.AA in parts:
        cases = _matching(AA_CASES, only)
        for load in loads:
            for number in range(AA_VERDICTS if verdicts is None else verdicts):
                if cases:
                    yield Task(part=Part.AA, load=load, case=cases[number % len(cases)], number=number)
    if Part.POWER in parts:
        by_effect = [_matching([case for case in POWER_CASES if case.effect == effect], only) for effect in EFFECTS]
        for number in range(POWER_VERDICTS if verdicts is None else verdicts):
            for cases in filter(None, by_effect):
                yield Task(part=Part.POWER, load=loads[0], case=cases[number % len(cases)], number=number)


def _matching(cases: Sequence[Case], only: str) -> list[Case]:
    return [case for case in cases if fnmatch(case.name, only)]
