"""The small `.git` that targets may ask for their version: the same answer for both sides, nothing of the user's in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import GIT_ENVIRONMENT
from workspaces.checkout import Checkout, Source, clone_source, find_source
from workspaces.history import History, asks_git, make_history
from workspaces.preparing import link_tree
from workspaces.sandbox import Room, Sandbox, open_to_target

AUTHOR = ("Ada Author", "ada@example.org")
DESCRIBE = ["git", "describe", "--tags", "--long", "--dirty"]


def git(folder: Path, *words: str) -> str:
    person = {
        f"GIT_{who}_{what}": text
        for who in ("AUTHOR", "COMMITTER")
        for what, text in zip(("NAME", "EMAIL"), AUTHOR, strict=True)
    }
    done = subprocess.run(
        ["git", *words], cwd=folder, env={**GIT_ENVIRONMENT, **person}, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def project(repository: Callable[[str], Path]) -> Path:
    """A tag, a branch from before it that is merged after it, five commits on top; files that git converts."""
    folder = repository("tight")
    git(folder, "branch", "side")
    for number in range(3):
        git(folder, "commit", "--allow-empty", "-m", f"before {number}")
    git(folder, "tag", "-a", "v1.2.0", "-m", "Release")
    git(folder, "tag", "nightly", "HEAD~1")
    git(folder, "checkout", "-q", "side")
    git(folder, "commit", "--allow-empty", "-m", "aside")
    git(folder, "checkout", "-q", "main")
    git(folder, "merge", "--quiet", "--no-edit", "side")
    (folder / ".gitattributes").write_text("*.py text eol=crlf\n*.txt ident\n")
    (folder / "note.txt").write_text("$Id$\n")
    git(folder, "add", "--all")
    git(folder, "commit", "-m", "attributes")
    (folder / ".git" / "hooks").mkdir(exist_ok=True)
    git(folder, "remote", "add", "origin", "https://token@example.org/tight.git")
    return folder


def prepared(project: Path, folder: Path) -> tuple[Source, Checkout, History]:
    source = find_source(project)
    checkout = clone_source(source, folder)
    return source, checkout, make_history(source, checkout, folder / "history.git")


def with_git(checkout: Checkout, history: History, commit: str) -> Path:
    tree = checkout.folder / f"tree-{commit[:10]}"
    tree.mkdir()
    link_tree(checkout.export(commit), tree)
    history.attach(checkout, commit, tree)
    return tree


def test_both_sides_describe_themselves_by_the_users_tag_and_distance(project: Path, tmp_path: Path) -> None:
    source, checkout, history = prepared(project, tmp_path / "run")
    candidate = checkout.write(source.commit, {"tightcount/__init__.py": b"changed = 1\n"}, "Candidate", AUTHOR)
    *wanted, _ = git(project, *DESCRIBE[1:-1]).rsplit("-", 1)
    for commit in (source.commit, candidate):
        tree = with_git(checkout, history, commit)
        *described, _ = git(tree, *DESCRIBE[1:]).rsplit("-", 1)
        assert described == wanted
        assert git(tree, "status", "--porcelain") == ""
        assert git(tree, "rev-parse", "--abbrev-ref", "HEAD") == "main"
    assert git(tree, "log", "-1", "--format=%an %s %P") == git(project, "log", "-1", "--format=%an %s %P")
    assert git(tree, "rev-parse", "HEAD^{tree}") == git(checkout.clone, "rev-parse", f"{candidate}^{{tree}}")


@pytest.mark.parametrize("annotated", [True, False])
def test_a_start_that_is_tagged_itself_leaves_the_candidate_at_that_tag(
    annotated: bool, project: Path, tmp_path: Path
) -> None:
    git(project, "tag", *(["-a", "-m", "Release"] if annotated else []), "v2.0.0")
    source, checkout, history = prepared(project, tmp_path / "run")
    candidate = checkout.write(source.commit, {"tightcount/more.py": b"more = 1\n"}, "Candidate", AUTHOR)
    tree = with_git(checkout, history, candidate)
    assert git(tree, *DESCRIBE[1:]) == f"v2.0.0-0-g{git(tree, 'rev-parse', '--short', 'HEAD')}"


def test_nothing_of_the_users_configuration_comes_along(project: Path, tmp_path: Path) -> None:
    source, checkout, history = prepared(project, tmp_path / "run")
    own = with_git(checkout, history, source.commit) / ".git"
    everything = b"".join(path.read_bytes() for path in own.rglob("*") if path.is_file() and "objects" not in path.parts)
    assert b"token" not in everything
    assert str(project).encode() not in everything
    assert not list(own.glob("hooks/*"))


def test_a_clone_without_history_or_tags_still_gets_a_git(project: Path, tmp_path: Path) -> None:
    subprocess.run(
        ["git", "clone", "--quiet", "--depth=1", "--no-tags", f"file://{project}", tmp_path / "shallow"], check=True
    )
    source, checkout, history = prepared(tmp_path / "shallow", tmp_path / "run")
    assert history.described is None
    candidate = checkout.write(source.commit, {"tightcount/more.py": b"more = 1\n"}, "Candidate", AUTHOR)
    for commit in (source.commit, candidate):
        tree = with_git(checkout, history, commit)
        assert git(tree, "rev-list", "--count", "HEAD") == "1"
        assert git(tree, "status", "--porcelain") == ""


@pytest.mark.parametrize("writable", [False, True])
def test_inside_the_sandbox_git_trusts_it_and_nobody_writes_to_it(
    writable: bool, sandbox: Sandbox, make_room: Callable[..., Room], project: Path, tmp_path: Path
) -> None:
    source, checkout, history = prepared(project, tmp_path / "run")
    tree = with_git(checkout, history, source.commit)
    copy = open_to_target(checkout.scratch_copy(source.commit, tree, leave_out=".git")) if writable else tree
    room = replace(make_room(sandbox, writable=writable), tree=copy, history=tree / ".git")
    finished = room.run(DESCRIBE)
    assert finished.stdout.strip() == git(project, *DESCRIBE[1:]), finished.trouble
    for words in (["git", "tag", "planted"], ["touch", ".git/hooks"], ["git", "config", "core.fsmonitor", "x"]):
        assert not room.run(words).ok
    assert room.run(DESCRIBE).stdout == finished.stdout


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        (
            "pyproject.toml",
            '[build-system]\nrequires = ["setuptools>=64", "setuptools-scm>=8"]\n',
            "setuptools-scm in pyproject.toml",
        ),
        ("pyproject.toml", '[tool.hatch.version]\nsource = "vcs"\n', 'source = "vcs" in pyproject.toml'),
        ("setup.py", "import versioneer\n", "versioneer in setup.py"),
        ("setup.cfg", "[pbr]\n", "pbr in setup.cfg"),
        ("pkg/about.py", 'import subprocess\nsubprocess.run(["git", "describe"])\n', "pkg/about.py calls git"),
        ("pkg/about.py", 'RUN = "git rev-parse HEAD"\n', "pkg/about.py calls git"),
        ("pkg/about.py", 'def describe(git):\n    """Digits."""\n', None),
        ("pyproject.toml", '[project]\nname = "x"\nversion = "1"\n', None),
    ],
)
def test_who_asks_git_is_seen_in_metadata_and_code(
    path: str, text: str, reason: str | None, repository: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = repository("tight")
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "-m", "ask")
    source = find_source(folder)
    assert asks_git(clone_source(source, tmp_path / "run"), source.commit) == reason


def test_without_hard_links_the_objects_are_copied(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError

    source, checkout, history = prepared(project, tmp_path / "run")
    monkeypatch.setattr(os, "link", refuse)
    assert git(with_git(checkout, history, source.commit), "status", "--porcelain") == ""
