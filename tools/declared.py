"""Which distributions a project says that it needs to run."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from workspaces.installing import normalised

OF_AN_EXTRA = re.compile(r";.*\bextra\s*==")


def declared_dependencies(folder: Path, requires: Sequence[str]) -> frozenset[str]:
    """Normalised names of what the metadata in a project's folder declare, extras and groups for developers left out.

    `requires` is what the installed project says (Requires-Dist): it counts where the metadata leave that to a build. A
    project that is never built or installed declares what it needs in requirements.txt.
    """
    project = _toml(folder / "pyproject.toml")
    described, poetry = project.get("project"), project.get("tool", {}).get("poetry", {}).get("dependencies")
    if isinstance(described, dict) and "dependencies" not in described.get("dynamic", ()):
        return _names(described.get("dependencies", ()))
    if isinstance(poetry, dict):
        needed = [name for name, said in poetry.items() if not (isinstance(said, dict) and said.get("optional"))]
        return _names(needed) - {"python"}
    configured = _install_requires(folder / "setup.cfg")
    if configured is not None:
        return _names(configured)
    if described or "build-system" in project or (folder / "setup.py").exists():
        return _names(one for one in requires if not OF_AN_EXTRA.search(one))
    return _names(_lines(folder / "requirements.txt"))


def _names(requirements: Iterable[object]) -> frozenset[str]:
    """Names at the start of requirements such as "numpy[extra] >= 1; python_version > '3'"."""
    found = (re.match(r"\s*([A-Za-z0-9][\w.-]*)", one) for one in requirements if isinstance(one, str))
    return frozenset(normalised(one[1].rstrip("-._")) for one in found if one)


def _install_requires(file: Path) -> list[str] | None:
    configuration = configparser.ConfigParser(interpolation=None)
    try:
        configuration.read_string("\n".join(_lines(file)))
    except configparser.Error:
        return None
    found = configuration.get("options", "install_requires", fallback=None)
    # "file: requirements.txt" is read when it is built
    return None if found is None or found.strip().startswith("file:") else found.splitlines()


def _lines(file: Path) -> list[str]:
    return file.read_text("utf-8", "replace").splitlines() if file.is_file() else []


def _toml(file: Path) -> dict[str, Any]:  # Any: TOML
    try:
        return tomllib.loads("\n".join(_lines(file)))
    except tomllib.TOMLDecodeError:
        return {}
