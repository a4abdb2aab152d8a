"""Makes the rooms in which the target's code runs: which tree, which overlay, what it may write to."""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workspaces.checkout import Checkout
from workspaces.interpreter import Interpreter
from workspaces.process import Finished, Limits
from workspaces.sandbox import Room, Sandbox, open_to_target

HARNESS_FOLDER = Path(__file__).with_name("harness")


class HarnessFailed(Exception):
    """A harness script ended without writing its result: time-out, crash, or code that ended the process early."""


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

    @contextmanager
    def room(self, commit: str, overlay: str = "check", writable: bool = False) -> Iterator[Room]:
        """A room with the files of `commit`; a writable one is a copy that is thrown away afterwards.

        Benchmarks run in read-only rooms: what one process leaves on disk cannot help the next.
        """
        scratch = self.checkout.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        results = Path(tempfile.mkdtemp(dir=scratch, prefix="results-"))
        tree = self.checkout.scratch_copy(commit) if writable else self.checkout.export(commit)
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
            )
        finally:
            shutil.rmtree(results, ignore_errors=True)
            if writable:
                shutil.rmtree(tree, ignore_errors=True)


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
    prefix: tuple[str, ...] = (),
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
        **(more or {}),
    }
    script = "pytest_session.py"
    return run_harness(room, script, spec, environment=environment, wall_seconds=wall_seconds, prefix=prefix)


def run_harness(
    room: Room,
    script: str,
    spec: Mapping[str, Any],  # Any: becomes JSON
    *,
    environment: Mapping[str, str] | None = None,
    cores: tuple[int, ...] = (),
    wall_seconds: float | None = None,
    prefix: tuple[str, ...] = (),
) -> tuple[dict[str, Any], Finished]:  # Any: the script's own JSON, validated by whoever asked for it
    """Run one of our scripts in the target's interpreter and return what it wrote; HarnessFailed if it wrote nothing.

    `prefix` are words between the interpreter and the script (`-m scalene run ...`).
    """
    key = secrets.token_hex(16)  # the script deletes it with the spec before any code of the target runs
    known = {**spec, "output": str(room.inside_results / "output.json"), "key": key}
    (room.results / "spec.json").write_text(json.dumps(known))
    output = room.results / "output.json"
    output.unlink(missing_ok=True)
    command = [
        str(room.interpreter.executable),
        *prefix,
        str(room.inside_harness / script),
        str(room.inside_results / "spec.json"),
    ]
    finished = room.run(command, environment, cores, wall_seconds)
    try:
        written = json.loads(output.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise HarnessFailed(
            finished.trouble if finished.code != 0 or finished.limit else "it ended before writing a result"
        ) from error
    if not isinstance(written, dict):
        raise HarnessFailed("its result is not an object")
    if written.pop("key", None) != key:
        raise HarnessFailed("it ended before writing a result, and something else wrote one")
    return written, finished
