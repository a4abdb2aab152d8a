"""The user's repository is read once and written once; what is judged is byte for byte what is committed."""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import GIT_ENVIRONMENT
from workspaces.checkout import Checkout, Source, clone_source, find_source, publish
from workspaces.errors import OptimizeError

MakeRepository = Callable[[str], Path]
MODULE = "tightcount/__init__.py"
HOOKS = (
    *("applypatch-msg", "commit-msg", "fsmonitor-watchman", "post-checkout", "post-commit", "post-index-change"),
    *("post-merge", "post-receive", "post-rewrite", "post-update", "pre-auto-gc", "pre-commit", "pre-push"),
    *("pre-receive", "prepare-commit-msg", "proc-receive", "push-to-checkout", "reference-transaction", "update"),
)


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        env=GIT_ENVIRONMENT,
        check=True,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout.rstrip("\n")


OURS = tuple(
    f".git/{name}"
    for name in (
        "objects",
        "packed-refs",
        "refs/notes",
        "refs/heads/optimize",
        "logs/refs/notes",
        "logs/refs/heads/optimize",
    )
)


def state(repository: Path) -> dict[str, object]:
    """Everything of a repository that must not change: all but objects, our branches and our notes."""
    names = {path.relative_to(repository).as_posix(): path for path in sorted(repository.rglob("*"))}
    kept = {name: path for name, path in names.items() if not name.startswith(OURS)}
    refs = git(repository, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return {
        "files": {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in kept.items() if path.is_file()},
        "folders": [name for name, path in kept.items() if path.is_dir()],
        "refs": [line for line in refs if not line.startswith(("refs/notes/optimize ", "refs/heads/optimize/"))],
        "stashes": git(repository, "stash", "list"),
        "worktrees": git(repository, "worktree", "list"),
        "config": git(repository, "config", "--local", "--list"),
    }


def whole_run(repository: Path, folder: Path, branch: str = "optimize/one") -> tuple[Checkout, Source, str]:
    """All that a run does to repositories, from finding to publishing."""
    source = find_source(repository)
    checkout = clone_source(source, folder)
    checkout.export(source.commit)
    sha = checkout.write(source.commit, {MODULE: b"FASTER = True\n"}, "Make it faster\n\nCandidate: abc", source.author)
    checkout.export(sha)
    checkout.note(sha, '{"speedup": 2}', source.author)
    checkout.move_branch(branch, sha)
    publish(checkout, source, branch)
    return checkout, source, sha


@pytest.fixture
def tight(repository: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, and nothing of whoever runs the tests in git's configuration."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    return repository("tight")


@pytest.fixture
def started(tight: Path, tmp_path: Path) -> tuple[Checkout, Source]:
    """A checkout of that repository."""
    source = find_source(tight)
    return clone_source(source, tmp_path / "run"), source


# --- the user's repository


def test_nothing_but_the_branch_and_the_notes_is_new(tight: Path, tmp_path: Path) -> None:
    (tight / "README.md").write_text("stashed")
    git(tight, "stash")
    (tight / "README.md").write_text("staged")
    git(tight, "add", "README.md")
    (tight / "README.md").write_text("edited")
    (tight / "untracked.txt").write_text("untracked")
    git(tight, "branch", "other")
    before = state(tight)
    _, source, sha = whole_run(tight, tmp_path / "run")
    assert state(tight) == before
    assert source.dirty
    assert not (tight / ".git" / "FETCH_HEAD").exists()
    assert git(tight, "rev-parse", "optimize/one") == sha
    assert git(tight, "rev-parse", "optimize/one^") == source.commit
    assert git(tight, "notes", "--ref", "optimize", "show", sha) == '{"speedup": 2}'
    assert git(tight, "show", f"optimize/one:{MODULE}") == "FASTER = True"
    assert git(tight, "log", "-1", "--format=%an <%ae> %cn", sha) == "Ada Author <ada@example.org> Ada Author"


def test_an_index_with_old_times_is_not_refreshed(tight: Path, tmp_path: Path) -> None:
    for path in tight.rglob("*.py"):
        os.utime(path, (1, 1))  # git would like to write down that these are unchanged
    before = (tight / ".git" / "index").read_bytes()
    _, source, _ = whole_run(tight, tmp_path / "run")
    assert not source.dirty
    assert (tight / ".git" / "index").read_bytes() == before


def test_earlier_evidence_is_kept(tight: Path, tmp_path: Path) -> None:
    _, source, first = whole_run(tight, tmp_path / "run1", "optimize/one")
    git(tight, "notes", "--ref", "optimize", "add", "-m", "by hand", source.commit)
    _, _, second = whole_run(tight, tmp_path / "run2", "optimize/two")
    notes = {sha: git(tight, "notes", "--ref", "optimize", "show", sha) for sha in (source.commit, first, second)}
    assert notes[source.commit] == "by hand"
    assert notes[first] == notes[second] == '{"speedup": 2}'


@pytest.mark.parametrize("place", ["default", "local", "global"])
def test_no_hook_of_the_user_runs(tight: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    hooks = tight / ".git" / "hooks" if place == "default" else tmp_path / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in HOOKS:
        hook = hooks / name
        hook.write_text(f"#!/bin/sh\necho {name} >> '{tmp_path}/ran'\nexit 1\n")
        hook.chmod(0o755)
    if place == "local":
        git(tight, "config", "core.hooksPath", str(hooks))
    if place == "global":
        configuration = tmp_path / "gitconfig"
        configuration.write_text(f"[core]\nhooksPath = {hooks}\n")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    _, _, sha = whole_run(tight, tmp_path / "run")
    assert git(tight, "for-each-ref", "--format=%(objectname)", "refs/heads/optimize") == sha
    assert not (tmp_path / "ran").exists()


def test_aliases_filters_signing_and_templates_of_the_user_are_not_used(
    tight: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tight / ".gitattributes").write_text("*.py filter=loud\n")
    git(tight, "add", ".gitattributes")
    git(tight, "commit", "-qm", "Attributes")
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{tmp_path}/ran'\nexit 1\n")
    program.chmod(0o755)
    (tmp_path / "gitconfig").write_text(
        f"""
[alias]
fetch = !{program}
cat-file = !{program}
[filter "loud"]
smudge = {program}
clean = {program}
required = true
[commit]
gpgSign = true
[gpg]
program = {program}
[core]
autocrlf = true
fsmonitor = {program}
[init]
templateDir = {tmp_path}
[fetch]
prune = true
"""
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    checkout, _, sha = whole_run(tight, tmp_path / "run")
    assert not (tmp_path / "ran").exists()
    for path in checkout.files(sha):
        assert (checkout.export(sha) / path).read_bytes() == checkout.read(sha, path)
    assert not (checkout.clone / "program").exists()


def test_a_run_started_from_a_hook_works_on_the_named_repository(
    tight: Path, repository: MakeRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = repository("flaky")
    before = state(other)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    _, source, sha = whole_run(tight, tmp_path / "run")
    assert source.repository == tight
    assert git(tight, "rev-parse", "optimize/one") == sha
    assert state(other) == before


def test_a_shallow_repository_works(tight: Path, tmp_path: Path) -> None:
    git(tight, "commit", "--allow-empty", "-qm", "Second")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{tight}", "shallow")
    _, _, sha = whole_run(tmp_path / "shallow", tmp_path / "run")
    assert git(tmp_path / "shallow", "rev-parse", "optimize/one") == sha


def test_a_linked_worktree_works(tight: Path, tmp_path: Path) -> None:
    git(tight, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    _, source, sha = whole_run(tmp_path / "side", tmp_path / "run")
    assert source.branch == "side"
    assert git(tight, "rev-parse", "optimize/one") == sha


def test_a_branch_that_cannot_be_published_is_an_error_that_says_where_it_is(tight: Path, tmp_path: Path) -> None:
    checkout, source, _ = whole_run(tight, tmp_path / "run")
    git(tight, "branch", "-D", "optimize/one")
    git(tight, "branch", "optimize")  # a file where optimize/one needs a folder
    with pytest.raises(OptimizeError) as refused:
        publish(checkout, source, "optimize/one")
    assert re.search(r"could not be brought into .* They are kept in .*clone.git, branch optimize/one", str(refused.value))


def test_a_branch_of_that_name_with_commits_of_its_own_keeps_them(tight: Path, tmp_path: Path) -> None:
    git(tight, "checkout", "-q", "-b", "optimize/one")
    git(tight, "commit", "-q", "--allow-empty", "-m", "Somebody else's")
    git(tight, "checkout", "-q", "main")
    theirs = git(tight, "rev-parse", "optimize/one")
    with pytest.raises(OptimizeError, match="rejected"):
        whole_run(tight, tmp_path / "run")
    assert git(tight, "rev-parse", "optimize/one") == theirs


def test_two_runs_at_the_same_time_both_bring_their_evidence_home(tight: Path, tmp_path: Path) -> None:
    source = find_source(tight)
    others = clone_source(source, tmp_path / "other run")
    _, _, one = whole_run(tight, tmp_path / "run")
    two = others.write(source.commit, {MODULE: b"FASTER = 2\n"}, "Make it faster still", source.author)
    others.note(two, '{"speedup": 3}', source.author)
    others.move_branch("optimize/two", two)
    publish(others, source, "optimize/two")
    for sha, evidence in ((one, '{"speedup": 2}'), (two, '{"speedup": 3}')):
        assert git(tight, "notes", "--ref", "optimize", "show", sha) == evidence


def test_history_is_not_copied(tight: Path, tmp_path: Path) -> None:
    (tight / "large.bin").write_bytes(random.Random(1).randbytes(2_000_000))
    git(tight, "add", "--all")
    git(tight, "commit", "-qm", "Large")
    git(tight, "rm", "-q", "large.bin")
    git(tight, "commit", "-qm", "Gone")
    checkout, _, sha = whole_run(tight, tmp_path / "run")
    assert sum(file.stat().st_size for file in checkout.clone.rglob("*") if file.is_file()) < 500_000
    assert git(tight, "rev-list", "--count", "main..optimize/one") == "1"
    assert git(tight, "rev-list", "--count", sha) == "4"


def test_the_commit_that_was_found_is_cloned_wherever_head_is_by_then(tight: Path, tmp_path: Path) -> None:
    source = find_source(tight)
    (tight / MODULE).write_text("LATER = True\n")
    git(tight, "commit", "-qam", "Later")
    checkout = clone_source(source, tmp_path / "run")
    assert b"LATER" not in checkout.read(source.commit, MODULE)


# --- submodules


@pytest.fixture
def with_submodule(tight: Path, repository: MakeRepository, tmp_path: Path) -> Path:
    """A repository with another one in `vendor/lib`, which has one of its own in `inner`."""
    inner, library = repository("flaky"), repository("improvable")
    for outside, name, path in ((library, inner, "inner"), (tight, library, "vendor/lib")):
        git(outside, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(name), path)
        git(outside, "commit", "-qm", "Add a submodule")
    git(tight, "-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init", "--recursive")
    return tight


def test_files_of_submodules_come_from_the_users_clone(with_submodule: Path, tmp_path: Path) -> None:
    before = state(with_submodule)
    checkout, source, sha = whole_run(with_submodule, tmp_path / "run")
    assert checkout.empty_submodules(source.commit) == ()
    for tree in (checkout.export(source.commit), checkout.export(sha), checkout.scratch_copy(sha)):
        assert (tree / "vendor/lib/src/ledgerline/__init__.py").is_file()
        assert (tree / "vendor/lib/inner/flakyshop/__init__.py").is_file()
    assert not any(file.startswith("vendor/lib/") for file in checkout.files(sha))
    assert git(with_submodule, "diff", "--name-only", "main", sha) == MODULE
    assert state(with_submodule) == before


def test_submodules_that_are_not_there_are_named_and_left_empty(with_submodule: Path, tmp_path: Path) -> None:
    git(with_submodule / "vendor" / "lib", "submodule", "--quiet", "deinit", "--force", "inner")
    shutil.rmtree(with_submodule / ".git" / "modules" / "vendor" / "lib" / "modules")
    source = find_source(with_submodule)
    checkout = clone_source(source, tmp_path / "run")
    assert checkout.empty_submodules(source.commit) == ("vendor/lib/inner",)
    assert list((checkout.export(source.commit) / "vendor" / "lib" / "inner").iterdir()) == []
    assert (checkout.export(source.commit) / "vendor/lib/pyproject.toml").is_file()


def test_cloning_again_finds_what_is_there(started: tuple[Checkout, Source]) -> None:
    checkout, source = started
    sha = checkout.write(source.commit, {MODULE: b"x = 1\n"}, "One", source.author)
    assert clone_source(source, checkout.folder).read(sha, MODULE) == b"x = 1\n"


# --- trees


def test_an_export_has_the_bytes_that_are_committed(tight: Path, tmp_path: Path) -> None:
    blobs = {
        "crlf.txt": b"one\r\ntwo\r\n",
        "lf.bat": b"one\ntwo\n",
        "id.txt": b"$Id$\n",
        "wide.txt": "wide \u00e9\n".encode(),
        "hidden/ignored.txt": b"left out of archives\n",
        "with space/gr\u00fcn \u65e5\u672c.py": b"x = 1\n",
        "substituted.txt": b"$Format:%H$\n",
        "run.sh": b"#!/bin/sh\n",
        "[a].py": b"y = 1\n",
        ".gitattributes": b"*.bat text eol=crlf\nid.txt ident\nwide.txt working-tree-encoding=UTF-16\n"
        b"hidden export-ignore\nsubstituted.txt export-subst\n* text=auto\ncrlf.txt -text\n",
    }
    for name, content in blobs.items():
        (tight / name).parent.mkdir(exist_ok=True)
        (tight / name).write_bytes(content)
        blob = git(tight, "hash-object", "-w", "--no-filters", name)
        git(tight, "update-index", "--add", "--cacheinfo", f"{'100755' if name == 'run.sh' else '100644'},{blob},{name}")
    (tight / "link").symlink_to("with space")
    git(tight, "add", "link")
    git(tight, "commit", "-qm", "Strange files")
    source = find_source(tight)
    checkout = clone_source(source, tmp_path / "run")
    for tree in (checkout.export(source.commit), checkout.scratch_copy(source.commit)):
        for name, content in blobs.items():
            assert (tree / name).read_bytes() == content, name
            assert checkout.read(source.commit, name) == content
        assert os.access(tree / "run.sh", os.X_OK)
        assert not os.access(tree / "lf.bat", os.X_OK)
        assert (tree / "link").readlink() == Path("with space")
        found = {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_symlink() or path.is_file()}
        assert found == set(checkout.files(source.commit))


def test_a_tree_is_exported_once_and_copied_for_writing(started: tuple[Checkout, Source]) -> None:
    checkout, source = started
    tree = checkout.export(source.commit)
    copy = checkout.scratch_copy(source.commit)
    (copy / MODULE).write_text("changed")
    assert checkout.export(source.commit) == tree
    assert (tree / MODULE).read_bytes() == checkout.read(source.commit, MODULE)
    assert checkout.scratch_copy(source.commit) != copy


def test_exports_share_files_that_are_the_same_but_none_that_somebody_writes(started: tuple[Checkout, Source]) -> None:
    checkout, source = started
    sha = checkout.write(source.commit, {MODULE: b"x = 1\n"}, "One", source.author)
    before, after, copy = checkout.export(source.commit), checkout.export(sha), checkout.scratch_copy(sha)
    assert (after / "README.md").samefile(before / "README.md")
    assert not (copy / "README.md").samefile(after / "README.md")
    for tree, commit in ((before, source.commit), (after, sha)):
        assert {path: (tree / path).read_bytes() for path in checkout.files(commit)} == {
            path: checkout.read(commit, path) for path in checkout.files(commit)
        }


def test_exports_that_differ_in_more_than_content_are_right_too(started: tuple[Checkout, Source]) -> None:
    checkout, source = started
    checkout.export(source.commit)
    sha = checkout.write(source.commit, {"new/module.py": b"y = 1\n"}, "One", source.author)
    assert (checkout.export(sha) / "new" / "module.py").read_bytes() == b"y = 1\n"
    assert not (checkout.export(source.commit) / "new").exists()


def test_commits_with_the_same_files_share_a_tree(started: tuple[Checkout, Source]) -> None:
    checkout, source = started
    one = checkout.write(source.commit, {MODULE: b"x = 1\n"}, "One", source.author)
    again = checkout.reword(one, "Another message", source.author)
    assert checkout.export(one) == checkout.export(again) != checkout.export(source.commit)


# --- commits


def test_a_written_commit_changes_the_named_files_only_and_keeps_their_modes(tight: Path, tmp_path: Path) -> None:
    (tight / "tool.py").write_text("#!/usr/bin/env python3\n")
    (tight / "tool.py").chmod(0o755)
    (tight / "[a]*.py").write_text("x = 1\n")
    (tight / "a.py").write_text("x = 1\n")
    (tight / "a.py").chmod(0o755)
    git(tight, "add", "--all")
    git(tight, "commit", "-qm", "More")
    source = find_source(tight)
    checkout = clone_source(source, tmp_path / "run")
    new = {"tool.py": b"#!/usr/bin/env python3\r\nprint(1)", "[a]*.py": b"x = 2\n"}
    sha = checkout.write(source.commit, new, "Subject\n\nBody", ("Bo", "bo@example.org"))
    changed = git(checkout.clone, "diff-tree", "-r", "--raw", "--abbrev=4", source.commit, sha).splitlines()
    assert [(line[:14], line.split("\t")[1]) for line in changed] == [
        (":100644 100644", "[a]*.py"),
        (":100755 100755", "tool.py"),
    ]
    assert {name: checkout.read(sha, name) for name in new} == new
    assert checkout.parent(sha) == source.commit
    assert checkout.message(sha) == "Subject\n\nBody\n"
    assert git(checkout.clone, "log", "-1", "--format=%an %ce", sha) == "Bo bo@example.org"
    assert git(checkout.clone, "for-each-ref", "refs/heads") == ""


def test_a_file_can_be_taken_away(started: tuple[Checkout, Source]) -> None:
    checkout, source = started
    there = checkout.write(source.commit, {"docs/öld file.txt": b"old"}, "Add", source.author)
    gone = checkout.write(there, {"docs/öld file.txt": None}, "Remove", source.author)
    assert checkout.files(gone) == checkout.files(source.commit)


def test_a_file_that_is_new_is_committed_as_a_plain_file(started: tuple[Checkout, Source]) -> None:
    checkout, source = started
    sha = checkout.write(source.commit, {"docs/new file.txt": b"new"}, "Add", source.author)
    assert checkout.read(sha, "docs/new file.txt") == b"new"
    assert git(checkout.clone, "ls-tree", sha, "docs/new file.txt").startswith("100644 blob")


def test_writing_leaves_no_files_behind(started: tuple[Checkout, Source]) -> None:
    checkout, source = started
    before = sorted(path.name for path in checkout.folder.iterdir())
    sha = checkout.write(source.commit, {MODULE: b""}, "Empty", source.author)
    checkout.note(sha, "{}", source.author)
    assert sorted(path.name for path in checkout.folder.iterdir()) == before


def test_rewording_keeps_the_tree_and_the_parent(started: tuple[Checkout, Source]) -> None:
    checkout, source = started
    sha = checkout.write(source.commit, {MODULE: b"x = 1\n"}, "Old", source.author)
    new = checkout.reword(sha, "New\n\nSpeedup: 2", source.author)
    assert new != sha
    assert (checkout.message(new), checkout.parent(new)) == ("New\n\nSpeedup: 2\n", source.commit)
    assert git(checkout.clone, "diff", sha, new) == ""


def test_a_commit_is_found_again_by_its_candidate(started: tuple[Checkout, Source]) -> None:
    checkout, source = started
    assert checkout.find_child("optimize/one", source.commit, "abc") is None
    sha = checkout.write(source.commit, {MODULE: b"x = 1\n"}, "Faster\n\nCandidate: abc", source.author)
    checkout.move_branch("optimize/one", sha)
    assert checkout.find_child("optimize/one", source.commit, "abc") == sha
    assert checkout.find_child("optimize/one", source.commit, "ab") is None
    assert checkout.find_child("optimize/one", sha, "abc") is None
    assert checkout.find_child("optimize/on", source.commit, "abc") is None


def test_a_branch_at_the_very_first_commit_has_no_child(started: tuple[Checkout, Source]) -> None:
    checkout, source = started
    checkout.move_branch("optimize/one", source.commit)  # the only commit of the repository
    assert checkout.find_child("optimize/one", source.commit, "abc") is None


def test_a_note_replaces_the_one_before_and_can_be_taken_away(started: tuple[Checkout, Source]) -> None:
    checkout, source = started
    for text in ('{"a": 1}', '{"b": "gr\u00fcn\\n\\n\\n# no comment"}'):
        checkout.note(source.commit, text, source.author)
        assert git(checkout.clone, "notes", "--ref", "optimize", "show", source.commit) == text
    for _ in range(2):  # the second time there is nothing left to take away
        checkout.remove_note(source.commit, source.author)
        assert git(checkout.clone, "notes", "--ref", "optimize", "list") == ""


def test_a_file_that_is_not_there_is_a_key_error(started: tuple[Checkout, Source]) -> None:
    checkout, source = started
    with pytest.raises(KeyError):
        checkout.read(source.commit, "missing.py")


# --- what the user points at


def test_the_source_is_described(tight: Path) -> None:
    source = find_source(tight)
    assert source == Source(
        repository=tight,
        commit=git(tight, "rev-parse", "HEAD"),
        branch="main",
        subfolder="",
        dirty=False,
        author=("Ada Author", "ada@example.org"),
    )


@pytest.mark.parametrize("path", ["tightcount", MODULE])
def test_a_folder_inside_is_the_subfolder(tight: Path, path: str) -> None:
    source = find_source(tight / path)
    assert (source.repository, source.subfolder) == (tight, "tightcount")


def test_a_detached_head_has_no_branch(tight: Path) -> None:
    git(tight, "checkout", "-q", "--detach")
    source = find_source(tight)
    assert (source.branch, source.commit) == (None, git(tight, "rev-parse", "main"))


@pytest.mark.parametrize(("staged", "tracked", "dirty"), [(True, True, True), (False, True, True), (False, False, False)])
def test_changes_of_tracked_files_make_it_dirty(tight: Path, staged: bool, tracked: bool, dirty: bool) -> None:
    (tight / ("README.md" if tracked else "new.txt")).write_text("changed")
    if staged:
        git(tight, "add", "--all")
    assert find_source(tight).dirty is dirty


def test_names_with_spaces_and_any_letters_work(tight: Path, tmp_path: Path) -> None:
    moved = tight.rename(tmp_path / "gr\u00fcn \u65e5\u672c 'x'")
    _, source, sha = whole_run(moved, tmp_path / "run folder \u65e5")
    assert source.repository == moved
    assert git(moved, "rev-parse", "optimize/one") == sha


def test_a_repository_of_somebody_else_can_be_optimized(tight: Path, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    for path in [tight, *tight.rglob("*")]:
        os.chown(path, 54321, 54321, follow_symlinks=False)
    source = find_source(tight)
    assert clone_source(source, tmp_path / "run").files(source.commit)


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptimizeError, match="missing does not exist: give the path of a git repository"):
        find_source(tmp_path / "missing")


def test_a_folder_outside_a_repository_is_refused_with_the_commands_that_make_one(tmp_path: Path) -> None:
    with pytest.raises(OptimizeError, match=r"is not in a git repository: make it one with: git -C .* init"):
        find_source(tmp_path)


def test_a_repository_without_commits_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    with pytest.raises(OptimizeError, match="has no commits yet: commit the code first"):
        find_source(tmp_path)


def test_gits_own_folder_is_refused(tight: Path) -> None:
    with pytest.raises(OptimizeError, match="is git's own folder: give the path of the files beside it"):
        find_source(tight / ".git" / "refs")


def test_a_folder_that_is_not_committed_is_refused(tight: Path) -> None:
    (tight / "new").mkdir()
    (tight / "new" / "module.py").write_text("")
    with pytest.raises(OptimizeError, match=r"is not in the last commit of .*: commit it first"):
        find_source(tight / "new")


@pytest.mark.parametrize(
    ("reference", "remedy"),
    [("refs/heads/optimize", "branch -m optimize optimize-old"), ("refs/notes/optimize/old", "update-ref -d")],
)
def test_a_name_that_is_in_the_way_of_ours_is_refused_with_the_remedy(tight: Path, reference: str, remedy: str) -> None:
    git(tight, "update-ref", reference, "HEAD")
    with pytest.raises(OptimizeError, match=remedy):
        find_source(tight)


def test_a_bare_repository_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare")
    with pytest.raises(OptimizeError, match="is a bare repository: clone it"):
        find_source(tmp_path)


def test_a_source_that_vanished_is_an_error_of_git(tight: Path, tmp_path: Path) -> None:
    source = find_source(tight)
    tight.rename(tmp_path / "elsewhere")
    with pytest.raises(OptimizeError, match="git could not copy"):
        clone_source(source, tmp_path / "run")
