"""From checks and measurements to a verdict, without side effects; whatever is missing reads as "not accepted"."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from tools.benchmarking import BREAK_EVEN_CALLS, MOST_IMPORT_SECONDS
from tools.comparing import import_seconds
from tools.values import BenchmarkKind, Candidate, Check, Clock, Interval, Measurement, Outcome, Verdict

ALPHA = 0.01  # chance, over a whole run, that any commit is not faster by min_gain


def confirmation_alpha(number: int) -> float:
    """Error that the `number`-th confirmation of a run (from 1) may spend: the sum over all of them is ALPHA."""
    return ALPHA / (number * (number + 1))


def rejected(candidate: Candidate, base: str, outcome: Outcome, checks: Sequence[Check], seconds: float) -> Verdict:
    """A verdict on a candidate that failed a check: the last one says why."""
    return Verdict(
        candidate=candidate, base=base, outcome=outcome, reason=checks[-1].detail, checks=tuple(checks), seconds=seconds
    )


def judged(
    candidate: Candidate,
    base: str,
    checks: Sequence[Check],
    measurement: Measurement,
    *,
    min_gain: float,
    allow_caching: bool,
    seconds: float,
    rounding: str = "",
) -> Verdict:
    """The verdict on a candidate that passed all checks and was measured.

    `rounding` says how results differ in their last digits; then it is never more than ROUNDING.
    """
    outcome = measurement.outcome
    if any(not check.passed for check in checks):
        outcome = Outcome.BROKEN  # cannot happen; if it does, it is not an acceptance
    elif outcome is Outcome.CACHED and allow_caching and measurement.figure.low > 1 + min_gain:
        outcome = Outcome.FASTER
    verdict = Verdict(
        candidate=candidate,
        base=base,
        outcome=outcome,
        reason=_reason(outcome, measurement, min_gain),
        checks=tuple(checks),
        measurements=(measurement,),
        seconds=seconds,
    )
    return rounded(verdict, rounding) if verdict.accepted and rounding else verdict


def rounded(verdict: Verdict, rounding: str) -> Verdict:
    """The verdict on what is faster, and differs in last digits."""
    said = f"results differ by rounding: {rounding} (tolerance = 1e-12 in [tool.optimize] accepts that)"
    return verdict.model_copy(update={"outcome": Outcome.ROUNDING, "reason": f"{verdict.reason}; but {said}"})


def regressed(verdict: Verdict, slower: Sequence[str]) -> Verdict:
    """The verdict, unless other benchmarks became slower."""
    if not slower:
        return verdict
    reason = f"{verdict.reason}; but {', '.join(slower[:3])} became slower"
    return verdict.model_copy(update={"outcome": Outcome.REGRESSED, "reason": reason})


def figure(interval: Interval) -> str:
    """For example "3.41x [3.20, 3.58]"."""
    return f"{interval.speedup:.2f}x [{interval.low:.2f}, {interval.high:.2f}]"


def percent(confidence: float) -> str:
    """For example "99.5%" or "99.9917%": as many digits as tell it from certainty."""
    return f"{100 * confidence:.6g}%"


def _reason(outcome: Outcome, measurement: Measurement, min_gain: float) -> str:
    shown = f"{figure(measurement.figure)} at {percent(measurement.figure.confidence)} over {measurement.figure.pairs} pairs"
    clock = "CPU time" if measurement.clock is Clock.CPU else "wall time"
    name = "the command" if measurement.benchmark.kind is BenchmarkKind.COMMAND else measurement.benchmark.id
    if outcome is Outcome.FASTER:
        return f"faster: {shown}, {clock} of {name}{_earned_back(measurement)}"
    if outcome is Outcome.CACHED:
        return _why_cached(measurement)
    if outcome is Outcome.OVERFITTED and measurement.others is not None:
        return (
            f"the benchmark's own inputs are {measurement.figure.speedup:.2f}x as fast, others of the same types and sizes "
            f"only {figure(measurement.others)}"
        )
    if outcome is Outcome.MEMORY:
        return f"{shown}, {clock} of {name}, but the process needs much more memory for it"
    if outcome is Outcome.SAME:
        return f"not faster by {min_gain:.0%}: {shown}, {clock} of {name}"
    if outcome is Outcome.SLOWER:
        return f"slower: {shown}, {clock} of {name}; wall time {figure(measurement.wall)}"
    if outcome is Outcome.UNDECIDED:
        if measurement.noise is not None:
            return (
                f"undecided: {shown}, {clock} of {name}; the unchanged code against itself gives {figure(measurement.noise)}"
            )
        if measurement.figure.low <= 1 + min_gain <= measurement.figure.high:
            return f"undecided: {shown}, {clock} of {name}: the interval holds {1 + min_gain:.2f}x"
        doubt = (
            "the clocks do not agree yet" if measurement.wall.low <= 1 else "our own clock does not show enough of it yet"
        )
        return f"undecided: {shown}, {clock} of {name}; wall time {figure(measurement.wall)}: {doubt}"
    return f"{outcome}: {shown}, {clock} of {name}"


def why_clock(measurement: Measurement) -> str:
    """Why the clock that decided did."""
    share = f"the unchanged code is on the CPU for {measurement.busy:.0%} of its time"
    return f"{share}, so wall time decides" if measurement.clock is Clock.WALL else f"{share}, so CPU time decides"


def _earned_back(measurement: Measurement) -> str:
    if not measurement.one_off_seconds or measurement.break_even is None:
        return ""
    once = f"{measurement.one_off_seconds * 1000:.2g} ms are paid once"
    return f"; {once}, earned back after {counted_calls(measurement.break_even)}"


def counted_calls(calls: float) -> str:
    """For example "1 call" or "17 calls": so many are needed at least."""
    whole = math.ceil(calls)
    return f"{whole} call" + ("" if whole == 1 else "s")


def _why_cached(measurement: Measurement) -> str:
    once, repeated = measurement.one_off_seconds, f"{measurement.figure.speedup:.1f}x as fast"
    if once and measurement.break_even is not None and measurement.break_even > BREAK_EVEN_CALLS:
        return (
            f"later calls are {repeated}, but {once * 1000:.1f} ms more are paid once, which is earned back "
            f"after {counted_calls(measurement.break_even)} only"
        )
    more = import_seconds(measurement.pairs)
    if more and median(more) > MOST_IMPORT_SECONDS:
        longer = f"importing takes {median(more) * 1000:.0f} ms more, also for those who call nothing"
        return f"later calls are {repeated}, but {longer}"
    elsewhere = f", other arguments only {measurement.others.speedup:.2f}x" if measurement.others is not None else ""
    return (
        f"repeated calls with the same arguments are {repeated}, first calls only "
        f"{measurement.cold.speedup:.2f}x{elsewhere}: results are remembered, the work is not done faster"
    )
