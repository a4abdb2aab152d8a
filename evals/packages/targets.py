"""A release ready to be judged: downloaded, committed, with its Python, prepared as any target is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from agent import running
from agent.interrupting import interruptible
from agent.progress import Progress
from agent.runs import RunRecord
from agent.settings import Settings
from evals.packages.environments import make_environment
from evals.packages.repositories import make_repository
from tools.rooms import Target
from workspaces.checkout import Source, find_source

QUIET = Progress(Console(quiet=True))  # the evals say one line a row


@dataclass(frozen=True)
class Prepared:
    """What a judge needs of a package."""

    source: Source
    settings: Settings
    target: Target


@contextmanager
def prepared(
    folder: Path,
    tree: Path,
    requires: Sequence[str],
    sources: Sequence[str],
    settings: Settings,
    environment: Mapping[str, str],
) -> Iterator[Prepared]:
    """The files of `tree` as a target whose trees and scratch go at the end; repository and environment stay in `folder`.

    `settings.python` is what its environment is made with; `sources` are folders of its path, "." for its top.
    """
    source = find_source(make_repository(folder / "repositories" / tree.name, tree))
    python = make_environment(folder, requires, settings.python, environment)
    own = settings.model_copy(update={"python": str(python)})
    record = RunRecord(tree.name, folder / "runs" / tree.name, source, own)
    target = running.prepare(record, environment, QUIET, profiles=False)
    others = tuple(one for one in sources if one != "." and one not in target.source_roots)
    target = replace(target, source_roots=(*others, *target.source_roots))
    with interruptible(target.stop):
        try:
            yield Prepared(source, own, target)
        finally:
            running.clean(record)
