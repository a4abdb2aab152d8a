"""The real command on real repositories: how tests start it, interrupt it, and look at what it left behind."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import look_for_inputs_in_a_hurry

OPTIMIZE = Path(sys.executable).with_name("optimize")
TARGETS = Path(__file__).parents[1] / "targets"
LIMIT_SECONDS = 300
HIDDEN = ("OPENAI_", "ANTHROPIC_", "XDG_", "PYTHON", "GIT_", "VIRTUAL_ENV")
LUCK = """import pytest


@pytest.mark.parametrize("name", ["al", "bo", "cy", "di", "ed", "fi", "gus", "hal"])
def test_luck(name):
    \"\"\"Half of them fail, others with each hash seed: no two runs of the suite agree on all.\"\"\"
    assert hash(name) % 2
"""


@dataclass(frozen=True)
class Home:
    """A user of his own: state and cache lie in temporary folders, no key is set."""

    state: Path
    cache: Path

    @property
    def runs(self) -> list[Path]:
        """Run folders, oldest first."""
        return sorted((self.state / "verispeed" / "runs").glob("*"))

    def environment(self, **more: str) -> dict[str, str]:
        """What the command is started with."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(HIDDEN)}
        folders = {"XDG_STATE_HOME": str(self.state), "XDG_CACHE_HOME": str(self.cache)}
        return {**kept, **folders, "NO_PROXY": "127.0.0.1", "GIT_CONFIG_GLOBAL": os.devnull, **more}

    def optimize(self, *words: object, folder: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        return subprocess.run(
            [OPTIMIZE, *map(str, words)],
            cwd=folder,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_SECONDS,
        )


@dataclass
class Running:
    """The command while it runs, in a process group of its own as a shell would start it."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listener = threading.Thread(target=self._listen, daemon=True)

    @classmethod
    def start(cls, home: Home, *words: object, **more: str) -> Running:
        """Start it; what it says on standard error is collected."""
        process = subprocess.Popen(
            [OPTIMIZE, *map(str, words)],
            env=home.environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        running = cls(process)
        running.listener.start()
        return running

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.listener.join()
        assert self.process.stderr is not None
        self.process.stderr.close()

    def wait_until(self, reached: object) -> None:
        """Wait for a condition: a text that it says, or a function that becomes true."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while not (reached() if callable(reached) else any(str(reached) in line for line in self.lines)):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"it never came to {reached}: {''.join(self.lines)}")
            time.sleep(0.02)

    def interrupt(self) -> tuple[int, str, set[str]]:
        """Ctrl-C: exit code, all that was said, and which of its processes are still there."""
        before = descendants(self.process.pid)
        os.killpg(self.process.pid, signal.SIGINT)
        code = self.process.wait(60)
        deadline = time.monotonic() + 5
        while (left := {one for one in before if identity(int(one.split()[0])) == one}) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.listener.join(5)
        return code, "".join(self.lines), left

    def _listen(self) -> None:
        assert self.process.stderr is not None
        self.lines.extend(iter(self.process.stderr.readline, ""))


def identity(process: int) -> str | None:
    """Process id with its start time, which tells it from a later one of the same id; None if it is gone."""
    try:
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if words[0] == "Z" else f"{process} {words[19]}"


def descendants(process: int) -> set[str]:
    """Identities of a process's children, and of theirs."""
    found = set()
    for task in Path(f"/proc/{process}/task").glob("*"):
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue
        for child in map(int, children):
            name = identity(child)
            found |= {name} if name else set()
            found |= descendants(child)
    return found


def git(folder: Path, *words: str) -> str:
    """Output of a git command."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *words], cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return done.stdout


def commit_all(folder: Path) -> Path:
    """Make a folder a repository with one commit on `main`."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "Ada Author")
    git(folder, "config", "user.email", "ada@example.org")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=Start")
    return folder


def copy_target(name: str, folder: Path) -> Path:
    """A target as a plain folder."""
    shutil.copytree(TARGETS / name, folder, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache", ".benchmarks"))
    look_for_inputs_in_a_hurry(folder)
    return folder


def flaky_target(folder: Path) -> Path:
    """The flaky target with tests that flake for certain: that of its own agrees with itself half of the time."""
    copy_target("flaky", folder)
    (folder / "tests" / "test_luck.py").write_text(LUCK)
    return folder


def bytes_of(folder: Path) -> dict[str, str]:
    """Digest of every file in a folder, with those of git."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def refused(done: subprocess.CompletedProcess[str], home: Home, *remedies: str) -> None:
    """The command could not run, said in one line why and what to do, and left no folder."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("optimize: ")
    for remedy in remedies:
        assert remedy in last
    assert [line for line in done.stderr.splitlines() if line.startswith("optimize: ")] == [last]
    assert done.stdout == ""
    assert home.runs == []


def whole_of(repository: Path) -> dict[str, str]:
    """Everything of a user's repository that a run must leave alone, but for its branch and the notes."""
    own = Path(git(repository, "rev-parse", "--absolute-git-dir").rstrip("\n"))  # elsewhere for a submodule
    return {
        "index": hashlib.sha256((own / "index").read_bytes()).hexdigest(),
        "head": (own / "HEAD").read_text(),
        "configuration": (own / "config").read_text(),
        "hooks": " ".join(sorted(file.name for file in (own / "hooks").glob("*"))),
        "folder": " ".join(sorted(file.name for file in own.iterdir() if file.is_file())),
        "files": repr({name: digest for name, digest in bytes_of(repository).items() if not name.startswith(".git/")}),
        "status": git(repository, "--no-optional-locks", "status", "--porcelain", "--ignored"),
        "stashes": git(repository, "stash", "list"),
        "worktrees": git(repository, "worktree", "list", "--porcelain"),
        "references": "\n".join(
            line
            for line in git(repository, "for-each-ref").splitlines()
            if "refs/heads/optimize/" not in line and "refs/notes/optimize" not in line
        ),
    }
