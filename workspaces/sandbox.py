"""Where target code runs: a file system built from nothing, no network, no keys, an unprivileged user.

With bubblewrap the target sees read-only system folders, its interpreter, one tree at /checkout, one folder for results
and a private /tmp; nothing of the user's home, of the user's repository or of our process. Without it (`off`, or where
user namespaces are forbidden) the limits and the scrubbed environment remain, and `Sandbox.notice` says so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from workspaces.errors import OptimizeError
from workspaces.interpreter import Interpreter
from workspaces.process import Finished, Limits, run

UNPRIVILEGED_UID = 54321  # a number nobody uses: process limits are counted per user
TREE = Path("/checkout")
RESULTS = Path("/verispeed/results")
HARNESS = Path("/verispeed/harness")
ENTRY = Path("/verispeed/entry.py")
SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime")


class Mode(StrEnum):
    """What the user asked for."""

    AUTO = "auto"
    REQUIRE = "require"
    OFF = "off"


@dataclass(frozen=True)
class Sandbox:
    """How target code is confined on this machine."""

    bubblewrap: str | None  # path of the program, None = limits and scrubbing only
    notice: str  # what is in force, in one sentence

    @property
    def name(self) -> str:
        """ "bubblewrap" or "none", for evidence and reports."""
        return "bubblewrap" if self.bubblewrap else "none"


@dataclass(frozen=True)
class Room:
    """One tree of the target with its interpreter, ready to run commands in.

    `tree`, `results` and `harness` are the paths on our side; the `inside_*` ones are what target code sees. They are the
    same for baseline and candidate wherever the sandbox is in force, so that paths cannot bias a comparison.
    """

    sandbox: Sandbox
    interpreter: Interpreter
    tree: Path
    results: Path
    harness: Path
    writable: bool = False
    overlay: Path | None = None
    subfolder: str = ""  # where in the tree the project lies: current folder of every command
    source_roots: tuple[str, ...] = ()  # relative to the tree, first on the path
    limits: Limits = field(default_factory=Limits)
    stop: threading.Event = field(default_factory=threading.Event)  # ends everything that runs in the room

    @property
    def inside_tree(self) -> Path:
        """The tree as target code sees it."""
        return TREE if self.sandbox.bubblewrap else self.tree

    @property
    def inside_results(self) -> Path:
        """The results folder as target code sees it."""
        return RESULTS if self.sandbox.bubblewrap else self.results

    @property
    def inside_harness(self) -> Path:
        """The harness folder as target code sees it."""
        return HARNESS if self.sandbox.bubblewrap else self.harness

    def run(
        self,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        cores: Sequence[int] | None = None,
        wall_seconds: float | None = None,
    ) -> Finished:
        """Run a command of the target; only `environment` is added to the one made from scratch."""
        limits = self.limits if wall_seconds is None else Limits(**{**vars(self.limits), "wall_seconds": wall_seconds})
        variables = {**self._environment(), **(environment or {})}
        if self.sandbox.bubblewrap is None:
            return run([*self._entry(limits, ""), *command], variables, limits, self._folder(self.tree), cores, self.stop)
        return run(
            [*self._confined(), *self._entry(limits, str(ENTRY)), *command], variables, limits, Path("/"), cores, self.stop
        )

    def _folder(self, tree: Path) -> Path:
        return tree / self.subfolder if self.subfolder else tree

    def _environment(self) -> dict[str, str]:
        tree = self.inside_tree
        path = [str(tree / root) if root else str(tree) for root in self.source_roots]
        if self.overlay is not None:
            path.append(str(self.overlay))
        return {
            "PATH": f"{self.interpreter.executable.parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": "/tmp" if self.sandbox.bubblewrap else str(self.results),  # noqa: S108  private to the sandbox
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONPATH": os.pathsep.join(path),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONNOUSERSITE": "1",
            "PYTHONHASHSEED": "0",
        }

    def _entry(self, limits: Limits, script: str) -> list[str]:
        drop = UNPRIVILEGED_UID if self.sandbox.bubblewrap and os.geteuid() == 0 else 0
        resources = {"CORE": 0, "FSIZE": limits.file_bytes}
        if drop:
            resources["NPROC"] = limits.processes
        script = script or str(Path(__file__).with_name("entry.py"))
        return [str(self.interpreter.executable), "-I", "-S", script, str(drop), json.dumps(resources), "--"]

    def _confined(self) -> list[str]:
        assert self.sandbox.bubblewrap is not None
        arguments = [self.sandbox.bubblewrap, *_namespaces()]
        arguments += _system_mounts()
        for path in self.interpreter.mounts:
            arguments += [*_parents(path), "--ro-bind", str(path), str(path)]
        if self.overlay is not None:
            arguments += [*_parents(self.overlay), "--ro-bind", str(self.overlay), str(self.overlay)]
        arguments += [
            *(("--perms", "0755", "--dir", "/verispeed")),
            *("--ro-bind", str(self.harness), str(HARNESS)),
            *("--ro-bind", str(Path(__file__).with_name("entry.py")), str(ENTRY)),
            *("--bind", str(self.results), str(RESULTS)),
            *("--bind" if self.writable else "--ro-bind", str(self.tree), str(TREE)),
            *("--chdir", str(self._folder(TREE)), "--"),
        ]
        return arguments


def find_sandbox(mode: Mode) -> Sandbox:
    """The strongest confinement that works here; OptimizeError if `require` cannot be met."""
    if sys.platform == "win32":
        raise OptimizeError("Windows is not supported: run optimize inside WSL 2 or on Linux.")
    if mode is Mode.OFF:
        return Sandbox(None, "sandbox off, as asked: target code runs as you, with limits and a scrubbed environment only")
    trouble = _trouble()
    if trouble is None:
        return Sandbox(shutil.which("bwrap"), "bubblewrap: no network, no home, read-only system, unprivileged user")
    if mode is Mode.REQUIRE:
        raise OptimizeError(f"No sandbox: {trouble}")
    return Sandbox(None, f"NO SANDBOX: {trouble} Target code runs as you, with limits and a scrubbed environment only.")


def open_to_target(folder: Path) -> Path:
    """Let the unprivileged user of the sandbox write into a folder of ours (and all below it)."""
    if os.geteuid() == 0:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, UNPRIVILEGED_UID, UNPRIVILEGED_UID, follow_symlinks=False)
    return folder


def _trouble() -> str | None:
    """Why bubblewrap cannot be used here, with the remedy; None if it works."""
    program = shutil.which("bwrap")
    if program is None:
        return "bubblewrap is not installed (Debian and Ubuntu: apt install bubblewrap)."
    probe = [program, *_namespaces(), *_system_mounts(), "--", "/usr/bin/env", "true"]
    tried = subprocess.run(probe, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=30)
    if tried.returncode == 0:
        return None
    return (
        f"bubblewrap does not work here ({tried.stderr.strip() or tried.returncode}). Ubuntu 24.04: allow user "
        "namespaces for bwrap with an AppArmor profile; containers: run with --security-opt seccomp=unconfined."
    )


def _namespaces() -> list[str]:
    shared = [
        *("--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
        # as-pid-1: otherwise the resources of the command are charged to a process nobody waits for
        *("--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL"),
    ]
    if os.geteuid() == 0:
        return [*shared, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [*shared, "--unshare-user"]


def _system_mounts() -> list[str]:
    arguments: list[str] = []
    for name in SYSTEM_FOLDERS:
        folder = Path(name)
        if folder.is_symlink():
            arguments += ["--symlink", str(folder.readlink()), name]
        elif folder.is_dir():
            arguments += ["--ro-bind", name, name]
    arguments += ["--perms", "0755", "--dir", "/etc"]
    for name in SYSTEM_FILES:
        if Path(name).exists():
            arguments += ["--ro-bind", name, name]
    for file in sorted(Path(__file__).with_name("etc").iterdir()):
        arguments += ["--ro-bind", str(file), f"/etc/{file.name}"]
    # multiprocessing keeps its locks in /dev/shm
    arguments += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/dev/shm"]  # noqa: S108
    return [*arguments, "--perms", "1777", "--tmpfs", "/tmp"]  # noqa: S108


def _parents(path: Path) -> list[str]:
    """Make the folders above a mount passable: bubblewrap makes them with mode 0700, which shuts out our user."""
    arguments: list[str] = []
    for folder in reversed(path.parents):
        if folder not in (Path("/"), Path("/usr"), Path("/tmp"), Path("/etc")):  # noqa: S108
            arguments += ["--perms", "0755", "--dir", str(folder)]
    return arguments
