"""One run from the path to the report: prepares what the loop needs, runs it, writes what it found."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from agent.budget import Budget
from agent.errors import OptimizeError
from agent.interrupting import interruptible
from agent.manual import ManualModel
from agent.models import Model, ModelSettings, open_model, price_of
from agent.progress import Progress
from agent.report import Report, as_json, as_markdown, make_report
from agent.routing import cheapest_first
from agent.runs import SPENDING, RunRecord, clear, holding
from agent.settings import MANUAL_MODEL, ModelOptions, Settings, hosted
from agent.state import checkpoints
from agent.station import Station
from agent.surroundings import (
    Surroundings,
    must_be_prepared,
    must_have_plugins,
    preparation_of,
    remove_prepared,
    surround,
)
from tools.origin import hiding_copies
from tools.rooms import Target
from tools.values import Baseline
from tools.workload import find_benchmarks
from workspaces.checkout import Checkout, Source, clone_source, why_unpublishable
from workspaces.faults import Effect, effect
from workspaces.installing import cache_folder
from workspaces.process import Limits
from workspaces.sandbox import Sandbox, find_sandbox
from workspaces.space import Place, naming_full_disk
from workspaces.writing import write_whole

if TYPE_CHECKING:
    from agent.previewing import Planned

MILLION = 1_000_000
NO_BASELINE = Baseline(outcomes={}, flaky=(), failing=(), benchmarks=(), running={}, results={}, seconds=0.0)


def run(record: RunRecord, environment: Mapping[str, str], progress: Progress) -> Report:
    """Run or resume; OptimizeError if it cannot go on. The report is in the run folder too."""
    with naming_full_disk(places(record.folder.parent, environment)), holding(record):
        return _run(record, environment, progress)


def _run(record: RunRecord, environment: Mapping[str, str], progress: Progress) -> Report:
    from agent import loop  # langgraph takes a second

    budget = Budget(record.settings.max_cost, record.settings.max_tokens, record.folder / SPENDING)
    person = ManualModel(record.folder / "manual", progress.say)
    models = open_models(record.settings, environment, budget, person)  # before anything takes time
    shut = why_unpublishable(record.source)
    if shut:
        progress.say(
            f"{shut}: what is verified will be kept in {record.folder / 'clone.git'}; to have it as a branch, make that "
            f"writable, now or later, and go on with: optimize resume {record.id}"
        )
    target = prepare(record, environment, progress)
    station = replace(_station(record, target, models, progress), budget=budget)
    with checkpoints(record.state_file) as checkpointer, interruptible(target.stop):
        graph = loop.build(checkpointer)
        known = loop.state_of(graph, record.id)
        station = replace(station, earlier_seconds=known["seconds"] if known else 0.0)
        state = loop.run(graph, station, record.id)
    report = make_report(state, station, state["seconds"])
    with effect(Effect.REPORT):
        write_whole(record.markdown_report, as_markdown(report))
        write_whole(record.json_report, json.dumps(as_json(report), indent=1) + "\n")  # last: it says that the run has ended
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


def prepare(record: RunRecord, environment: Mapping[str, str], progress: Progress, *, profiles: bool = True) -> Target:
    """Clone, interpreter, overlays, sandbox, what git does not hold; `profiles`: the profiler is needed too."""
    source, settings = record.source, record.settings
    sandbox = sandbox_for(settings, environment)
    progress.say(f"run {record.id} on {source.repository}, commit {source.commit[:10]}")
    if source.dirty:
        progress.say("uncommitted changes are left out: HEAD is optimized")
    progress.say(f"sandbox: {sandbox.notice}")
    shutil.rmtree(record.folder / "scratch", ignore_errors=True)  # of a run that was killed
    checkout = clone_source(source, record.folder)
    for path in checkout.empty_submodules(source.commit):
        progress.say(f"submodule {path} is left empty: {empty_submodule(source, path)}")
    progress.status("finding or building the target's Python")
    found = surround(source, settings, checkout, environment)
    for notice in found.notices():
        progress.say(notice)
    must_have_plugins(found, profiles)
    target = target_of(source, settings, checkout, sandbox, found)
    must_be_prepared(target, source.commit)
    return replace(target, on_wait=lambda: progress.status("waiting: another run on this machine is timing"))


def sandbox_for(settings: Settings, environment: Mapping[str, str]) -> Sandbox:
    """What confines target code, with what the user allows it besides."""
    home = environment.get("HOME")
    return find_sandbox(
        settings.sandbox,
        network=settings.allow_network,
        readable=settings.allow_read,
        home=Path(home) if home else None,
    )


def target_of(
    source: Source,
    settings: Settings,
    checkout: Checkout,
    sandbox: Sandbox,
    found: Surroundings,
) -> Target:
    """The target in the user's limits, with its own sources first on the path."""
    target = Target(
        checkout=checkout,
        interpreter=found.interpreter,
        sandbox=sandbox,
        overlays=found.overlays,
        subfolder=source.subfolder,
        source_roots=found.roots,
        preparation=preparation_of(found, source, checkout),
        limits=Limits(wall_seconds=settings.test_seconds),
        pytest_options=settings.pytest_options,
    )
    return hiding_copies(target, source.commit)


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


def open_models(
    settings: Settings, environment: Mapping[str, str], budget: Budget | None = None, person: Model | None = None
) -> dict[str, Model]:
    """The hosted models of a run, ready to be asked, the cheapest first where all prices are known.

    OptimizeError if one cannot be asked, or a price is needed and unknown.
    """
    found: dict[str, Model] = {}
    prices: dict[str, tuple[float, float] | None] = {}
    for name in hosted(settings):
        if name == MANUAL_MODEL:
            if person is not None:
                found[name], prices[name] = person, (0.0, 0.0)
            continue
        asked = _asked(settings.models.get(name, ModelOptions()), environment)
        found[name] = open_model(name, asked, budget=budget)
        prices[name] = price_of(name, asked)
        if settings.max_cost is not None and prices[name] is None:
            raise OptimizeError(
                f"Nobody knows what {name} costs, so --max-cost cannot be kept: say it in dollars per million tokens, "
                f'[tool.optimize.models."{name}"] input_price = 0.5, output_price = 1.5, or use --max-tokens.'
            )
    return {name: found[name] for name in cheapest_first(prices)}


def _asked(options: ModelOptions, environment: Mapping[str, str]) -> ModelSettings:
    key, prices = environment.get("OPENAI_API_KEY"), None
    if options.input_price is not None and options.output_price is not None:
        prices = (options.input_price / MILLION, options.output_price / MILLION)
    return ModelSettings(
        api_key=SecretStr(key) if key else None,
        api_base=environment.get("OPENAI_API_BASE") or environment.get("OPENAI_BASE_URL"),
        prices=prices,
        **options.model_dump(exclude={"input_price", "output_price"}),
    )


def clean(record: RunRecord) -> None:
    """Take away what nobody needs after a run: exported trees, scratch and the like."""
    if record.folder.exists():
        remove_prepared(record.folder)
        clear(record.folder)


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
