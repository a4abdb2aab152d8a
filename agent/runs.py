"""Run folders: one per run, under the user's state folder, with everything needed to go on after a kill."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from agent.settings import Settings
from workspaces.checkout import CLONE_LOCKS, Source
from workspaces.errors import OptimizeError
from workspaces.faults import Effect, effect
from workspaces.holding import Held, held, is_held
from workspaces.writing import PARTIAL, remove_folder, write_whole

RECORD, LOCK, REPORT = "run.json", "run.lock", "report"
REPLIES, SPENDING = "replies", "spending.jsonl"
# what a run goes on from, and what is left of it when it has ended; all else in its folder can be made again
KEPT = frozenset(
    {
        *(RECORD, LOCK, "state.sqlite", "state.sqlite-wal", "state.sqlite-shm", "clone.git", "gitconfig"),
        *(REPLIES, SPENDING, "verdicts", "confirmations.txt", f"{REPORT}.json", f"{REPORT}.md"),
    }
)


class RunAtWork(OptimizeError):
    """Another process works on this run."""


class Stage(StrEnum):
    """How far a run is."""

    RUNNING = "running"
    RESUMABLE = "can be resumed"
    ENDED = "ended"


@dataclass(frozen=True)
class RunRecord:
    """What was asked, so that `resume` asks the same."""

    id: str
    folder: Path
    source: Source
    settings: Settings
    number: int = 0  # later runs have larger ones, whatever the clock said

    @property
    def branch(self) -> str:
        """Where the verified commits go."""
        return f"optimize/{self.id}"

    @property
    def state_file(self) -> Path:
        """Checkpoints of the loop."""
        return self.folder / "state.sqlite"

    @property
    def json_report(self) -> Path:
        """There once the run has ended."""
        return self.folder / f"{REPORT}.json"

    @property
    def markdown_report(self) -> Path:
        """The same for people."""
        return self.folder / f"{REPORT}.md"


def runs_folder(environment: Mapping[str, str]) -> Path:
    """Where runs are kept: `$XDG_STATE_HOME/verispeed/runs`."""
    return _state_folder(environment) / "runs"


def new_run(source: Source, settings: Settings, environment: Mapping[str, str]) -> RunRecord:
    """A folder for a new run; OptimizeError if it cannot be made."""
    sweep(environment)
    folder = runs_folder(environment)
    try:
        with _alone(folder):
            name = _free_name(folder)
            record = RunRecord(name, folder / name, source, settings, 1 + _last_number(folder))
            _write_record(record)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return record


def all_runs(environment: Mapping[str, str]) -> list[RunRecord]:
    """Every run that is kept, oldest first."""
    found = [_read_record(file) for file in runs_folder(environment).glob(f"*/{RECORD}")]
    return sorted(found, key=lambda record: (record.number, record.id))


def find_run(name: str | None, environment: Mapping[str, str]) -> RunRecord:
    """The run of that id, or the newest one; OptimizeError if there is none."""
    known = all_runs(environment)
    chosen = [run for run in known if name is None or run.id == name or run.id.endswith(f"-{name}")]
    if not chosen:
        there = f"there are {', '.join(run.id for run in known[-5:])}" if known else "start one with `optimize PATH`"
        raise OptimizeError(f"No run {f'{name} ' if name else ''}is known in {runs_folder(environment)}: {there}.")
    return chosen[-1]


def stage_of(record: RunRecord) -> Stage:
    """Running, ended, or neither: then it was interrupted or killed."""
    if is_held(record.folder / LOCK):
        return Stage.RUNNING
    return Stage.ENDED if record.json_report.exists() else Stage.RESUMABLE


@contextmanager
def holding(record: RunRecord) -> Iterator[None]:
    """Have a run to ourselves, cleared of what a killed process left; OptimizeError if it is at work elsewhere."""
    record.folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            with _alone(record.folder.parent):
                stack.enter_context(held(record.folder / LOCK))
        except Held as error:
            process = f" (process {error.process})" if error.process else ""
            raise RunAtWork(
                f"Run {record.id} is at work{process}: wait for its end, or stop it first with Ctrl-C."
            ) from error
        clear(record.folder)
        yield


def clear(folder: Path) -> None:
    """Take away what nobody needs to go on: trees, scratch, partial files, locks of git commands that are gone."""
    for path in folder.iterdir():
        if path.name not in KEPT:
            _remove(path)
    for pattern in (*CLONE_LOCKS, f"*/.*{PARTIAL}"):
        for left in folder.glob(pattern):
            left.unlink(missing_ok=True)


def remove(record: RunRecord) -> None:
    """Take the whole run folder away."""
    _remove(record.folder)


def remove_ended(record: RunRecord, environment: Mapping[str, str]) -> bool:
    """Take the folder of a run away if it has ended; False if it has not."""
    with _alone(runs_folder(environment)):  # nobody may begin to resume it now
        if stage_of(record) is not Stage.ENDED:
            return False
        remove(record)
        return True


def sweep(environment: Mapping[str, str]) -> None:
    """Clear the folders of dead runs, and remove what killed processes left beside them; never of one that lives."""
    for folder in (runs_folder(environment), _temporary(environment)):
        if folder.is_dir():
            with suppress(OSError), _alone(folder):  # whoever needs the folder says what is wrong with it
                _sweep(folder)


def _sweep(folder: Path) -> None:
    for path in folder.iterdir():
        if is_held(path / LOCK):
            continue
        if (path / RECORD).exists():
            clear(path)
        else:
            _remove(path)


@contextmanager
def temporary_folder(purpose: str, environment: Mapping[str, str]) -> Iterator[Path]:
    """A folder for what is no run; gone at the end, or, where we are killed, at the next start of any command."""
    sweep(environment)
    folder = _temporary(environment) / f"{purpose}-{secrets.token_hex(4)}"
    with ExitStack() as stack:
        try:
            with _alone(folder.parent):
                folder.mkdir()
                stack.enter_context(held(folder / LOCK))
        except OSError as error:
            raise _unwritable(folder.parent, error) from error
        stack.callback(_remove, folder)
        yield folder


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder, which may change meanwhile."""
    total = 0
    for top, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(top, name)).st_size  # noqa: PTH118  half a million of them
            except FileNotFoundError:
                continue
    return total


def _state_folder(environment: Mapping[str, str]) -> Path:
    state = environment.get("XDG_STATE_HOME") or Path(environment.get("HOME", "~"), ".local", "state")
    return Path(state).expanduser() / "verispeed"


def _temporary(environment: Mapping[str, str]) -> Path:
    return _state_folder(environment) / "temporary"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else makes or clears folders in here meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder.with_suffix(".lock"), wait=True):
        yield


def _unwritable(folder: Path, error: OSError) -> OptimizeError:
    return OptimizeError(f"{folder} cannot be written ({error.strerror}): set XDG_STATE_HOME to a folder that can.")


def _free_name(folder: Path) -> str:
    """An id that no run has: two may start in the same second, and the clock may have been set back."""
    while True:
        name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        if not (folder / name).exists():
            return name


def _last_number(folder: Path) -> int:
    return max((json.loads(file.read_text()).get("number", 0) for file in folder.glob(f"*/{RECORD}")), default=0)


def _write_record(record: RunRecord) -> None:
    content = {
        "id": record.id,
        "number": record.number,
        "source": {**vars(record.source), "repository": str(record.source.repository)},
        "settings": record.settings.model_dump(mode="json"),
    }
    with effect(Effect.RECORD):
        record.folder.mkdir()
        try:
            write_whole(record.folder / RECORD, json.dumps(content, indent=1) + "\n")
        except OSError:
            _remove(record.folder)
            raise


def _read_record(file: Path) -> RunRecord:
    content = json.loads(file.read_text())
    source = content["source"]
    return RunRecord(
        id=content["id"],
        folder=file.parent,
        source=Source(**{**source, "repository": Path(source["repository"]), "author": tuple(source["author"])}),
        settings=Settings.model_validate(content["settings"]),
        number=content.get("number", 0),
    )


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        remove_folder(path)
    else:
        path.unlink(missing_ok=True)
