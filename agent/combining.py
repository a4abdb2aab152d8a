"""The branch as a whole against the start: whole suite, all benchmarks, one figure."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from agent.judging import figure
from agent.station import counted
from tools.benchmarking import BenchmarkFailed, Sides, measure, measure_all
from tools.comparing import fewest_pairs, interval
from tools.rooms import Target
from tools.testing import check_tests
from tools.values import Baseline, Benchmark, BenchmarkKind, Check, Combined, Interval, Outcome

ALPHA = 0.05  # of the figures reported here: they decide nothing in favour of a commit
MAX_SLOWDOWN = 0.05


def combine_commits(
    target: Target,
    start: str,
    shas: Sequence[str],
    baseline: Baseline,
    benchmarks: Sequence[Benchmark],
    improved: Mapping[str, str],
    random_source: random.Random,
) -> Combined:
    """Judge start against the newest commit; drop the newest until the whole holds.

    `shas` is oldest first, not empty; `improved` maps each to the id of the benchmark that it was accepted for.
    """
    kept = list(shas)
    dropped: list[str] = []
    why = ""
    while kept:
        wanted = [improved[sha] for sha in kept]
        combined = _judge(target, start, kept, baseline, benchmarks, wanted, random_source)
        if combined.figure is not None:
            reason = f"{combined.reason}; dropped {len(dropped)}: {why}" if dropped else combined.reason
            return combined.model_copy(update={"dropped": tuple(dropped), "reason": reason})
        why = combined.reason
        dropped.append(kept.pop())
    tests = Check(rung="combined", passed=False, detail=why)
    return Combined(
        commits=(), dropped=tuple(dropped), tests=tests, figure=None, benchmarks={}, reason=f"nothing holds: {why}"
    )


def _judge(
    target: Target,
    start: str,
    kept: Sequence[str],
    baseline: Baseline,
    benchmarks: Sequence[Benchmark],
    wanted: Sequence[str],
    random_source: random.Random,
) -> Combined:
    """`figure` is None if the whole does not hold, and `reason` says why."""
    tests = check_tests(target, start, kept[-1], baseline)
    if not tests.passed:
        return Combined(commits=tuple(kept), tests=tests, figure=None, benchmarks={}, reason=tests.detail)
    sides = Sides(start, kept[-1])
    try:
        ratios = measure_all(target, sides, benchmarks, pairs=fewest_pairs(ALPHA), random_source=random_source)
        shown = _intervals(ratios)
        slower = regressions(target, sides, benchmarks, shown, random_source)
        lost = _lost(target, sides, [one for one in benchmarks if one.id in wanted], shown, random_source)
    except BenchmarkFailed as error:
        reason = f"a benchmark could not be timed: {error}"
        return Combined(commits=tuple(kept), tests=tests, figure=None, benchmarks={}, reason=reason)
    whole = _whole(ratios)
    problem = None
    if slower:
        problem = f"{slower[0]} became slower"
    elif whole.high < 1:
        problem = "the whole workload became slower"
    elif lost:
        problem = f"the gain of {lost[0]} is not there any more: {figure(shown[lost[0]])}"
    if problem:
        return Combined(commits=tuple(kept), tests=tests, figure=None, benchmarks=shown, reason=problem)
    text = f"together: workload {figure(whole)} over {counted(len(benchmarks), 'benchmark')}, {tests.detail}"
    return Combined(commits=tuple(kept), tests=tests, figure=whole, benchmarks=shown, reason=text)


def _whole(ratios: Mapping[str, Sequence[float]]) -> Interval:
    """Geometric mean over the benchmarks, pair by pair: each benchmark counts the same."""
    per_pair = [sum(logs) / len(logs) for logs in zip(*ratios.values(), strict=True)]
    found = interval(per_pair, ALPHA)
    assert found is not None
    return found


def _lost(
    target: Target,
    sides: Sides,
    improved: Sequence[Benchmark],
    shown: Mapping[str, Interval],
    random_source: random.Random,
) -> list[str]:
    """Benchmarks whose gain is not seen any more: suspected on shared pairs, given up only if fresh ones do not show it."""
    gone = []
    for suspect in (one for one in improved if shown[one.id].low <= 1):
        found = measure(target, sides, suspect, alpha=ALPHA, min_gain=0.0, random_source=random_source)
        if found.outcome in (Outcome.SAME, Outcome.SLOWER, Outcome.UNDECIDED, Outcome.CHEATING):
            gone.append(suspect.id)
    return gone


def regressions(
    target: Target,
    sides: Sides,
    benchmarks: Sequence[Benchmark],
    shown: Mapping[str, Interval],
    random_source: random.Random,
) -> list[str]:
    """Benchmarks slower by more than MAX_SLOWDOWN: suspected on shared pairs, convicted on fresh ones only."""
    suspects = [one for one in benchmarks if one.id in shown and shown[one.id].high < 1 - MAX_SLOWDOWN]
    convicted = []
    for suspect in suspects:
        if suspect.kind is BenchmarkKind.COMMAND:
            convicted.append(suspect.id)
            continue
        # sides swapped: "the start is faster than the branch by MAX_SLOWDOWN" is what must be shown
        swapped = Sides(sides.candidate, sides.baseline)
        alpha = ALPHA / max(len(benchmarks), 1)
        try:
            found = measure(target, swapped, suspect, alpha=alpha, min_gain=MAX_SLOWDOWN, random_source=random_source)
        except BenchmarkFailed as error:
            side = "candidate" if error.side == "baseline" else "baseline"
            raise BenchmarkFailed(side, str(error)) from error
        if found.outcome not in (Outcome.SAME, Outcome.SLOWER, Outcome.UNDECIDED):
            convicted.append(suspect.id)
    return convicted


def timed_together(
    target: Target, sides: Sides, benchmarks: Sequence[Benchmark], random_source: random.Random
) -> dict[str, Interval]:
    """Speedup of each benchmark, all of them in the same pairs of processes; BenchmarkFailed if one cannot be timed."""
    return _intervals(measure_all(target, sides, benchmarks, pairs=fewest_pairs(ALPHA), random_source=random_source))


def _intervals(ratios: Mapping[str, Sequence[float]]) -> dict[str, Interval]:
    return {name: found for name, logs in ratios.items() if (found := interval(logs, ALPHA)) is not None}
