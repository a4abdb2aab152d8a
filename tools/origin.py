"""Which copy of the target's code runs: told by what is mounted and by the hash of its files, not by what it says."""

from __future__ import annotations

import hashlib
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from tools.rooms import Target
from tools.values import Check
from tools.workload import is_source
from workspaces.checkout import Checkout
from workspaces.errors import OptimizeError
from workspaces.interpreter import Interpreter

# our own session runs with these, whatever the target is called
NEEDED = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "coverage", "pytest_cov", "scalene")
SHOWN = 12  # digits of a hash


def second_copies(
    interpreter: Interpreter, files: Sequence[str], source_roots: Sequence[str], confined: bool
) -> tuple[Path, ...]:
    """Packages and modules of the target that lie in the interpreter's folders too: to be hidden in a room.

    `confined`: only those that a sandbox shows. A package counts as a whole; metadata beside it stays, so that versions and
    entry points are found. What pytest itself is made of stays as well.
    """
    names = [name for root in source_roots for name in _importable(files, root)]
    wanted = [name for name in dict.fromkeys(names) if name.partition("/")[0].removesuffix(".py") not in NEEDED]
    return tuple(
        dict.fromkeys(
            (folder / name).resolve()
            for folder in _folders(interpreter, confined)
            for name in wanted
            if (folder / name / "__init__.py").is_file() or (name.endswith(".py") and (folder / name).is_file())
        )
    )


def hiding_copies(target: Target, commit: str) -> Target:
    """The same target, in whose rooms no second copy of its files at `commit` can be imported."""
    confined = target.sandbox.bubblewrap is not None
    found = second_copies(target.interpreter, target.checkout.files(commit), target.source_roots, confined)
    return replace(target, masks=found)


def stand_ins(target: Target, base: str, added: Sequence[str]) -> tuple[str, ...]:
    """Those of the `added` paths that would be imported in place of something installed, or of the standard library.

    Not where the target has a module of that name at `base` already.
    """
    roots = target.source_roots
    known = {_top(name) for root in roots for name in _importable(target.checkout.files(base), root)}
    folders = [*(Path(entry) for entry in target.interpreter.path), *target.overlays.values()]
    return tuple(
        path
        for path in added
        for name in (_top(name) for root in roots for name in _importable([path], root))
        if name not in known and (name in sys.stdlib_module_names or any(_is_there(folder, name) for folder in folders))
    )


def _top(name: str) -> str:
    return name.partition("/")[0].removesuffix(".py")


def _is_there(folder: Path, name: str) -> bool:
    return (folder / name).is_dir() or (folder / f"{name}.py").is_file() or any(folder.glob(f"{name}.*.so"))


def rewritten(checkout: Checkout, commit: str, tree: Path, paths: Sequence[str]) -> tuple[str, ...]:
    """Those of the paths whose bytes in `tree`, after something ran in it, are not those of the commit."""
    return tuple(path for path in paths if _digest(tree, path) != hashlib.sha256(checkout.read(commit, path)).hexdigest())


def check_origin(target: Target, commit: str, changed: Sequence[str], loaded: Sequence[str], gone: Sequence[str]) -> Check:
    """The origin rung: `changed` files of a commit were tested as they are; `gone` were written over meanwhile.

    `loaded` are the files of the tree that the tests imported.
    """
    if gone:
        detail = f"{gone[0]} was written over while the tests ran: what they tested is not what would be committed"
        return Check(rung="origin", passed=False, detail=detail)
    shown = [f"{path} {_ran(path, loaded)}: sha256 {_hash(target.checkout, commit, path)}" for path in changed]
    return Check(rung="origin", passed=True, detail="; ".join([*shown, copies(target)]))


def check_elsewhere(elsewhere: Mapping[str, str]) -> Check | None:
    """A failed origin rung where modules of the target came from outside the tree; None where all is well."""
    if not elsewhere:
        return None
    name, file = next(iter(elsewhere.items()))
    return Check(rung="origin", passed=False, detail=f"{name} was imported from {file}, not from the tree that is judged")


def must_be_of_the_tree(elsewhere: Mapping[str, str]) -> None:
    """OptimizeError, with the remedy, where the unchanged tests import another copy of the target's own modules."""
    if elsewhere:
        name, file = next(iter(elsewhere.items()))
        raise OptimizeError(
            f"The tests run another copy of the project: {name} comes from {file}, not from the repository, so no edit "
            "could be judged. Something puts that folder first on the path (sys.path in conftest.py, `pythonpath` or a "
            "plugin of pytest), or the project is not imported from its own sources: mend that, or uninstall the copy."
        )


def copies(target: Target) -> str:
    """What became of other copies of the target, in words."""
    if not target.masks:
        return "no other copy is mounted" if target.sandbox.bubblewrap else "no other copy is installed"
    named = ", ".join(map(str, target.masks[:2])) + (" and others" if len(target.masks) > 2 else "")
    if target.sandbox.bubblewrap:
        return f"the copy at {named} is hidden"
    return f"nothing was imported from the copy at {named}, which without a sandbox cannot be hidden"


def own_modules(found: Sequence[Sequence[str]]) -> dict[str, str]:
    """Module to file, of what the harness found outside the tree: tests and the like of other packages do not count."""
    return {name: file for name, file in found if is_source(name.replace(".", "/") + ".py")}


def _ran(path: str, loaded: Sequence[str]) -> str:
    return "ran from the tree of this commit" if path in loaded else "lay in the tree that was tested"


def _hash(checkout: Checkout, commit: str, path: str) -> str:
    return hashlib.sha256(checkout.read(commit, path)).hexdigest()[:SHOWN]


def _digest(tree: Path, path: str) -> str:
    """Hash of a plain file that lies where it seems to lie; empty for anything else."""
    place = tree / path
    try:
        if place.resolve() != tree.resolve() / path or not stat.S_ISREG(place.lstat().st_mode):
            return ""
        return hashlib.sha256(place.read_bytes()).hexdigest()
    except OSError:
        return ""


def _importable(files: Sequence[str], root: str) -> Iterator[str]:
    """Outermost packages below a root, and modules that lie in none."""
    base = f"{root}/" if root else ""
    known = set(files)
    for file in files:
        if not file.startswith(base) or not file.endswith(".py"):
            continue
        path = PurePosixPath(file.removeprefix(base))
        folders = [parent.as_posix() for parent in reversed(path.parents) if parent.name]
        yield next((folder for folder in folders if f"{base}{folder}/__init__.py" in known), path.as_posix())


def _folders(interpreter: Interpreter, confined: bool) -> tuple[Path, ...]:
    """Where the interpreter looks for packages, in a room (`confined`) only what is mounted there; not its own library."""
    mounted = [*interpreter.mounts, Path("/usr")]
    found = [folder for folder in interpreter.path if folder.is_dir() and not (folder / "os.py").exists()]
    return tuple(folder for folder in found if not confined or any(folder.is_relative_to(one) for one in mounted))
