"""What happens at each station of the line: values of the state in, a part of the state out."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from agent import checking
from agent.combining import combine_commits
from agent.committing import evidence, message
from agent.errors import OptimizeError
from agent.interrupting import unless_stopped
from agent.judging import confirmation_alpha, judged, rejected
from agent.models import Model
from agent.progress import Progress
from agent.proposing import Question, benchmark_text, propose_rules, propose_with_model
from agent.settings import RULES_MODEL, Settings
from agent.state import HOSTED, MICRO, RULES, TURNS, State
from tools import profiling
from tools.benchmarking import BenchmarkFailed, Sides, screen
from tools.benchmarking import measure as measure_benchmark
from tools.rooms import Target
from tools.source import find_function
from tools.testing import GOOD
from tools.testing import take_baseline as run_baseline
from tools.values import Benchmark, BenchmarkKind, Check, Commit, Hotspot, LineShare, Outcome, Survivor, Verdict
from tools.workload import find_benchmarks, is_source
from workspaces.checkout import Source
from workspaces.checkout import publish as bring_home

Update = dict[str, Any]  # Any: a part of State


@dataclass(frozen=True)
class Station:
    """What the stations work with; never checkpointed."""

    settings: Settings
    source: Source
    target: Target
    models: Mapping[str, Model]  # hosted ones, by name
    progress: Progress
    folder: Path  # of the run
    branch: str
    clock: Callable[[], float] = time.monotonic
    started: float = field(default_factory=time.monotonic)

    @property
    def out_of_time(self) -> bool:
        """True once `max_minutes` are over."""
        limit = self.settings.max_minutes
        return limit is not None and self.clock() - self.started > limit * 60

    def reader(self, commit: str) -> Callable[[str], bytes]:
        """Reads files of a commit, each once."""
        return lru_cache(maxsize=None)(partial(self.target.checkout.read, commit))

    def randomness(self, *parts: str) -> random.Random:
        """The same order of timings for the same seed and purpose."""
        return random.Random(f"{self.settings.seed} {' '.join(parts)}")  # noqa: S311  an order, no secret


class Asked(State):
    """State as sent to one proposer."""

    asked: str


def take_baseline(state: State, station: Station) -> Update:
    """Outcomes of the unchanged suite, and the benchmarks."""
    station.progress.say("running the test suite unchanged, twice")
    baseline = run_baseline(station.target, state["start"])
    benchmarks = find_benchmarks(station.settings.workload, baseline)
    notices = []
    if baseline.failing:
        notices.append(f"{len(baseline.failing)} tests fail before anything was changed: {_some(baseline.failing)}")
    if baseline.flaky:
        notices.append(f"{len(baseline.flaky)} tests are flaky: {_some(baseline.flaky)}")
    station.progress.say(f"{len(baseline.outcomes)} tests, {len(benchmarks)} benchmarks")
    for notice in notices:
        station.progress.say(notice)
    return {"baseline": baseline, "benchmarks": benchmarks, "notices": notices}


def profile(state: State, station: Station) -> Update:
    """Hotspots at the base; after a commit only the benchmarks that execute the changed function are profiled again."""
    baseline, benchmarks = state["baseline"], state["benchmarks"]
    assert baseline is not None
    read = station.reader(state["base"])
    affected = benchmarks
    kept: list[Hotspot] = []
    if state["commits"]:
        changed = state["commits"][-1].verdict.candidate.hotspot
        nodes = baseline.running.get(changed.id, ())
        affected = tuple(one for one in benchmarks if one.kind is BenchmarkKind.COMMAND or one.id in nodes)
        kept = [moved for old in state["hotspots"] if old.benchmark not in affected and (moved := _moved(old, read))]
    station.progress.say(f"profiling {_count(affected, 'benchmark')} with Scalene")
    floor = _floor(station.settings.min_gain)
    profiles = profiling.profile(station.target, state["base"], affected, baseline.running, floor)
    found = profiling.hotspots(profiles, baseline.running, read, is_source)
    names = {hotspot.function.id for hotspot in found}
    merged = [*found, *(old for old in kept if old.function.id not in names)]
    merged.sort(key=lambda hotspot: (-hotspot.share, hotspot.function.id))
    if not state["commits"]:
        return {"hotspots": tuple(merged), "first_hotspots": tuple(merged), "notices": _empty(merged)}
    return {"hotspots": tuple(merged)}


def choose(state: State, station: Station) -> Update:
    """The next hotspot and whose turn it is; None when nothing is left or the time is over."""
    for hotspot in worthwhile(state["hotspots"], station.settings):
        turn = None if station.out_of_time else _next_turn(hotspot, state, station.settings)
        if turn is None or not _can_be_checked(hotspot, state):
            continue
        name = hotspot.function.id
        if state["hotspot"] != hotspot:
            station.progress.say(f"{name}: {hotspot.share:.0%} of {hotspot.benchmark.id}")
        update: Update = {"hotspot": hotspot, "turn": turn}
        if turn == HOSTED:
            update["asks"] = {**state["asks"], name: state["asks"].get(name, 0) + 1}
        else:
            update["turns"] = {**state["turns"], name: (*state["turns"].get(name, ()), turn)}
        return update
    notices = ["the time that was given is over; what is left was not asked about"] if station.out_of_time else []
    return {"hotspot": None, "notices": [*notices, *_hopeless(state, station.settings)]}


def worthwhile(hotspots: tuple[Hotspot, ...], settings: Settings) -> list[Hotspot]:
    """Hotspots whose Amdahl ceiling reaches min_gain and that the user did not exclude, hottest first."""
    return [hotspot for hotspot in hotspots if hotspot.share >= _floor(settings.min_gain) and _wanted(hotspot, settings)]


def proposers(turn: str, station: Station) -> list[str]:
    """Names in --model that are asked in a turn."""
    return list(station.models) if turn == HOSTED else [RULES_MODEL]


def ask(state: Asked, station: Station) -> Update:
    """Candidates of one proposer."""
    hotspot = state["hotspot"]
    assert hotspot is not None
    read = station.reader(state["base"])
    question = Question(
        hotspot=hotspot,
        source=read(hotspot.function.path),
        benchmark_source=benchmark_text(hotspot, station.target.checkout.files(state["base"]), read),
        python_version=".".join(map(str, station.target.interpreter.version[:2])),
        min_gain=station.settings.min_gain,
        guidance=station.settings.guidance,
        earlier=tuple(one for one in state["verdicts"] if one.candidate.hotspot.id == hotspot.function.id),
        small=state["turn"] == MICRO,
    )
    if state["asked"] == RULES_MODEL:
        proposals = propose_rules(question)
    else:
        station.progress.say(f"  asking {state['asked']}")
        model = station.models[state["asked"]]
        proposals = unless_stopped(lambda: propose_with_model(question, model), station.target.stop)
    for notice in proposals.notices:
        station.progress.say(f"  {notice}")
    return {"proposed": list(proposals.candidates), "spent": proposals.spent, "notices": list(proposals.notices)}


def check(state: State, station: Station) -> Update:
    """The next candidate through the rungs of correctness: a rejection, or one more survivor."""
    if state["taken"] == len(state["proposed"]):
        return {"taken": state["taken"]}
    candidate = state["proposed"][state["taken"]]
    taken = {"taken": state["taken"] + 1}
    known = {verdict.candidate.id for verdict in state["verdicts"]} | {one.candidate.id for one in state["survivors"]}
    if candidate.id in known:
        return taken
    baseline = state["baseline"]
    assert baseline is not None
    started = station.clock()
    station.progress.status(f"checking: {candidate.title}")
    checked = checking.check(station.target, state["base"], candidate, baseline, station.source.author)
    seconds = station.clock() - started
    if checked.failed is not None:
        verdict = rejected(candidate, state["base"], checked.failed, checked.checks, seconds)
        station.progress.verdict(verdict)
        return {**taken, "verdicts": [verdict]}
    survivor = Survivor(candidate=candidate, commit=checked.commit, checks=checked.checks, seconds=seconds)
    return {**taken, "survivors": (*state["survivors"], survivor)}


def measure(state: State, station: Station) -> Update:
    """One measurement: a rough one for each of several survivors, then a confirmation of the best on fresh pairs."""
    survivors = state["survivors"]
    if not survivors:
        return {"accepted": None}
    waiting = [one for one in survivors if one.screened is None] if len(survivors) > 1 else []
    if waiting:
        return _screen(state, station, waiting[0])
    best = max(survivors, key=lambda one: one.screened.speedup if one.screened else 0.0)
    return _confirm(state, station, best)


def commit(state: State, station: Station) -> Update:
    """The accepted candidate as a commit on the run's branch, with its evidence as a note."""
    verdict = state["accepted"]
    assert verdict is not None
    assert verdict.accepted
    checkout, author = station.target.checkout, station.source.author
    sha = checkout.find_child(station.branch, state["base"], verdict.candidate.id)
    if sha is None:
        sha = checkout.reword(state["accepted_commit"], message(verdict), author)
        checkout.note(sha, evidence(verdict, station.target, station.settings), author)
        checkout.move_branch(station.branch, sha)
    station.progress.commit(sha, verdict)
    name = verdict.candidate.hotspot.id
    return {
        "base": sha,
        "commits": (*state["commits"], Commit(sha=sha, verdict=verdict)),
        "turns": {**state["turns"], name: ()},
        "hotspot": None,
        "accepted": None,
        "survivors": (),
    }


def combine(state: State, station: Station) -> Update:
    """The branch as a whole against the start; commits with which it does not hold are dropped, newest first."""
    baseline = state["baseline"]
    assert baseline is not None
    if not state["commits"]:
        return {"combined": None}
    station.progress.say("checking all commits together: whole suite, whole workload")
    combined = combine_commits(
        station.target,
        state["start"],
        [one.sha for one in state["commits"]],
        baseline,
        state["benchmarks"],
        station.randomness("combined"),
    )
    kept = tuple(one for one in state["commits"] if one.sha in combined.commits)
    for sha in combined.dropped:
        station.target.checkout.remove_note(sha, station.source.author)
    if kept:
        station.target.checkout.move_branch(station.branch, kept[-1].sha)
    station.progress.say(combined.reason)
    return {"combined": combined, "commits": kept}


def publish(state: State, station: Station) -> Update:
    """Branch and notes in the user's repository; nothing at all where nothing was accepted."""
    if state["commits"]:
        bring_home(station.target.checkout, station.source, station.branch)
    return {"published": bool(state["commits"])}


def _screen(state: State, station: Station, survivor: Survivor) -> Update:
    others = tuple(one for one in state["survivors"] if one is not survivor)
    hotspot = state["hotspot"]
    assert hotspot is not None
    started = station.clock()
    candidate = survivor.candidate
    station.progress.status(f"screening: {candidate.title}")
    sides = Sides(state["base"], survivor.commit, _edited(survivor))
    source = station.randomness("screen", state["base"], candidate.id)
    try:
        rough = screen(station.target, sides, hotspot.benchmark, min_gain=station.settings.min_gain, random_source=source)
    except BenchmarkFailed as error:
        return {"survivors": others, "verdicts": [_broken(state, station, survivor, error)]}
    seconds = survivor.seconds + station.clock() - started
    if rough.outcome is Outcome.FASTER or (rough.outcome is Outcome.CACHED and station.settings.allow_caching):
        return {"survivors": (*others, survivor.model_copy(update={"screened": rough.figure, "seconds": seconds}))}
    verdict = judged(
        candidate,
        state["base"],
        survivor.checks,
        rough,
        min_gain=station.settings.min_gain,
        allow_caching=False,
        seconds=seconds,
    )
    station.progress.verdict(verdict)
    return {"survivors": others, "verdicts": [verdict]}


def _confirm(state: State, station: Station, survivor: Survivor) -> Update:
    hotspot = state["hotspot"]
    assert hotspot is not None
    number = state["confirmations"] + 1
    started = station.clock()
    candidate = survivor.candidate
    sides = Sides(state["base"], survivor.commit, _edited(survivor))
    others = tuple(one for one in state["survivors"] if one is not survivor)
    try:
        measurement = measure_benchmark(
            station.target,
            sides,
            hotspot.benchmark,
            alpha=confirmation_alpha(number),
            min_gain=station.settings.min_gain,
            random_source=station.randomness("confirm", str(number), candidate.id),
            allow_caching=station.settings.allow_caching,
            on_pair=lambda pair: station.progress.status(f"timing pair {pair}: {candidate.title}"),
        )
    except BenchmarkFailed as error:
        verdict = _broken(state, station, survivor, error)
        return {"survivors": others, "verdicts": [verdict], "confirmations": number}
    verdict = judged(
        candidate,
        state["base"],
        survivor.checks,
        measurement,
        min_gain=station.settings.min_gain,
        allow_caching=station.settings.allow_caching,
        seconds=survivor.seconds + station.clock() - started,
    )
    station.progress.verdict(verdict)
    update: Update = {"verdicts": [verdict], "confirmations": number, "survivors": others}
    if verdict.accepted:
        update |= {"accepted": verdict, "accepted_commit": survivor.commit}
    return update


def _broken(state: State, station: Station, survivor: Survivor, error: BenchmarkFailed) -> Verdict:
    """A benchmark that could not be timed: the candidate's fault or not, it is no acceptance."""
    outcome = Outcome.BROKEN if error.side == "candidate" else Outcome.UNDECIDED
    failed = Check(rung="benchmark", passed=False, detail=f"{error.side}: {error}")
    verdict = rejected(survivor.candidate, state["base"], outcome, (*survivor.checks, failed), survivor.seconds)
    station.progress.verdict(verdict)
    return verdict


def _edited(survivor: Survivor) -> tuple[str, ...]:
    return tuple(dict.fromkeys(edit.path for edit in survivor.candidate.edits))


def _floor(min_gain: float) -> float:
    """Smallest share whose Amdahl ceiling reaches 1 + min_gain."""
    return 1 - 1 / (1 + min_gain)


def _wanted(hotspot: Hotspot, settings: Settings) -> bool:
    path, function = hotspot.function.path, hotspot.function
    if settings.only and not any(fnmatch(path, pattern) for pattern in settings.only):
        return False
    if any(fnmatch(path, pattern) for pattern in settings.exclude):
        return False
    return not settings.function or function.id in settings.function or function.name in settings.function


def _next_turn(hotspot: Hotspot, state: State, settings: Settings) -> str | None:
    name = hotspot.function.id
    with_rules = RULES_MODEL in settings.model
    open_turns = {
        RULES: with_rules and RULES not in state["turns"].get(name, ()),
        HOSTED: any(model != RULES_MODEL for model in settings.model)
        and state["asks"].get(name, 0) < settings.attempts
        and not _spent_up(state, settings),
        MICRO: with_rules and settings.attempts > 1 and MICRO not in state["turns"].get(name, ()),
    }
    return next((turn for turn in TURNS if open_turns[turn]), None)


def _spent_up(state: State, settings: Settings) -> bool:
    spent = state["spent"].dollars
    return settings.max_cost is not None and spent is not None and spent >= settings.max_cost


def _can_be_checked(hotspot: Hotspot, state: State) -> bool:
    """False if tests execute the function and all of them fail already."""
    baseline = state["baseline"]
    assert baseline is not None
    nodes = baseline.running.get(hotspot.function.id, ())
    return not nodes or any(baseline.outcomes.get(node) in GOOD for node in nodes)


def _hopeless(state: State, settings: Settings) -> list[str]:
    """Notices on functions that no passing test executes; OptimizeError if that leaves nothing at all."""
    candidates = worthwhile(state["hotspots"], settings)
    hopeless = [hotspot.function.id for hotspot in candidates if not _can_be_checked(hotspot, state)]
    if hopeless and len(hopeless) == len(candidates) and not state["commits"]:
        raise OptimizeError(
            f"Every test that runs {_some(hopeless)} fails already, so no edit could be checked. Mend them first."
        )
    return [f"{name} was left alone: every test that runs it fails already" for name in hopeless]


def _moved(hotspot: Hotspot, read: Callable[[str], bytes]) -> Hotspot | None:
    """A hotspot of an earlier base with today's line numbers; None if its function is gone."""
    old = hotspot.function
    now = find_function(old.path, read(old.path), old.name)
    if now is None:
        return None
    shift = now.first_line - old.first_line
    lines = tuple(LineShare(**{**line.model_dump(), "line": line.line + shift}) for line in hotspot.lines)
    return hotspot.model_copy(update={"function": now, "lines": lines})


def _empty(hotspots: list[Hotspot]) -> list[str]:
    return [] if hotspots else ["Scalene saw no time in the target's own functions: the workload may be too short"]


def _some(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _count(things: tuple[Benchmark, ...], name: str) -> str:
    return f"{len(things)} {name}" + ("" if len(things) == 1 else "s")
