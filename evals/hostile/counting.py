"""What somebody who trusts tests and a stopwatch would say of a candidate: only whoever fools him counts."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tools.rooms import HarnessFailed, Target, run_command
from tools.testing import GOOD, CollectionFailed, run_tests
from tools.values import Baseline

ROUNDS = 5
OPTIONS = (
    "-q",
    "-p",
    "no:cacheprovider",
    f"--benchmark-min-rounds={ROUNDS}",
    "--benchmark-max-time=0",
    "--benchmark-warmup=off",
)


def tests_pass(target: Target, commit: str, baseline: Baseline) -> bool:
    """True if every test that passes before passes, by itself, without any other look."""
    try:
        run = run_tests(target, commit, [], hash_seed=1, added=baseline.added)
    except (CollectionFailed, HarnessFailed):
        return False
    good = [node for node, outcome in baseline.outcomes.items() if outcome in GOOD]
    return all(run.outcomes.get(node) in GOOD for node in good)


def smallest_seconds(target: Target, commit: str, nodes: Sequence[str]) -> dict[str, float]:
    """The smallest of a few timings of each benchmark, by pytest-benchmark itself; empty where it does not end."""
    with target.room(commit, writable=True) as room:
        file = room.inside_results / "benchmark.json"
        python = str(room.interpreter.executable)
        run_command(room, [python, "-m", "pytest", *OPTIONS, f"--benchmark-json={file}", *nodes])
        try:
            written = json.loads((room.results / "benchmark.json").read_text("utf-8"))
            return {one["fullname"]: float(one["stats"]["min"]) for one in written["benchmarks"]}
        except (OSError, ValueError, KeyError, TypeError):
            return {}


def naive_speedup(before: dict[str, float], after: dict[str, float]) -> float | None:
    """The best ratio of any benchmark; None where nothing was timed on both sides."""
    ratios = [before[name] / after[name] for name in before if after.get(name)]
    return max(ratios, default=None)
