"""What the stations of the line work with."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from agent.budget import Budget
from agent.models import Model
from agent.progress import Progress
from agent.settings import Settings
from tools.rooms import Target
from workspaces.checkout import Source

Update = dict[str, Any]  # Any: a part of State


@dataclass(frozen=True)
class Station:
    """What the stations work with; never checkpointed."""

    settings: Settings
    source: Source
    target: Target
    models: Mapping[str, Model]  # hosted ones, by name
    progress: Progress
    folder: Path  # of the run
    branch: str
    budget: Budget = field(default_factory=Budget)
    clock: Callable[[], float] = time.monotonic
    started: float = field(default_factory=time.monotonic)
    earlier_seconds: float = 0.0  # of work, before the run was resumed

    @property
    def seconds(self) -> float:
        """Work on this run so far."""
        return self.earlier_seconds + self.clock() - self.started

    @property
    def ideas(self) -> Path:
        """Where ideas that came to nothing are kept, beside the runs."""
        return self.folder.parent.parent / "ideas"

    @property
    def out_of_time(self) -> bool:
        """True once `max_minutes` are over."""
        limit = self.settings.max_minutes
        return limit is not None and self.seconds > limit * 60

    def reader(self, commit: str) -> Callable[[str], bytes]:
        """Reads files of a commit, each once."""
        return lru_cache(maxsize=None)(partial(self.target.checkout.read, commit))

    def randomness(self, *parts: str) -> random.Random:
        """The same order of timings for the same seed and purpose."""
        return random.Random(f"{self.settings.seed} {' '.join(parts)}")  # noqa: S311  an order, no secret


def counted(number: int, name: str) -> str:
    """For example "1 test" or "3 tests"."""
    return f"{number} {name}" + ("" if number == 1 else "s")


def some(names: tuple[str, ...] | list[str]) -> str:
    """The first three of many names."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
