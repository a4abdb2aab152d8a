"""A disk that is full: which of our folders it is, and what the user can do about it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import git

from workspaces.checkout import said
from workspaces.errors import OptimizeError

SIGNS = ("No space left on device", "disk is full", "Disk quota exceeded")
NEXT_TO_NOTHING = 256 * 1024  # bytes: with so few left, they are the reason whatever the error says
LITTLE = 64 * 1024**2  # bytes: with more left, it is not one of our folders that an error of the target speaks of
SHOWN = 200  # characters of what went wrong


@dataclass(frozen=True)
class Place:
    """A folder that we fill."""

    folder: Path
    variable: str  # of the environment: puts the folder elsewhere

    @property
    def free(self) -> int:
        """Bytes that can still be written there."""
        there = next(folder for folder in (self.folder, *self.folder.parents) if folder.exists())
        return shutil.disk_usage(there).free


@contextmanager
def naming_full_disk(places: Sequence[Place]) -> Iterator[None]:
    """Turn whatever comes of a full disk into an OptimizeError that names the folder; everything else flies."""
    try:
        yield
    except (OptimizeError, OSError, sqlite3.Error, git.GitCommandError) as error:
        full = _full(error, places)
        if full is None:
            raise
        raise OptimizeError(
            f"There is no space left in {full.folder} ({_sign(error) or _beginning(error)}): make room there, or move it to "
            f"a larger disk and set {full.variable} to its new place."
        ) from error


def _full(error: Exception, places: Sequence[Place]) -> Place | None:
    """The place that an error comes from; None if no place of ours is full."""
    scarcest = min(places, key=lambda place: place.free)
    if _sign(error) is None:
        return scarcest if scarcest.free < NEXT_TO_NOTHING else None
    scarce = [place for place in places if place.free < LITTLE] or places
    named = [place for place in scarce if str(place.folder) in str(error)]
    if named:
        return max(named, key=lambda place: len(str(place.folder)))  # one may lie in another
    ours = not isinstance(error, OptimizeError)  # otherwise it may be the target's own /tmp that is full
    return scarcest if ours or scarcest.free < LITTLE else None


def _sign(error: Exception) -> str | None:
    return next((sign for sign in SIGNS if sign in str(error)), None)


def _beginning(error: Exception) -> str:
    return said(error)[:SHOWN] if isinstance(error, git.GitCommandError) else str(error)[:SHOWN]
