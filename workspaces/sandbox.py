"""Where target code runs: a file system built from nothing, no network, no keys, an unprivileged user.

With bubblewrap the target sees read-only system folders, its interpreter, one tree at /checkout, one folder for results
and a private /tmp; nothing of the user's home, of the user's repository or of our process. Without it (`off`, or where
user namespaces are forbidden) the limits and the scrubbed environment remain, and `Sandbox.notice` says so.

What is in force is the same for baseline and candidate, and `in_force` writes it down.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Any

from workspaces.errors import OptimizeError
from workspaces.interpreter import Interpreter
from workspaces.process import Finished, Limits, run
from workspaces.seccomp import system_call_filter
from workspaces.writing import remove_folder

UNPRIVILEGED_UID = 54321  # a number nobody uses: process limits are counted per user
TREE = Path("/checkout")
RESULTS = Path("/verispeed/results")
HARNESS = Path("/verispeed/harness")
ENTRY = Path("/verispeed/entry.py")
SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SYSTEM_FILES = (
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime"),
    *("/etc/services", "/etc/protocols"),
)
# where the network is allowed: how to find a name, and whose certificates to trust
NETWORK_FILES = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/gai.conf")
# of /proc, what tells of the machine and its other users; /proc/<pid> shows the processes of the sandbox only
HIDDEN = (
    "acpi",
    "asound",
    "config.gz",
    "kallsyms",
    "kcore",
    "key-users",
    "keys",
    "kmsg",
    "sched_debug",
    "scsi",
    "timer_list",
)
NOT_READABLE = ("/proc", "/dev", "/checkout", "/verispeed")  # as --allow-read: they are made for the sandbox
TASKS_FOR_EACH = 4  # threads, for the kernel, are processes too
# what one process may ask for besides twice the limit of memory; what it touches counts against the limit
MEMORY_TO_RESERVE = 1024**3
LARGEST_RESULT = 256 * 1024**2  # of a file in the results folder that is read by us


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
    network: bool = False  # shared with the target
    readable: tuple[Path, ...] = ()  # of the user's files, at their own place
    home: Path | None = None  # the user's, where something readable lies in it
    filtered: bool = True  # system calls, where bubblewrap and the architecture can
    sized: bool = True  # files in memory are limited, where bubblewrap can

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
    masks: tuple[Path, ...] = ()  # folders and files of the interpreter that are empty in here: second copies of the target
    limits: Limits = field(default_factory=Limits)
    stop: threading.Event = field(default_factory=threading.Event)  # ends everything that runs in the room
    history: Path | None = None  # a .git that a writable room shows without letting anybody write to it

    @property
    def inside_tree(self) -> Path:
        """The tree as target code sees it."""
        return TREE if self.sandbox.bubblewrap else self.tree

    @property
    def sources(self) -> tuple[str, ...]:
        """Folders of the tree that come first on the path, as target code sees them."""
        return tuple(str(self.inside_tree / root) if root else str(self.inside_tree) for root in self.source_roots)

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
        pipes = _pipes(self.results)
        try:
            if self.sandbox.bubblewrap is None:
                words = [*self._entry(limits, ""), *command]
                return run(words, variables, limits, self._folder(self.tree), cores, self.stop)
            with _filter(self.sandbox) as (arguments, descriptors):
                words = [*self._confined(limits, arguments), *self._entry(limits, str(ENTRY)), *command]
                return run(words, variables, limits, Path("/"), cores, self.stop, descriptors)
        finally:
            _keep_plain_files(self.results, pipes)

    def _folder(self, tree: Path) -> Path:
        return tree / self.subfolder if self.subfolder else tree

    def _environment(self) -> dict[str, str]:
        path = list(self.sources)
        if self.overlay is not None:
            path.append(str(self.overlay))
        return {
            "PATH": f"{self.interpreter.executable.parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.sandbox.home or (self.inside_results if self.sandbox.bubblewrap is None else "/tmp")),  # noqa: S108
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONPATH": os.pathsep.join(path),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONNOUSERSITE": "1",
            "PYTHONHASHSEED": "0",
        }

    def _entry(self, limits: Limits, script: str) -> list[str]:
        confined = self.sandbox.bubblewrap is not None
        uid = UNPRIVILEGED_UID if confined and os.geteuid() == 0 else 0
        words = [str(uid), str(int(confined)), *(f"{name}={value}" for name, value in _backstops(limits).items())]
        script = script or str(Path(__file__).with_name("entry.py"))
        return [str(self.interpreter.executable), "-I", "-S", script, *words, "--"]

    def _confined(self, limits: Limits, more: Sequence[str]) -> list[str]:
        sandbox = self.sandbox
        assert sandbox.bubblewrap is not None
        arguments = [sandbox.bubblewrap, *_namespaces(sandbox), *more, *_system_mounts(sandbox, limits)]
        if sandbox.home is not None:
            arguments += [*_parents(sandbox.home), *_memory_files(sandbox.home, sandbox, limits)]
        for path in (*sandbox.readable, *self.interpreter.mounts, *filter(None, [self.overlay])):
            arguments += [*_parents(path), "--ro-bind", str(path), str(path)]
        for path in self.masks:
            arguments += _emptied(path)
        arguments += [
            *(("--perms", "0755", "--dir", "/verispeed")),
            *("--ro-bind", str(self.harness), str(HARNESS)),
            *("--ro-bind", str(Path(__file__).with_name("entry.py")), str(ENTRY)),
            *("--bind", str(self.results), str(RESULTS)),
            *("--bind" if self.writable else "--ro-bind", str(self.tree), str(TREE)),
            *(("--ro-bind", str(self.history), str(TREE / ".git")) if self.writable and self.history else ()),
            *("--chdir", str(self._folder(TREE)), "--"),
        ]
        return arguments


def find_sandbox(mode: Mode, *, network: bool = False, readable: Sequence[str] = (), home: Path | None = None) -> Sandbox:
    """The strongest confinement that works here; OptimizeError if `require` cannot be met.

    `network` and `readable` (paths of the user's, absolute or from `~`) are what the user allows besides; `home` is theirs.
    """
    if sys.platform == "win32":
        raise OptimizeError("Windows is not supported: run optimize inside WSL 2 or on Linux.")
    paths = tuple(_readable(name) for name in readable)
    home = home if home is not None and any(path.is_relative_to(home) for path in paths) else None
    asked = Sandbox(shutil.which("bwrap"), "", network, paths, home)
    found, trouble = (None, "") if mode is Mode.OFF else _working(asked)
    if found is not None:
        return replace(found, notice=f"bubblewrap: {_confinement(found)}")
    if mode is Mode.REQUIRE:
        raise OptimizeError(f"No sandbox: {trouble}")
    _close_to_target()
    open_to_all = replace(asked, bubblewrap=None, filtered=False, sized=False)
    left = "target code runs as you, with limits and a scrubbed environment only"
    if not trouble:
        return replace(open_to_all, notice=f"sandbox off, as asked: {left}")
    return replace(open_to_all, notice=f"NO SANDBOX: {trouble} {left[0].upper()}{left[1:]}.")


def _close_to_target() -> None:
    """Close the memory and the environment of our own process to others of the same user, who find them under /proc."""
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE


def in_force(sandbox: Sandbox, limits: Limits) -> dict[str, Any]:  # Any: JSON
    """What confines target code here, for the evidence."""
    confined = sandbox.bubblewrap is not None
    return {
        "kind": sandbox.name,
        "notice": sandbox.notice,
        "network": sandbox.network or not confined,
        "readable": [str(path) for path in sandbox.readable] if confined else ["/"],
        "uid": UNPRIVILEGED_UID if confined else os.geteuid(),
        "system_calls": "filtered" if confined and sandbox.filtered else "not filtered",
        "limits": {**vars(limits), "temporary_bytes": limits.temporary_bytes if confined and sandbox.sized else None},
    }


def summary(sandbox: Sandbox, limits: Limits) -> str:
    """What confines target code here, in one line."""
    return f"{sandbox.notice.rstrip('.')}; at most {limits.summary}"


def _confinement(sandbox: Sandbox) -> str:
    network = "NETWORK ALLOWED, services on this machine included" if sandbox.network else "no network"
    home = f"no home but {', '.join(map(str, sandbox.readable))} READABLE" if sandbox.readable else "no home"
    return f"{network}, {home}, read-only system, unprivileged user"


def _readable(name: str) -> Path:
    """A path that the user lets target code read; OptimizeError where that cannot be."""
    path = Path(name).expanduser()
    if not path.is_absolute():
        raise OptimizeError(f"--allow-read {name}: give a path that begins with / or ~.")
    path = Path(os.path.normpath(path))
    if path == Path("/") or any(path.is_relative_to(place) for place in NOT_READABLE) or path == Path("/tmp"):  # noqa: S108
        raise OptimizeError(f"--allow-read {name}: the sandbox has its own {path}; name the files that are needed.")
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise OptimizeError(f"--allow-read {name} cannot be read: {error.strerror}.") from error
    needed = 0o005 if stat.S_ISDIR(mode) else 0o004
    if os.geteuid() == 0 and mode & needed != needed:
        raise OptimizeError(
            f"--allow-read {name}: only root may read it, and target code does not run as root: chmod -R o+rX it, or "
            "copy it to where others may read it."
        )
    return path


def open_to_target(folder: Path) -> Path:
    """Let the unprivileged user of the sandbox write into a folder of ours (and all below it)."""
    if os.geteuid() == 0:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, UNPRIVILEGED_UID, UNPRIVILEGED_UID, follow_symlinks=False)
    return folder


def _working(asked: Sandbox) -> tuple[Sandbox | None, str]:
    """The sandbox with all that bubblewrap can do here; else why it cannot be used, with the remedy."""
    if asked.bubblewrap is None:
        return None, "bubblewrap is not installed (Debian and Ubuntu: apt install bubblewrap)."
    said = ""
    known = system_call_filter() is not None
    for filtered, sized in product((True, False) if known else (False,), (True, False)):
        tried = replace(asked, filtered=filtered, sized=sized)
        said = _probe(tried)
        if not said:
            return tried, ""
    return None, f"bubblewrap does not work here ({said}). {_remedy(said)}"


def _probe(sandbox: Sandbox) -> str:
    """What bubblewrap says when it cannot confine a program that does nothing; empty if it can."""
    assert sandbox.bubblewrap is not None
    with _filter(sandbox) as (arguments, descriptors):
        words = [*_namespaces(sandbox), *arguments, *_system_mounts(sandbox, Limits()), "--", "/usr/bin/env", "true"]
        try:
            tried = subprocess.run(
                [sandbox.bubblewrap, *words],
                capture_output=True,
                text=True,
                check=False,
                stdin=subprocess.DEVNULL,
                timeout=30,
                pass_fds=descriptors,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
    return "" if tried.returncode == 0 else " ".join(tried.stderr.split()) or f"it ended with code {tried.returncode}"


def _remedy(said: str) -> str:
    """What to do about a bubblewrap that is not allowed to do its work."""
    if "uid map" in said or "loopback" in said:
        # what AppArmor's restriction looks like: the namespace is made, and every right in it is refused
        return (
            "The system lets no program make a user namespace without an AppArmor profile (Ubuntu 23.10 and newer): give "
            "bwrap one, as the README says under `No sandbox?`."
        )
    return (
        "User namespaces seem to be forbidden: as root, `sysctl user.max_user_namespaces=15000` allows them, on older "
        "Debian `sysctl kernel.unprivileged_userns_clone=1`; containers need `--security-opt seccomp=unconfined "
        "--security-opt apparmor=unconfined`, as root `--cap-add SYS_ADMIN` too (README: `No sandbox?`)."
    )


def _backstops(limits: Limits) -> dict[str, int]:
    """Limits of single processes, held by the kernel, for what a group can do between two looks of the launcher.

    The address space is not limited: what reserves much and uses little (numba, Java, Go) would not start. Nor is CPU time:
    with RLIMIT_CPU the kernel keeps a process's clock of CPU time to a tick of its scheduler only, and we measure by it.
    """
    backstops = {
        "CORE": 1,  # with 0, a program that the system calls with the dump would still be called
        "FSIZE": limits.file_bytes,
    }
    if limits.memory_bytes is not None:
        backstops["DATA"] = 2 * limits.memory_bytes + MEMORY_TO_RESERVE
    if limits.processes is not None:
        backstops["NPROC"] = limits.processes * TASKS_FOR_EACH + _tasks()  # of a user, whoever started them
    return backstops


def _tasks() -> int:
    """Processes and threads of the whole machine now; 0 where nobody says."""
    try:
        return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])
    except (OSError, ValueError, IndexError):
        return 0


@contextmanager
def _filter(sandbox: Sandbox) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
    """Arguments that make bubblewrap load the filter of system calls, and the descriptor to pass on."""
    content = system_call_filter() if sandbox.filtered else None
    if content is None:
        yield (), ()
        return
    reading, writing = os.pipe()
    try:
        os.write(writing, content)  # far less than a pipe holds
        os.close(writing)
        yield ("--seccomp", str(reading)), (reading,)
    finally:
        os.close(reading)


def _pipes(folder: Path) -> set[int]:
    """Inodes of the named pipes in a folder: ours, through which we speak with the run."""
    with os.scandir(folder) as entries:
        return {entry.inode() for entry in entries if stat.S_ISFIFO(entry.stat(follow_symlinks=False).st_mode)}


def _keep_plain_files(folder: Path, pipes: set[int]) -> None:
    """Take away what target code left beside plain files: links that lead us elsewhere, pipes that never end, folders.

    Nothing of the run lives any more: what is looked at here stays as it is.
    """
    with suppress(OSError):  # target code may have shut us out: the folder is ours, or we are root
        folder.chmod(0o700)
    with os.scandir(folder) as entries:
        found = [(Path(entry.path), entry.stat(follow_symlinks=False)) for entry in entries]
    for path, details in found:
        if stat.S_ISREG(details.st_mode) and details.st_size <= LARGEST_RESULT:
            continue
        if stat.S_ISFIFO(details.st_mode) and details.st_ino in pipes:
            continue
        if stat.S_ISDIR(details.st_mode):
            remove_folder(path)
        else:
            path.unlink(missing_ok=True)


def _namespaces(sandbox: Sandbox) -> list[str]:
    shared = [
        *(() if sandbox.network else ("--unshare-net",)),
        *("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "localhost"),
        # as-pid-1: otherwise the resources of the command are charged to a process nobody waits for (see entry.py)
        *("--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL"),
    ]
    if os.geteuid() == 0:
        return [*shared, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [*shared, "--unshare-user", "--uid", str(UNPRIVILEGED_UID), "--gid", str(UNPRIVILEGED_UID)]


def _system_mounts(sandbox: Sandbox, limits: Limits) -> list[str]:
    arguments: list[str] = []
    for name in SYSTEM_FOLDERS:
        folder = Path(name)
        if folder.is_symlink():
            arguments += ["--symlink", str(folder.readlink()), name]
        elif folder.is_dir():
            arguments += ["--ro-bind", name, name]
    arguments += ["--perms", "0755", "--dir", "/etc"]
    ours = {f"/etc/{file.name}": str(file) for file in sorted(Path(__file__).with_name("etc").iterdir())}
    if sandbox.network:
        ours["/etc/nsswitch.conf"] = str(Path(__file__).with_name("network") / "nsswitch.conf")
    theirs = (*SYSTEM_FILES, *(NETWORK_FILES if sandbox.network else ()))
    for name, file in {**ours, **{name: name for name in theirs if Path(name).exists()}}.items():
        arguments += ["--ro-bind", file, name]
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    for path in (Path("/proc", name) for name in HIDDEN):
        if path.exists():
            arguments += _emptied(path)
    # multiprocessing keeps its locks in /dev/shm
    return [*arguments, *_memory_files(Path("/dev/shm"), sandbox, limits), *_memory_files(Path("/tmp"), sandbox, limits)]  # noqa: S108


def _memory_files(folder: Path, sandbox: Sandbox, limits: Limits) -> list[str]:
    """A private folder in memory that everybody inside may write to."""
    size = ["--size", str(limits.temporary_bytes)] if sandbox.sized else []
    return ["--perms", "1777", *size, "--tmpfs", str(folder)]


def _emptied(path: Path) -> list[str]:
    """Put nothing in the place of a folder, and what is no file to Python in that of a file."""
    if path.is_dir():
        return ["--perms", "0555", "--tmpfs", str(path), "--remount-ro", str(path)]
    return ["--ro-bind", "/dev/null", str(path)]


def _parents(path: Path) -> list[str]:
    """Make the folders above a mount passable: bubblewrap makes them with mode 0700, which shuts out our user."""
    arguments: list[str] = []
    for folder in reversed(path.parents):
        if folder not in (Path("/"), Path("/usr"), Path("/tmp"), Path("/etc")):  # noqa: S108
            arguments += ["--perms", "0755", "--dir", str(folder)]
    return arguments
