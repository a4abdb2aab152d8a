"""Which runs are killed, and when; what became of each."""

from __future__ import annotations

import random
from collections.abc import Sequence
from enum import StrEnum

from tools.values import Value
from workspaces.faults import Effect

MOMENTS = ("before", "after")


class Part(StrEnum):
    """A part of the trials."""

    EFFECTS = "effects"
    RANDOM = "random"


class Trial(Value):
    """One SIGKILL: at an effect, or so many seconds after the start."""

    effect: Effect | None = None
    occurrence: int = 1
    moment: str = ""
    seconds: float | None = None

    @property
    def part(self) -> Part:
        """Which part it belongs to."""
        return Part.RANDOM if self.effect is None else Part.EFFECTS

    @property
    def name(self) -> str:
        """For people, and as a folder."""
        if self.effect is None:
            return f"after {self.seconds:.3f} s"
        return f"{self.moment} {self.effect} {self.occurrence}"


class Outcome(Value):
    """What a run has led to, as far as it must not depend on kills."""

    edits: tuple[tuple[str, str], ...]  # digest of the changed lines, and subject, of each commit, oldest first
    tree: str  # of the branch at its end
    verdicts: tuple[str, ...]  # "title: outcome", sorted
    tokens: int  # that the report says were paid for


class Undisturbed(Value):
    """The run that nobody killed."""

    target: str  # digest of what was run
    outcome: Outcome
    effects: tuple[Effect, ...]  # in their order
    requests: int  # answered in full
    seconds: float


class Row(Value):
    """One trial."""

    trial: Trial
    target: str
    killed: bool  # False if the run had ended by then
    stage: str  # the last line that it said
    resumes: int  # commands until it ended
    in_flight: int  # requests answered in full whose reply was not yet on the disk: nobody can keep those
    problems: tuple[str, ...]
    seconds: float


def plan(undisturbed: Undisturbed, parts: Sequence[Part], count: int, seed: int) -> list[Trial]:
    """Every effect that the undisturbed run had, before and after; `count` moments uniformly over its duration."""
    trials = []
    if Part.EFFECTS in parts:
        for index, effect in enumerate(undisturbed.effects):
            occurrence = undisturbed.effects[: index + 1].count(effect)
            trials += [Trial(effect=effect, occurrence=occurrence, moment=moment) for moment in MOMENTS]
    if Part.RANDOM in parts:
        source = random.Random(seed)  # noqa: S311  moments, no secret
        moments = [source.uniform(0, undisturbed.seconds) for _ in range(count)]
        trials += [Trial(seconds=moment) for moment in moments]
    return trials
