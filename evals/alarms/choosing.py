"""Which functions of a package are compared: those that its tests execute, spread over its files by lot."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import chain, zip_longest

from evals.packages.sdists import Release
from tools.rooms import Target
from tools.source import functions
from tools.testing import PROVING
from tools.values import Baseline, Function, Value
from tools.workload import is_source

MOST = 22  # of one package


class Chosen(Value):
    """The functions of a package that are compared, so that nobody runs its tests again to know them."""

    release: Release
    seed: int
    functions: tuple[Function, ...]
    trouble: str = ""  # why there are none


def choose(target: Target, commit: str, baseline: Baseline, seed: int, release: Release) -> tuple[Function, ...]:
    """Up to MOST outermost functions and methods, one of each file in turn; the same ones for the same seed."""
    lot = random.Random(f"{seed} {release.id}")  # noqa: S311  no secret
    by_file = []
    for path in sorted(path for path in target.checkout.files(commit) if is_source(path)):
        known = sorted(_eligible(target, commit, path, baseline), key=lambda one: one.name)
        lot.shuffle(known)
        by_file.append(known)
    lot.shuffle(by_file)
    turns = chain.from_iterable(zip_longest(*by_file))
    return tuple([one for one in turns if one is not None][:MOST])


def _eligible(target: Target, commit: str, path: str, baseline: Baseline) -> Iterator[Function]:
    every = functions(path, target.checkout.read(commit, path))
    latest = {one.name: one for one in every}  # the last definition of a name counts
    for one in latest.values():
        tested = any(baseline.outcomes.get(node) in PROVING for node in baseline.running.get(one.id, ()))
        if tested and "<locals>" not in one.name and one.name.rpartition(".")[2] != "__init__":
            yield one
