"""Fixtures for all tests: the sandbox, one cache of environments per session, and the targets as git repositories."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from workspaces.sandbox import Mode, Sandbox, find_sandbox

TARGETS = Path(__file__).with_name("targets")
# neither the configuration of whoever runs the tests nor a repository around them may change what git does here
GIT_ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def pytest_configure(config: pytest.Config) -> None:
    """Say why tests were skipped, whatever the verbosity: a suite without its sandbox tests must not look complete."""
    if "s" not in config.option.reportchars:
        config.option.reportchars += "s"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever uses the sandbox, so that `-m "not sandbox"` leaves it out."""
    for item in items:
        if "sandbox" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.sandbox)


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    """Bubblewrap as it works on this machine; skips where it does not."""
    found = find_sandbox(Mode.AUTO)
    if found.bubblewrap is None:
        pytest.skip(found.notice)
    return found


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder for built environments and overlays: each is built once per session, whichever of its processes wants it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return tmp_path_factory.mktemp("cache")
    shared = tmp_path_factory.getbasetemp().parent / "cache"
    shared.mkdir(exist_ok=True)
    return shared


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[str], Path]:
    """`repository("tight")`: a target of tests/targets copied into a git repository of its own, one commit on `main`."""

    def make(name: str) -> Path:
        folder = tmp_path / "repositories" / name
        shutil.copytree(TARGETS / name, folder, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache", ".benchmarks"))
        look_for_inputs_in_a_hurry(folder)
        for words in (
            ["init", "--quiet", "--initial-branch=main", "--template="],
            ["add", "--all"],
            ["commit", "--quiet", "--message=Start"],
        ):
            subprocess.run(["git", *words], cwd=folder, env=GIT_ENVIRONMENT, check=True, stdin=subprocess.DEVNULL)
            if words[0] == "init":
                with (folder / ".git" / "config").open("a") as configuration:
                    configuration.write("[user]\n\tname = Ada Author\n\temail = ada@example.org\n")
        return folder

    return make


def look_for_inputs_in_a_hurry(folder: Path) -> None:
    """Tests of whole runs are about other things: what is wrong in them is plain."""
    file = folder / "pyproject.toml"
    if file.exists() and b"tool.optimize" not in file.read_bytes():
        file.write_bytes(file.read_bytes() + b"\n[tool.optimize]\nsearch_seconds = 0.1\n")
