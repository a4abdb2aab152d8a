"""Times baseline and candidate in pairs of fresh processes, pinned to one core, nothing else of ours running."""

from __future__ import annotations

import fcntl
import math
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tools.comparing import (
    busy_share,
    center,
    cold_log_ratios,
    cold_savings,
    decide,
    deciding_clock,
    import_seconds,
    instruction_log_ratios,
    interval,
    log_ratios,
    looks,
    one_off_seconds,
    others_log_ratios,
    outside_log_ratios,
    overstated,
    saved_seconds,
)
from tools.origin import check_elsewhere, own_modules
from tools.rooms import HarnessFailed, Target, run_harness, run_pytest
from tools.turns import Played, Rounds, Seat, referee, seat
from tools.values import Benchmark, BenchmarkKind, Clock, Interval, Measurement, Outcome, Pair, Sample, Timing
from workspaces.sandbox import Room

SHARED = Rounds(enough_seconds=0.04, fewest=3)  # for each of many benchmarks in one process
WALL_LIMIT_SECONDS = 120.0
MOST_TURNS = 3  # that a process may wait for in one benchmark, when nobody leads it any more
LOCKS = Path("/tmp")  # noqa: S108  not $TMPDIR: the core is the machine's, and sessions may have a TMPDIR of their own
SCREENING_PAIRS = 3
SCREENING_ALPHA = 0.05
CACHE_PAIRS = 3  # first calls are compared after so many pairs
OBVIOUS_GAIN = 3.0  # a warm speedup of at least this, that no first call has, needs no more pairs
LARGE_GAIN = 1.5
HALF, LITTLE = 0.5, 0.25  # parts of the time saved by a later call that a first call must save
COLD_ALPHA = 0.05
FAR_ABOVE = 1.1  # a gain nearer to min_gain than that is held against pairs of the baseline with itself
FEWEST_NOISE_PAIRS = 6  # fewer have no interval at 95 %
OTHER_ROUNDS, OTHER_PAIRS = 1, 8  # calls with other arguments: rounds in a pair, and in how many of the first pairs
BREAK_EVEN_CALLS = 100  # what is made once must be earned back by then
MOST_IMPORT_SECONDS = 0.02  # more than before, which also those pay who call nothing
LEAST_ONE_OFF = 0.001  # seconds; first calls vary by less than that
MEMORY_SHARE, MEMORY_BYTES, MEMORY_TRADE = 1.25, 32 * 2**20, 2.0
HIDDEN_SHARE, HIDDEN_SECONDS = 0.1, 0.02  # CPU time outside the timed part: more is work moved out of sight


class BenchmarkFailed(Exception):
    """A benchmark could not be timed on one side; `side` is "baseline" or "candidate"."""

    def __init__(self, side: str, sentence: str) -> None:
        super().__init__(sentence)
        self.side = side


class Results(NamedTuple):
    """What the benchmarks of one session computed."""

    results: Mapping[str, Sequence[str | None]]  # by benchmark: digests of the first, the settling and the last result
    others: Mapping[str, Sequence[Sequence[str | None]]]  # by benchmark: call, result, arguments before and after


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
    max_seconds: float = math.inf,
    on_pair: Callable[[int], None] = lambda _: None,
) -> Measurement:
    """Pairs until the sequential rule of `comparing.decide` has an answer; BenchmarkFailed if a side cannot be timed.

    A gain that first calls clearly do not have ends it early as CACHED, unless caching is allowed. A small gain must also
    lie above all that the baseline may show against itself, interval above interval, or it stays UNDECIDED. UNDECIDED too
    if another pair would probably not be over after `max_seconds`.
    """
    found = _decided(target, sides, benchmark, alpha, min_gain, random_source, allow_caching, max_seconds, on_pair)
    if found.outcome is not Outcome.FASTER or found.figure.low >= FAR_ABOVE * (1 + min_gain):
        return found
    count = max(len(found.pairs), FEWEST_NOISE_PAIRS)
    noise = _noise(target, sides.baseline, benchmark, found.clock, count, random_source)
    loud = noise is None or max(noise.high, 1 / noise.low) >= found.figure.low
    return found.model_copy(update={"noise": noise, "outcome": Outcome.UNDECIDED if loud else found.outcome})


def _decided(
    target: Target,
    sides: Sides,
    benchmark: Benchmark,
    alpha: float,
    min_gain: float,
    random_source: random.Random,
    allow_caching: bool,
    max_seconds: float,
    on_pair: Callable[[int], None],
) -> Measurement:
    pairs: list[Pair] = []
    ends: list[float] = []
    for pair in _pairs(target, sides, benchmark, random_source, others=OTHER_ROUNDS, min_gain=min_gain):
        pairs.append(pair)
        ends.append(time.monotonic())
        on_pair(len(pairs))
        clock = deciding_clock(pairs[:1])  # fixed before anything is compared
        if len(pairs) >= CACHE_PAIRS and not allow_caching and is_cached(pairs, clock, obvious=True):
            outcome = Outcome.CHEATING if _hidden(pairs, clock) is Outcome.CHEATING else Outcome.CACHED
            return _measurement(benchmark, pairs, clock, outcome, None)
        decided = decide(log_ratios(pairs, clock), alpha, min_gain)
        late = _spent(ends) > max_seconds
        if decided is None:
            if late:
                return _measurement(benchmark, pairs, clock, Outcome.UNDECIDED, None)
            continue
        outcome, figure = decided
        if outcome is not Outcome.FASTER:
            return _measurement(benchmark, pairs, clock, outcome, figure)
        doubt = doubts(pairs, clock, alpha)
        if doubt is Outcome.UNDECIDED and len(pairs) < looks(alpha)[-1][0] and not late:
            continue  # the other clock may come round with more pairs
        doubt = doubt or where_else(pairs, clock) or (Outcome.MEMORY if grows(pairs, figure) else None)
        return _measurement(benchmark, pairs, clock, doubt or outcome, figure)
    raise AssertionError("unreachable: pairs do not end")


def _spent(ends: Sequence[float]) -> float:
    """Seconds of these pairs and one more as long as the longest, from the moments at which they ended.

    The first counts as much as the longest too: before it, another run may have held the core.
    """
    return ends[-1] - ends[0] + 2 * max((after - before for before, after in pairwise(ends)), default=0.0)


def _noise(
    target: Target, baseline: str, benchmark: Benchmark, clock: Clock, count: int, random_source: random.Random
) -> Interval | None:
    """The baseline against itself: what this machine, now, makes of no difference at all, over as many pairs as the gain."""
    pairs = list(islice(_pairs(target, Sides(baseline, baseline), benchmark, random_source), count))
    return interval(log_ratios(pairs, clock), COLD_ALPHA)


def screen(
    target: Target, sides: Sides, benchmark: Benchmark, *, min_gain: float, random_source: random.Random
) -> Measurement:
    """A rough look, to rank candidates: FASTER means "worth confirming" here and is never reported as proof.

    A candidate that does not look promising after a few pairs gets as many as a fair refusal needs.
    """
    pairs: list[Pair] = []
    for pair in _pairs(target, sides, benchmark, random_source, others=OTHER_ROUNDS, min_gain=min_gain):
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


def _pairs(
    target: Target, sides: Sides, benchmark: Benchmark, source: random.Random, others: int = 0, min_gain: float = 0.0
) -> Iterator[Pair]:
    """Pairs without end, while the machine's timing core is ours.

    The first has `others` rounds with other arguments, and so have the next ones while a gain is in sight.
    """
    pairs: list[Pair] = []
    with timing_core(target.on_wait) as core:
        while True:
            ratios = log_ratios(pairs, deciding_clock(pairs[:1]))
            hopeful = not ratios or median(ratios) > math.log(1 + min_gain) / 2
            rounds = others if hopeful and sum(bool(pair.baseline.others) for pair in pairs) < OTHER_PAIRS else 0
            # the clock outside is read while they settle, which slow ones do in every other pair
            slow = len(pairs) % 2 == 1 and pairs[-1].baseline.settled is not None
            found = _pair_of(target, sides, [benchmark], source, core, Rounds(others=rounds, slow=slow))
            pairs.append(found[benchmark.id])
            yield pairs[-1]


def measure_all(
    target: Target, sides: Sides, benchmarks: Sequence[Benchmark], *, pairs: int, random_source: random.Random
) -> dict[str, list[float]]:
    """Log ratios of many benchmarks, `pairs` each, on each one's deciding clock; all of them share a process."""
    collected: dict[str, list[Pair]] = {benchmark.id: [] for benchmark in benchmarks}
    with timing_core(target.on_wait) as core:
        for _ in range(pairs):
            for name, pair in _pair_of(target, sides, benchmarks, random_source, core, SHARED).items():
                collected[name].append(pair)
    return {name: log_ratios(found, deciding_clock(found[:1])) for name, found in collected.items()}


def is_cached(pairs: Sequence[Pair], clock: Clock, *, obvious: bool) -> bool:
    """True if later calls are faster but first calls do not save that time: the mark of a result cache.

    First calls of small functions vary by half, so they are compared only to show that the saving is not there: in no pair
    (`obvious`, for an early stop; or in no pair with other arguments), or, at the end, by an interval that excludes half of
    it, or on average where the gain is large. The one sample of a command is its first call, so a command is never cached.
    Where calls with other arguments are faster too, it is no cache, whatever first calls say: they may pay for something
    that is made once.
    """
    gain = sum(log_ratios(pairs, clock)) / len(pairs)
    if _holds_elsewhere(pairs, clock, gain):
        return False
    savings = cold_savings(pairs, clock)
    if obvious:
        others = others_log_ratios(pairs, clock)
        absent = max(others, default=gain) < gain * LITTLE or max(savings, default=1.0) < LITTLE
        return gain > math.log(OBVIOUS_GAIN) and absent
    found = center(savings, COLD_ALPHA)
    if found is None:
        return gain > 0 and sum(savings) < LITTLE * len(savings)
    middle, _, high = found
    return high < HALF or (gain > math.log(LARGE_GAIN) and middle < LITTLE)


def where_else(pairs: Sequence[Pair], clock: Clock) -> Outcome | None:
    """Why a gain is not believed to be one on other inputs and over a whole program, None if it is.

    OVERFITTED where calls with other arguments surely gain less than half (in logarithms); CACHED where only repeated calls
    are faster, or where what is made once is not earned back within BREAK_EVEN_CALLS or makes importing slow.
    """
    gain = sum(log_ratios(pairs, clock)) / len(pairs)
    elsewhere = others_log_ratios(pairs, clock)
    if elsewhere and _range(elsewhere)[1] < gain * HALF:
        return Outcome.CACHED if is_cached(pairs, clock, obvious=False) else Outcome.OVERFITTED
    if is_cached(pairs, clock, obvious=False):
        return Outcome.CACHED
    once, saved = one_off_seconds(pairs, clock), median(saved_seconds(pairs, clock))
    if _range(import_seconds(pairs))[0] > MOST_IMPORT_SECONDS:
        return Outcome.CACHED
    return Outcome.CACHED if _range(once)[0] > max(BREAK_EVEN_CALLS * saved, LEAST_ONE_OFF) else None


def grows(pairs: Sequence[Pair], figure: Interval) -> bool:
    """True if the process surely needs more than a quarter and MEMORY_BYTES more memory than before, for less than 2x.

    Peak memory of a whole process, as the system counts it: what imports need is part of both sides.
    """
    old, new = (
        [side.peak_bytes for side in sides] for sides in zip(*((p.baseline, p.candidate) for p in pairs), strict=True)
    )
    if figure.low >= MEMORY_TRADE or not all(old):
        return False
    more = [after - before for before, after in zip(old, new, strict=True)]
    times = [after / before for before, after in zip(old, new, strict=True)]
    return _range(more)[0] > MEMORY_BYTES and _range(times)[0] > MEMORY_SHARE


def _range(values: Sequence[float]) -> tuple[float, float]:
    """Ends of the interval of the centre; of the values themselves where they are too few for one."""
    found = center(values, COLD_ALPHA)
    return found[1:] if found is not None else (min(values), max(values))


def _holds_elsewhere(pairs: Sequence[Pair], clock: Clock, gain: float) -> bool:
    """True if calls with other arguments surely gain half as much (in logarithms)."""
    others = others_log_ratios(pairs, clock)
    return bool(others) and _range(others)[0] > gain * HALF


def doubts(pairs: Sequence[Pair], clock: Clock, alpha: float) -> Outcome | None:
    """Why a gain on the deciding clock is not believed, None if it is.

    UNDECIDED where CPU time fell and wall time is not shown to (work moved to where we do not count it, or noise), or where
    our own clock only seems to show less; SLOWER where wall time fell and CPU time surely rose; CHEATING where our own
    clock, from telling a process to work until it has done, surely shows less than half of the gain (in logarithms) that its
    clocks show.
    """
    hidden = _hidden(pairs, clock)
    if hidden is Outcome.CHEATING and clock is Clock.WALL:
        return hidden
    wall = interval(log_ratios(pairs, Clock.WALL), alpha)
    if clock is Clock.CPU and (wall is None or wall.low <= 1):
        return Outcome.UNDECIDED
    cpu = interval(log_ratios(pairs, Clock.CPU), alpha)
    if clock is Clock.WALL and cpu is not None and cpu.high < 1:
        return Outcome.SLOWER
    return hidden


def _hidden(pairs: Sequence[Pair], clock: Clock) -> Outcome | None:
    """CHEATING if the clock outside surely shows less than half (in logarithms) of the gain that the processes' own show.

    UNDECIDED if the two clocks only seem to disagree about the same calls.
    """
    half = sum(log_ratios(pairs, clock)) / len(pairs) * HALF
    outside, more = outside_log_ratios(pairs), overstated(pairs)
    if half <= 0 or not outside:
        return None
    if _range(outside)[1] < half or _range(more)[0] > half:
        return Outcome.CHEATING
    return Outcome.UNDECIDED if median(more) > half else None


@contextmanager
def timing_core(on_wait: Callable[[], None]) -> Iterator[int]:
    """The core that timings are pinned to; machine-wide one at a time, freed when its holder dies.

    `on_wait` is called where somebody else has it, before waiting for him.
    """
    core = max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    lock = _timing_lock(core)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield core
    finally:
        os.close(lock)


def _timing_lock(core: int) -> int:
    """Descriptor of the lock file of a core: one for all users of the machine, so nobody writes to it."""
    path = LOCKS / f"verispeed-timing-{core}.lock"
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # whatever others may have put there
    with suppress(FileExistsError):
        made = os.open(path, flags | os.O_CREAT | os.O_EXCL)
        os.fchmod(made, 0o644)
        os.close(made)
    return os.open(path, flags)


def _measurement(
    benchmark: Benchmark, pairs: Sequence[Pair], clock: Clock, outcome: Outcome, figure: Interval | None
) -> Measurement:
    wall = log_ratios(pairs, Clock.WALL)
    rough = 2.0 ** (1 - len(pairs))  # the best confidence that so few pairs can have
    report = figure or interval(log_ratios(pairs, clock), rough)
    wide = interval(wall, max(rough, 1 - report.confidence if report else 1.0))
    cold = interval(cold_log_ratios(pairs, clock), max(rough, 0.05))
    elsewhere = others_log_ratios(pairs, clock)
    counted = instruction_log_ratios(pairs)
    extra, saved = one_off_seconds(pairs, clock), median(saved_seconds(pairs, clock))
    once = median(extra) if _range(extra)[0] > 0 else 0.0
    assert report is not None
    assert wide is not None
    assert cold is not None
    return Measurement(
        benchmark=benchmark,
        clock=clock,
        outcome=outcome,
        figure=report,
        wall=wide,
        cold=cold,
        others=interval(elsewhere, max(2.0 ** (1 - len(elsewhere)), 0.05)),
        busy=busy_share(pairs[:1]),
        instructions=interval(counted, max(2.0 ** (1 - len(counted)), 0.05)),
        one_off_seconds=once,
        break_even=once / saved if saved > 0 else None,
        pairs=tuple(pairs),
    )


def _pair_of(
    target: Target,
    sides: Sides,
    benchmarks: Sequence[Benchmark],
    source: random.Random,
    core: int,
    rounds: Rounds,
) -> dict[str, Pair]:
    """One pair of fresh processes in rooms of their own: nothing that a process writes can help a later one."""
    with target.room(sides.baseline) as old, target.room(sides.candidate) as new:
        return _pair_in(target, old, new, sides, benchmarks, source, core, rounds)


def _pair_in(
    target: Target,
    old: Room,
    new: Room,
    sides: Sides,
    benchmarks: Sequence[Benchmark],
    source: random.Random,
    core: int,
    rounds: Rounds,
) -> dict[str, Pair]:
    """One pair of fresh processes, with one pair of timings for each benchmark."""
    variation = _variation(source)
    if benchmarks[0].kind is BenchmarkKind.COMMAND:
        return {benchmark.id: _pair_of_commands(old, new, benchmark, source, variation, core) for benchmark in benchmarks}
    with seat(old) as left, seat(new) as right, ThreadPoolExecutor(2) as pool:
        try:
            for one, room in ((left, old), (right, new)):
                one.running = pool.submit(_session, target, room, one, benchmarks, variation, core, rounds.others)
            names = [benchmark.id for benchmark in benchmarks]
            late = referee((left, right), names, source, rounds)
            for one in (left, right):
                # whoever still waits for a turn goes on to its end
                one.tell(b"x" * len(benchmarks) * (MOST_TURNS + rounds.others))
            timings: dict[str, dict[str, Timing]] = {}
            results: dict[str, Results] = {}
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
    target: Target,
    room: Room,
    place: Seat,
    benchmarks: Sequence[Benchmark],
    environment: Mapping[str, str],
    core: int,
    others: int,
) -> dict[str, Any]:  # Any: the harness's JSON
    nodes = [benchmark.id for benchmark in benchmarks]
    limit = min(room.limits.wall_seconds, WALL_LIMIT_SECONDS + 10 * len(benchmarks))
    more = {"turns": place.pipes, "core": core, "others": others, "seed": environment["PYTHONHASHSEED"]}
    return run_pytest(target, room, "benchmark", nodes, more=more, environment=environment, wall_seconds=limit)[0]


def _timings(
    place: Seat, side: str, benchmarks: Sequence[Benchmark], edited: Sequence[str]
) -> tuple[dict[str, Timing], Results]:
    assert place.running is not None
    try:
        session = place.running.result()
    except HarnessFailed as error:
        raise BenchmarkFailed(side, str(error)) from error
    _check_session(session, side, benchmarks, edited)
    timings = {one.id: _timing(session["timings"][one.id], place.played.get(one.id), side) for one in benchmarks}
    return timings, Results(session["results"], session["others"])


def _compare_results(old: Results, new: Results) -> None:
    """Results of the first, settling and last calls of each benchmark; where the old code repeats itself, all of them.

    There those on other inputs are compared too.
    """
    for name, expected in old.results.items():
        repeatable = len(set(expected)) == 1
        results = new.results.get(name) or []
        for place, before in enumerate(expected):
            after = results[place] if place < len(results) else None
            if before is not None and before != after and (repeatable or place == 0):
                raise BenchmarkFailed("candidate", f"{name} computes {after}, not {before} as before, while it is timed")
        if repeatable:
            _compare_elsewhere(name, old.others.get(name, ()), new.others.get(name, ()))


def _compare_elsewhere(name: str, old: Sequence[Sequence[str | None]], new: Sequence[Sequence[str | None]]) -> None:
    """Results, and what became of the arguments, on other inputs of the same kind: the same ones on both sides, in order.

    Where the old function raises, the input is not in its domain.
    """
    if old and not new:
        raise BenchmarkFailed("candidate", f"what {name} times can no longer be called with other arguments")
    for (call, before, given, left), (_, after, taken, now) in zip(old, new, strict=False):
        if _raises(before) or given is None or given != taken:  # made by chance: the sides got different ones
            continue
        if _raises(after) or (before is not None and before != after):
            raise BenchmarkFailed(
                "candidate", f"called with ({call}), what {name} times gives {after}, not {before} as before"
            )
        if left is not None and left != now:
            reason = f"called with ({call}), what {name} times leaves its arguments as {now}, not {left}"
            raise BenchmarkFailed("candidate", reason)


def _raises(said: str | None) -> bool:
    return said is not None and said.startswith("raises ")


def _check_session(
    session: Mapping[str, Any], side: str, benchmarks: Sequence[Benchmark], edited: Sequence[str]
) -> None:  # Any: the harness's JSON
    for benchmark in benchmarks:
        if session["tests"].get(benchmark.id) != "passed" or benchmark.id not in session["timings"]:
            said = session["longest"].get(benchmark.id) or f"{session['tests'].get(benchmark.id, 'it was not collected')}"
            raise BenchmarkFailed(side, f"{benchmark.id} failed: {said.strip().splitlines()[-1]}")
        timing = session["timings"][benchmark.id]
        worked = sum(cpu for _, _, cpu, *_ in (timing["cold"], *timing["others"], *timing["samples"]))
        if timing["hidden"] > HIDDEN_SHARE * worked + HIDDEN_SECONDS * 1e9:
            raise BenchmarkFailed(side, f"{benchmark.id} worked for {timing['hidden'] / 1e9:.3f} s when it was not timed")
        if timing["children"]:
            raise BenchmarkFailed(side, f"{benchmark.id} leaves {timing['children']} processes running, which nobody times")
        if not timing["samples"]:
            raise BenchmarkFailed(side, f"{benchmark.id} was not timed")
    if edited and not set(edited) & set(session["loaded"]):
        raise BenchmarkFailed(side, f"{', '.join(edited)} of the checkout was not loaded: other code was timed")
    foreign = check_elsewhere(own_modules(session["elsewhere"]))
    if foreign is not None:
        raise BenchmarkFailed(side, f"other code was timed: {foreign.detail}")


def _time_command(room: Room, side: str, benchmark: Benchmark, environment: Mapping[str, str], core: int) -> Timing:
    spec = {"command": list(benchmark.command), "stdout": str(room.inside_results / "stdout.txt")}
    limit = min(room.limits.wall_seconds, WALL_LIMIT_SECONDS)
    try:
        used, finished = run_harness(room, "command.py", spec, environment=environment, cores=(core,), wall_seconds=limit)
    except HarnessFailed as error:
        raise BenchmarkFailed(side, str(error)) from error
    if used["code"] != 0:
        raise BenchmarkFailed(side, f"`{benchmark.id}` ended with code {used['code']}: {finished.trouble}")
    sample = _sample([1, *(used[name] for name in ("wall", "cpu", "delay", "instructions"))], None)
    return Timing(cold=sample, samples=(sample,), peak_bytes=used["peak"] * 1024)


def _timing(raw: Mapping[str, Any], played: Played | None, side: str) -> Timing:  # Any: the harness's JSON
    """The samples with what our own clock says of each."""
    told = played.samples if played else ()
    if played is None or len(told) != len(raw["samples"]) or (played.settling is None) is not (raw["settled"] is None):
        raise BenchmarkFailed(side, f"it reports {len(raw['samples'])} samples and was told to take {len(told)}")
    outside = zip(raw["samples"], told, strict=True)
    return Timing(
        cold=_sample(raw["cold"], played.first),
        settled=_sample(raw["settled"], played.settling) if played.together and raw["settled"] else None,
        samples=tuple(_sample(one, None if played.together else seconds, played.together) for one, seconds in outside),
        others=tuple(_sample(one, None) for one in raw["others"]),
        import_seconds=sum(raw["imported"].values()),
        peak_bytes=raw["peak"] * 1024,
    )


def _sample(raw: Sequence[int], outside: float | None, together: bool = False) -> Sample:
    loops, wall, cpu, delay, instructions = raw
    return Sample(
        loops=loops,
        wall_seconds=wall / 1e9,
        cpu_seconds=cpu / 1e9,
        delayed_seconds=delay / 1e9,
        instructions=instructions or None,
        outside_seconds=outside,
        together=together,
    )
