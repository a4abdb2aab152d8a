"""From rows to figures: pure, so that a folder can be summed up again at any time, and by other rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, median

from agent.judging import confirmation_alpha
from evals.judging.cases import EFFECTS, SIZES, Load, Part
from evals.judging.chances import Share, most_expected, share
from evals.judging.rows import Row
from evals.judging.rules import RULES
from tools.comparing import FUTILITY_ALPHA, FUTILITY_PAIRS, decide, interval, log_ratios, looks
from tools.values import Clock, Interval, Outcome, Value

ALPHA = confirmation_alpha(1)  # as the loop's first confirmation
MIN_GAIN = 0.05
LIMIT_SECONDS = 10.0  # what a verdict on identical code may take


class Spread(Value):
    """The middle and the ends of some figures."""

    median: float
    ninth_decile: float
    largest: float


class Group(Value):
    """Verdicts of one kind, and what other rules say of their samples."""

    name: str
    accepted: Share
    outcomes: dict[str, int]
    clocks: dict[str, int]
    pairs: Spread
    measuring_seconds: Spread
    wall_seconds: Spread
    over_limit: int  # verdicts that took more than LIMIT_SECONDS of wall time
    able: int  # verdicts with pairs enough to be accepted at all, before their time was over
    rules: dict[str, Share]  # what each accepts
    speedup: float | None  # median of the verdicts' own figures

    @property
    def verdicts(self) -> int:
        """How many."""
        return self.accepted.of


class Exclusions(Value):
    """How often an interval of identical code excludes 1, and how often it says that it may."""

    name: str
    load: Load
    faster: int
    slower: int
    of: int
    stated: float  # mean share that the intervals state, both sides together
    most: int  # exclusions that the stated share still explains

    @property
    def held(self) -> bool:
        """True if the intervals are no worse than they say."""
        return self.faster + self.slower <= self.most


class Goal(Value):
    """One line of what is to be reached."""

    goal: str
    found: str
    reached: bool


class Summary(Value):
    """All figures."""

    machines: tuple[str, ...]
    seed: int | None
    alpha: float
    min_gain: float
    identical: dict[str, Group]  # by load
    sizes: dict[str, tuple[Group, ...]]  # by load, a group a size
    power: tuple[Group, ...]  # by true effect
    exclusions: tuple[Exclusions, ...]
    replayed: dict[str, Share]  # by load: whole verdicts, without a limit of time, on the pairs of identical code: accepted
    failures: tuple[str, ...]
    goals: tuple[Goal, ...]


def summarise(rows: Sequence[Row]) -> Summary:
    """Everything that the rows say, whichever of them are there."""
    aa = {load: [row for row in rows if row.part is Part.AA and row.load is load] for load in Load}
    identical = {load.value: _group(load.value, found) for load, found in aa.items() if found}
    powered = _by(((row.case.effect or "", row) for row in rows if row.part is Part.POWER), EFFECTS)
    power = tuple(_group(effect, found) for effect, found in powered.items())
    exclusions = tuple(one for load, found in aa.items() if found for one in _exclusions(load, found))
    replayed = {load.value: _replayed(found) for load, found in aa.items() if found}
    return Summary(
        machines=tuple(sorted({row.machine for row in rows})),
        seed=rows[0].seed if rows else None,
        alpha=ALPHA,
        min_gain=MIN_GAIN,
        identical=identical,
        sizes={load.value: _sizes(found) for load, found in aa.items() if found},
        power=power,
        exclusions=exclusions,
        replayed=replayed,
        failures=tuple(f"{row.case.name}: {row.failure}" for row in rows if row.failure),
        goals=_goals(identical, {group.name: group for group in power}, exclusions, replayed),
    )


def replay(ratios: Sequence[float], alpha: float, min_gain: float) -> list[tuple[Outcome, Interval]]:
    """Verdicts that the judge's rule gives on a long row of pairs: pair after pair, anew after each verdict.

    A verdict begins only where enough pairs are left for its last look, whether it needs them or not: if those that
    happened to end early counted alone, they would count too often.
    """
    longest = looks(alpha)[-1][0]
    verdicts, start = [], 0
    while start + longest <= len(ratios):
        end = start
        decided = None
        while decided is None:
            end += 1
            decided = decide(ratios[start:end], alpha, min_gain)
        verdicts.append(decided)
        start = end
    return verdicts


def _sizes(rows: Sequence[Row]) -> tuple[Group, ...]:
    return tuple(_group(size, found) for size, found in _by(((row.case.size, row) for row in rows), SIZES).items())


def _group(name: str, rows: Sequence[Row]) -> Group:
    timed = [row for row in rows if row.measurement]
    batches = [(row.calls("baseline"), row.calls("candidate")) for row in timed]
    figures = [row.measurement.figure.speedup for row in timed if row.measurement]
    return Group(
        name=name,
        accepted=share(sum(row.accepted for row in rows), len(rows)),
        outcomes=dict(Counter(row.outcome.value for row in rows)),
        clocks=dict(Counter(row.clock.value for row in timed if row.clock)),
        pairs=_spread([len(row.pairs) for row in timed]),
        measuring_seconds=_spread([row.measuring_seconds for row in timed]),
        wall_seconds=_spread([row.wall_seconds for row in rows]),
        over_limit=sum(row.wall_seconds > LIMIT_SECONDS for row in rows),
        able=sum(len(row.pairs) >= looks(ALPHA)[0][0] or row.outcome is Outcome.SAME for row in rows),
        rules={rule: share(sum(accepts(*both) for both in batches), len(batches)) for rule, accepts in RULES.items()},
        speedup=median(figures) if figures else None,
    )


def _spread(figures: Sequence[float]) -> Spread:
    if not figures:
        return Spread(median=0.0, ninth_decile=0.0, largest=0.0)
    ordered = sorted(figures)
    return Spread(median=median(ordered), ninth_decile=ordered[(9 * len(ordered) - 1) // 10], largest=ordered[-1])


def _replayed(rows: Sequence[Row]) -> Share:
    """How many whole verdicts at MIN_GAIN, as the judge gives them without a limit of time, the pairs would bring about."""
    found = [outcome for chain in _chains(rows) for outcome, _ in replay(chain, ALPHA, MIN_GAIN)]
    return share(sum(outcome is Outcome.FASTER for outcome in found), len(found))


def _chains(rows: Sequence[Row]) -> list[list[float]]:
    """The log ratios of all pairs of one function, in the order in which they were taken; one list a function."""
    timed = [row for row in rows if row.measurement and row.clock]
    by_case = _by((row.case.name, row) for row in timed).values()
    return [
        [
            ratio
            for row in sorted(ours, key=lambda row: row.task.number)
            for ratio in log_ratios(row.pairs, row.clock or Clock.CPU)
        ]
        for ours in by_case
    ]


def _exclusions(load: Load, rows: Sequence[Row]) -> list[Exclusions]:
    """Three looks at the same pairs of identical code, none of which needs anything but them.

    The verdicts' own intervals; the plain interval after as many pairs as every verdict has; and whole verdicts at
    min_gain 0, replayed on all pairs of a function in the order in which they were taken. The last is clean because
    each pair is two fresh processes: where the original verdicts ended says nothing of the pairs that came next.
    """
    timed = [row for row in rows if row.measurement]
    pairs = {row.task.key: log_ratios(row.pairs, row.clock) for row in timed if row.clock}
    own = [row.measurement.figure for row in timed if row.measurement]
    firsts = [interval(found[:FUTILITY_PAIRS], FUTILITY_ALPHA) for found in pairs.values() if len(found) >= FUTILITY_PAIRS]
    zero = [figure for chain in _chains(rows) for _, figure in replay(chain, ALPHA, 0.0)]
    return [
        _count_exclusions(f"the verdicts' own intervals (min_gain {MIN_GAIN:.0%})", load, own),
        _count_exclusions(f"the plain 95 % interval after {FUTILITY_PAIRS} pairs", load, [one for one in firsts if one]),
        _count_exclusions("verdicts at min_gain 0, replayed on the same pairs", load, zero, (ALPHA + FUTILITY_ALPHA) / 2),
    ]


def _count_exclusions(name: str, load: Load, intervals: Sequence[Interval], error: float | None = None) -> Exclusions:
    """`error` is what a procedure may spend that ends because its interval excludes 1; else each interval states its own."""
    stated = error if error is not None else (fmean(1 - one.confidence for one in intervals) if intervals else 0.0)
    return Exclusions(
        name=name,
        load=load,
        faster=sum(one.low > 1 for one in intervals),
        slower=sum(one.high < 1 for one in intervals),
        of=len(intervals),
        stated=stated,
        most=most_expected(stated, len(intervals)),
    )


def _goals(
    identical: Mapping[str, Group],
    power: Mapping[str, Group],
    exclusions: Sequence[Exclusions],
    replayed: Mapping[str, Share],
) -> tuple[Goal, ...]:
    goals = []
    if identical:
        groups = identical.values()
        accepted, verdicts = sum(group.accepted.count for group in groups), sum(group.verdicts for group in groups)
        able = sum(group.able for group in groups)
        found = f"{accepted} of {verdicts}; {verdicts - able} were cut off before they could be"
        goals.append(_goal("at most 1 of 400 identical accepted", found, accepted <= max(1, verdicts // 400)))
        goals += [
            _goal(
                f"{load}: whole verdicts replayed on the same pairs accept none",
                f"{one.count} of {one.of}",
                one.count <= most_expected(ALPHA, one.of),
            )
            for load, one in replayed.items()
            if one.of
        ]
        late = sum(group.over_limit for group in groups)
        slowest = max(group.wall_seconds.largest for group in groups)
        found = f"{late} of {verdicts} took longer, the longest {slowest:.1f} s"
        goals.append(_goal(f"a verdict on identical code within {LIMIT_SECONDS:.0f} s", found, late == 0))
    quiet = identical.get(Load.QUIET)
    if quiet:
        same = quiet.outcomes.get(Outcome.SAME, 0)
        goals.append(_goal("90 % of the quiet ones `same`", f"{same} of {quiet.verdicts}", same >= 0.9 * quiet.verdicts))
    goals += [
        _goal(
            f"{one.load}: {one.name} exclude 1 no more often than stated",
            f"{one.faster} faster, {one.slower} slower of {one.of}; {one.stated:.1%} stated, up to {one.most} explained",
            one.held,
        )
        for one in exclusions
        if one.of
    ]
    return (*goals, *_power_goals(power))


def _power_goals(power: Mapping[str, Group]) -> Iterable[Goal]:
    for effect in ("1.02", "1.05"):
        if group := power.get(effect):
            most = most_expected(ALPHA, group.verdicts)
            found = f"{group.accepted.count} of {group.verdicts}; up to {most} explained"
            yield _goal(f"a true {effect}x accepted no more often than {ALPHA:.1%}", found, group.accepted.count <= most)
    if group := power.get("1.1"):
        seconds = group.measuring_seconds.median
        found = f"{group.accepted.count} of {group.verdicts}, median {seconds:.2f} s"
        reached = group.accepted.share >= 0.95 and seconds <= 30
        yield _goal("a true 1.1x on 10 ms accepted in 95 %, median within 30 s of measuring", found, reached)
    if group := power.get("2"):
        seconds = group.measuring_seconds.largest
        found = f"{group.accepted.count} of {group.verdicts}, the longest {seconds:.2f} s"
        reached = group.accepted.share >= 0.95 and seconds <= 5
        yield _goal("a true 2x accepted within 5 s of measuring", found, reached)


def _goal(goal: str, found: str, reached: bool) -> Goal:
    return Goal(goal=goal, found=found, reached=reached)


def _by(named: Iterable[tuple[str, Row]], order: Iterable[str] = ()) -> dict[str, list[Row]]:
    """Rows by name, in the given order of names, else as they come."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for name, row in named:
        found[name].append(row)
    names = [*(name for name in order if name in found), *(name for name in found if name not in tuple(order))]
    return {name: found[name] for name in names}
