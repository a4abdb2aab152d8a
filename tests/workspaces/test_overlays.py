"""Our plugins beside the target's packages: nothing of the target is replaced, hidden or changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from tests.conftest import TARGETS
from tests.workspaces.test_interpreter import ENVIRONMENT, other_python
from workspaces.installing import uv
from workspaces.interpreter import Interpreter, find_interpreter, inspect
from workspaces.overlays import PLUGINS, left_out, overlay
from workspaces.sandbox import Room, Sandbox

# every distribution with its version and the files that its modules are imported from
SEEN = """
import importlib.util, json
from importlib import metadata
seen = {}
for found in metadata.distributions():
    names = {str(file).partition("/")[0].partition(".")[0] for file in found.files or () if str(file).endswith(".py")}
    specs = {name: importlib.util.find_spec(name) for name in names if name.isidentifier()}
    origins = {name: spec.origin for name, spec in specs.items() if spec is not None}
    seen.setdefault(found.metadata["Name"], [found.version, str(found.locate_file("")), origins])
print(json.dumps(seen))
"""


def environment_with(folder: Path, python: str, *packages: str) -> Interpreter:
    """An environment such as a user has."""
    uv(["venv", "--no-project", "--python", python, str(folder)], ENVIRONMENT, "no environment")
    uv(["pip", "install", "--python", str(folder / "bin" / "python"), *packages], ENVIRONMENT, "no packages")
    return inspect(folder / "bin" / "python", "--python", folder.parent / "project", ENVIRONMENT)


def seen(interpreter: Interpreter, overlay: Path | None) -> dict[str, list[object]]:
    variables = {"PYTHONPATH": str(overlay)} if overlay else {}
    words = [interpreter.executable, "-B", "-c", SEEN]
    done = subprocess.run(words, env=variables, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def state_of(folder: Path) -> dict[str, tuple[int, int, str]]:
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in files
    }


def plugins_of(folder: Path) -> dict[str, str]:
    return {
        found.metadata["Name"].lower().replace("_", "-"): found.version
        for found in metadata.distributions(path=[str(folder)])
    }


@pytest.fixture(scope="session")
def built(cache: Path) -> Interpreter:
    """An environment built from the metadata of a target."""
    return find_interpreter(TARGETS / "tight", TARGETS / "tight", None, ENVIRONMENT, cache)


@pytest.fixture(scope="session")
def old(tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    """Python 3.9 with packages that are years old, among them `py`, which pytest 7 has a stand-in for, under its name."""
    packages = ("pytest==7.0.1", "pytest-cov==2.12.1", "coverage==6.2", "attrs==21.4.0", "rich==10.16.2", "py==1.11.0")
    return environment_with(tmp_path_factory.mktemp("old") / "environment", other_python("3.9"), *packages)


@pytest.mark.parametrize("name", list(PLUGINS))
def test_an_overlay_holds_only_what_the_target_does_not_have(built: Interpreter, cache: Path, name: str) -> None:
    folder = overlay(built, name, ENVIRONMENT, cache)
    plugins = plugins_of(folder)
    assert {"profile": "scalene", "check": "pytest-cov", "inputs": "hypothesis"}[name] in plugins
    assert not set(plugins) & set(built.distributions)
    assert left_out(folder) == {}
    assert overlay(built, name, ENVIRONMENT, cache) == folder


@pytest.mark.parametrize("name", list(PLUGINS))
@pytest.mark.parametrize("which", ["built", "old"])
def test_every_distribution_of_the_target_is_seen_and_imported_as_without_the_overlay(
    which: str, name: str, cache: Path, request: pytest.FixtureRequest
) -> None:
    interpreter: Interpreter = request.getfixturevalue(which)
    before = state_of(interpreter.executable.parents[1])
    folder = overlay(interpreter, name, ENVIRONMENT, cache)
    alone, beside = seen(interpreter, None), seen(interpreter, folder)
    assert {package: beside[package] for package in alone} == alone
    assert len(beside) > len(alone)
    assert state_of(interpreter.executable.parents[1]) == before


def test_a_module_that_the_target_has_from_another_distribution_is_not_hidden(tmp_path: Path, cache: Path) -> None:
    python = environment_with(tmp_path / "environment", other_python("3.11"), "py==1.11.0", "pluggy==1.4.0")
    folder = overlay(python, "check", ENVIRONMENT, cache)
    assert "pytest" in plugins_of(folder)
    assert not (folder / "py.py").exists()  # pytest's stand-in for a package that is there
    assert seen(python, folder)["py"] == seen(python, None)["py"]


def test_an_overlay_fits_the_versions_that_the_target_has(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "requirements.txt").write_text("pytest==7.4.4\n")
    old = find_interpreter(tmp_path, tmp_path, None, ENVIRONMENT, cache)
    folder = overlay(old, "check", ENVIRONMENT, cache)
    assert old.distributions["pytest"] == "7.4.4"
    assert "pytest" not in plugins_of(folder)
    assert "pytest-benchmark" in plugins_of(folder)


def test_what_fits_with_nothing_is_left_out_and_said(tmp_path: Path, cache: Path) -> None:
    python = environment_with(tmp_path / "environment", other_python("3.9"), "pytest==5.4.3", "pluggy==0.13.1")
    folder = overlay(python, "check", ENVIRONMENT, cache)
    reasons = left_out(folder)
    assert reasons["pytest"] == "the target's own pytest 5.4.3 is older than 6.2"
    assert "coverage" in plugins_of(folder)
    assert not set(reasons) & set(plugins_of(folder))


@pytest.mark.parametrize("which", ["built", "old"])
def test_the_targets_pytest_runs_with_the_overlay_inside_the_sandbox(
    which: str,
    sandbox: Sandbox,
    cache: Path,
    make_room: Callable[..., Room],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    shutil.copytree(TARGETS / "tight", tmp_path / "tree")
    interpreter: Interpreter = request.getfixturevalue(which)
    folder = overlay(interpreter, "check", ENVIRONMENT, cache)
    room = make_room(sandbox, interpreter=interpreter, overlay=folder, source_roots=("",))
    command = ["python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--cov=tightcount", "--cov-report=term", "tests"]
    path = os.pathsep.join([str(room.inside_tree), str(folder)])
    finished = room.run(command, {"COVERAGE_FILE": "/tmp/coverage", "PYTHONPATH": path})
    assert finished.ok, finished.trouble
    assert "tightcount/__init__.py" in finished.stdout
