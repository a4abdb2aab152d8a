"""All candidates, the honest ones last."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatch

from evals.hostile import caching, clocks, elsewhere, foreseeing, honest, informed, watching, wrong
from evals.hostile.batches import batch_entries, names
from evals.hostile.entries import Entry

OURS: tuple[Entry, ...] = (  # over the mill
    *caching.ENTRIES,
    *foreseeing.ENTRIES,
    *clocks.ENTRIES,
    *wrong.ENTRIES,
    *elsewhere.ENTRIES,
    *watching.ENTRIES,
    *informed.ENTRIES,
    *honest.ENTRIES,
)
ENTRIES: tuple[Entry, ...] = (*(entry for name in names() for entry in batch_entries(name)), *OURS)


def matching(only: Sequence[str]) -> tuple[Entry, ...]:
    """Entries whose name, family or batch fits one of the globs; all where there is none."""
    return tuple(entry for entry in ENTRIES if not only or any(_fits(entry, glob) for glob in only))


def _fits(entry: Entry, glob: str) -> bool:
    return fnmatch(entry.name, glob) or fnmatch(entry.family, glob) or fnmatch(entry.batch, glob)
