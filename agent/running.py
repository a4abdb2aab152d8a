"""One run from the path to the report: prepares what the loop needs, runs it, writes what it found."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from agent.interrupting import interruptible
from agent.models import Model, ModelSettings, open_model
from agent.progress import Progress
from agent.report import Report, as_json, as_markdown, make_report
from agent.runs import RunRecord
from agent.settings import RULES_MODEL, Settings
from agent.state import checkpoints
from agent.station import Station
from tools.rooms import Target
from tools.values import Baseline
from tools.workload import find_benchmarks, source_roots
from workspaces.checkout import Checkout, Source, clone_source
from workspaces.interpreter import PLUGINS, Interpreter, cache_folder, find_interpreter, overlay
from workspaces.process import Limits
from workspaces.sandbox import Sandbox, find_sandbox
from workspaces.space import Place, naming_full_disk

if TYPE_CHECKING:
    from agent.previewing import Planned

NO_BASELINE = Baseline(outcomes={}, flaky=(), failing=(), benchmarks=(), running={}, results={}, seconds=0.0)
REPORT = "report"  # .json and .md in the run folder


def run(record: RunRecord, environment: Mapping[str, str], progress: Progress) -> Report:
    """Run or resume; OptimizeError if it cannot go on. The report is in the run folder too."""
    with naming_full_disk(places(record.folder.parent, environment)):
        return _run(record, environment, progress)


def _run(record: RunRecord, environment: Mapping[str, str], progress: Progress) -> Report:
    from agent import loop  # langgraph takes a second

    started = time.monotonic()
    models = open_models(record.settings, environment)  # before anything takes time
    target = prepare(record, environment, progress)
    station = _station(record, target, models, progress)
    with checkpoints(record.state_file) as checkpointer, interruptible(target.stop):
        state = loop.run(loop.build(checkpointer), station, record.id)
    report = make_report(state, station, time.monotonic() - started)
    (record.folder / f"{REPORT}.json").write_text(json.dumps(as_json(report), indent=1) + "\n")
    (record.folder / f"{REPORT}.md").write_text(as_markdown(report))
    clean(record)
    return report


def preview(record: RunRecord, environment: Mapping[str, str], progress: Progress) -> tuple[Planned, ...]:
    """Hotspots and what would be asked about them; nobody is asked."""
    with naming_full_disk(places(record.folder.parent, environment)):
        return _preview(record, environment, progress)


def _preview(record: RunRecord, environment: Mapping[str, str], progress: Progress) -> tuple[Planned, ...]:
    from agent.previewing import plan

    target = prepare(record, environment, progress)
    with interruptible(target.stop):
        return plan(_station(record, target, {}, progress))


def _station(record: RunRecord, target: Target, models: Mapping[str, Model], progress: Progress) -> Station:
    return Station(
        settings=record.settings,
        source=record.source,
        target=target,
        models=models,
        progress=progress,
        folder=record.folder,
        branch=record.branch,
    )


def prepare(record: RunRecord, environment: Mapping[str, str], progress: Progress) -> Target:
    """Clone, interpreter, overlays, sandbox."""
    source, settings = record.source, record.settings
    sandbox = find_sandbox(settings.sandbox)
    progress.say(f"run {record.id} on {source.repository}, commit {source.commit[:10]}")
    if source.dirty:
        progress.say("uncommitted changes are left out: HEAD is optimized")
    progress.say(f"sandbox: {sandbox.notice}")
    shutil.rmtree(record.folder / "scratch", ignore_errors=True)  # of a run that was killed
    checkout = clone_source(source, record.folder)
    for path in checkout.empty_submodules(source.commit):
        progress.say(f"submodule {path} is left empty: {empty_submodule(source, path)}")
    project = source.repository / source.subfolder
    tree = checkout.export(source.commit) / source.subfolder
    cache = cache_folder(environment)
    progress.status("finding or building the target's Python")
    interpreter = find_interpreter(project, tree, settings.python, environment, cache, top=checkout.export(source.commit))
    with ThreadPoolExecutor() as pool:
        made = pool.map(lambda name: overlay(interpreter, name, environment, cache), PLUGINS)
        overlays = dict(zip(PLUGINS, made, strict=True))
    progress.say(f"python: {interpreter.description}")
    target = target_of(source, settings, checkout, interpreter, sandbox, overlays)
    return replace(target, on_wait=lambda: progress.status("waiting: another run on this machine is timing"))


def target_of(
    source: Source,
    settings: Settings,
    checkout: Checkout,
    interpreter: Interpreter,
    sandbox: Sandbox,
    overlays: Mapping[str, Path],
) -> Target:
    """The target in the user's limits, with its own sources first on the path."""
    return Target(
        checkout=checkout,
        interpreter=interpreter,
        sandbox=sandbox,
        overlays=overlays,
        subfolder=source.subfolder,
        source_roots=source_roots(checkout.files(source.commit), source.subfolder),
        limits=Limits(wall_seconds=settings.test_seconds),
        pytest_options=settings.pytest_options,
    )


def empty_submodule(source: Source, path: str) -> str:
    """Why a submodule has no files, and what to do."""
    return (
        "your clone does not hold the commit that is recorded for it; if the code or its tests need it: "
        f'git -C "{source.repository}" submodule update --init --recursive "{path}"'
    )


def places(folder: Path, environment: Mapping[str, str]) -> tuple[Place, ...]:
    """The folders that a run fills, `folder` being where its own lies."""
    temporary = Path(environment.get("TMPDIR") or tempfile.gettempdir())
    return (
        Place(folder, "XDG_STATE_HOME"),
        Place(cache_folder(environment), "XDG_CACHE_HOME"),
        Place(temporary, "TMPDIR"),
    )


def check_workload(command: str | None) -> None:
    """OptimizeError if the command could not be profiled, before anything takes time."""
    if command is not None:
        find_benchmarks(command, NO_BASELINE)


def open_models(settings: Settings, environment: Mapping[str, str]) -> dict[str, Model]:
    """The hosted models of a run, ready to be asked; ModelUnavailable if one cannot be."""
    key = environment.get("OPENAI_API_KEY")
    asked = ModelSettings(
        api_key=SecretStr(key) if key else None,
        api_base=environment.get("OPENAI_API_BASE") or environment.get("OPENAI_BASE_URL"),
    )
    return {name: open_model(name, asked) for name in settings.model if name != RULES_MODEL}


def clean(record: RunRecord) -> None:
    """Take away what nobody needs after a run: exported trees and scratch."""
    for name in ("trees", "scratch"):
        shutil.rmtree(record.folder / name, ignore_errors=True)


def remove(record: RunRecord) -> None:
    """Take the whole run folder away."""
    shutil.rmtree(record.folder, ignore_errors=True)


def worth_resuming(record: RunRecord) -> bool:
    """True once somebody proposed something: what was asked and judged so far is not lost."""
    from agent import loop

    if not record.state_file.exists():
        return False
    clean(record)  # to read the state takes some room, where the disk may be full
    try:
        with checkpoints(record.state_file) as checkpointer:
            state = loop.state_of(loop.build(checkpointer), record.id)
    except sqlite3.Error:
        return True  # nobody can tell now
    return bool(state and (state["proposed"] or state["spent"].prompt_tokens))


def current_environment() -> dict[str, str]:
    """The only place where ours is read."""
    return dict(os.environ)
