"""Trees with what git does not hold: a `.git` to ask, files from the environment, what the user's build command makes."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workspaces.checkout import Checkout
from workspaces.history import History
from workspaces.process import Finished

BUILD_SECONDS = 1200.0
# made by builds and not imported from the tree; a second copy of the sources among them
LEFT_BEHIND = ("build", ".git", "__pycache__", ".eggs")


class BuildFailed(Exception):
    """The build command failed in a tree, or made other files there than in the unchanged one."""


@dataclass(frozen=True)
class Preparation:
    """What trees get besides the files of their commit; each tree is made once and never written to again."""

    folder: Path
    checkout: Checkout
    start: str  # commit whose build says what builds make
    parts: Mapping[str, Path] = field(default_factory=dict)  # path in the tree -> file to be copied there
    history: History | None = None
    build: str | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)  # a tree is not built twice

    @property
    def needed(self) -> bool:
        """False where trees are fine as git exports them."""
        return bool(self.parts or self.history or self.build)

    def tree(self, commit: str, build: Callable[[Path], Finished]) -> Path:
        """The prepared tree of a commit; BuildFailed if it cannot be built. `build` runs the command in a folder of ours."""
        export = self.checkout.export(commit)
        target = self.folder / export.name
        with self.lock:
            if not target.exists():
                self.folder.mkdir(parents=True, exist_ok=True)
                partial = Path(tempfile.mkdtemp(dir=self.folder, prefix="partial-"))
                try:
                    self._fill(partial, export, commit, build)
                    partial.chmod(0o755)
                    partial.rename(target)
                except BaseException:
                    shutil.rmtree(partial, ignore_errors=True)
                    raise
        return target

    def _fill(self, folder: Path, export: Path, commit: str, build: Callable[[Path], Finished]) -> None:
        link_tree(export, folder)
        for path, place in self.parts.items():
            if not os.path.lexists(folder / path):
                _copy(place, folder, path)
        if self.history is not None:
            self.history.attach(self.checkout, commit, folder)
        if self.build is not None:
            made = self._build(folder, build)
            self._compare(export, made, build)
            self._list(export).write_text(json.dumps(sorted(made)))

    def _build(self, folder: Path, build: Callable[[Path], Finished]) -> list[str]:
        """Run the command in a copy and take over the new files: those of the commit stay as they are."""
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="partial-", ignore_cleanup_errors=True) as scratch:
            copy = Path(scratch) / "tree"
            shutil.copytree(folder, copy, symlinks=True)
            finished = build(copy)
            if not finished.ok:
                raise BuildFailed(f"`{self.build}` {finished.trouble}")
            made = [path for path in _files(copy) if not os.path.lexists(folder / path)]
            for path in made:
                _copy(copy / path, folder, path)
        return made

    def _compare(self, export: Path, made: list[str], build: Callable[[Path], Finished]) -> None:
        """BuildFailed where a candidate's build leaves other files, a conftest.py for example, than that of the start."""
        start = self.checkout.export(self.start)
        if export == start:
            return
        self.tree(self.start, build)
        different = set(made) ^ set(json.loads(self._list(start).read_text()))
        if different:
            raise BuildFailed(f"`{self.build}` makes other files than at the start: {', '.join(sorted(different)[:3])}")

    def _list(self, export: Path) -> Path:
        return self.folder / f"{export.name}.json"


def link_tree(source: Path, folder: Path) -> None:
    """The files of a tree that is never written to, in another folder, linked where that is possible."""
    try:
        shutil.copytree(source, folder, symlinks=True, copy_function=os.link, dirs_exist_ok=True)
    except (OSError, shutil.Error):  # a file system without hard links
        shutil.rmtree(folder)
        shutil.copytree(source, folder, symlinks=True)


def _copy(file: Path, folder: Path, path: str) -> None:
    """Copy a file to its place in a folder, unless a link on the way leads out of it."""
    target = folder / path
    if target.parent.resolve().is_relative_to(folder.resolve()):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        target.chmod(0o755 if file.stat().st_mode & stat.S_IXUSR else 0o644)


def _files(folder: Path) -> Iterator[str]:
    """Plain files of a folder that belong to its result, relative to it."""
    for place, folders, names in os.walk(folder):
        folders[:] = [one for one in folders if one not in LEFT_BEHIND and not one.endswith(".egg-info")]
        for name in names:
            path = Path(place, name)
            if path.is_file() and not path.is_symlink() and path.suffix != ".pyc":
                yield path.relative_to(folder).as_posix()
