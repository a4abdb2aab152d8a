"""What somebody changed: a revision, a range, the working tree or a patch, as the files that differ and their new content.

Read from the user's repository without touching it: no index, no refs, no hooks, no filters.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import git

from workspaces.checkout import OWN_CONFIGURATION, Checkout, Source, clone_source, git_in, said
from workspaces.errors import OptimizeError

PLAIN = ("100644", "100755")
GONE = "000000"


@dataclass(frozen=True)
class Change:
    """A difference between two states of a repository."""

    base: str  # commit that the change is made on
    title: str
    message: str  # of the revision; empty for the working tree and patches
    files: Mapping[str, bytes | None]  # path -> content afterwards, None where the file is gone
    special: tuple[str, ...]  # paths of links and submodules that differ, which are never applied


def revision_change(source: Source, revision: str) -> Change:
    """The change of a commit (against its first parent) or of a range BASE..HEAD; OptimizeError if there is none such."""
    command = _reading(source)
    old, dots, new = revision.partition("..")
    tip = _commit(command, new.removeprefix(".") or "HEAD" if dots else revision, source)
    base = str(command.merge_base(_commit(command, old or "HEAD", source), tip)) if dots else _parent(command, tip, source)
    files, special = _difference(command, base, tip)
    subject, message = (str(command.log("-1", f"--format={form}", tip)) for form in ("%s", "%B"))
    title = f"{base[:10]}..{tip[:10]}" if dots else f"{tip[:10]} {subject}"
    return Change(base, title, "" if dots else message, files, special)


def worktree_change(source: Source) -> Change:
    """What the working tree has that HEAD has not, untracked files that are not ignored included."""
    command = _reading(source)
    listed = str(command.status("--porcelain", "-z", "--untracked-files=all", "--no-renames"))
    files: dict[str, bytes | None] = {}
    special: list[str] = []
    for entry in filter(None, listed.split("\0")):
        path = source.repository / entry[3:]
        if path.is_symlink() or path.is_dir():
            special.append(entry[3:])
        else:
            files[entry[3:]] = path.read_bytes() if path.exists() else None
    return Change(source.commit, "the working tree", "", files, tuple(special))


def patch_change(source: Source, base: str | None, patch: Path, folder: Path) -> Change:
    """What a patch makes of `base` (HEAD if None); OptimizeError if it cannot be read, PatchRefused if it does not apply.

    `folder` takes the private clone in which it is applied.
    """
    try:
        content = patch.read_bytes()
    except OSError as error:
        raise OptimizeError(f"{patch} cannot be read ({error.strerror}): give the name of a patch file.") from error
    command = _reading(source)
    start = _commit(command, base or "HEAD", source)
    checkout = clone_source(replace(source, commit=start), folder)
    command = git_in(checkout.clone, checkout.folder / "gitconfig")
    with tempfile.TemporaryDirectory(dir=folder) as scratch, command.custom_environment(GIT_INDEX_FILE=f"{scratch}/index"):
        Path(scratch, "patch").write_bytes(content)
        command.read_tree(start)
        try:
            command.apply("--cached", "--whitespace=nowarn", f"{scratch}/patch")
        except git.GitCommandError as error:
            raise PatchRefused(said(error)) from error
        files, special = _difference(command, start, str(command.write_tree()))
    return Change(start, patch.name, "", files, special)


def content_at(source: Source, commit: str, path: str) -> bytes | None:
    """What a file of the user's repository held at `commit`; None if there was no such file."""
    command = _reading(source)
    listed = str(command.ls_tree("-z", commit, "--", path))
    mode, kind, blob = listed.partition("\t")[0].split(" ") if listed else ("", "", "")
    return _blob(command, blob) if kind == "blob" and mode in PLAIN else None


class PatchRefused(Exception):
    """A patch that does not apply to its base."""


def apply(checkout: Checkout, change: Change, paths: Mapping[str, bytes | None], author: tuple[str, str]) -> str:
    """A commit of the private clone on the base of the change, in which `paths` have their new content."""
    return checkout.write(change.base, paths, change.title, author)


def _reading(source: Source) -> git.Git:
    """git in the user's repository, with our configuration in place of his."""
    return git_in(source.repository, OWN_CONFIGURATION)


def _commit(command: git.Git, revision: str, source: Source) -> str:
    try:
        return str(command.rev_parse("--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"))
    except git.GitCommandError as error:
        raise OptimizeError(
            f"{source.repository} has no revision {revision}: give a commit, a branch or BASE..HEAD."
        ) from error


def _parent(command: git.Git, commit: str, source: Source) -> str:
    parents = str(command.rev_list("--parents", "--max-count=1", commit)).split()[1:]
    if parents:
        return parents[0]
    if str(command.rev_parse("--is-shallow-repository")) == "true":
        raise OptimizeError(f"The parent of {commit[:10]} is not in {source.repository}: git fetch --deepen=1 brings it.")
    raise OptimizeError(
        f"{commit[:10]} is the first commit, so there is nothing to compare it with: give a range BASE..HEAD."
    )


def _difference(command: git.Git, old: str, new: str) -> tuple[dict[str, bytes | None], tuple[str, ...]]:
    """Contents of the files that differ, and the paths of links and submodules among them."""
    files: dict[str, bytes | None] = {}
    special = []
    for path, mode, blob in _entries(str(command.diff_tree("-r", "-z", "--raw", "--no-renames", old, new))):
        if any(one not in (*PLAIN, GONE) for one in mode):
            special.append(path)
        else:
            files[path] = None if mode[1] == GONE else _blob(command, blob)
    return files, tuple(special)


def _entries(raw: str) -> Iterator[tuple[str, tuple[str, str], str]]:
    """Path, modes before and after, and object afterwards."""
    listed = raw.split("\0")
    for described, path in zip(listed[:-1:2], listed[1::2], strict=True):
        before, after, _, blob, _ = described.removeprefix(":").split(" ")
        yield path, (before, after), blob


def _blob(command: git.Git, blob: str) -> bytes:
    content = command.cat_file("blob", blob, stdout_as_string=False, strip_newline_in_stdout=False)
    assert isinstance(content, bytes)
    return content
