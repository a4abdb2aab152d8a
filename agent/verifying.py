"""Judges a change that somebody else made, with the very rungs and measurements of the loop."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from agent import running
from agent.checking import Checked, check_files
from agent.combining import regressions, timed_together
from agent.comparison import wanted_by
from agent.interrupting import interruptible
from agent.judging import confirmation_alpha, judged, regressed, rejected, why_clock
from agent.progress import Progress
from agent.proving import Proof, Proving, prove, prove_again, seen_closer
from agent.runs import RunRecord, temporary_folder
from agent.settings import Settings, settings_from
from agent.station import counted, some
from tools.benchmarking import BenchmarkFailed, Sides, measure
from tools.origin import hiding_copies
from tools.rooms import HarnessFailed, Target
from tools.source import functions
from tools.testing import GOOD, CollectionFailed, run_tests, take_baseline
from tools.values import (
    Baseline,
    Benchmark,
    BenchmarkKind,
    Candidate,
    Check,
    Function,
    Interval,
    Outcome,
    Verdict,
)
from tools.workload import find_benchmarks, is_source
from workspaces.changes import Change, PatchRefused, content_at, patch_change, revision_change, worktree_change
from workspaces.checkout import Source
from workspaces.errors import OptimizeError

OWN_FOLDER = "verispeed_benchmarks"  # where benchmark files from outside are put, in both trees
TRAILER = "Benchmark: "


@dataclass(frozen=True)
class Asked:
    """What the caller of `verify` wants to be judged, and by what."""

    revision: str | None = None  # REV or BASE..HEAD; None for the working tree
    patch: Path | None = None
    base: str | None = None  # of the patch
    benchmarks: tuple[str, ...] = ()  # node ids of the target, or files outside the repository
    tests: tuple[str, ...] = ()  # what the suite is limited to


@dataclass(frozen=True)
class Judged:
    """A verdict with the figures of every benchmark that was timed."""

    change: Change
    verdict: Verdict
    figures: Mapping[str, Interval]  # by benchmark
    not_judged: tuple[str, ...]  # paths that were applied to neither side
    seconds: float
    not_shown: tuple[str, ...] = ()  # changed functions that no test executes: nothing shows that they are right


def verify(
    source: Source,
    asked: Asked,
    given: Mapping[str, Any],  # Any: what the command line parsed
    environment: Mapping[str, str],
    progress: Progress,
) -> Judged:
    """The verdict on the change; OptimizeError where it could not be judged.

    The settings are those of its base: a change has no say in how it is judged.
    """
    started = time.monotonic()
    with temporary_folder("verify", environment) as folder:
        try:
            change = _change(source, asked, folder / "patch")
        except PatchRefused as error:
            return _unapplicable(asked, source, str(error), time.monotonic() - started)
        name = str(PurePosixPath(source.subfolder, "pyproject.toml"))
        content = content_at(source, change.base, name) or b""
        settings = settings_from(content, f"{name} at {change.base[:10]}", given, source.repository / source.subfolder)
        at_base = replace(source, commit=change.base, dirty=False)
        record = RunRecord(f"verify {change.title}", folder / "run", at_base, settings)
        target = running.prepare(record, environment, progress, profiles=False)
        with interruptible(target.stop):
            found = judge(target, change, asked, settings, source.author, progress)
    return replace(found, seconds=time.monotonic() - started)


@dataclass(frozen=True)
class Ground:
    """What changes of one commit are judged on: its tests and benchmarks, and what they do unchanged."""

    target: Target
    limited: Target  # whose suite is limited to what was asked for
    base: str  # with the benchmarks from outside
    brought: tuple[str, ...]
    baseline: Baseline


def judge(
    target: Target, change: Change, asked: Asked, settings: Settings, author: tuple[str, str], progress: Progress
) -> Judged:
    """The verdict on a change of a target that is ready to run."""
    _must_change_source(change)
    return judge_on(
        ground(target, change.base, asked, settings, author, progress), change, asked, settings, author, progress
    )


def ground(
    target: Target, base: str, asked: Asked, settings: Settings, author: tuple[str, str], progress: Progress
) -> Ground:
    """Run the tests unchanged, as often as it takes to know them."""
    target = hiding_copies(target, base)
    with_benchmarks, brought = _with_benchmarks(target, base, asked.benchmarks, author)
    inside = [name for name in asked.benchmarks if not _is_outside(target, base, name)]
    limited = replace(target, suite=(*asked.tests, *inside)) if asked.tests else target
    progress.say("running the test suite unchanged, at least twice")
    wanted = settings.workload is None or bool(asked.benchmarks)
    baseline = take_baseline(limited, with_benchmarks, with_benchmarks=wanted, added=brought)
    progress.say(f"{counted(len(baseline.outcomes), 'test')}, {counted(len(baseline.benchmarks), 'benchmark')}")
    return Ground(target, limited, with_benchmarks, brought, baseline)


def judge_on(
    on: Ground, change: Change, asked: Asked, settings: Settings, author: tuple[str, str], progress: Progress
) -> Judged:
    """The verdict on a change of a commit whose tests are known."""
    _must_change_source(change)
    source, tests, others = sorted_out(change)
    baseline = on.baseline
    progress.status("checking the change")
    checked = check_files(
        on.limited,
        on.base,
        source,
        baseline,
        author,
        allow_caching=settings.allow_caching,
        allow_new_imports=settings.allow_new_imports,
        max_changed_lines=settings.max_changed_lines,
    )
    changed = checked.changed or _all_functions(on.target, on.base, source)
    if checked.failed is None and tests:
        checked = _under_its_own_tests(on.limited, checked, tests, baseline, author)
    candidate = Candidate(hotspot=changed[0], edits=(), model="verify", title=change.title)
    if checked.failed is not None:
        verdict = rejected(candidate, change.base, checked.failed, checked.checks, 0.0)
        return Judged(change, verdict, {}, others, 0.0)
    progress.status("comparing old and new code")
    proof = _proved(on.limited, checked, baseline, asked, settings)
    checked = replace(checked, checks=(*checked.checks, *proof.checks), failed=proof.failed)
    if proof.failed is not None:
        verdict = rejected(candidate, change.base, proof.failed, checked.checks, 0.0)
        return Judged(change, verdict.model_copy(update={"behaviour": proof.behaviour}), {}, others, 0.0)
    deciding = _deciding(asked, on.brought, change, changed, baseline, settings)
    guarded = () if deciding[0].kind is BenchmarkKind.COMMAND else _as_benchmarks(_executing(changed, baseline))
    sides = Sides(on.base, checked.commit, tuple(path for path, content in source.items() if content is not None))
    verdict, figures = _measured(
        on.target, sides, deciding, guarded, candidate, checked, settings, progress, change.base, proof.rounding
    )
    verdict = verdict.model_copy(update={"behaviour": proof.behaviour})
    if verdict.accepted:
        progress.status("comparing old and new code again, longer: it would be accepted")
        verdict = seen_closer(verdict, _proved(on.limited, checked, baseline, asked, settings, prove_again))
    return Judged(change, verdict, figures, others, 0.0, tuple(one.id for one in proof.not_shown))


def _must_change_source(change: Change) -> None:
    source, tests, others = sorted_out(change)
    if not source:
        raise OptimizeError(
            f"{change.title} changes no Python source file, so there is nothing to judge; it changes "
            f"{some((*tests, *others)) or 'nothing at all'}."
        )


def _proved(
    target: Target, checked: Checked, baseline: Baseline, asked: Asked, settings: Settings, by: Proving = prove
) -> Proof:
    """Old and new code on recorded and made-up calls."""
    assert checked.change is not None
    workload = None
    if settings.workload is not None and not asked.benchmarks:
        workload = find_benchmarks(settings.workload, baseline)[0]
    return by(target, checked.change, baseline, wanted_by(settings, every=False, workload=workload))


def _change(source: Source, asked: Asked, folder: Path) -> Change:
    if asked.patch is not None:
        return patch_change(source, asked.base, asked.patch, folder)
    return worktree_change(source) if asked.revision is None else revision_change(source, asked.revision)


def _unapplicable(asked: Asked, source: Source, said: str, seconds: float) -> Judged:
    title = f"{asked.patch.name if asked.patch else 'the patch'}"
    change = Change(asked.base or source.commit, title, "", {}, ())
    check = Check(rung="apply", passed=False, detail=f"{title} does not apply to {change.base[:10]}: {said}")
    nothing = Function(path=title, name="<patch>", first_line=1, last_line=1)
    candidate = Candidate(hotspot=nothing, edits=(), model="verify", title=title)
    verdict = rejected(candidate, change.base, Outcome.UNAPPLICABLE, (check,), seconds)
    return Judged(change, verdict, {}, (), seconds)


def sorted_out(change: Change) -> tuple[dict[str, bytes | None], dict[str, bytes | None], tuple[str, ...]]:
    """Source files, files of the tests, and the paths that are judged neither way (configuration, CI, documents, links)."""
    source = {path: content for path, content in change.files.items() if is_source(path)}
    tests = {path: content for path, content in change.files.items() if path not in source and _is_test(path)}
    others = [path for path in change.files if path not in source and path not in tests]
    return source, tests, (*others, *change.special)


def as_json(judged_change: Judged) -> dict[str, Any]:  # Any: JSON
    """The object that `verify --json` prints."""
    verdict = judged_change.verdict
    measurement = verdict.measurements[0] if verdict.measurements else None
    figure = measurement.figure if measurement else None
    return {
        "accepted": verdict.accepted,
        "outcome": verdict.outcome.value,
        "reason": verdict.reason,
        "change": judged_change.change.title,
        "base": judged_change.change.base,
        "speedup": figure.speedup if figure else None,
        "interval": [figure.low, figure.high] if figure else None,
        "confidence": figure.confidence if figure else None,
        "pairs": figure.pairs if figure else 0,
        "clock": measurement.clock.value if measurement else None,
        "why_clock": why_clock(measurement) if measurement else None,
        "instructions": measurement.instructions.speedup if measurement and measurement.instructions else None,
        "one_off_seconds": measurement.one_off_seconds if measurement else None,
        "break_even": measurement.break_even if measurement else None,
        "benchmarks": [
            {
                "id": name,
                "decides": measurement is not None and name == measurement.benchmark.id,
                "speedup": one.speedup,
                "interval": [one.low, one.high],
                "confidence": one.confidence,
                "pairs": one.pairs,
            }
            for name, one in judged_change.figures.items()
        ],
        "behaviour": verdict.behaviour.model_dump(mode="json") if verdict.behaviour else None,
        "checks": [check.model_dump() for check in verdict.checks],
        "not_judged": list(judged_change.not_judged),
        "not_shown": list(judged_change.not_shown),
        "seconds": judged_change.seconds,
    }


def _is_test(path: str) -> bool:
    name = PurePosixPath(path)
    inside = any(part in ("test", "tests", "testing") for part in name.parts[:-1])
    return name.name != "conftest.py" and (inside or name.stem.startswith("test_") or name.stem.endswith("_test"))


def _with_benchmarks(
    target: Target, base: str, given: Sequence[str], author: tuple[str, str]
) -> tuple[str, tuple[str, ...]]:
    """The base with the benchmark files from outside, and where they lie; the base itself where there are none."""
    files: dict[str, bytes | None] = {}
    inside = target.subfolder + "/" if target.subfolder else ""
    for number, name in enumerate(given):
        if _is_outside(target, base, name):
            stem = re.sub(r"[\[\]:]", "_", Path(name).stem)  # pytest takes these for parts of a node id
            files[f"{inside}{OWN_FOLDER}/bench_{number}_{stem}.py"] = Path(name).read_bytes()
    if not files:
        return base, ()
    commit = target.checkout.write(base, files, "Benchmarks from outside", author)
    return commit, tuple(path.removeprefix(inside) for path in files)


def _is_outside(target: Target, base: str, name: str) -> bool:
    path = name.partition("::")[0]
    inside = f"{target.subfolder}/{path}" if target.subfolder else path
    known = target.checkout.files(base)
    if inside in known or any(file.startswith(f"{inside}/") for file in known):
        return False
    if "::" in name or not Path(name).is_file():
        raise OptimizeError(
            f"--benchmark {name}: there is no such test in the repository at {base[:10]} and no such file: give a node id "
            "as pytest prints it, or a file with pytest-benchmark tests."
        )
    return True


def _under_its_own_tests(
    target: Target, checked: Checked, tests: Mapping[str, bytes | None], baseline: Baseline, author: tuple[str, str]
) -> Checked:
    """The new source under the tests that came with it: what fails there and did not fail before counts against it."""
    commit = target.checkout.write(checked.commit, tests, "With its own tests", author)
    try:
        run = run_tests(target, commit, [], hash_seed=1, added=baseline.added)
    except (CollectionFailed, HarnessFailed) as error:
        check = Check(rung="own tests", passed=False, detail=f"the tests that came with it could not be run: {error}")
    else:
        known = {*baseline.failing, *baseline.flaky}
        failing = [node for node, outcome in run.outcomes.items() if outcome not in GOOD and node not in known]
        detail = (
            f"{some(failing)} of its own tests fail"
            if failing
            else f"{len(run.outcomes)} tests with its own changes to them"
        )
        check = Check(rung="own tests", passed=not failing, detail=detail)
    return replace(checked, checks=(*checked.checks, check), failed=None if check.passed else Outcome.BROKEN)


def _all_functions(target: Target, base: str, source: Mapping[str, bytes | None]) -> tuple[Function, ...]:
    """What a change of the module around its functions may change."""
    known = set(target.checkout.files(base))
    every = [one for path in source if path in known for one in functions(path, target.checkout.read(base, path))]
    return tuple(every) or (Function(path=next(iter(source)), name="<module>", first_line=1, last_line=1),)


def _usable(baseline: Baseline) -> list[str]:
    return [node for node in baseline.benchmarks if baseline.outcomes.get(node) == "passed"]


def _executing(changed: Sequence[Function], baseline: Baseline) -> list[str]:
    """Benchmarks that execute what changed."""
    running = {node for function in changed for node in baseline.running.get(function.id, ())}
    return [node for node in _usable(baseline) if node in running]


def _deciding(
    asked: Asked,
    brought: Sequence[str],
    change: Change,
    changed: Sequence[Function],
    baseline: Baseline,
    settings: Settings,
) -> tuple[Benchmark, ...]:
    """What decides: the benchmarks that were named, that the commit names, or that execute what changed."""
    if settings.workload is not None and not asked.benchmarks:
        return find_benchmarks(settings.workload, baseline)
    if asked.benchmarks:
        chosen = [node for node in _usable(baseline) if any(_names(name, node) for name in (*asked.benchmarks, *brought))]
        if not chosen:
            raise OptimizeError(
                f"--benchmark {some(asked.benchmarks)}: no passing test there uses pytest-benchmark's `benchmark` fixture."
            )
        return _as_benchmarks(chosen)
    trailers = [line.removeprefix(TRAILER) for line in change.message.splitlines() if line.startswith(TRAILER)]
    recorded = [node for node in _usable(baseline) if node in trailers]
    chosen = recorded or _executing(changed, baseline)
    if not chosen:
        raise OptimizeError(
            f"No benchmark executes what {change.title} changes ({some([one.id for one in changed])}): name one with "
            '--benchmark FILE (a file with pytest-benchmark tests) or --workload "python ...".'
        )
    return _as_benchmarks(chosen)


def _names(name: str, node: str) -> bool:
    return node == name or node.startswith((f"{name}::", f"{name}[", f"{name}/"))


def _as_benchmarks(nodes: Sequence[str]) -> tuple[Benchmark, ...]:
    return tuple(Benchmark(kind=BenchmarkKind.PYTEST, id=node) for node in nodes)


def _all_timed(
    target: Target,
    sides: Sides,
    deciding: Sequence[Benchmark],
    benchmarks: Sequence[Benchmark],
    random_source: random.Random,
) -> tuple[dict[str, Interval], tuple[Check, ...]]:
    """Figures of all benchmarks; of the deciding ones alone, which a check says, where another fails even at the base."""
    try:
        return timed_together(target, sides, benchmarks, random_source), ()
    except BenchmarkFailed as error:
        if error.side != "baseline" or len(benchmarks) == len(deciding):
            raise
        left_out = Check(
            rung="benchmark", passed=True, detail=f"other benchmarks are left out, one fails at the base: {error}"
        )
        return timed_together(target, sides, deciding, random_source), (left_out,)


def _measured(
    target: Target,
    sides: Sides,
    deciding: Sequence[Benchmark],
    guarded: Sequence[Benchmark],
    candidate: Candidate,
    checked: Checked,
    settings: Settings,
    progress: Progress,
    base: str,
    rounding: str,
) -> tuple[Verdict, dict[str, Interval]]:
    """The deciding one with the largest gain is confirmed on fresh pairs; no other, guarded ones included, may be slower."""

    def source(purpose: str) -> random.Random:
        return random.Random(f"{settings.seed} verify {purpose}")  # noqa: S311  an order, no secret

    shown: dict[str, Interval] = {}
    benchmarks = list(dict.fromkeys([*deciding, *guarded]))
    checks = checked.checks
    try:
        best = deciding[0]
        if len(benchmarks) > 1:
            progress.status(f"timing {counted(len(benchmarks), 'benchmark')}")
            shown, left_out = _all_timed(target, sides, deciding, benchmarks, source("all"))
            checks = (*checks, *left_out)
            best = max(deciding, key=lambda one: shown[one.id].speedup)
        measurement = measure(
            target,
            sides,
            best,
            alpha=confirmation_alpha(1),
            min_gain=settings.min_gain,
            random_source=source("confirm"),
            allow_caching=settings.allow_caching,
            on_pair=lambda pair: progress.status(f"timing pair {pair} of {best.id}"),
        )
        verdict = judged(
            candidate,
            base,
            checks,
            measurement,
            min_gain=settings.min_gain,
            allow_caching=settings.allow_caching,
            seconds=0.0,
            rounding=rounding,
        )
        if verdict.accepted:
            verdict = regressed(verdict, regressions(target, sides, benchmarks, shown, source("slower")))
    except BenchmarkFailed as error:
        outcome = Outcome.BROKEN if error.side == "candidate" else Outcome.UNDECIDED
        failed = Check(rung="benchmark", passed=False, detail=f"{error.side}: {error}")
        return rejected(candidate, base, outcome, (*checks, failed), 0.0), {}
    return verdict, {**shown, best.id: measurement.figure}
