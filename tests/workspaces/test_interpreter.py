"""Which Python runs the target, and what it is built from."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import TARGETS
from tests.workspaces.conftest import running
from workspaces.errors import OptimizeError
from workspaces.installing import cache_folder, passed_on
from workspaces.interpreter import Interpreter, find_interpreter, inspect
from workspaces.overlays import overlay
from workspaces.process import Limits
from workspaces.sandbox import Room, Sandbox

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}


def make_environment(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder / "bin" / "python"


def other_python(version: str) -> str:
    """A Python of that version on this machine; skips where there is none."""
    from uv import find_uv_bin

    words = [find_uv_bin(), "python", "find", "--no-project", "--no-python-downloads", version]
    found = subprocess.run(words, capture_output=True, text=True, check=False, env=passed_on(ENVIRONMENT))
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))  # uv sees the activated ones only
    if found.returncode != 0 and not pyenv:
        pytest.skip(f"no Python {version} on this machine")
    return found.stdout.strip() if found.returncode == 0 else str(pyenv[0])


@pytest.fixture(scope="session")
def built(cache: Path) -> Interpreter:
    """An environment built from the metadata of a target."""
    return find_interpreter(TARGETS / "tight", TARGETS / "tight", None, ENVIRONMENT, cache)


# --- which one


def test_the_one_that_is_asked_for_comes_first(tmp_path: Path) -> None:
    make_environment(tmp_path / ".venv")
    asked = make_environment(tmp_path / "asked")
    found = find_interpreter(tmp_path, tmp_path, str(asked), ENVIRONMENT, tmp_path / "cache")
    assert (found.executable, found.origin) == (asked, "--python")
    assert found.version == sys.version_info[:3]
    assert found.description.startswith("cpython 3.")


@pytest.mark.parametrize("asked", ["/no/such/python", "no-such-python"])
def test_an_asked_for_python_that_does_not_exist_is_an_error_that_names_the_option(asked: str, tmp_path: Path) -> None:
    with pytest.raises(OptimizeError, match=f"The Python at {asked} .--python. does not start: .* --python EXE"):
        find_interpreter(tmp_path, tmp_path, asked, ENVIRONMENT, tmp_path / "cache")


@pytest.mark.parametrize("script", ["exit 0", "echo hello", "exit 1", "echo >&2; exit 1"])
def test_an_asked_for_program_that_is_no_python_is_an_error_that_names_the_option(script: str, tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    with pytest.raises(OptimizeError, match="--python EXE"):
        find_interpreter(tmp_path, tmp_path, str(program), ENVIRONMENT, tmp_path / "cache")


def test_the_venv_of_the_repository_is_found(tmp_path: Path) -> None:
    python = make_environment(tmp_path / ".venv")
    active = make_environment(tmp_path / "active")
    environment = {**ENVIRONMENT, "VIRTUAL_ENV": str(active.parents[1])}
    found = find_interpreter(tmp_path, tmp_path, None, environment, tmp_path / "cache")
    assert (found.executable, found.origin) == (python, ".venv of the repository")


def test_a_venv_of_the_repository_is_mounted_without_the_repository(
    sandbox: Sandbox, make_room: Callable[..., Room], tmp_path: Path
) -> None:
    project = tmp_path / "project"
    make_environment(project / ".venv")
    (project / "module.py").write_text("NAME = 'of the user'")
    library = next((project / ".venv" / "lib").glob("python*/site-packages"))
    (library / "editable.pth").write_text(f"{project}\n")
    found = find_interpreter(project, project, None, ENVIRONMENT, tmp_path / "cache")
    finished = make_room(sandbox, interpreter=found).run(
        ["python", "-c", f"import os; print(os.listdir({str(project)!r})); import module; print(module.__file__)"]
    )
    assert finished.stdout.splitlines() == ["['.venv']", "/checkout/module.py"], finished.trouble


def test_an_activated_environment_is_used(tmp_path: Path) -> None:
    python = make_environment(tmp_path / "active")
    environment = {**ENVIRONMENT, "VIRTUAL_ENV": str(tmp_path / "active")}
    found = find_interpreter(tmp_path, tmp_path, None, environment, tmp_path / "cache")
    assert (found.executable, found.origin) == (python, "activated environment")


def test_our_own_environment_is_not_taken_for_the_targets(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "plain").mkdir()
    environment = {**ENVIRONMENT, "VIRTUAL_ENV": sys.prefix}
    found = find_interpreter(tmp_path, tmp_path / "plain", None, environment, cache)
    assert found.origin == "built with uv from its metadata"
    assert not found.executable.is_relative_to(sys.prefix)


@pytest.mark.parametrize("version", ["3.7", "3.8"])
def test_a_python_that_is_too_old_is_refused_with_its_version(tmp_path: Path, version: str) -> None:
    with pytest.raises(OptimizeError, match=rf"is Python {version}: 3.9 or newer is needed.*--python EXE"):
        inspect(Path(other_python(version)), "--python", tmp_path, ENVIRONMENT)


# --- building


def test_an_environment_is_built_from_the_targets_metadata(built: Interpreter) -> None:
    assert built.origin == "built with uv from its metadata"
    assert built.distributions["tightcount"] == "1.0.2"
    assert {"pytest", "pytest-benchmark"} <= set(built.distributions)  # its dependency group "dev"


def test_a_built_environment_is_used_again(built: Interpreter, cache: Path) -> None:
    stamp = (built.executable.parents[1] / ".complete").stat().st_mtime_ns
    again = find_interpreter(TARGETS / "tight", TARGETS / "tight", None, ENVIRONMENT, cache)
    assert again == built
    assert (built.executable.parents[1] / ".complete").stat().st_mtime_ns == stamp


def test_building_leaves_the_tree_as_it_is_and_shows_it_no_keys(tmp_path: Path, cache: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "plain.py").write_text("NAME = 'plain'\n")
    (tree / "setup.py").write_text(
        "import os\nfrom setuptools import setup\n"
        "setup(name='plain', version='1' if 'OPENAI_API_KEY' not in os.environ else '2', py_modules=['plain'])\n"
    )
    found = find_interpreter(tree, tree, None, {**ENVIRONMENT, "OPENAI_API_KEY": "hunter2"}, cache)
    assert found.distributions["plain"] == "1"
    assert sorted(path.name for path in tree.iterdir()) == ["plain.py", "setup.py"]


def test_a_project_in_a_subfolder_may_need_what_lies_beside_it(tmp_path: Path, cache: Path) -> None:
    top = tmp_path / "top"
    for name in ("one", "two"):
        (top / name).mkdir(parents=True)
        (top / name / "setup.py").write_text(
            f"from setuptools import setup\nsetup(name={name!r}, version='1', py_modules=[])\n"
        )
    (top / "one" / "requirements.txt").write_text("../two\n")
    found = find_interpreter(top / "one", top / "one", None, ENVIRONMENT, cache, top=top)
    assert {"one", "two"} <= set(found.distributions)
    assert sorted(path.name for path in top.rglob("*") if path.is_file()) == ["requirements.txt", "setup.py", "setup.py"]


def test_requirements_that_cannot_be_installed_stop_the_run_with_the_reason(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "requirements.txt").write_text("pytest==0.0.999\n")
    with pytest.raises(OptimizeError, match=r"dependencies could not be installed: .*pytest==0\.0\.999.*--python EXE"):
        find_interpreter(tree, tree, None, ENVIRONMENT, tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("environments/*/bin"))  # the next run does not find half an environment


def test_a_python_that_no_project_accepts_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'future'\nversion = '1'\nrequires-python = '>=3.99'\n")
    with pytest.raises(OptimizeError, match="No Python was found that the project accepts"):
        find_interpreter(tmp_path, tmp_path, None, ENVIRONMENT, tmp_path / "cache")


def test_builds_see_where_packages_come_from_but_no_keys() -> None:
    seen = {
        **dict.fromkeys(["PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "HTTPS_PROXY", "no_proxy"], "shown"),
        **dict.fromkeys(["UV_INDEX_URL", "PIP_INDEX_URL", "UV_INDEX_COMPANY_PASSWORD"], "shown"),
    }
    hidden = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "PYTHONPATH", "VIRTUAL_ENV")
    publishing = ("UV_PUBLISH_TOKEN", "UV_PUBLISH_PASSWORD", "UV_GITHUB_TOKEN", "MY_UV_INDEX", "PATH_TO_KEY")
    assert passed_on({**seen, **dict.fromkeys([*hidden, *publishing], "hunter2")}) == seen


# --- versions


@pytest.mark.parametrize("version", ["3.9", "3.13"])
def test_another_version_of_python_works_as_well(
    sandbox: Sandbox, cache: Path, make_room: Callable[..., Room], tmp_path: Path, version: str, marker: str
) -> None:
    python = inspect(Path(other_python(version)), "--python", tmp_path, ENVIRONMENT)
    folder = overlay(python, "check", ENVIRONMENT, cache)
    for confinement in (sandbox, Sandbox(None, "none")):
        room = make_room(confinement, interpreter=python, overlay=folder, limits=Limits(wall_seconds=60))
        finished = room.run(
            ["python", "-c", "import sys, pytest, pytest_cov; print(*sys.version_info[:2], sep='.')", marker]
        )
        assert finished.stdout.strip() == version, finished.trouble
    assert not running(marker)


# --- cache


def test_the_cache_is_where_the_user_keeps_caches() -> None:
    assert cache_folder({"XDG_CACHE_HOME": "/caches", "HOME": "/home/ada"}) == Path("/caches/verispeed")
    assert cache_folder({"HOME": "/home/ada"}) == Path("/home/ada/.cache/verispeed")
