"""One change and all that is needed to compare old and new code: its tests, its recorded calls, what the user wants."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.settings import Settings
from tools.differential import SEARCH_SECONDS, Compared, Pair, compare, placeholder
from tools.literals import exceptions_expected, tolerates
from tools.recording import Recorded, record
from tools.rooms import Target
from tools.source import functions
from tools.testing import PROVING
from tools.values import Baseline, Benchmark, Function
from workspaces.writing import write_whole

TEST_TOLERANCE = 1e-9  # relative, of floats, where the target's own tests of the function compare with a tolerance
MOST_COMPANIONS = 8


@dataclass(frozen=True)
class Change:
    """A change that passed the cheaper rungs."""

    old: str  # commit
    new: str  # commit
    texts: Mapping[str, tuple[bytes, bytes]]  # path -> before, after
    functions: tuple[Function, ...]  # that change, or whose module does, as they are before


@dataclass(frozen=True)
class Wanted:
    """What a proof must show, and what it may take for granted."""

    every: bool  # each changed function must be shown to be right; else at least one, and the others are named
    workload: Benchmark | None = None  # a command that is recorded too
    tolerance: float = 0.0
    seed: int = 0
    search_seconds: float = SEARCH_SECONDS


def wanted_by(settings: Settings, *, every: bool, workload: Benchmark | None) -> Wanted:
    """What the settings ask for."""
    return Wanted(every, workload, settings.tolerance, settings.seed, settings.search_seconds)


@dataclass(frozen=True)
class Comparison:
    """Compares whichever functions of one change."""

    target: Target
    change: Change
    baseline: Baseline
    wanted: Wanted
    nodes: tuple[str, ...]  # tests and benchmarks that execute what changes
    named: tuple[str, ...]  # exception types that they expect
    tolerance: float
    recorded: Recorded  # calls of what changes

    def of(
        self,
        entries: Sequence[Function],
        recorded: Recorded | None = None,
        companions: Mapping[str, Sequence[str]] | None = None,
        *,
        made_up: bool = True,
    ) -> Compared:
        """Compare these functions on `recorded` calls, by default those of what changes, and on made-up ones."""
        return compare(
            self.target,
            Pair(self.change.old, self.change.new, self.change.texts),
            entries,
            self.recorded if recorded is None else recorded,
            named=self.named,
            companions=companions,
            tolerance=self.tolerance,
            seed=self.wanted.seed,
            search_seconds=self.wanted.search_seconds,
            made_up=made_up,
        )

    def recorded_of(
        self, entries: Sequence[Function], nodes: Sequence[str], companions: Mapping[str, Sequence[str]]
    ) -> Recorded:
        """Calls of other functions and their companions."""
        return _recorded(self.target, self.change.old, entries, companions, nodes, self.wanted.workload, self.baseline)


def comparison(
    target: Target,
    change: Change,
    baseline: Baseline,
    wanted: Wanted,
    entries: Sequence[Function],
    companions: Mapping[str, Sequence[str]],
) -> Comparison:
    """Record the calls of `entries` and their companions, and read what their tests promise."""
    nodes = tests_of(entries, baseline)
    texts = _texts(target, change.old, nodes)
    tolerance = max(wanted.tolerance, TEST_TOLERANCE if tolerates(texts) else 0.0)
    recorded = _recorded(target, change.old, entries, companions, nodes, wanted.workload, baseline)
    named = tuple(exceptions_expected(texts))
    return Comparison(target, change, baseline, wanted, nodes, named, tolerance, recorded)


def companions_of(entries: Sequence[Function], change: Change) -> dict[str, tuple[str, ...]]:
    """Other methods of the classes of changed methods, which may be called in between."""
    found = {}
    for one in entries:
        owner, dot, _ = one.name.rpartition(".")
        old, _ = change.texts.get(one.path, (b"", b""))
        if dot:
            others = [
                other.id
                for other in functions(one.path, old)
                if other.name.rpartition(".")[0] == owner and other.name != one.name and "__init__" not in other.name
            ]
            found[one.id] = tuple(dict.fromkeys(others))[:MOST_COMPANIONS]
    return found


def tests_of(entries: Sequence[Function], baseline: Baseline) -> tuple[str, ...]:
    """Tests and benchmarks that execute the functions and pass; benchmarks first, for their calls are what is timed."""
    nodes = dict.fromkeys(node for one in entries for node in baseline.running.get(one.id, ()))
    good = [node for node in nodes if baseline.outcomes.get(node) in PROVING]
    return tuple(sorted(good, key=lambda node: node not in baseline.benchmarks))


def _recorded(
    target: Target,
    commit: str,
    entries: Sequence[Function],
    companions: Mapping[str, Sequence[str]],
    nodes: Sequence[str],
    workload: Benchmark | None,
    baseline: Baseline,
) -> Recorded:
    """Calls of the functions and their companions, kept on the disk: they are asked for again with the next candidate."""
    known = {one.id for one in entries}
    others = dict.fromkeys(name for names in companions.values() for name in names if name not in known)
    wanted = [*entries, *map(placeholder, others)]
    key = json.dumps([commit, sorted(one.id for one in wanted), list(nodes), workload and workload.id])
    file = target.checkout.folder / "recorded" / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"
    if file.exists():
        kept = json.loads(file.read_text("utf-8"))
        return Recorded(
            calls={name: tuple(calls) for name, calls in kept["calls"].items()},
            modules=kept["modules"],
            callers={name: tuple((path, line) for path, line in places) for name, places in kept["callers"].items()},
            failed={name: (times, said) for name, (times, said) in kept["failed"].items()},
            path=tuple(kept["path"]),
            trouble=kept["trouble"],
        )
    found = record(target, commit, wanted, nodes, workload, baseline.added)
    write_whole(file, json.dumps(found.__dict__))
    return found


def _texts(target: Target, commit: str, nodes: Sequence[str]) -> str:
    """The test files."""
    inside = f"{target.subfolder}/" if target.subfolder else ""
    known = set(target.checkout.files(commit))
    paths = [path for path in dict.fromkeys(inside + node.partition("::")[0] for node in nodes) if path in known]
    return "\n".join(target.checkout.read(commit, path).decode("utf-8", "replace") for path in paths)
