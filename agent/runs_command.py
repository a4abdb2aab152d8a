"""`optimize runs`: what is kept on this machine of earlier runs, and how to be rid of it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from agent.runs import RunRecord

UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def runs(
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove the runs that have ended, and what killed processes left behind.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of objects on standard output.")] = False,
) -> None:
    """List the runs on this machine: how far, how large, how old, of which repository."""
    from agent.running import current_environment
    from agent.runs import all_runs, remove_ended, sweep

    environment = current_environment()
    known = [_described(record) for record in all_runs(environment)]
    if prune:
        sweep(environment)
        removed = {record.id for record in all_runs(environment) if remove_ended(record, environment)}
        known = [{**run, "removed": run["run"] in removed} for run in known]
    if as_json:
        typer.echo(json.dumps(known, indent=1))
        return
    for run in known:
        typer.echo(_line(run))
    if not known:
        typer.echo("no runs yet")


def _described(record: RunRecord) -> dict[str, Any]:  # Any: JSON
    from agent.runs import RECORD, size_of, stage_of

    # of the file, not of the id; a clock that was set back makes a run young, never negative
    age = max(0.0, time.time() - (record.folder / RECORD).stat().st_mtime)
    return {
        "run": record.id,
        "state": stage_of(record).value,
        "bytes": size_of(record.folder),
        "age_seconds": round(age),
        "repository": str(record.source.repository),
        "removed": False,
    }


def _line(run: dict[str, Any]) -> str:  # Any: JSON
    age = next(f"{run['age_seconds'] // size} {unit}" for unit, size in UNITS if run["age_seconds"] >= size or size == 1)
    megabytes = f"{run['bytes'] / 1e6:.1f} MB"
    removed = "  removed" if run["removed"] else ""
    return f"{run['run']}  {run['state']:14}  {megabytes:>11}  {age:>6} old  {run['repository']}{removed}"
