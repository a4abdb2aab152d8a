"""Times the survivors of a turn: a rough look at each where there are several, then a confirmation of the best."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agent.checking import changed_functions
from agent.combining import regressions, timed_together
from agent.comparison import Change, wanted_by
from agent.judging import confirmation_alpha, judged, regressed, rejected
from agent.proving import Proof, Proving, prove, prove_again, seen_closer
from agent.state import State
from agent.station import Station, Update, counted
from tools.benchmarking import BenchmarkFailed, Sides, screen
from tools.benchmarking import measure as measure_benchmark
from tools.scope import changed_lines
from tools.values import BenchmarkKind, Candidate, Check, Outcome, Survivor, Verdict
from workspaces.faults import Effect, effect
from workspaces.writing import write_whole


def measure(state: State, station: Station) -> Update:
    """One measurement: a rough one for each of several survivors, then a confirmation of the best on fresh pairs."""
    survivors = state["survivors"]
    if not survivors:
        return {"accepted": None}
    waiting = [one for one in survivors if one.screened is None] if len(survivors) > 1 else []
    if waiting:
        return _screen(state, station, waiting[0])
    return _confirm(state, station, preferred(survivors))


def preferred(survivors: Sequence[Survivor]) -> Survivor:
    """The one to confirm next: the fastest, or the smallest change whose rough gain is within noise of it."""
    fastest = max(survivors, key=lambda one: one.screened.speedup if one.screened else 0.0)
    best = fastest.screened
    if best is None:
        return fastest
    near = [
        one
        for one in survivors
        if one.screened is not None and best.low <= one.screened.speedup and one.screened.high >= best.speedup
    ]
    return min(near, key=lambda one: (_size(one.candidate), one is not fastest))


def _size(candidate: Candidate) -> int:
    """Lines that its edits take away and put in."""
    return sum(changed_lines(edit.search.encode(), edit.replace.encode()) for edit in candidate.edits)


def whole(station: Station, verdict: Verdict) -> Verdict:
    """The verdict with its raw samples."""
    return Verdict.model_validate_json(_verdict_file(station, verdict.base, verdict.candidate).read_text("utf-8"))


def _screen(state: State, station: Station, survivor: Survivor) -> Update:
    others = tuple(one for one in state["survivors"] if one is not survivor)
    hotspot = state["hotspot"]
    assert hotspot is not None
    started = station.clock()
    candidate = survivor.candidate
    known = _known(station, state["base"], candidate)
    if known is not None:
        return {"survivors": others, "verdicts": [known]}
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
    verdict = _slim(station, verdict)
    station.progress.verdict(verdict)
    return {"survivors": others, "verdicts": [verdict]}


def _confirm(state: State, station: Station, survivor: Survivor) -> Update:
    others = tuple(one for one in state["survivors"] if one is not survivor)
    verdict = _known(station, state["base"], survivor.candidate) or _confirmed(state, station, survivor)
    update: Update = {"verdicts": [verdict], "survivors": others}
    if verdict.accepted:
        update |= {"accepted": verdict, "accepted_commit": survivor.commit}
    return update


def _confirmed(state: State, station: Station, survivor: Survivor) -> Verdict:
    """The verdict from fresh pairs, without its raw samples."""
    hotspot = state["hotspot"]
    assert hotspot is not None
    candidate = survivor.candidate
    started = station.clock()
    station.progress.status(f"comparing old and new code: {candidate.title}")
    proof = _proved(state, station, survivor)
    survivor = survivor.model_copy(update={"checks": (*survivor.checks, *proof.checks)})
    if proof.failed is not None:
        seconds = survivor.seconds + station.clock() - started
        verdict = rejected(candidate, state["base"], proof.failed, survivor.checks, seconds)
        verdict = _slim(station, verdict.model_copy(update={"behaviour": proof.behaviour}))
        station.progress.verdict(verdict)
        return verdict
    number = _count_confirmation(station.folder / "confirmations.txt", candidate.id)
    sides = Sides(state["base"], survivor.commit, _edited(survivor))
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
        verdict = judged(
            candidate,
            state["base"],
            survivor.checks,
            measurement,
            min_gain=station.settings.min_gain,
            allow_caching=station.settings.allow_caching,
            seconds=0.0,
            rounding=proof.rounding,
        ).model_copy(update={"behaviour": proof.behaviour})
        if verdict.accepted:
            verdict = _guarded(state, station, sides, verdict)
        if verdict.accepted:
            station.progress.status(f"comparing old and new code again, longer: {candidate.title}")
            verdict = seen_closer(verdict, _proved(state, station, survivor, prove_again))
    except BenchmarkFailed as error:
        return _broken(state, station, survivor, error)
    seconds = survivor.seconds + station.clock() - started
    verdict = _slim(station, verdict.model_copy(update={"seconds": seconds}))
    station.progress.verdict(verdict)
    return verdict


def _proved(state: State, station: Station, survivor: Survivor, by: Proving = prove) -> Proof:
    """Old and new code on recorded and made-up calls."""
    baseline, candidate = state["baseline"], survivor.candidate
    assert baseline is not None
    read = station.target.checkout.read
    path = candidate.hotspot.path
    texts = {path: (read(state["base"], path), read(survivor.commit, path))}
    changed = changed_functions(path, *texts[path])
    functions = tuple(dict.fromkeys([candidate.hotspot, *changed]))
    commands = [one for one in state["benchmarks"] if one.kind is BenchmarkKind.COMMAND]
    wanted = wanted_by(station.settings, every=True, workload=commands[0] if commands else None)
    return by(station.target, Change(state["base"], survivor.commit, texts, functions), baseline, wanted)


def _guarded(state: State, station: Station, sides: Sides, verdict: Verdict) -> Verdict:
    """The verdict with the figures of other benchmarks that execute the function; REGRESSED if one is shown to be slower."""
    hotspot, baseline = state["hotspot"], state["baseline"]
    assert hotspot is not None
    assert baseline is not None
    nodes = baseline.running.get(hotspot.function.id, ())
    others = [one for one in state["benchmarks"] if one.id in nodes and one.id != verdict.measurements[0].benchmark.id]
    if not others:
        return verdict
    station.progress.status(f"timing {counted(len(others), 'other benchmark')} of {hotspot.function.name}")
    source = station.randomness("elsewhere", sides.candidate)
    shown = timed_together(station.target, sides, others, source)
    slower = regressions(station.target, sides, others, shown, source)
    return regressed(verdict.model_copy(update={"elsewhere": shown}), slower)


def _slim(station: Station, verdict: Verdict) -> Verdict:
    """The verdict without its raw samples, which go into a file: the state is written anew at every step."""
    with effect(Effect.VERDICT):
        write_whole(_verdict_file(station, verdict.base, verdict.candidate), verdict.model_dump_json())
    return _without_samples(verdict)


def _known(station: Station, base: str, candidate: Candidate) -> Verdict | None:
    """The verdict of a run that was killed before its next checkpoint: nothing is timed twice once it has an answer."""
    file = _verdict_file(station, base, candidate)
    return _without_samples(Verdict.model_validate_json(file.read_text("utf-8"))) if file.exists() else None


def _without_samples(verdict: Verdict) -> Verdict:
    measurements = tuple(one.model_copy(update={"pairs": ()}) for one in verdict.measurements)
    return verdict.model_copy(update={"measurements": measurements})


def _verdict_file(station: Station, base: str, candidate: Candidate) -> Path:
    return station.folder / "verdicts" / f"{base[:12]}-{candidate.id}.json"


def _count_confirmation(file: Path, candidate: str) -> int:
    """Number of this confirmation: written down before it is timed: a killed one has spent its share of the error."""
    with effect(Effect.CONFIRMATION), file.open("a+") as lines:
        lines.write(f"{candidate}\n")
        lines.flush()
        lines.seek(0)
        return len(lines.readlines())


def _broken(state: State, station: Station, survivor: Survivor, error: BenchmarkFailed) -> Verdict:
    """A benchmark that could not be timed: the candidate's fault or not, it is no acceptance."""
    outcome = Outcome.BROKEN if error.side == "candidate" else Outcome.UNDECIDED
    failed = Check(rung="benchmark", passed=False, detail=f"{error.side}: {error}")
    verdict = rejected(survivor.candidate, state["base"], outcome, (*survivor.checks, failed), survivor.seconds)
    station.progress.verdict(verdict)
    return verdict


def _edited(survivor: Survivor) -> tuple[str, ...]:
    return tuple(dict.fromkeys(edit.path for edit in survivor.candidate.edits))
