"""uv as we run it, and the cache of what it made: each folder is made once, whoever else wants it at the same time."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from workspaces.errors import OptimizeError

INSTALL_SECONDS = 1200.0
# what uv and pip may know of the user's network and package index; nothing else of our environment reaches a build
PASSED_ON = re.compile(
    r"(?!UV_PUBLISH_|UV_\w+_TOKEN)(UV|PIP)_\w+|(HTTPS?|ALL|NO)_PROXY|(https?|all|no)_proxy|SSL_CERT_(FILE|DIR)|PATH|HOME|LANG|TMPDIR"
)
UNSOLVABLE = "No solution found"  # uv's words
# where version managers keep Pythons that are not on PATH until they are activated, below the user's home
KEPT = (".pyenv/versions/*/bin", ".asdf/installs/python/*/bin", ".local/share/mise/installs/python/*/bin")
# of what is being made: uv keeps them to its end, so that nobody makes it anew while the uv of a killed run still writes
_locks: ContextVar[tuple[int, ...]] = ContextVar("locks", default=())
_OWN_PYTHON = "Make an environment that works and name its Python with --python EXE."


class NoSolution(OptimizeError):
    """There are no versions that go together."""


def uv(arguments: Sequence[str], environment: Mapping[str, str], failure: str, folder: Path | None = None) -> str:
    """What uv prints; OptimizeError that begins with `failure` if it fails, NoSolution if no versions fit."""
    from uv import find_uv_bin

    variables = {**passed_on(environment), "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "UV_NO_CONFIG": "1"}
    # sandboxed processes cannot write bytecode: without this each of them would compile pytest anew
    variables["UV_COMPILE_BYTECODE"] = "1"
    variables["PATH"] = _with_kept_pythons(environment)
    try:
        done = subprocess.run(
            [find_uv_bin(), *arguments],
            pass_fds=_locks.get(),
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            timeout=INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise OptimizeError(f"{failure}: uv was not done after {INSTALL_SECONDS:.0f} s. {_OWN_PYTHON}") from error
    if done.returncode != 0:
        kind = NoSolution if UNSOLVABLE in done.stderr else OptimizeError
        raise kind(f"{failure}: {_reason(done.stderr)} {_OWN_PYTHON}")
    return done.stdout


def passed_on(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of our environment that installers may see: index, proxy and certificates, no keys or tokens."""
    return {name: value for name, value in environment.items() if PASSED_ON.fullmatch(name)}


@contextmanager
def once(folder: Path) -> Iterator[bool]:
    """Make a folder once, whoever else wants it at the same time: True if it must be filled; marked when that succeeded."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    complete = folder / ".complete"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if complete.exists():
            yield False
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        before = _locks.set((*_locks.get(), lock.fileno()))
        try:
            yield True
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        finally:
            _locks.reset(before)
        complete.touch()


def digest(*parts: str) -> str:
    """A short name for whatever is made from these texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def normalised(name: str) -> str:
    """A distribution's name as package indexes compare it, without extras."""
    return re.sub(r"[-_.]+", "-", name.split("[")[0].strip()).lower()


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where built environments and overlays are kept between runs."""
    home = environment.get("XDG_CACHE_HOME") or os.path.join(environment.get("HOME", "~"), ".cache")  # noqa: PTH118
    return Path(home).expanduser() / "verispeed"


def _with_kept_pythons(environment: Mapping[str, str]) -> str:
    """PATH, and after it the Pythons of version managers, newest first."""
    home = Path(environment.get("HOME", "~")).expanduser()
    kept = [folder for pattern in KEPT for folder in home.glob(pattern)]
    kept.sort(key=lambda folder: [int(part) for part in re.findall(r"\d+", folder.parent.name)], reverse=True)
    return os.pathsep.join([environment.get("PATH", os.defpath), *map(str, kept)])


def _reason(said: str) -> str:
    """What uv gives as the reason, in one line that ends like a sentence."""
    lines = [line.strip() for line in said.splitlines() if not line.startswith(("Using Python", "warning:", "Resolved "))]
    return " ".join(filter(None, lines[-6:])).removeprefix("error: ").rstrip(".") + "."
