"""What a run would find and what it would miss, with the remedy, before anyone spends time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.running import empty_submodule, open_models, places, target_of
from agent.settings import Settings
from tools.testing import take_baseline
from tools.values import Baseline
from tools.workload import find_benchmarks, must_be_tested
from workspaces.checkout import Source, clone_source
from workspaces.errors import OptimizeError
from workspaces.interpreter import PLUGINS, Interpreter, cache_folder, find_interpreter, overlay
from workspaces.sandbox import find_sandbox
from workspaces.space import naming_full_disk


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
    with tempfile.TemporaryDirectory(prefix="verispeed-doctor-") as folder:
        try:
            with naming_full_disk(places(Path(folder), environment)):
                yield from _examine(source, settings, environment, Path(folder))
        except OptimizeError as error:
            yield Finding("stopped", False, str(error))


def _examine(source: Source, settings: Settings, environment: Mapping[str, str], folder: Path) -> Iterator[Finding]:
    open_models(settings, environment)
    yield Finding("models", True, ", ".join(settings.model))
    sandbox = find_sandbox(settings.sandbox)
    yield Finding("sandbox", sandbox.bubblewrap is not None, sandbox.notice)
    checkout = clone_source(source, folder)
    empty = checkout.empty_submodules(source.commit)
    if empty:
        yield Finding(
            "submodules", False, "; ".join(f"{path} is left empty: {empty_submodule(source, path)}" for path in empty)
        )
    top = checkout.export(source.commit)
    cache = cache_folder(environment)
    project = source.repository / source.subfolder
    interpreter = find_interpreter(project, top / source.subfolder, settings.python, environment, cache, top=top)
    yield Finding("python", True, f"{interpreter.description}, {len(interpreter.distributions)} packages")
    overlays = {name: overlay(interpreter, name, environment, cache) for name in PLUGINS}
    yield Finding("plugins", True, _plugins(overlays, interpreter))
    target = target_of(source, settings, checkout, interpreter, sandbox, overlays)
    baseline = take_baseline(target, source.commit, with_benchmarks=settings.workload is None)
    yield Finding("tests", not baseline.failing, _tests(baseline))
    must_be_tested(baseline)
    benchmarks = find_benchmarks(settings.workload, baseline)
    yield Finding("workload", True, settings.workload or f"{len(benchmarks)} pytest-benchmark tests")


def _plugins(overlays: Mapping[str, Path], interpreter: Interpreter) -> str:
    """Which of pytest, Scalene and the like are the target's own and which come from us."""
    wanted = sorted({plugin.partition(">")[0] for plugins in PLUGINS.values() for plugin in plugins})
    own = [name for name in wanted if name in interpreter.distributions]
    ours = [name for name in wanted if name not in own]
    parts = [f"the target's own: {', '.join(own)}" if own else "", f"added beside it: {', '.join(ours)}" if ours else ""]
    return "; ".join(filter(None, parts)) if overlays else "none"


def _tests(baseline: Baseline) -> str:
    counts: Callable[[str], int] = list(baseline.outcomes.values()).count
    text = f"{counts('passed')} pass in {baseline.seconds:.1f} s"
    if baseline.failing:
        text += f"; {len(baseline.failing)} fail already, which is allowed: {', '.join(baseline.failing[:3])}"
    if baseline.flaky:
        text += f"; {len(baseline.flaky)} are flaky: {', '.join(baseline.flaky[:3])}"
    return text
