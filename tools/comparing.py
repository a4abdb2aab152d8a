"""Pure statistics: from pairs of fresh processes to a speedup with an interval that survives repeated looks.

Per pair the figure is the median of log(baseline / candidate) over its rounds. Baseline and candidate run in random order,
so under "no difference" the log ratio is symmetric about 0 whatever the noise (heavy tails, drift, two
frequency states), and under "faster by s" about log(s). The interval therefore comes from the Wilcoxon signed-rank
distribution, which needs symmetry only: the Hodges-Lehmann estimate with its Walsh-average interval (Hodges and Lehmann,
Ann. Math. Statist. 34, 1963; Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, 3rd ed., section 3.3).
Looking more than once is paid for by splitting the error over a fixed plan of looks (Bonferroni; the oldest form of the
alpha spending of Lan and DeMets, Biometrika 70, 1983).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache, partial
from itertools import combinations_with_replacement
from statistics import median
from typing import NamedTuple

from tools.values import Clock, Interval, Outcome, Pair, Sample

LOOKS = 5  # planned looks at which "faster" may be said
FIRST_LOOK_SHARE = 0.5  # of the error; the other looks share the rest
# when to look whether it is hopeless, and the error of each look; together 5 %
FUTILITY = {6: 2**-5, **dict.fromkeys((10, 14, 20, 28, 40), (0.05 - 2**-5) / 5)}
FUTILITY_ALPHA, FUTILITY_PAIRS = 0.05, min(FUTILITY)
ANOTHER_WAY = 2.0  # calls with other arguments that take more, or less than half, of the usual time are of another kind
CPU_BOUND = 0.8  # CPU time decides where the baseline spends at least this share of its wall time on the CPU


def interval(log_ratios: Sequence[float], alpha: float) -> Interval | None:
    """Hodges-Lehmann speedup and its signed-rank interval of confidence 1 - alpha; None if there are too few pairs.

    `log_ratios` are natural logarithms of old time / new time, one a pair.
    """
    found = center(log_ratios, alpha)
    if found is None:
        return None
    middle, low, high = map(math.exp, found)
    return Interval(speedup=middle, low=low, high=high, confidence=1 - alpha, pairs=len(log_ratios))


def center(values: Sequence[float], alpha: float) -> tuple[float, float, float] | None:
    """Hodges-Lehmann estimate of the centre of symmetry, with the low and high end of its interval; None if too few."""
    rank = _critical_rank(len(values), alpha / 2)
    if rank is None or not values:
        return None
    walsh = sorted((a + b) / 2 for a, b in combinations_with_replacement(values, 2))
    return median(walsh), walsh[rank], walsh[len(walsh) - 1 - rank]


def fewest_pairs(alpha: float) -> int:
    """Smallest number of pairs that can reach a two-sided error of `alpha`: all of them must agree."""
    return math.ceil(math.log2(2 / alpha))


def looks(alpha: float) -> tuple[tuple[int, float], ...]:
    """The plan: after how many pairs to look, and the two-sided error that each look may spend (they add up to alpha)."""
    spent = [alpha * FIRST_LOOK_SHARE] + [alpha * (1 - FIRST_LOOK_SHARE) / (LOOKS - 1)] * (LOOKS - 1)
    first = fewest_pairs(spent[0])
    counts = [first, *(max(math.ceil(first * 1.4**step), fewest_pairs(spent[step]) + step) for step in range(1, LOOKS))]
    return tuple(zip(counts, spent, strict=True))


def decide(log_ratios: Sequence[float], alpha: float, min_gain: float) -> tuple[Outcome, Interval] | None:
    """What these pairs say so far, or None for "go on": called after every pair, always with all pairs.

    FASTER only at a planned look with the whole interval above 1 + min_gain. SAME or SLOWER at a look of FUTILITY whose
    interval lies wholly below it (95 % over all of these looks), UNDECIDED after the last look.
    """
    plan = dict(looks(alpha))
    count = len(log_ratios)
    if count in plan:
        look = interval(log_ratios, plan[count])
        if look is not None and look.low > 1 + min_gain:
            # over all looks only 1 - alpha holds, however sharp the one that decided
            return Outcome.FASTER, look.model_copy(update={"confidence": 1 - alpha})
    quick = interval(log_ratios, FUTILITY[count]) if count in FUTILITY else None
    if quick is not None and quick.high < 1 + min_gain:
        shown = quick.model_copy(update={"confidence": 1 - FUTILITY_ALPHA})
        return (Outcome.SLOWER if quick.high < 1 and quick.speedup < 1 / (1 + min_gain) else Outcome.SAME), shown
    if count >= max(plan):
        last = interval(log_ratios, plan[max(plan)])
        assert last is not None
        return Outcome.UNDECIDED, last
    return None


def log_ratios(pairs: Iterable[Pair], clock: Clock) -> list[float]:
    """log(old / new) of the warm samples, one a pair: the median over its rounds, each two samples taken side by side."""
    return [median(map(partial(_log_ratio, clock=clock), pair.baseline.samples, pair.candidate.samples)) for pair in pairs]


def cold_log_ratios(pairs: Iterable[Pair], clock: Clock) -> list[float]:
    """log(old / new) of the first calls, one a pair."""
    return [_log_ratio(pair.baseline.cold, pair.candidate.cold, clock) for pair in pairs]


def cold_savings(pairs: Iterable[Pair], clock: Clock) -> list[float]:
    """What the first call saves, in units of what later calls save, one a pair; pairs without a later saving left out.

    About 1 where work was saved, about 0 where results are only remembered. Times are subtracted, not divided, because
    what only a first call pays for (page faults, specialization) comes on top of both sides and would dilute a ratio.
    """
    savings = []
    for pair in pairs:
        saved = _saved(pair, clock)
        if saved > 0:
            first = _seconds(pair.baseline.cold, clock) - _seconds(pair.candidate.cold, clock)
            savings.append(first / saved)
    return savings


def others_log_ratios(pairs: Iterable[Pair], clock: Clock) -> list[float]:
    """log(old / new) of calls with other arguments, one a pair; empty where there were none that tell anything.

    They tell nothing where the old code takes less than half or more than twice its usual time: then they go another way.
    """
    ratios = []
    for pair in pairs:
        rounds = list(zip(pair.baseline.others, pair.candidate.others, strict=False))
        if not rounds:
            continue
        usual = median(_seconds(sample, clock) / sample.loops for sample in pair.baseline.samples)
        here = median(_seconds(old, clock) / old.loops for old, _ in rounds)
        if usual / ANOTHER_WAY < here < usual * ANOTHER_WAY:
            ratios.append(median(_log_ratio(old, new, clock) for old, new in rounds))
    return ratios


def one_off_seconds(pairs: Iterable[Pair], clock: Clock) -> list[float]:
    """What importing and the first call cost more than before, beside what a later call saves; one a pair.

    About 0 where work was saved or results are remembered; what a table or a compiled pattern costs, where it is made then.
    """
    extra = []
    for pair in pairs:
        cold_new, cold_old = _seconds(pair.candidate.cold, clock), _seconds(pair.baseline.cold, clock)
        imported = pair.candidate.import_seconds - pair.baseline.import_seconds
        extra.append(cold_new - cold_old + _saved(pair, clock) + imported)
    return extra


def import_seconds(pairs: Iterable[Pair]) -> list[float]:
    """CPU time that importing the target takes more than before; one a pair."""
    return [pair.candidate.import_seconds - pair.baseline.import_seconds for pair in pairs]


def saved_seconds(pairs: Iterable[Pair], clock: Clock) -> list[float]:
    """What one warm call saves, one a pair."""
    return [_saved(pair, clock) for pair in pairs]


def _saved(pair: Pair, clock: Clock) -> float:
    old, new = (
        median(_seconds(sample, clock) / sample.loops for sample in side.samples) for side in (pair.baseline, pair.candidate)
    )
    return old - new


def instruction_log_ratios(pairs: Iterable[Pair]) -> list[float]:
    """log(old / new) of the instructions of a call, one a pair; empty where nobody counted them."""
    ratios = []
    for pair in pairs:
        counts = [
            math.log(old.instructions / old.loops) - math.log(new.instructions / new.loops)
            for old, new in zip(pair.baseline.samples, pair.candidate.samples, strict=True)
            if old.instructions and new.instructions
        ]
        if counts:
            ratios.append(median(counts))
    return ratios


def outside_log_ratios(pairs: Iterable[Pair]) -> list[float]:
    """log(old / new) by our own clock outside the processes, one a pair; empty where nobody took it.

    What a turn of the baseline holds beside its timed part (set-up, teardown, saying "done") is taken off on both sides.
    """
    return [
        median(math.log(old.outside / old.loops) - math.log(new.outside / new.loops) for old, new in rounds)
        for rounds in map(_seen_outside, pairs)
        if rounds
    ]


def overstated(pairs: Iterable[Pair]) -> list[float]:
    """By how much (in logarithms) the processes' own clocks show more gain than ours on the very same calls; one a pair.

    About 0 on any machine, however its speed changes from call to call; empty where nobody took our clock.
    """
    return [
        median(math.log(new.outside / new.inside) - math.log(old.outside / old.inside) for old, new in rounds)
        for rounds in map(_seen_outside, pairs)
        if rounds
    ]


class _Seen(NamedTuple):
    """Seconds of one timed part, by our clock and by that of the process."""

    outside: float
    inside: float
    loops: int


def _seen_outside(pair: Pair) -> list[tuple[_Seen, _Seen]]:
    """Calls of both sides, side by side, that our clock saw."""
    alone = [(pair.baseline.settled, pair.candidate.settled)]
    rounds = [
        (old, old.outside_seconds, new, new.outside_seconds)
        for old, new in [*alone, *zip(pair.baseline.samples, pair.candidate.samples, strict=True)]
        if old and new and old.outside_seconds and new.outside_seconds
    ]
    beside = sorted(outside - old.wall_seconds for old, outside, _, _ in rounds)
    usual = beside[len(beside) * 3 // 4] if beside else 0.0  # where it varies, it is the candidate that has the benefit
    return [(_apart(before, usual, old), _apart(after, usual, new)) for old, before, new, after in rounds]


def _apart(outside_seconds: float, beside: float, sample: Sample) -> _Seen:
    """The timed part by the clock outside, in which no process can have spent less than it says itself."""
    inside = _seconds(sample, Clock.WALL)
    return _Seen(max(outside_seconds - beside, inside), inside, sample.loops)


def deciding_clock(pairs: Sequence[Pair]) -> Clock:
    """CPU where the baseline is bound to it, which other processes disturb less; else wall."""
    return Clock.CPU if busy_share(pairs) > CPU_BOUND else Clock.WALL


def busy_share(pairs: Sequence[Pair]) -> float:
    """Share of its own time that the baseline spends on the CPU; 0 where no time passed.

    Time in which it was ready and another process had the core is no waiting of its own.
    """
    samples = [sample for pair in pairs for sample in pair.baseline.samples]
    cpu = sum(sample.cpu_seconds for sample in samples)
    own = sum(max(sample.wall_seconds - sample.delayed_seconds, sample.cpu_seconds) for sample in samples)
    return cpu / own if own > 0 else 0.0


def _log_ratio(old: Sample, new: Sample, clock: Clock) -> float:
    return math.log(_seconds(old, clock) / old.loops) - math.log(_seconds(new, clock) / new.loops)


def _seconds(sample: Sample, clock: Clock) -> float:
    wall = sample.wall_seconds - (sample.delayed_seconds if sample.together else 0.0)
    # a clock that did not move says "at most one tick", never "infinitely fast"
    return max(sample.cpu_seconds if clock is Clock.CPU else wall, 1e-9)


def _critical_rank(count: int, tail: float) -> int | None:
    """How many Walsh averages to cut at each end so that each tail has at most `tail`; None if not even 0 will do."""
    cumulative, rank = 0.0, None
    for statistic, probability in enumerate(_signed_rank(count)):
        cumulative += probability
        if cumulative > tail:
            break
        rank = statistic
    return rank


@cache
def _signed_rank(count: int) -> tuple[float, ...]:
    """Distribution of the signed-rank statistic 0..n(n+1)/2 under symmetry: each rank counts with probability 1/2."""
    probabilities = [1.0]
    for rank in range(1, count + 1):
        padded = [*probabilities, *([0.0] * rank)]
        shifted = [*([0.0] * rank), *probabilities]
        probabilities = [(a + b) / 2 for a, b in zip(padded, shifted, strict=True)]
    return tuple(probabilities)
