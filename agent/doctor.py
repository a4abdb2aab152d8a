"""What a run would find and what it would miss, with the remedy, before anyone spends time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.budget import CapReached
from agent.models import Message, Model, ModelUnavailable, ReplyLost
from agent.running import empty_submodule, open_models, places, sandbox_for, target_of
from agent.runs import temporary_folder
from agent.settings import Settings
from agent.surroundings import (
    Surroundings,
    imported_from,
    listed,
    must_be_prepared,
    must_have_plugins,
    not_brought,
    not_compiled,
    surround,
)
from tools.attempts import needs
from tools.testing import take_baseline
from tools.values import Baseline
from tools.workload import find_benchmarks, must_be_tested
from workspaces.checkout import Source, clone_source
from workspaces.errors import OptimizeError
from workspaces.installed import Kind
from workspaces.overlays import PLUGINS
from workspaces.space import naming_full_disk

TINY_QUESTION = "Answer with the single word: ready"


@dataclass(frozen=True)
class Finding:
    """One thing that a run needs."""

    name: str
    ok: bool
    text: str


def examine(source: Source, settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Findings in the order of the line, as they are made; the first that stops a run is the last."""
    head = f"{source.repository} at {source.commit[:10]}" + (", uncommitted changes are left out" if source.dirty else "")
    yield Finding("repository", True, head)
    with temporary_folder("doctor", environment) as folder:
        try:
            with naming_full_disk(places(folder, environment)):
                yield from _examine(source, settings, environment, folder)
        except OptimizeError as error:
            yield Finding("stopped", False, str(error))


def _examine(source: Source, settings: Settings, environment: Mapping[str, str], folder: Path) -> Iterator[Finding]:
    models = open_models(settings, environment)
    yield Finding("models", True, ", ".join(settings.model))
    yield from map(_answered, models.values())
    sandbox = sandbox_for(settings, environment)
    yield Finding("sandbox", sandbox.bubblewrap is not None, sandbox.notice)
    checkout = clone_source(source, folder)
    empty = checkout.empty_submodules(source.commit)
    if empty:
        yield Finding(
            "submodules", False, "; ".join(f"{path} is left empty: {empty_submodule(source, path)}" for path in empty)
        )
    found = surround(source, settings, checkout, environment)
    yield Finding("python", True, f"{found.interpreter.description}, {len(found.interpreter.distributions)} packages")
    yield Finding("plugins", not found.left_out, _plugins(found))
    must_have_plugins(found, profiles=True)
    files = checkout.files(source.commit)
    target = target_of(source, settings, checkout, sandbox, found)
    must_be_prepared(target, source.commit)
    yield _layout(found, imported_from(target, source.commit))
    yield _compiled(found, files)
    if found.asks_git:
        yield _version(found)
    baseline = take_baseline(target, source.commit, with_benchmarks=settings.workload is None)
    yield Finding("tests", not baseline.failing, _tests(baseline))
    must_be_tested(baseline, settings.workload)
    benchmarks = find_benchmarks(settings.workload, baseline)
    yield Finding("workload", True, settings.workload or f"{len(benchmarks)} pytest-benchmark tests")


def _answered(model: Model) -> Finding:
    """What one tiny call says of a model."""
    started = time.monotonic()
    try:
        said = model.complete([Message(role="user", content=TINY_QUESTION)])
    except (ModelUnavailable, ReplyLost, CapReached) as error:
        return Finding(model.name, False, str(error))
    usage, seconds = said.usage, time.monotonic() - started
    price = "price unknown" if usage.dollars is None else f"${usage.dollars:.6f}"
    counted = f"{usage.prompt_tokens} + {usage.completion_tokens} tokens, {price}"
    if not said.text.strip():
        why = "it may need a larger max_output_tokens" if said.finish_reason == "length" else "nothing at all"
        return Finding(model.name, False, f"answers without a word ({why}) after {seconds:.1f} s; {counted}")
    return Finding(model.name, True, f"answers after {seconds:.1f} s; {counted}")


def as_json(findings: Sequence[Finding]) -> list[dict[str, str | bool]]:
    """The list that `doctor --json` prints."""
    return [{"name": finding.name, "ok": finding.ok, "text": finding.text} for finding in findings]


def _plugins(found: Surroundings) -> str:
    """Which of pytest, Scalene and the like are the target's own, which come from us and which fit with nothing."""
    wanted = sorted({plugin.partition(">")[0] for plugins in PLUGINS.values() for plugin in plugins})
    own = [f"{name} {version}" for name in wanted if (version := found.interpreter.distributions.get(name))]
    ours = [name for name in wanted if name not in found.interpreter.distributions and name not in found.left_out]
    parts = [f"the target's own: {', '.join(own)}" if own else "", f"added beside it: {', '.join(ours)}" if ours else ""]
    off = [f"left out: {name} ({reason.rstrip('.')})" for name, reason in found.left_out.items()]
    if off:
        off.append("their options and marks are not understood; a newer version in the target's environment mends that")
    return "; ".join(filter(None, [*parts, *off]))


def _layout(found: Surroundings, places: Mapping[str, str | None]) -> Finding:
    """Where the target's code is imported from, and how else it could be."""
    elsewhere = [
        f"{name} from {place or 'nowhere'}" for name, place in places.items() if place is None or place.startswith("/")
    ]
    if elsewhere:
        text = (
            f"{listed(elsewhere)} instead of from the tree: {found.installed.description}. Name a Python with --python EXE "
        )
        return Finding("layout", False, text + "in which the project is installed as a copy (pip install .)")
    unused = "" if found.installed.kind is Kind.ABSENT else ", which is not what runs"
    shown = listed([f"{name} from {place}" for name, place in places.items()]) or "no package at the top"
    return Finding("layout", True, f"{shown}, in the tree of each side; {found.installed.description}{unused}")


def _compiled(found: Surroundings, files: tuple[str, ...]) -> Finding:
    """What git does not hold of the target, and where it comes from."""
    if found.build:
        return Finding("compiled", True, f"built in each tree with: {found.build}")
    remedy = 'have it made in each tree: --build "CMD", or build = "CMD" in [tool.optimize], for example {}'
    lacking = not_compiled(found, files)
    if lacking:
        example = '"python setup.py build_ext --inplace"'
        return Finding(
            "compiled",
            False,
            f"no compiled module was found for {listed(list(lacking))}, so the code is tested and timed without it; if "
            f"the target needs it or is faster with it, {remedy.format(example)}",
        )
    taken = f"taken from the environment: {listed(list(found.parts))}" if found.parts else "nothing is needed"
    others = not_brought(found, files)
    if others:
        text = f"{taken}; git does not hold {listed(list(others))}, which the installed copy has: if the code needs it, "
        return Finding("compiled", False, text + remedy.format('"python setup.py build_py"'))
    return Finding("compiled", True, taken)


def _version(found: Surroundings) -> Finding:
    """What git says to a target that asks for its version."""
    described = found.history.described if found.history else None
    if described is None:
        text = (
            f"{found.asks_git}, and no tag is in your clone, so what git says of the version is wrong. Bring the tags: git "
        )
        return Finding("version", False, text + "fetch --tags (and --unshallow in a shallow clone), or add one")
    tag, distance, _ = described.rsplit("-", 2)
    return Finding("version", True, f"{found.asks_git}: {distance} commits after {tag}, the same for both sides")


def _tests(baseline: Baseline) -> str:
    counts: Callable[[str], int] = list(baseline.outcomes.values()).count
    text = f"{counts('passed')} pass in {baseline.seconds:.1f} s"
    if baseline.failing:
        text += f"; {len(baseline.failing)} fail already, which is allowed: {', '.join(baseline.failing[:3])}"
    if baseline.flaky:
        text += f"; {len(baseline.flaky)} are flaky: {', '.join(baseline.flaky[:3])}"
    if baseline.order_dependent:
        text += f"; {len(baseline.order_dependent)} depend on the order of tests: {', '.join(baseline.order_dependent[:3])}"
    return "; ".join([text, *needs(baseline), baseline.origin])
