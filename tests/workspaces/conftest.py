"""What the tests of `workspaces/` share: programs for child processes, rooms, and a look at what still runs."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from workspaces.interpreter import Interpreter, inspect
from workspaces.process import Limits
from workspaces.sandbox import Room, Sandbox, open_to_target

WAIT_SECONDS = 20.0  # bound of a wait, never an expectation
NO_SANDBOX = Sandbox(None, "none, for this test")

# daemon: forks twice and takes a session of its own, as a program does that wants to outlive its parent
DAEMON = """
import os, sys, time
def daemon(marker):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(300)", marker])
        os._exit(0)
    os.wait()
"""


def running(marker: str) -> list[int]:
    """Processes of this machine, sandboxed ones too, that have `marker` on their command line; zombies do not count."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:  # it ended while we looked
                continue
            if any(marker.encode() in word for word in words):
                found.append(int(folder.name))
    return found


def wait_until(condition: Callable[[], bool]) -> bool:
    """True as soon as the condition holds, False if it does not within WAIT_SECONDS."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


@pytest.fixture
def marker(request: pytest.FixtureRequest) -> str:
    """A word that no other process of the machine has on its command line."""
    return f"verispeed-test-{os.getpid()}-{abs(hash(request.node.nodeid))}"


@pytest.fixture(params=[pytest.param("sandboxed", marks=pytest.mark.sandbox), "plain"])
def confinement(request: pytest.FixtureRequest) -> Sandbox:
    """Both ways of running target code, one after the other."""
    return request.getfixturevalue("sandbox") if request.param == "sandboxed" else NO_SANDBOX


@pytest.fixture(scope="session")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    """The Python that runs these tests, as if it were the target's."""
    return inspect(Path(sys.executable), "runs the tests", tmp_path_factory.mktemp("project"), dict(os.environ))


@pytest.fixture
def make_room(tmp_path: Path, interpreter: Interpreter) -> Callable[..., Room]:
    """`make_room(sandbox, limits=..., writable=...)`: a room with a tree of one module."""

    def make(
        sandbox: Sandbox, *, limits: Limits | None = None, writable: bool = False, name: str = "tree", **more: object
    ) -> Room:
        tree = tmp_path / name
        tree.mkdir(exist_ok=True)
        (tree / "module.py").write_text(f"NAME = {name!r}\n")
        for folder in ("results", "harness"):
            (tmp_path / folder).mkdir(exist_ok=True)
        if sandbox.bubblewrap:
            open_to_target(tmp_path / "results")
            if writable:
                open_to_target(tree)
        return Room(
            sandbox,
            more.pop("interpreter", interpreter),  # type: ignore[arg-type]  # a fixture's keyword arguments
            tree,
            tmp_path / "results",
            tmp_path / "harness",
            writable=writable,
            limits=limits or Limits(wall_seconds=60),
            **more,  # type: ignore[arg-type]  # as above
        )

    return make
