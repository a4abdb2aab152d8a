"""A folder of files as a git repository of one commit, byte for byte."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import git

from workspaces.checkout import ATTRIBUTES, ENVIRONMENT

AUTHOR = git.Actor("Verispeed", "verispeed@localhost")


def make_repository(folder: Path, tree: Path) -> Path:
    """A repository in `folder` with a copy of the files of `tree`, ignored ones too; made at the first time."""
    if not folder.exists():
        partial = folder.with_name(f"{folder.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)  # of a run that was killed
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(tree, partial, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        with git.Repo.init(partial, initial_branch="main") as made:
            made.git.update_environment(**ENVIRONMENT, GIT_CONFIG_GLOBAL=os.devnull)
            information = Path(made.git_dir, "info")
            information.mkdir(exist_ok=True)
            (information / "attributes").write_text(ATTRIBUTES)  # the sdist may bring others
            made.git.add("--all", "--force")
            made.index.commit("Start", author=AUTHOR, committer=AUTHOR, skip_hooks=True)
        partial.rename(folder)
    return folder
