"""Builds an environment with uv from the target's own metadata, where the user has none."""

from __future__ import annotations

import ast
import configparser
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from workspaces.errors import OptimizeError
from workspaces.installing import NoSolution, digest, once, uv

DEVELOPMENT = ("dev", "test", "tests", "testing", "benchmark", "benchmarks")
TESTING = ("dev", "test", "tests", "testing")
METADATA = ("pyproject.toml", "setup.py", "setup.cfg", ".python-version")
# what an installed copy is compiled from: where it changes, the copy is another one
COMPILED_FROM = (
    ".c",
    ".cc",
    ".cpp",
    ".cxx",
    ".h",
    ".hpp",
    ".pyx",
    ".pxd",
    ".pxi",
    ".rs",
    ".f",
    ".f90",
    ".cu",
    ".lock",
    ".build",
)
SKIPPED = (".git", ".venv", "node_modules")
SUPPORTED = ">=3.9"
LEFT_OUT = ".left-out"
LEGACY_BACKEND = ("setuptools", "wheel")  # what a project without [build-system] is built with


def build_environment(
    tree: Path, top: Path, environment: Mapping[str, str], cache: Path, *, version: str = "", tools: bool = False
) -> Path:
    """Python of an environment with the target and its development dependencies; made once per metadata.

    `tree` lies in `top`, all of which is there while it is installed. `version` is what git says of a target that asks it;
    `tools` installs what the target is built with, too.
    """
    project = _toml(tree / "pyproject.toml")
    arguments = [*requirements(tree, project), *(_build_tools(tree, project) if tools else ())]
    known = [f"{file.relative_to(tree)}\n{file.read_text('utf-8', 'replace')}" for file in _deciding(tree)]
    folder = cache / "environments" / digest(*arguments, version, *known)
    python = folder / "bin" / "python"
    with once(folder) as missing:
        if missing:
            _make(folder, _wanted_pythons(tree, project), environment)
            if arguments:
                _install_what_fits(python, arguments, tree, top, environment)
    return python


def left_out_of(python: Path) -> str:
    """Requirements files that do not go together with the project itself and were left out of a built environment."""
    file = python.parents[1] / LEFT_OUT
    return file.read_text() if file.exists() else ""


def requirements(tree: Path, project: Mapping[str, Any]) -> list[str]:  # Any: TOML
    """Arguments of `uv pip install` for the target with its development groups, extras and requirements files."""
    arguments: list[str] = []
    if _is_package(tree, project):
        described = project.get("project", {})
        if "name" in described and "optional-dependencies" not in described.get("dynamic", ()):
            extras = [name for name in described.get("optional-dependencies", {}) if name in DEVELOPMENT]
        else:  # setup.py or setup.cfg may declare them; uv only warns of those that are not there
            extras = list(TESTING)
        arguments.append(f".[{','.join(extras)}]" if extras else ".")
    for group in project.get("dependency-groups", {}):
        if group in DEVELOPMENT:
            arguments += ["--group", group]
    names = [
        "requirements",
        *(f"{name}-requirements" for name in DEVELOPMENT),
        *(f"requirements-{name}" for name in DEVELOPMENT),
    ]
    files = [tree / f"{name}.txt" for name in names] + [tree / "requirements" / f"{name}.txt" for name in DEVELOPMENT]
    for file in files:
        if file.exists():
            arguments += ["-r", str(file.relative_to(tree))]
    return arguments


def _is_package(tree: Path, project: Mapping[str, Any]) -> bool:  # Any: TOML
    return "project" in project or "build-system" in project or (tree / "setup.py").exists()


def _build_tools(tree: Path, project: Mapping[str, Any]) -> Sequence[str]:  # Any: TOML
    if not _is_package(tree, project):
        return ()
    named: Sequence[str] = project.get("build-system", {}).get("requires", LEGACY_BACKEND)
    return named


def _deciding(tree: Path) -> Iterator[Path]:
    """Files on which the content of the environment depends."""
    yield from (file for name in METADATA if (file := tree / name).exists())
    yield from sorted(tree.glob("*requirements*.txt"))
    yield from sorted(tree.glob("requirements/*.txt"))
    yield from sorted(
        file
        for file in tree.rglob("*")
        if file.suffix in COMPILED_FROM and file.is_file() and not set(file.relative_to(tree).parts) & set(SKIPPED)
    )


def _make(folder: Path, wanted: Sequence[str], environment: Mapping[str, str]) -> None:
    """An empty environment of the first of the wanted Pythons that this machine has."""
    for number, python in enumerate(wanted, 1):
        try:
            uv(
                ["venv", "--no-project", "--allow-existing", "--python", python, str(folder)],
                environment,
                f"No Python was found that the project accepts ({python})",
            )
        except OptimizeError:
            if number == len(wanted):
                raise
        else:
            return


def _wanted_pythons(tree: Path, project: Mapping[str, Any]) -> list[str]:  # Any: TOML
    """What to ask uv for, best first: the pinned version, what the metadata accepts."""
    pinned = tree / ".python-version"
    lines = pinned.read_text("utf-8", "replace").split() if pinned.exists() else []
    accepted = project.get("project", {}).get("requires-python") or _legacy(tree, "options", "python_requires")
    pins = [line for line in lines[:1] if re.fullmatch(r"3\.\d+(\.\d+)?", line)]
    return [*pins, f"{accepted},{SUPPORTED}" if isinstance(accepted, str) and accepted.strip() else SUPPORTED]


def _legacy(tree: Path, section: str, key: str) -> str | None:
    """What setup.cfg says, or a literal argument of setup() in setup.py."""
    configuration = configparser.ConfigParser(interpolation=None)
    try:
        configuration.read(tree / "setup.cfg", "utf-8")
        if configuration.has_option(section, key):
            return configuration.get(section, key)
        parsed = ast.parse((tree / "setup.py").read_bytes())
    except (configparser.Error, OSError, SyntaxError, ValueError):
        return None
    for call in (node for node in ast.walk(parsed) if isinstance(node, ast.Call)):
        for keyword in call.keywords:
            if keyword.arg == key and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str):
                return keyword.value.value
    return None


def declared_name(tree: Path) -> str | None:
    """The name under which the target is installed, as its metadata says; None where that takes running setup.py."""
    project = _toml(tree / "pyproject.toml")
    for table in (project.get("project", {}), project.get("tool", {}).get("poetry", {})):
        if isinstance(table.get("name"), str):
            return str(table["name"])
    return _legacy(tree, "metadata", "name")


def _toml(file: Path) -> dict[str, Any]:  # Any: TOML
    try:
        return tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptimizeError(f"{file.name} of the project cannot be read: {error}: mend it first.") from error


def _install_what_fits(
    python: Path, arguments: Sequence[str], tree: Path, top: Path, environment: Mapping[str, str]
) -> None:
    """Without the pins for developers where those contradict the project: they may hold another version of it."""
    files = [one for one in arguments if one.endswith(".txt") and "dev" in one]
    try:
        _install(python, arguments, tree, top, environment)
    except NoSolution:
        fewer = [one for one in arguments if one not in files]
        fewer = [one for one, after in pairwise([*fewer, ""]) if one != "-r" or after.endswith(".txt")]
        if not files or not fewer:
            raise
        _install(python, fewer, tree, top, environment)
        (python.parents[1] / LEFT_OUT).write_text(", ".join(files))


def _install(python: Path, arguments: Sequence[str], tree: Path, top: Path, environment: Mapping[str, str]) -> None:
    """Install from a copy: build backends write into what they build, and the tree is judged as it is."""
    with tempfile.TemporaryDirectory(dir=python.parents[1], prefix="source-") as folder:
        source = Path(folder) / top.name
        shutil.copytree(top, source, symlinks=True, ignore=shutil.ignore_patterns(".venv"))
        command = ["pip", "install", "--python", str(python), *arguments]
        uv(command, environment, "The target's dependencies could not be installed", folder=source / tree.relative_to(top))
