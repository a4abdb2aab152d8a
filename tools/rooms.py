"""Makes the rooms in which the target's code runs: which tree, which overlay, what it may write to."""

from __future__ import annotations

import json
import os
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from tools.attempts import ATTEMPTS_FILE, read_attempts
from tools.values import Attempt
from workspaces.checkout import Checkout
from workspaces.interpreter import Interpreter
from workspaces.preparing import BUILD_SECONDS, BuildFailed, Preparation
from workspaces.process import Finished, Limits
from workspaces.sandbox import Room, Sandbox, open_to_target
from workspaces.writing import remove_folder

HARNESS_FOLDER = Path(__file__).with_name("harness")
# names that an interpreter may import while it starts; a folder `test` is no module that anybody misses
AT_START = {*sys.stdlib_module_names, "sitecustomize", "usercustomize"} - {"test"}


class HarnessFailed(Exception):
    """A harness script ended without writing its result: time-out, crash, or code that ended the process early."""

    def __init__(self, sentence: str, attempts: tuple[Attempt, ...] = ()) -> None:
        super().__init__(sentence)
        self.attempts = attempts  # that the tests had made until then


@dataclass(frozen=True)
class Target:
    """Everything that is needed to run the target's code at any commit."""

    checkout: Checkout
    interpreter: Interpreter
    sandbox: Sandbox
    overlays: Mapping[str, Path]  # "check" and "profile"
    subfolder: str
    source_roots: tuple[str, ...]
    limits: Limits = field(default_factory=Limits)
    stop: threading.Event = field(default_factory=threading.Event)  # set when the run is interrupted: ends all processes
    pytest_options: tuple[str, ...] = ()  # of the user, for every run of pytest
    on_wait: Callable[[], None] = lambda: None  # told when another run on this machine holds the core for timings
    suite: tuple[str, ...] = ()  # what the suite is limited to: paths or node ids; empty for whatever pytest finds
    preparation: Preparation | None = None  # None where trees are fine as git exports them
    masks: tuple[Path, ...] = ()  # second copies of the target's sources in the interpreter's folders

    @contextmanager
    def room(self, commit: str, overlay: str = "check", writable: bool = False) -> Iterator[Room]:
        """A room with the files of `commit`; a writable one is a copy that is thrown away afterwards.

        Benchmarks run in read-only rooms: what one process leaves on disk cannot help the next.
        """
        tree = self.prepared(commit)
        history = tree / ".git" if self.preparation is not None and self.preparation.history is not None else None
        if writable:
            # mounted there instead, so that nobody writes to it
            mounted = ".git" if history is not None and self.sandbox.bubblewrap else None
            tree = self.checkout.scratch_copy(commit, tree, leave_out=mounted)
        try:
            with self._room(tree, overlay, writable, history) as room:
                yield room
        finally:
            if writable:
                remove_folder(tree)

    def prepared(self, commit: str) -> Path:
        """The files of `commit` with what git does not hold; HarnessFailed if the user's build command fails in them."""
        if self.preparation is None:
            return self.checkout.export(commit)
        try:
            return self.preparation.tree(commit, self._build)
        except BuildFailed as error:
            raise HarnessFailed(str(error)) from error

    def _build(self, tree: Path) -> Finished:
        assert self.preparation is not None
        assert self.preparation.build is not None
        with self._room(tree, "check", True, None) as room:
            return room.run(["/bin/sh", "-c", self.preparation.build], wall_seconds=BUILD_SECONDS)

    @contextmanager
    def _room(self, tree: Path, overlay: str, writable: bool, history: Path | None) -> Iterator[Room]:
        """A room with a folder, and a new one for results."""
        scratch = self.checkout.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        results = Path(tempfile.mkdtemp(dir=scratch, prefix="results-"))
        if self.sandbox.bubblewrap:
            open_to_target(results)
            if writable:
                open_to_target(tree)
        try:
            yield Room(
                sandbox=self.sandbox,
                interpreter=self.interpreter,
                tree=tree,
                results=results,
                harness=HARNESS_FOLDER,
                writable=writable,
                overlay=self.overlays.get(overlay),
                subfolder=self.subfolder,
                source_roots=self.source_roots,
                limits=self.limits,
                stop=self.stop,
                history=history,
                masks=self.masks,
            )
        finally:
            remove_folder(results)


def run_pytest(
    target: Target,
    room: Room,
    mode: str,
    arguments: Sequence[str],
    *,
    seconds: float = 0.0,
    coverage: bool = False,
    more: Mapping[str, Any] | None = None,  # Any: becomes JSON
    environment: Mapping[str, str] | None = None,
    wall_seconds: float | None = None,
    under: tuple[str, ...] = (),
) -> tuple[dict[str, Any], Finished]:  # Any: the session's JSON
    """A session of the target's pytest in `room`: what pytest_session.py writes down; HarnessFailed if it wrote nothing.

    `mode`, `seconds` and `coverage` are explained there; `more` are further entries of its SPEC.
    """
    spec = {
        "mode": mode,
        "arguments": list(arguments),
        "options": list(target.pytest_options),
        "tree": str(room.inside_tree),
        "seconds": seconds,
        "coverage": coverage,
        "attempts": str(room.inside_results / ATTEMPTS_FILE) if mode == "test" else None,
        "readable": [str(path) for path in room.sandbox.readable],
        **(more or {}),
    }
    script = "pytest_session.py"
    written, finished = run_harness(room, script, spec, environment=environment, wall_seconds=wall_seconds, under=under)
    try:
        _Session.model_validate(written, strict=True)
    except ValidationError as error:  # target code ran in the process that wrote it
        first = ".".join(map(str, error.errors()[0]["loc"]))
        raise HarnessFailed(f"what it wrote as its result is none: {first}", read_attempts(room.results)) from error
    return written, finished


class _Session(BaseModel):
    """What pytest_session.py writes; the samples of `timings` are looked at by whoever wants them."""

    exit: int
    tests: dict[str, str]
    longest: dict[str, str]
    collected: list[str]
    errors: list[list[str]]
    benchmarks: list[str]
    timings: dict[str, dict[str, Any]]
    results: dict[str, list[str | None]]
    others: dict[str, list[list[str | None]]]
    loaded: list[str]
    elsewhere: list[list[str]]
    lines: dict[str, dict[str, list[str]]]


def run_harness(
    room: Room,
    script: str,
    spec: Mapping[str, Any],  # Any: becomes JSON
    *,
    environment: Mapping[str, str] | None = None,
    cores: tuple[int, ...] = (),
    wall_seconds: float | None = None,
    under: tuple[str, ...] = (),
) -> tuple[dict[str, Any], Finished]:  # Any: the script's own JSON, validated by whoever asked for it
    """Run one of our scripts in the target's interpreter and return what it wrote; HarnessFailed if it wrote nothing.

    `under` is another script of ours that runs it, with its arguments.
    """
    key = secrets.token_hex(16)  # the script deletes it with the spec before any code of the target runs
    known = {**spec, **folders_of(room), "output": str(room.inside_results / "output.json"), "key": key}
    (room.results / "spec.json").write_text(json.dumps(known))
    output = room.results / "output.json"
    output.unlink(missing_ok=True)
    first, *rest = under or (script,)
    more = [str(room.inside_harness / script)] if under else []
    words = [first, *rest, *more, str(room.inside_results / "spec.json")]
    finished = run_script(room, words, environment, cores, wall_seconds)
    attempts = read_attempts(room.results)
    try:
        written = json.loads(output.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # the last: of brackets, a million deep
        said = finished.trouble if finished.code != 0 or finished.limit else "it ended before writing a result"
        raise HarnessFailed(said, attempts) from error
    if not isinstance(written, dict):
        raise HarnessFailed("its result is not an object", attempts)
    if written.pop("key", None) != key:
        raise HarnessFailed("it ended before writing a result, and something else wrote one", attempts)
    return written, finished


def run_script(
    room: Room,
    words: Sequence[str],
    environment: Mapping[str, str] | None = None,
    cores: tuple[int, ...] = (),
    wall_seconds: float | None = None,
) -> Finished:
    """Run a script of the harness with its arguments in the target's interpreter.

    It starts without PYTHONPATH: no file of the target can be imported before it says so.
    """
    script, *arguments = words
    command = [str(room.interpreter.executable), str(room.inside_harness / script), *arguments]
    return room.run(command, {**(environment or {}), "PYTHONPATH": ""}, cores, wall_seconds)


def run_command(room: Room, words: Sequence[str]) -> Finished:
    """Run a program of the target as it is."""
    return room.run(words, _for_children(room))


def folders_of(room: Room) -> dict[str, Any]:  # Any: becomes JSON
    """What a script of the harness must know to give the target, and whatever that starts, its path."""
    overlay = str(room.overlay) if room.overlay else None
    return {"sources": list(room.sources), "overlay": overlay, "children": _for_children(room)}


def _for_children(room: Room) -> dict[str, str]:
    """The path of programs of the target, as variables: none of its files is imported while an interpreter starts."""
    path = os.pathsep.join([*room.sources, *([str(room.overlay)] if room.overlay else [])])
    roots = [room.tree / root for root in room.source_roots]
    names = {entry.stem for root in roots if root.is_dir() for entry in root.iterdir()}  # one may have been deleted
    if names & AT_START:
        return {"PYTHONPATH": str(room.inside_harness / "guard"), "VERISPEED_SOURCES": path}
    return {"PYTHONPATH": path}
