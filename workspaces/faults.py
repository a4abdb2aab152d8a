"""The moments at which a run changes something that outlives it: the seam at which `evals/faults` kills it.

Whoever runs in the same process may look on; nothing outside it (no variable, no file) can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum


class Effect(StrEnum):
    """What outlives a process that is killed."""

    RECORD = "run record"
    CLONE = "clone"
    CALL = "model call"  # begins before the request, ends when the reply is on the disk
    CONFIRMATION = "confirmation"  # a share of the error budget is spent
    VERDICT = "verdict"
    CHECKPOINT = "checkpoint"
    REF = "ref"  # of the private clone
    NOTE = "note"
    PUBLICATION = "publication"  # branch and notes in the user's repository
    REPORT = "report"


Watcher = Callable[[Effect, str], None]

_watchers: list[Watcher] = []  # a global, because effects lie in every layer; empty but for our own experiments


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Tell `watcher` of every effect of this process, with "before" and "after"; in whatever thread it happens."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


@contextmanager
def effect(kind: Effect) -> Iterator[None]:
    """Stands around the lines that have an effect; "after" is not told where they fail."""
    _tell(kind, "before")
    yield
    _tell(kind, "after")


def _tell(kind: Effect, moment: str) -> None:
    for watcher in _watchers:
        watcher(kind, moment)
