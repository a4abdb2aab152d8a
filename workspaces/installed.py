"""The target's own distribution as its environment has it, and what that has which the files in git have not.

Trees are exported from git, which holds neither extension modules nor generated version files: without them a target fails
to import, or silently falls back to slower Python.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from workspaces.checkout import OWN_CONFIGURATION, git_in
from workspaces.errors import OptimizeError
from workspaces.installing import normalised, passed_on
from workspaces.interpreter import Interpreter

VERSION_FILES = ("_version.py", "version.py", "__version__.py", "_version_info.py")
NOT_PACKAGES = ("test", "tests", "testing", "benchmark", "benchmarks", "docs", "examples")
# run by the target's interpreter: name, version and files of its own distribution
PROBE = """
import json, sys
from importlib import metadata
wanted, project, packages = json.loads(sys.argv[1])
best = None
for distribution in metadata.distributions():
    name = (distribution.metadata["Name"] or "").lower().replace("_", "-").replace(".", "-")
    direct = json.loads(distribution.read_text("direct_url.json") or "{}")
    rank = 3 * (name == wanted) + 2 * direct.get("url", "").startswith(project)
    if not rank and wanted is None:
        rank = any(str(file) in packages for file in distribution.files or ())
    if rank and (best is None or rank > best[0]):
        best = rank, name, direct, distribution
found = None
if best:
    _, name, direct, distribution = best
    files = {str(file): str(distribution.locate_file(file)) for file in distribution.files or ()}
    found = {"name": name, "version": distribution.version, "direct": direct, "files": files}
print(json.dumps(found))
"""


class Kind(StrEnum):
    """How the environment comes to the target's own code."""

    ABSENT = "absent"
    COPY = "copy"
    PATH = "path"  # editable, by a folder on the path
    HOOK = "hook"  # editable, by a finder that is asked after the path
    EARLY_HOOK = "early hook"  # editable, by a finder that is asked before the path


@dataclass(frozen=True)
class Installed:
    """The target's own distribution in its environment."""

    kind: Kind
    name: str = ""
    version: str = ""
    files: Mapping[str, Path] = field(default_factory=dict)  # below site-packages -> where; of a copy
    roots: tuple[Path, ...] = ()  # folders from which an editable install is imported

    @property
    def description(self) -> str:
        """How it is installed, for people."""
        said = {
            Kind.ABSENT: "not installed in its environment",
            Kind.COPY: f"{self.name} {self.version} is installed as a copy",
            Kind.PATH: f"{self.name} {self.version} is installed in editable mode, by path",
            Kind.HOOK: f"{self.name} {self.version} is installed in editable mode, by an import hook",
            Kind.EARLY_HOOK: f"{self.name} {self.version} is installed in editable mode, by an import hook before the path",
        }
        return said[self.kind]


def find_installed(
    interpreter: Interpreter,
    project: Path,
    name: str | None,
    files: Sequence[str],
    roots: Sequence[str],
    environment: Mapping[str, str],
) -> Installed:
    """The distribution called `name` (or made from `project`, or with the packages of `files`, where none is known)."""
    packages = [inside for file in files if file.endswith("/__init__.py") for inside in _below(file, roots)]
    packages = [one for one in packages if one.count("/") == 1 and one.partition("/")[0] not in NOT_PACKAGES]
    asked = json.dumps([normalised(name) if name else None, project.resolve().as_uri(), packages])
    try:
        probed = subprocess.run(
            [interpreter.executable, "-I", "-B", "-c", PROBE, asked],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            env=passed_on(environment),
        )
        found = json.loads(probed.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise OptimizeError(
            f"The packages of {interpreter.executable} cannot be read: {error}. Name another Python with --python EXE."
        ) from error
    linked = tuple(path for path in interpreter.path if _is_inside(path, project) and "site-packages" not in path.parts)
    if found is None:
        return Installed(Kind.PATH, roots=linked, name="it") if linked else Installed(Kind.ABSENT)
    here = {relative: Path(path) for relative, path in found["files"].items()}
    kind, mapped = _editable(here, found["direct"], linked)
    if kind is Kind.COPY:
        return Installed(kind, found["name"], found["version"], here)
    return Installed(kind, found["name"], found["version"], roots=tuple(dict.fromkeys([*linked, *mapped])))


def missing_parts(
    installed: Installed, interpreter: Interpreter, repository: Path, files: Sequence[str], roots: Sequence[str]
) -> dict[str, Path]:
    """Extension modules and version files that the environment has for packages of `files`, by the place where they belong.

    An extension module that stands for a Python file of the tree is left out: it would run in its place.
    """
    known, folders = set(files), {str(PurePosixPath(file).parent) for file in files if file.endswith(".py")}
    if installed.kind is Kind.COPY:
        offered = {
            (f"{root}/{path}" if root else path): place
            for path, place in installed.files.items()
            for root in roots
            if "/" in path
        }
    else:
        offered = {
            str(PurePosixPath(folder, place.name)): place
            for folder in folders
            if (repository / folder).is_dir()
            for place in (repository / folder).iterdir()
        }
    parts = {
        path: place
        for path, place in offered.items()
        if path not in known
        and str(PurePosixPath(path).parent) in folders
        and _is_part(path, known, interpreter.suffixes)
        and place.is_file()
    }
    left = set() if installed.kind is Kind.COPY else _committable(repository, parts)
    return {path: place for path, place in parts.items() if path not in left}


def roots_of(installed: Installed, repository: Path, files: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Folders of the tree, besides the `known` ones, from which the environment's way of installing imports packages."""
    there = set(files)
    found: list[str] = []
    for root in installed.roots:
        if _is_inside(root, repository):
            relative = root.resolve().relative_to(repository.resolve()).as_posix()
            found.append("" if relative == "." else relative)
    for path in (path for path in installed.files if path.endswith("/__init__.py") and path.count("/") == 1):
        if any((f"{root}/{path}" if root else path) in there for root in known):
            continue
        found += [file.removesuffix(f"/{path}") for file in files if file.endswith(f"/{path}")][:1]
    return tuple(
        root for root in dict.fromkeys(found) if root not in known and any(file.startswith(f"{root}/") for file in files)
    )


def _editable(files: Mapping[str, Path], direct: object, linked: Sequence[Path]) -> tuple[Kind, list[Path]]:
    """How the distribution is installed, and from which folders an import hook takes packages."""
    details = direct.get("dir_info") if isinstance(direct, dict) else None
    is_editable = bool(details.get("editable")) if isinstance(details, dict) else False
    hooks = [path for name, path in files.items() if "/" not in name and re.match(r"_.*editable.*\.py$", path.name)]
    if hooks:
        text = hooks[0].read_text("utf-8", "replace")
        early = re.search(r"meta_path\.insert\(\s*0", text) is not None
        return Kind.EARLY_HOOK if early else Kind.HOOK, list(_mapped(text))
    if is_editable or linked:
        url = urlsplit(str(direct.get("url", ""))) if isinstance(direct, dict) else None
        origin = [Path(unquote(url.path))] if url and url.scheme == "file" and not linked else []
        return Kind.PATH, origin
    return Kind.COPY, []


def _mapped(text: str) -> Iterator[Path]:
    """Folders that hold the packages of a setuptools finder under their own names."""
    for found in re.finditer(r"^(?:MAPPING|NAMESPACES)\b[^=]*=\s*(\{.*\})\s*$", text, re.MULTILINE):
        try:
            mapping = ast.literal_eval(found[1])
        except (ValueError, SyntaxError):
            continue
        for name, places in mapping.items():
            for place in [places] if isinstance(places, str) else places:
                parts = tuple(name.split("."))
                if Path(place).parts[-len(parts) :] == parts:
                    yield Path(place).parents[len(parts) - 1]


def _below(file: str, roots: Sequence[str]) -> Iterator[str]:
    for root in roots:
        if not root or file.startswith(f"{root}/"):
            yield file.removeprefix(f"{root}/") if root else file


def _is_part(path: str, known: set[str], suffixes: Sequence[str]) -> bool:
    name = PurePosixPath(path).name
    if name in VERSION_FILES:
        return True
    stem, dot, rest = name.partition(".")
    if not stem or dot + rest not in suffixes:
        return False
    plain = str(PurePosixPath(path).with_name(stem))
    return f"{plain}.py" not in known and f"{plain}/__init__.py" not in known


def _committable(repository: Path, parts: Mapping[str, Path]) -> set[str]:
    """Python files that git is not told to ignore: work of the user that he has not committed, which is left out."""
    files = [path for path in parts if path.endswith(".py")]
    if not files:
        return set()
    command = git_in(repository, OWN_CONFIGURATION)
    command.update_environment(GIT_LITERAL_PATHSPECS="0")  # it knows no others
    ignored = str(command.check_ignore(*files, with_exceptions=False)).splitlines()
    return set(files) - set(ignored)


def _is_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
