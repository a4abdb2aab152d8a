"""What stands around the target's own files: its Python, our plugins beside it, its installed copy, its git, its build."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from agent.settings import Settings, where_python_is_named
from tools.rooms import HarnessFailed, Target
from tools.workload import NOT_SOURCE_FOLDERS, source_roots
from workspaces.building import declared_name
from workspaces.checkout import Checkout, Source
from workspaces.errors import OptimizeError
from workspaces.history import History, asks_git, make_history
from workspaces.installed import Installed, Kind, find_installed, missing_parts, roots_of
from workspaces.installing import cache_folder
from workspaces.interpreter import Interpreter, find_interpreter
from workspaces.overlays import PLUGINS, left_out, overlay
from workspaces.preparing import Preparation, link_tree

PREPARED = "prepared"  # folder of prepared trees in the run folder
COMPILED_SOURCES = (".c", ".cc", ".cpp", ".cxx", ".pyx", ".rs", ".f90")
NEEDED = ("pytest", "coverage", "scalene")  # plugins without which nothing can be judged, or found
SHOWN = 4  # files in a sentence
# run by the target's interpreter: the file that each package would come from
IMPORTED_FROM = """
import json, sys
from importlib.util import find_spec
specs = {name: find_spec(name) for name in sys.argv[1:]}
print(json.dumps({name: spec and (spec.origin or list(spec.submodule_search_locations)[0]) for name, spec in specs.items()}))
"""


@dataclass(frozen=True)
class Surroundings:
    """Everything of a target that its commit does not hold."""

    interpreter: Interpreter
    overlays: Mapping[str, Path]
    installed: Installed
    roots: tuple[str, ...]
    asks_git: str | None  # where the target asks git for its version
    history: History | None
    parts: Mapping[str, Path]  # compiled and generated files that are brought along
    build: str | None

    @property
    def left_out(self) -> dict[str, str]:
        """Plugins that fit with nothing, with the reason."""
        return {plugin: reason for folder in self.overlays.values() for plugin, reason in left_out(folder).items()}

    def notices(self) -> Iterator[str]:
        """What a run says in its first lines."""
        yield f"python: {self.interpreter.description}"
        if self.parts:
            yield f"compiled parts are taken from the environment: {listed(list(self.parts))}"
        if self.build:
            yield f"built in each tree with: {self.build}"
        for plugin, reason in self.left_out.items():
            yield f"{plugin} is left out: {reason}"


def surround(source: Source, settings: Settings, checkout: Checkout, environment: Mapping[str, str]) -> Surroundings:
    """Find, build and install; OptimizeError, with the remedy, where that cannot be done."""
    project, cache = source.repository / source.subfolder, cache_folder(environment)
    files, tree = checkout.files(source.commit), checkout.export(source.commit) / source.subfolder
    asking = asks_git(checkout, source.commit, source.subfolder)
    history = make_history(source, checkout, checkout.folder / "history.git") if asking else None
    interpreter = _interpreter(source, settings, checkout, history, environment, cache)
    with ThreadPoolExecutor() as pool:
        made = pool.map(lambda name: overlay(interpreter, name, environment, cache), PLUGINS)
        overlays = dict(zip(PLUGINS, made, strict=True))
    known = source_roots(files, source.subfolder)
    installed = find_installed(interpreter, project, declared_name(tree), files, known, environment)
    if installed.kind is Kind.EARLY_HOOK:
        raise OptimizeError(
            f"{installed.description} (meson-python and scikit-build-core do that), which would run the files of your "
            "folder in place of a candidate's. Install it as a copy (pip install .) in an environment of its own and name "
            "its Python with --python EXE."
        )
    roots = (*roots_of(installed, source.repository, files, known), *known)
    parts = {} if settings.build else missing_parts(installed, interpreter, source.repository, files, roots)
    return Surroundings(interpreter, overlays, installed, roots, asking, history, parts, settings.build)


def preparation_of(found: Surroundings, source: Source, checkout: Checkout) -> Preparation | None:
    """What is done to each tree; None where that is nothing."""
    preparation = Preparation(
        folder=checkout.folder / PREPARED,
        checkout=checkout,
        start=source.commit,
        parts=found.parts,
        history=found.history,
        build=found.build,
    )
    return preparation if preparation.needed else None


def must_be_prepared(target: Target, commit: str) -> None:
    """OptimizeError, before anything else takes time, if the start cannot be built."""
    try:
        target.prepared(commit)
    except HarnessFailed as error:
        raise OptimizeError(
            f"The build command fails before anything was changed: {error}. It runs in the sandbox, without network, in the "
            "top folder of the project: what it needs must be in the target's environment (--python EXE names another), and "
            "[tool.optimize] build or --build is where to change it."
        ) from error


def must_have_plugins(found: Surroundings, profiles: bool) -> None:
    """OptimizeError if a plugin is left out without which nothing can be judged or, with `profiles`, found."""
    for plugin in NEEDED if profiles else NEEDED[:-1]:
        if plugin in found.left_out:
            raise OptimizeError(
                f"{plugin} cannot be used beside the target's packages: {found.left_out[plugin].rstrip('.')}. Make an "
                f"environment of the target in which {plugin} can be installed, and name its Python with --python EXE."
            )


def imported_from(target: Target, commit: str) -> dict[str, str | None]:
    """Where each package at the top of the source roots would be imported from: relative to the tree if it lies in it."""
    names = top_packages(target.checkout.files(commit), target.source_roots)
    with target.room(commit) as room:
        path = os.pathsep.join(str(room.inside_tree / root) for root in target.source_roots)
        words = [str(room.interpreter.executable), "-c", IMPORTED_FROM, *names]
        finished = room.run(words, {"PYTHONPATH": path})
        inside = f"{room.inside_tree}/"
    found: dict[str, str | None] = json.loads(finished.stdout) if finished.ok else dict.fromkeys(names)
    return {name: place.removeprefix(inside) if place else None for name, place in found.items()}


def top_packages(files: tuple[str, ...], roots: tuple[str, ...]) -> list[str]:
    """Names of the packages that lie directly in a source root."""
    names = []
    for root in roots:
        base = f"{root}/" if root else ""
        inside = [file.removeprefix(base) for file in files if file.startswith(base) and file.endswith("/__init__.py")]
        names += [file.partition("/")[0] for file in inside if file.count("/") == 1]
    return [name for name in dict.fromkeys(names) if name not in NOT_SOURCE_FOLDERS and name.isidentifier()]


def not_compiled(found: Surroundings, files: tuple[str, ...]) -> tuple[str, ...]:
    """Sources of compiled modules of which there is no compiled module anywhere, as far as can be seen."""
    known = (*found.parts, *found.installed.files)  # what lies in no package is imported from the environment
    if found.build or any(path.endswith(found.interpreter.suffixes) for path in known):
        return ()
    sources = [path for path in files if path.endswith(COMPILED_SOURCES)]
    return tuple(path for path in sources if not set(PurePosixPath(path).parts[:-1]) & set(NOT_SOURCE_FOLDERS))


def not_brought(found: Surroundings, files: tuple[str, ...]) -> tuple[str, ...]:
    """Python files that the installed copy of the target has in its packages, and neither git nor we."""
    folders = {str(PurePosixPath(file).parent) for file in files}
    missing = [
        path
        for path in found.installed.files
        if path.endswith(".py") and "/" in path and _belongs(path, found, folders) and not _is_there(path, found, set(files))
    ]
    return () if found.build else tuple(missing)


def listed(paths: list[str]) -> str:
    """Some of them, and how many more."""
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return ", ".join(paths[:SHOWN]) + more


def _belongs(path: str, found: Surroundings, folders: set[str]) -> bool:
    return any(str(PurePosixPath(root, path).parent) in folders for root in found.roots)


def _is_there(path: str, found: Surroundings, files: set[str]) -> bool:
    return any(str(PurePosixPath(root, path)) in (files | set(found.parts)) for root in found.roots)


def _interpreter(
    source: Source,
    settings: Settings,
    checkout: Checkout,
    history: History | None,
    environment: Mapping[str, str],
    cache: Path,
) -> Interpreter:
    project, export = source.repository / source.subfolder, checkout.export(source.commit)
    named_in = where_python_is_named(project, settings.python)
    (checkout.folder / "scratch").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=checkout.folder / "scratch", prefix="installing-") as folder:
        top = export
        if history is not None:  # build backends ask git too
            top = Path(folder) / source.repository.name
            top.mkdir()
            link_tree(export, top)
            history.attach(checkout, source.commit, top)
        return find_interpreter(
            project,
            top / source.subfolder,
            settings.python,
            environment,
            cache,
            top=top,
            named_in=named_in,
            version=(history.described or "untagged") if history else "",
            tools=settings.build is not None,
        )


def remove_prepared(folder: Path) -> None:
    """Take away what was made beside the exported trees of a run."""
    shutil.rmtree(folder / PREPARED, ignore_errors=True)
    shutil.rmtree(folder / "history.git", ignore_errors=True)
