"""Times baseline and candidate in pairs of fresh processes, pinned to one core, nothing else of ours running."""

from __future__ import annotations

import fcntl
import math
import os
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.comparing import cold_log_ratios, decide, deciding_clock, interval, log_ratios
from tools.rooms import HarnessFailed, Target, run_harness
from tools.values import Benchmark, BenchmarkKind, Clock, Interval, Measurement, Outcome, Pair, Sample, Timing
from workspaces.sandbox import Room

SECONDS_PER_PROCESS = 0.1
WALL_LIMIT_SECONDS = 120.0
SCREENING_PAIRS = 3
SCREENING_ALPHA = 0.05
CACHE_PAIRS = 3  # first calls are compared after so many pairs
SUSPICIOUS = 2.0  # a warm gain this many times the cold one (in logarithms) is not the same gain


class BenchmarkFailed(Exception):
    """A benchmark could not be timed on one side; `side` is "baseline" or "candidate"."""

    def __init__(self, side: str, sentence: str) -> None:
        super().__init__(sentence)
        self.side = side


@dataclass(frozen=True)
class Sides:
    """The two commits that are compared, and the files that differ."""

    baseline: str
    candidate: str
    edited: tuple[str, ...] = ()


def measure(
    target: Target,
    sides: Sides,
    benchmark: Benchmark,
    *,
    alpha: float,
    min_gain: float,
    random_source: random.Random,
    allow_caching: bool = False,
    on_pair: Callable[[int], None] = lambda _: None,
) -> Measurement:
    """Pairs until the sequential rule of `comparing.decide` has an answer; BenchmarkFailed if a side cannot be timed.

    A gain that first calls clearly do not have ends it early as CACHED, unless caching is allowed.
    """
    pairs: list[Pair] = []
    for pair in _pairs(target, sides, benchmark, random_source):
        pairs.append(pair)
        on_pair(len(pairs))
        clock = deciding_clock(pairs)
        cached = len(pairs) >= CACHE_PAIRS and is_cached(pairs, clock, min_gain)
        if cached and not allow_caching:
            return _measurement(benchmark, pairs, clock, Outcome.CACHED, None)
        decided = decide(log_ratios(pairs, clock), alpha, min_gain)
        if decided is not None:
            outcome, figure = decided
            remembered = cached and outcome is Outcome.FASTER
            return _measurement(benchmark, pairs, clock, Outcome.CACHED if remembered else outcome, figure)
    raise AssertionError("unreachable: pairs do not end")


def screen(
    target: Target, sides: Sides, benchmark: Benchmark, *, min_gain: float, random_source: random.Random
) -> Measurement:
    """A rough look, to rank candidates: FASTER means "worth confirming" here and is never reported as proof.

    A candidate that does not look promising after a few pairs gets as many as a fair refusal needs.
    """
    pairs: list[Pair] = []
    for pair in _pairs(target, sides, benchmark, random_source):
        pairs.append(pair)
        clock = deciding_clock(pairs)
        if len(pairs) < SCREENING_PAIRS:
            continue
        if is_cached(pairs, clock, min_gain):
            return _measurement(benchmark, pairs, clock, Outcome.CACHED, None)
        ratios = log_ratios(pairs, clock)
        if min(ratios) > math.log(1 + 2 * min_gain):
            return _measurement(benchmark, pairs, clock, Outcome.FASTER, None)
        decided = decide(ratios, SCREENING_ALPHA, min_gain)
        if decided is not None:
            return _measurement(benchmark, pairs, clock, *decided)
    raise AssertionError("unreachable: pairs do not end")


def _pairs(target: Target, sides: Sides, benchmark: Benchmark, source: random.Random) -> Iterator[Pair]:
    """Pairs without end, while the machine's timing core is ours."""
    with timing_core() as core, target.room(sides.baseline) as old, target.room(sides.candidate) as new:
        while True:
            yield _pair(old, new, sides, benchmark, source, core)


def measure_all(
    target: Target, sides: Sides, benchmarks: Sequence[Benchmark], *, pairs: int, random_source: random.Random
) -> dict[str, list[float]]:
    """Log ratios of many benchmarks, `pairs` each, on each one's deciding clock; all of them share a process."""
    wanted = [benchmark.id for benchmark in benchmarks]
    collected: dict[str, list[Pair]] = {name: [] for name in wanted}
    with timing_core() as core, target.room(sides.baseline) as old, target.room(sides.candidate) as new:
        for _ in range(pairs):
            first = random_source.random() < 0.5
            variation = _variation(random_source)
            timings = {}
            for side, room in _ordered(old, new, first):
                timings[side] = _time(room, side, benchmarks, sides.edited, variation, core, share=0.4)
            for name in wanted:
                pair = Pair(
                    baseline=timings["baseline"][name],
                    candidate=timings["candidate"][name],
                    baseline_first=first,
                    hash_seed=int(variation["PYTHONHASHSEED"]),
                )
                collected[name].append(pair)
    return {name: log_ratios(pairs_of, deciding_clock(pairs_of)) for name, pairs_of in collected.items()}


def time_once(target: Target, commit: str, benchmark: Benchmark) -> Timing:
    """One process of one side, to see whether the benchmark works at all; BenchmarkFailed if not."""
    with timing_core() as core, target.room(commit) as room:
        return _time(room, "baseline", [benchmark], (), _variation(random.Random(0)), core)[benchmark.id]  # noqa: S311


def is_cached(pairs: Sequence[Pair], clock: Clock, min_gain: float) -> bool:
    """True if later calls are faster but first calls are not: the mark of a result cache.

    Geometric means of all pairs: first calls of small functions vary by half, so only a clear contrast counts. The one
    sample of a command is its first call, so a command is never that.
    """
    warm = sum(log_ratios(pairs, clock)) / len(pairs)
    cold = sum(cold_log_ratios(pairs, clock)) / len(pairs)
    return warm > 2 * min_gain and warm > SUSPICIOUS * max(cold, 0.0)


@contextmanager
def timing_core() -> Iterator[int]:
    """The core that timings are pinned to; machine-wide one at a time, freed when its holder dies."""
    core = max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    path = Path(tempfile.gettempdir()) / f"verispeed-timing-{os.getuid()}-{core}.lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield core


def _measurement(
    benchmark: Benchmark, pairs: Sequence[Pair], clock: Clock, outcome: Outcome, figure: Interval | None
) -> Measurement:
    wall = log_ratios(pairs, Clock.WALL)
    rough = 2.0 ** (1 - len(pairs))  # the best confidence that so few pairs can have
    report = figure or interval(log_ratios(pairs, clock), rough)
    wide = interval(wall, max(rough, 1 - report.confidence if report else 1.0))
    cold = interval(cold_log_ratios(pairs, clock), max(rough, 0.05))
    assert report is not None
    assert wide is not None
    assert cold is not None
    if outcome is Outcome.FASTER and wide.high < 1:
        outcome = Outcome.SLOWER  # less CPU time bought with more wall time
    return Measurement(
        benchmark=benchmark, clock=clock, outcome=outcome, figure=report, wall=wide, cold=cold, pairs=tuple(pairs)
    )


def _pair(old: Room, new: Room, sides: Sides, benchmark: Benchmark, source: random.Random, core: int) -> Pair:
    first = source.random() < 0.5
    variation = _variation(source)
    timings = {
        side: _time(room, side, [benchmark], sides.edited, variation, core)[benchmark.id]
        for side, room in _ordered(old, new, first)
    }
    return Pair(
        baseline=timings["baseline"],
        candidate=timings["candidate"],
        baseline_first=first,
        hash_seed=int(variation["PYTHONHASHSEED"]),
    )


def _ordered(old: Room, new: Room, baseline_first: bool) -> list[tuple[str, Room]]:
    both = [("baseline", old), ("candidate", new)]
    return both if baseline_first else both[::-1]


def _variation(source: random.Random) -> dict[str, str]:
    """What differs from pair to pair and is the same on both sides: hash seed and size of the environment.

    The size moves the stack, which alone can change timings (Mytkowicz et al., ASPLOS 2009).
    """
    return {"PYTHONHASHSEED": str(source.randrange(2**31)), "PADDING": "x" * source.randrange(4096)}


def _time(
    room: Room,
    side: str,
    benchmarks: Sequence[Benchmark],
    edited: Sequence[str],
    environment: Mapping[str, str],
    core: int,
    share: float = 1.0,
) -> dict[str, Timing]:
    if benchmarks[0].kind is BenchmarkKind.COMMAND:
        return {benchmark.id: _time_command(room, side, benchmark, environment, core) for benchmark in benchmarks}
    spec = {
        "mode": "benchmark",
        "arguments": [benchmark.id for benchmark in benchmarks],
        "tree": str(room.inside_tree),
        "seconds": SECONDS_PER_PROCESS * share,
        "coverage": False,
    }
    limit = WALL_LIMIT_SECONDS + 10 * len(benchmarks)
    try:
        session, _ = run_harness(room, "pytest_session.py", spec, environment=environment, cores=(core,), wall_seconds=limit)
    except HarnessFailed as error:
        raise BenchmarkFailed(side, str(error)) from error
    _check_session(session, side, benchmarks, edited)
    return {benchmark.id: _timing(session["timings"][benchmark.id]) for benchmark in benchmarks}


def _check_session(
    session: Mapping[str, Any], side: str, benchmarks: Sequence[Benchmark], edited: Sequence[str]
) -> None:  # Any: the harness's JSON
    for benchmark in benchmarks:
        if session["tests"].get(benchmark.id) != "passed" or benchmark.id not in session["timings"]:
            said = session["longest"].get(benchmark.id) or f"{session['tests'].get(benchmark.id, 'it was not collected')}"
            raise BenchmarkFailed(side, f"{benchmark.id} failed: {said.strip().splitlines()[-1]}")
    foreign = [path for path in edited if path not in session["loaded"]]
    if foreign:
        raise BenchmarkFailed(side, f"{', '.join(foreign)} of the checkout was not loaded: other code was timed")


def _time_command(room: Room, side: str, benchmark: Benchmark, environment: Mapping[str, str], core: int) -> Timing:
    spec = {"command": list(benchmark.command), "stdout": str(room.inside_results / "stdout.txt")}
    try:
        used, finished = run_harness(
            room, "command.py", spec, environment=environment, cores=(core,), wall_seconds=WALL_LIMIT_SECONDS
        )
    except HarnessFailed as error:
        raise BenchmarkFailed(side, str(error)) from error
    if used["code"] != 0:
        raise BenchmarkFailed(side, f"`{benchmark.id}` ended with code {used['code']}: {finished.trouble}")
    sample = Sample(loops=1, wall_seconds=used["wall"] / 1e9, cpu_seconds=used["cpu"] / 1e9)
    return Timing(cold=sample, samples=(sample,))


def _timing(raw: Mapping[str, Any]) -> Timing:  # Any: the harness's JSON
    return Timing(cold=_sample(raw["cold"]), samples=tuple(_sample(sample) for sample in raw["samples"]))


def _sample(raw: Sequence[int]) -> Sample:
    loops, wall, cpu = raw
    return Sample(loops=loops, wall_seconds=wall / 1e9, cpu_seconds=cpu / 1e9)
