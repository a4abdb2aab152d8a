"""Times baseline and candidate in pairs of fresh processes, pinned to one core, nothing else of ours running."""

from __future__ import annotations

import fcntl
import math
import os
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.comparing import (
    center,
    cold_log_ratios,
    cold_savings,
    decide,
    deciding_clock,
    interval,
    log_ratios,
    looks,
    outside_log_ratios,
)
from tools.rooms import HarnessFailed, Target, run_harness, run_pytest
from tools.turns import ENOUGH_SECONDS, FEWEST_ROUNDS, Seat, referee, seat
from tools.values import Benchmark, BenchmarkKind, Clock, Interval, Measurement, Outcome, Pair, Sample, Timing
from workspaces.sandbox import Room

SHARED_SECONDS, SHARED_ROUNDS = 0.04, 3  # of samples, for each of many benchmarks in one process
WALL_LIMIT_SECONDS = 120.0
SCREENING_PAIRS = 3
SCREENING_ALPHA = 0.05
CACHE_PAIRS = 3  # first calls are compared after so many pairs
OBVIOUS_GAIN = 3.0  # a warm speedup of at least this, that no first call has, needs no more pairs
LARGE_GAIN = 1.5
HALF, LITTLE = 0.5, 0.25  # parts of the time saved by a later call that a first call must save
COLD_ALPHA = 0.05
HIDDEN_SHARE, HIDDEN_SECONDS = 0.1, 0.02  # CPU time outside the timed part: more is work moved out of sight


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
        clock = deciding_clock(pairs[:1])  # fixed before anything is compared
        if len(pairs) >= CACHE_PAIRS and not allow_caching and is_cached(pairs, clock, obvious=True):
            return _measurement(benchmark, pairs, clock, Outcome.CACHED, None)
        decided = decide(log_ratios(pairs, clock), alpha, min_gain)
        if decided is None:
            continue
        outcome, figure = decided
        if outcome is not Outcome.FASTER:
            return _measurement(benchmark, pairs, clock, outcome, figure)
        doubt = doubts(pairs, clock, alpha)
        if doubt is Outcome.UNDECIDED and len(pairs) < looks(alpha)[-1][0]:
            continue  # the other clock may come round with more pairs
        cached = doubt is None and is_cached(pairs, clock, obvious=False)
        return _measurement(benchmark, pairs, clock, Outcome.CACHED if cached else doubt or outcome, figure)
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
        clock = deciding_clock(pairs[:1])
        if len(pairs) < SCREENING_PAIRS:
            continue
        if is_cached(pairs, clock, obvious=True):
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
    with timing_core() as core:
        while True:
            yield _pair_of(target, sides, [benchmark], source, core)[benchmark.id]


def measure_all(
    target: Target, sides: Sides, benchmarks: Sequence[Benchmark], *, pairs: int, random_source: random.Random
) -> dict[str, list[float]]:
    """Log ratios of many benchmarks, `pairs` each, on each one's deciding clock; all of them share a process."""
    collected: dict[str, list[Pair]] = {benchmark.id: [] for benchmark in benchmarks}
    with timing_core() as core:
        for _ in range(pairs):
            for name, pair in _pair_of(
                target, sides, benchmarks, random_source, core, SHARED_SECONDS, SHARED_ROUNDS
            ).items():
                collected[name].append(pair)
    return {name: log_ratios(found, deciding_clock(found[:1])) for name, found in collected.items()}


def is_cached(pairs: Sequence[Pair], clock: Clock, *, obvious: bool) -> bool:
    """True if later calls are faster but first calls do not save that time: the mark of a result cache.

    First calls of small functions vary by half, so they are compared only to show that the saving is not there: in no pair
    (`obvious`, for an early stop), or, at the end, by an interval that excludes half of it, or on average where the gain is
    large. The one sample of a command is its first call, so a command is never cached.
    """
    gain = sum(log_ratios(pairs, clock)) / len(pairs)
    savings = cold_savings(pairs, clock)
    if obvious:
        return gain > math.log(OBVIOUS_GAIN) and max(savings, default=1.0) < LITTLE
    found = center(savings, COLD_ALPHA)
    if found is None:
        return gain > 0 and sum(savings) < LITTLE * len(savings)
    middle, _, high = found
    return high < HALF or (gain > math.log(LARGE_GAIN) and middle < LITTLE)


def doubts(pairs: Sequence[Pair], clock: Clock, alpha: float) -> Outcome | None:
    """Why a gain on the deciding clock is not believed, None if it is.

    UNDECIDED where CPU time fell and wall time is not shown to (work moved to where we do not count it, or noise);
    SLOWER where wall time fell and CPU time surely rose; CHEATING where our own clock, from telling a process to work until
    it has done, shows less than half of the gain (in logarithms) that its clocks show.
    """
    gain = sum(log_ratios(pairs, clock)) / len(pairs)
    outside = outside_log_ratios(pairs)
    if outside and sum(outside) / len(outside) < gain / 2 and clock is Clock.WALL:
        return Outcome.CHEATING
    wall = interval(log_ratios(pairs, Clock.WALL), alpha)
    if clock is Clock.CPU and (wall is None or wall.low <= 1):
        return Outcome.UNDECIDED
    cpu = interval(log_ratios(pairs, Clock.CPU), alpha)
    if clock is Clock.WALL and cpu is not None and cpu.high < 1:
        return Outcome.SLOWER
    return Outcome.CHEATING if outside and sum(outside) / len(outside) < gain / 2 else None


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
    return Measurement(
        benchmark=benchmark, clock=clock, outcome=outcome, figure=report, wall=wide, cold=cold, pairs=tuple(pairs)
    )


def _pair_of(
    target: Target,
    sides: Sides,
    benchmarks: Sequence[Benchmark],
    source: random.Random,
    core: int,
    enough_seconds: float = ENOUGH_SECONDS,
    fewest_rounds: int = FEWEST_ROUNDS,
) -> dict[str, Pair]:
    """One pair of fresh processes in rooms of their own: nothing that a process writes can help a later one."""
    with target.room(sides.baseline) as old, target.room(sides.candidate) as new:
        return _pair_in(target, old, new, sides, benchmarks, source, core, enough_seconds, fewest_rounds)


def _pair_in(
    target: Target,
    old: Room,
    new: Room,
    sides: Sides,
    benchmarks: Sequence[Benchmark],
    source: random.Random,
    core: int,
    enough_seconds: float,
    fewest_rounds: int,
) -> dict[str, Pair]:
    """One pair of fresh processes, with one pair of timings for each benchmark."""
    variation = _variation(source)
    if benchmarks[0].kind is BenchmarkKind.COMMAND:
        return {benchmark.id: _pair_of_commands(old, new, benchmark, source, variation, core) for benchmark in benchmarks}
    with seat(old) as left, seat(new) as right, ThreadPoolExecutor(2) as pool:
        try:
            for one, room in ((left, old), (right, new)):
                one.running = pool.submit(_session, target, room, one, benchmarks, variation, core)
            late = referee((left, right), [benchmark.id for benchmark in benchmarks], source, enough_seconds, fewest_rounds)
            for one in (left, right):
                one.tell(b"x" * len(benchmarks) * 3)  # whoever still waits for a turn goes on to its end
            timings: dict[str, dict[str, Timing]] = {}
            results: dict[str, Mapping[str, Sequence[str | None]]] = {}
            both = (("baseline", left), ("candidate", right))
            for side, one in sorted(both, key=lambda side: side[1] is not late):  # whose fault it is comes first
                timings[side], results[side] = _timings(one, side, benchmarks, sides.edited)
            _compare_results(results["baseline"], results["candidate"])
        except BenchmarkFailed:
            raise  # nobody waits for a turn any more, and the next candidate needs the room
        except BaseException:
            old.stop.set()  # the pool would wait for the processes
            raise
    return {
        benchmark.id: Pair(
            baseline=timings["baseline"][benchmark.id],
            candidate=timings["candidate"][benchmark.id],
            hash_seed=int(variation["PYTHONHASHSEED"]),
        )
        for benchmark in benchmarks
    }


def _pair_of_commands(
    old: Room, new: Room, benchmark: Benchmark, source: random.Random, variation: Mapping[str, str], core: int
) -> Pair:
    both = [("baseline", old), ("candidate", new)]
    timings = {side: _time_command(room, side, benchmark, variation, core) for side, room in source.sample(both, 2)}
    seed = int(variation["PYTHONHASHSEED"])
    return Pair(baseline=timings["baseline"], candidate=timings["candidate"], hash_seed=seed)


def _variation(source: random.Random) -> dict[str, str]:
    """What differs from pair to pair and is the same on both sides: hash seed and size of the environment.

    The size moves the stack, which alone can change timings (Mytkowicz et al., ASPLOS 2009).
    """
    return {"PYTHONHASHSEED": str(source.randrange(2**31)), "PADDING": "x" * source.randrange(4096)}


def _session(
    target: Target, room: Room, place: Seat, benchmarks: Sequence[Benchmark], environment: Mapping[str, str], core: int
) -> dict[str, Any]:  # Any: the harness's JSON
    nodes = [benchmark.id for benchmark in benchmarks]
    limit = min(room.limits.wall_seconds, WALL_LIMIT_SECONDS + 10 * len(benchmarks))
    more = {"turns": place.pipes, "core": core}
    return run_pytest(target, room, "benchmark", nodes, more=more, environment=environment, wall_seconds=limit)[0]


def _timings(
    place: Seat, side: str, benchmarks: Sequence[Benchmark], edited: Sequence[str]
) -> tuple[dict[str, Timing], Mapping[str, Sequence[str | None]]]:
    assert place.running is not None
    try:
        session = place.running.result()
    except HarnessFailed as error:
        raise BenchmarkFailed(side, str(error)) from error
    _check_session(session, side, benchmarks, edited)
    timings = {one.id: _timing(session["timings"][one.id], place.turns.get(one.id, []), side) for one in benchmarks}
    return timings, session["results"]


def _compare_results(old: Mapping[str, Sequence[str | None]], new: Mapping[str, Sequence[str | None]]) -> None:
    """First and last result of each benchmark; the last only where the old code gives the same again and again."""
    for name, (first, *_, last) in old.items():
        repeatable = first == last
        results = new.get(name) or [None]
        for before, after in ((first, results[0]), (last, results[-1])):
            if before is not None and before != after and (repeatable or before is first):
                raise BenchmarkFailed("candidate", f"{name} computes {after}, not {before} as before, while it is timed")


def _check_session(
    session: Mapping[str, Any], side: str, benchmarks: Sequence[Benchmark], edited: Sequence[str]
) -> None:  # Any: the harness's JSON
    for benchmark in benchmarks:
        if session["tests"].get(benchmark.id) != "passed" or benchmark.id not in session["timings"]:
            said = session["longest"].get(benchmark.id) or f"{session['tests'].get(benchmark.id, 'it was not collected')}"
            raise BenchmarkFailed(side, f"{benchmark.id} failed: {said.strip().splitlines()[-1]}")
        timing = session["timings"][benchmark.id]
        worked = sum(cpu for _, _, cpu in timing["samples"])
        if timing["hidden"] > HIDDEN_SHARE * worked + HIDDEN_SECONDS * 1e9:
            raise BenchmarkFailed(side, f"{benchmark.id} worked for {timing['hidden'] / 1e9:.3f} s when it was not timed")
        if timing["children"]:
            raise BenchmarkFailed(side, f"{benchmark.id} leaves {timing['children']} processes running, which nobody times")
        if not timing["samples"]:
            raise BenchmarkFailed(side, f"{benchmark.id} was not timed")
    foreign = [path for path in edited if path not in session["loaded"]]
    if foreign:
        raise BenchmarkFailed(side, f"{', '.join(foreign)} of the checkout was not loaded: other code was timed")


def _time_command(room: Room, side: str, benchmark: Benchmark, environment: Mapping[str, str], core: int) -> Timing:
    spec = {"command": list(benchmark.command), "stdout": str(room.inside_results / "stdout.txt")}
    limit = min(room.limits.wall_seconds, WALL_LIMIT_SECONDS)
    try:
        used, finished = run_harness(room, "command.py", spec, environment=environment, cores=(core,), wall_seconds=limit)
    except HarnessFailed as error:
        raise BenchmarkFailed(side, str(error)) from error
    if used["code"] != 0:
        raise BenchmarkFailed(side, f"`{benchmark.id}` ended with code {used['code']}: {finished.trouble}")
    sample = Sample(loops=1, wall_seconds=used["wall"] / 1e9, cpu_seconds=used["cpu"] / 1e9)
    return Timing(cold=sample, samples=(sample,))


def _timing(raw: Mapping[str, Any], turns: Sequence[float], side: str) -> Timing:  # Any: the harness's JSON
    """The samples with what our own clock says of each; the first turn was the first call, the second the settling."""
    if len(turns) != len(raw["samples"]) + 2:
        raise BenchmarkFailed(side, f"it reports {len(raw['samples'])} samples and was told to take {len(turns) - 2}")
    pairs = zip(raw["samples"], turns[2:], strict=True)
    return Timing(cold=_sample(raw["cold"], turns[0]), samples=tuple(_sample(sample, outside) for sample, outside in pairs))


def _sample(raw: Sequence[int], outside: float) -> Sample:
    loops, wall, cpu = raw
    return Sample(loops=loops, wall_seconds=wall / 1e9, cpu_seconds=cpu / 1e9, outside_seconds=outside)
