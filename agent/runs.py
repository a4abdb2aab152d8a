"""Run folders: one per run, under the user's state folder, with everything needed to go on after a kill."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agent.settings import Settings
from workspaces.checkout import Source
from workspaces.errors import OptimizeError

RECORD = "run.json"


@dataclass(frozen=True)
class RunRecord:
    """What was asked, so that `resume` asks the same."""

    id: str
    folder: Path
    source: Source
    settings: Settings

    @property
    def branch(self) -> str:
        """Where the verified commits go."""
        return f"optimize/{self.id}"

    @property
    def state_file(self) -> Path:
        """Checkpoints of the loop."""
        return self.folder / "state.sqlite"


def runs_folder(environment: Mapping[str, str]) -> Path:
    """Where runs are kept: `$XDG_STATE_HOME/verispeed/runs`."""
    state = environment.get("XDG_STATE_HOME") or Path(environment.get("HOME", "~"), ".local", "state")
    return Path(state).expanduser() / "verispeed" / "runs"


def new_run(source: Source, settings: Settings, environment: Mapping[str, str]) -> RunRecord:
    """A folder for a new run; OptimizeError if it cannot be made."""
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    record = RunRecord(name, runs_folder(environment) / name, source, settings)
    content = {
        "id": name,
        "source": {**vars(source), "repository": str(source.repository)},
        "settings": settings.model_dump(mode="json"),
    }
    try:
        record.folder.mkdir(parents=True)
        (record.folder / RECORD).write_text(json.dumps(content, indent=1))
    except OSError as error:
        shutil.rmtree(record.folder, ignore_errors=True)
        raise OptimizeError(
            f"{record.folder} cannot be written ({error.strerror}): set XDG_STATE_HOME to a folder that can."
        ) from error
    return record


def all_runs(environment: Mapping[str, str]) -> list[RunRecord]:
    """Every run that is kept, oldest first."""
    names = sorted(found.parent.name for found in runs_folder(environment).glob(f"*/{RECORD}"))
    return [find_run(name, environment) for name in names]


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file())


def find_run(name: str | None, environment: Mapping[str, str]) -> RunRecord:
    """The run of that id, or the newest one; OptimizeError if there is none."""
    folder = runs_folder(environment)
    known = sorted(found.parent.name for found in folder.glob(f"*/{RECORD}"))
    chosen = [run for run in known if name is None or run == name or run.endswith(f"-{name}")]
    if not chosen:
        there = f"there are {', '.join(known[-5:])}" if known else "start one with `optimize PATH`"
        raise OptimizeError(f"No run {f'{name} ' if name else ''}is known in {folder}: {there}.")
    content = json.loads((folder / chosen[-1] / RECORD).read_text())
    source = content["source"]
    return RunRecord(
        id=content["id"],
        folder=folder / chosen[-1],
        source=Source(**{**source, "repository": Path(source["repository"]), "author": tuple(source["author"])}),
        settings=Settings.model_validate(content["settings"]),
    )
