"""What happens at each station of the line: values of the state in, a part of the state out."""

from __future__ import annotations

from collections.abc import Callable

from agent import checking
from agent.asking import propose_by_plans, propose_repairs, propose_with_model
from agent.choosing import asking, floor, helpful, to_repair, worthwhile
from agent.combining import combine_commits
from agent.committing import evidence, message
from agent.estimating import estimate
from agent.ideas import accepted_pairs, keep_pair, recall
from agent.interrupting import unless_stopped
from agent.judging import rejected
from agent.measuring import whole
from agent.models import Model
from agent.paid import PaidOnce
from agent.proposing import Proposals, Question, benchmark_text, house_rules, propose_rules, propose_together
from agent.runs import REPLIES
from agent.settings import RULES_MODEL
from agent.state import MICRO, REPAIR, TOGETHER, State
from agent.station import Station, Update, counted, some
from tools import profiling
from tools.attempts import needs
from tools.source import find_function, text_of
from tools.testing import take_baseline as run_baseline
from tools.values import BenchmarkKind, Commit, Hotspot, LineShare, Survivor, Verdict
from tools.workload import find_benchmarks, is_source, must_be_tested, oldest_python
from workspaces.checkout import publish as bring_home

NOTHING_SEEN = (
    "Scalene saw no time in functions of this repository outside tests and benchmarks: the workload may be too short (let "
    "it work for a second or more), or spend its time in libraries"
)
NO_TESTS = "there are no tests: edits are judged by the calls of the workload, and by made-up ones, alone"


class Asked(State):
    """State as sent to one proposer."""

    asked: str


def take_baseline(state: State, station: Station) -> Update:
    """Outcomes of the unchanged suite, and the benchmarks."""
    station.progress.say("running the test suite unchanged, at least twice")
    baseline = run_baseline(station.target, state["start"], with_benchmarks=station.settings.workload is None)
    must_be_tested(baseline, station.settings.workload)
    benchmarks = find_benchmarks(station.settings.workload, baseline)
    notices = [] if baseline.outcomes or baseline.flaky else [NO_TESTS]
    if baseline.failing:
        failing = counted(len(baseline.failing), "test")
        notices.append(f"failing before anything was changed: {failing}, {some(baseline.failing)}")
    if baseline.flaky:
        notices.append(f"flaky: {counted(len(baseline.flaky), 'test')}, {some(baseline.flaky)}")
    if baseline.order_dependent:
        dependent = counted(len(baseline.order_dependent), "test")
        notices.append(
            f"flaky in another order, so compared in the usual one only: {dependent}, {some(baseline.order_dependent)}"
        )
    notices += needs(baseline)
    station.progress.say(f"{counted(len(baseline.outcomes), 'test')}, {counted(len(benchmarks), 'benchmark')}")
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
    station.progress.say(f"profiling {counted(len(affected), 'benchmark')} with Scalene")
    least = floor(station.settings.min_gain)
    profiles = profiling.profile(station.target, state["base"], affected, baseline.running, least)
    found = profiling.hotspots(profiles, baseline.running, read, is_source)
    names = {hotspot.function.id for hotspot in found}
    merged = [*found, *(old for old in kept if old.function.id not in names)]
    merged.sort(key=lambda hotspot: (-hotspot.share, hotspot.function.id))
    if not state["commits"]:
        notices = _empty(merged)
        found_first: Update = {"hotspots": tuple(merged), "first_hotspots": tuple(merged), "notices": notices}
        for notice in [*notices, *_estimated({**state, **found_first}, station)]:  # type: ignore[typeddict-item]
            station.progress.say(notice)
        return found_first
    return {"hotspots": tuple(merged)}


def question(state: State, station: Station) -> Question:
    """What a proposer is told about the hotspot at hand."""
    hotspot = state["hotspot"]
    assert hotspot is not None
    read, files = station.reader(state["base"]), station.target.checkout.files(state["base"])
    earlier = tuple(one for one in state["verdicts"] if one.candidate.hotspot.id == hotspot.function.id)
    own = {verdict.candidate.id for verdict in earlier}
    known = recall(station.ideas, hotspot.function, text_of(read(hotspot.function.path), hotspot.function))
    return Question(
        hotspot=hotspot,
        source=read(hotspot.function.path),
        benchmark_source=benchmark_text(hotspot, files, read),
        python_version=".".join(map(str, station.target.interpreter.version[:2])),
        oldest_python=oldest_python(read, files, station.target.subfolder),
        min_gain=station.settings.min_gain,
        guidance=station.settings.guidance,
        earlier=earlier,
        tests=_tests_of(state, hotspot),
        pairs=accepted_pairs(station.ideas, station.source.repository),
        house_rules=house_rules(files, read, station.target.subfolder),
        ideas=tuple(idea for idea in known if idea.candidate not in own),
        small=state["turn"] == MICRO,
    )


def _tests_of(state: State, hotspot: Hotspot) -> tuple[str, ...]:
    """Tests that execute the function and pass, without the benchmarks."""
    baseline = state["baseline"]
    if baseline is None:
        return ()
    timed = {benchmark.id for benchmark in state["benchmarks"]}
    nodes = baseline.running.get(hotspot.function.id, ())
    return tuple(node for node in nodes if node not in timed and baseline.outcomes.get(node) == "passed")


def _estimated(state: State, station: Station) -> list[str]:
    """What asking models may cost, where any will be asked."""
    hotspots = worthwhile(state["hotspots"], station.settings)
    if not station.models or not hotspots:
        return []
    questions = [question({**state, "hotspot": hotspot}, station) for hotspot in hotspots]
    name = next(iter(station.models))
    return [f"asking {name}: {estimate(questions, station.models, station.settings.attempts)}"]


def ask(state: Asked, station: Station) -> Update:
    """Candidates of one proposer."""
    hotspot = state["hotspot"]
    assert hotspot is not None
    asked = question(state, station)
    refused: list[Verdict] = []
    if state["turn"] == TOGETHER:
        proposals = propose_together(asked, helpful(state, hotspot))
    elif state["asked"] == RULES_MODEL:
        proposals = propose_rules(asked)
    else:
        refused = to_repair(state, hotspot, state["asked"]) if state["turn"] == REPAIR else []
        model = PaidOnce(
            station.models[state["asked"]], station.folder / REPLIES, state["asks"].get(asking(state["asked"], hotspot), 0)
        )
        proposals = unless_stopped(lambda: _hosted(state, station, asked, model, refused), station.target.stop)
    for notice in proposals.notices:
        station.progress.say(f"  {notice}")
    return {
        "proposed": list(proposals.candidates),
        "spent": proposals.spent,
        "notices": list(proposals.notices),
        "declined": [asking(state["asked"], hotspot)] if proposals.declined else [],
        "repaired": [verdict.candidate.id for verdict in refused],
    }


def _hosted(state: Asked, station: Station, asked: Question, model: Model, refused: list[Verdict]) -> Proposals:
    """What one hosted model answers in this turn."""
    if refused:
        station.progress.say(f"  asking {model.name} to repair {counted(len(refused), 'edit')}")
        return propose_repairs(asked, model, refused)
    if state["wanted"] > 1:
        station.progress.say(f"  asking {model.name} for plans, and for an edit for each of up to {state['wanted']}")
        return propose_by_plans(asked, model, state["wanted"])
    station.progress.say(f"  asking {model.name}")
    return propose_with_model(asked, model)


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
    checked = checking.check(
        station.target,
        state["base"],
        candidate,
        baseline,
        station.source.author,
        allow_caching=station.settings.allow_caching,
        allow_new_imports=station.settings.allow_new_imports,
        max_changed_lines=station.settings.max_changed_lines,
    )
    seconds = station.clock() - started
    if checked.failed is not None:
        verdict = rejected(candidate, state["base"], checked.failed, checked.checks, seconds)
        station.progress.verdict(verdict)
        return {**taken, "verdicts": [verdict]}
    survivor = Survivor(candidate=candidate, commit=checked.commit, checks=checked.checks, seconds=seconds)
    return {**taken, "survivors": (*state["survivors"], survivor)}


def commit(state: State, station: Station) -> Update:
    """The accepted candidate as a commit on the run's branch, with its evidence as a note."""
    accepted = state["accepted"]
    assert accepted is not None
    verdict = whole(station, accepted)
    assert verdict.accepted
    checkout, author = station.target.checkout, station.source.author
    sha = checkout.find_child(station.branch, state["base"], verdict.candidate.id)
    if sha is None:
        sha = checkout.reword(state["accepted_commit"], message(verdict), author)
        checkout.move_branch(station.branch, sha)
    # after the branch: a kill in between leaves no note of a commit that nobody has
    checkout.note(sha, evidence(verdict, station.target, station.settings), author)
    station.progress.commit(sha, verdict)
    name = verdict.candidate.hotspot.id
    return {
        "base": sha,
        "commits": (*state["commits"], Commit(sha=sha, verdict=accepted)),
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
        {one.sha: one.verdict.measurements[0].benchmark.id for one in state["commits"]},
        station.randomness("combined"),
    )
    station.progress.say(combined.reason)
    return {"combined": combined, "commits": tuple(one for one in state["commits"] if one.sha in combined.commits)}


def publish(state: State, station: Station) -> Update:
    """Branch and notes in the user's repository, without what was dropped; nothing at all where nothing is left."""
    checkout, combined = station.target.checkout, state["combined"]
    for sha in combined.dropped if combined is not None else ():
        checkout.remove_note(sha, station.source.author)
    if state["commits"]:
        if combined is not None and combined.dropped:
            checkout.move_branch(station.branch, state["commits"][-1].sha)
        bring_home(checkout, station.source, station.branch)
    for one in state["commits"]:
        _keep_pair(one, station)
    return {"published": bool(state["commits"])}


def _keep_pair(commit: Commit, station: Station) -> None:
    """Keep the function before and after a commit, for questions of later runs."""
    candidate = commit.verdict.candidate
    path, name = candidate.hotspot.path, candidate.hotspot.name
    old, new = station.reader(commit.verdict.base)(path), station.reader(commit.sha)(path)
    now = find_function(path, new, name)
    slow, fast = text_of(old, candidate.hotspot), text_of(new, now) if now is not None else ""
    if fast and fast != slow:  # else only what it calls was changed
        keep_pair(station.ideas, station.source.repository, candidate, slow, fast)


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
    return [] if hotspots else [NOTHING_SEEN]
