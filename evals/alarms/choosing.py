"""Which functions of a package are compared: those that its tests execute, spread over its files by lot."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from itertools import chain, zip_longest

from evals.packages.sdists import Release
from tools.rooms import Target
from tools.source import functions
from tools.syntax import Definition, parameters, parsed
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
    """Up to MOST outermost functions and methods that take something, one of each file in turn; a seed gives the same."""
    lot = random.Random(f"{seed} {release.id}")  # noqa: S311  no secret
    by_file = []
    for path in sorted(path for path in target.checkout.files(commit) if is_source(path)):
        known = sorted(_eligible(target, commit, path, baseline), key=lambda one: one.name)
        lot.shuffle(known)
        by_file.append(known)
    lot.shuffle(by_file)
    turns = chain.from_iterable(zip_longest(*by_file))
    return tuple([one for one in turns if one is not None][:MOST])


def takes_something(source: bytes, function: Function) -> bool:
    """True for what takes an argument beside its object: nothing else can be given many inputs."""
    last = function.name.rpartition(".")[2]
    nodes = [node for node in ast.walk(parsed(source) or ast.Module([], [])) if isinstance(node, Definition)]
    inside = range(function.first_line, function.last_line + 1)
    found = [node for node in nodes if node.name == last and node.lineno in inside]
    names = [one.arg for node in found[:1] for one in parameters(node.args)]
    return bool(names) and not (len(names) == 1 and names[0] in ("self", "cls"))


def _eligible(target: Target, commit: str, path: str, baseline: Baseline) -> Iterator[Function]:
    source = target.checkout.read(commit, path)
    every = functions(path, source)
    latest = {one.name: one for one in every}  # the last definition of a name counts
    for one in latest.values():
        tested = any(baseline.outcomes.get(node) in PROVING for node in baseline.running.get(one.id, ()))
        inner = "<locals>" in one.name or one.name.rpartition(".")[2] == "__init__"
        if tested and not inner and takes_something(source, one):
            yield one
