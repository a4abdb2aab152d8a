"""A small `.git` for targets that ask git for their version: the way to the nearest tag, and nothing of the user's.

No hooks, no remote, no credentials, no configuration. Both sides get the same tag at the same distance: a candidate's HEAD
has the candidate's files and is otherwise the start commit.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import git

from workspaces.checkout import ATTRIBUTES, FETCHING, Checkout, Source, git_in, said
from workspaces.errors import OptimizeError

METADATA = ("pyproject.toml", "setup.py", "setup.cfg", "hatch.toml", "meson.build")
# programs and libraries that ask git, as metadata names them
ASKING = (
    r"setuptools[-_.]scm|flit[-_]scm|hatch-vcs|versioneer|\bpbr\b|vcs-versioning|versioningit|dunamai|miniver"
    r"|(poetry|uv)-dynamic-versioning|setuptools[-_]git[-_]version(ing)?|source *= *['\"](scm|vcs)['\"]"
)
COMMANDS = r"git describe|['\"]describe['\"]|rev-parse|git rev-list"  # as Python files name them
LEAST_DEPTH = 2  # a candidate's commit has the parents of the start
WAYS = (("--tags",), ("--tags", "--match", "*[0-9]*"), ())  # in which tools ask for the nearest tag
CONFIG = """[core]
\trepositoryformatversion = 0
\tbare = false
\tfileMode = false
\tcheckStat = minimal
\ttrustctime = false
\tlogAllRefUpdates = false
"""
SIGNATURES = (b"gpgsig", b"gpgsig-sha256", b"mergetag")


@dataclass(frozen=True)
class History:
    """A bare repository with the start commit and what leads to the nearest tag, to be copied into trees."""

    folder: Path
    start: str
    branch: str | None
    described: str | None  # what `git describe --tags --long` says of the start; None where it finds no tag

    def attach(self, checkout: Checkout, commit: str, tree: Path) -> None:
        """Put a `.git` into a folder with the files of a commit; nothing there differs from its HEAD."""
        own = tree / ".git"
        own.mkdir()
        try:
            shutil.copytree(self.folder / "objects", own / "objects", copy_function=os.link)
        except OSError:  # a file system without hard links
            shutil.copytree(self.folder / "objects", own / "objects", dirs_exist_ok=True)
        for name in ("refs", "info"):
            shutil.copytree(self.folder / name, own / name)
        for name in ("shallow", "packed-refs"):
            if (self.folder / name).exists():
                shutil.copyfile(self.folder / name, own / name)
        (own / "config").write_text(CONFIG)
        (own / "info" / "attributes").write_text(ATTRIBUTES)  # else git would compare converted files
        command = git_in(tree, checkout.folder / "gitconfig")
        command.update_environment(GIT_DIR=str(own), GIT_WORK_TREE=str(tree))
        (own / "HEAD").write_text(f"{self.start}\n")
        head = self._head(command, checkout, commit)
        branch = f"refs/heads/{self.branch}" if self.branch else None
        if branch:
            command.update_ref(branch, head)
        (own / "HEAD").write_text(f"ref: {branch}\n" if branch else f"{head}\n")
        command.read_tree(head)
        command.update_index("-q", "--really-refresh", with_exceptions=False)

    def _head(self, command: git.Git, checkout: Checkout, commit: str) -> str:
        """The start commit with the files of `commit`, tagged as the start is; the start itself where they are the same."""
        clone = git_in(checkout.clone, checkout.folder / "gitconfig")
        tree, before = (str(clone.rev_parse(f"{one}^{{tree}}")) for one in (commit, self.start))
        if tree == before:
            return self.start
        _bring_objects(clone, command, tree, before)
        raw = command.cat_file("commit", self.start, stdout_as_string=False, strip_newline_in_stdout=False)
        head = _stored(command, "commit", _unsigned(raw.replace(before.encode(), tree.encode(), 1)))
        shallow = Path(command.environment()["GIT_DIR"], "shallow")
        if shallow.exists() and self.start in shallow.read_text().split():  # the user's clone ends here
            shallow.write_text(f"{shallow.read_text()}{head}\n")
        listed = command.for_each_ref(f"--points-at={self.start}", "--format=%(refname) %(objectname)", "refs/tags")
        for reference, tag in (line.split(" ") for line in str(listed).splitlines()):
            moved = head
            if tag != self.start:  # a tag with a message
                text = command.cat_file("tag", tag, stdout_as_string=False, strip_newline_in_stdout=False)
                moved = _stored(command, "tag", text.replace(self.start.encode(), head.encode(), 1))
            command.update_ref(reference, moved)
        return head


def asks_git(checkout: Checkout, commit: str, subfolder: str = "") -> str | None:
    """Where the files of a commit ask git for their version, in a few words; None if they do not."""
    command = git_in(checkout.clone, checkout.folder / "gitconfig")
    command.update_environment(GIT_LITERAL_PATHSPECS="0")
    metadata = [str(PurePosixPath(subfolder, name)) for name in METADATA]
    found = _grep(command, "-o", "-i", "-E", "-e", ASKING, commit, "--", *dict.fromkeys([*METADATA, *metadata]))
    if not found:
        words = ("-l", "-w", "-i", "--all-match", "-E", "-e", "git", "-e", COMMANDS)
        found = _grep(command, *words, commit, "--", "*.py")
        return f"{found[0].partition(':')[2]} calls git" if found else None
    _, file, word = found[0].split(":", 2)
    return f"{word.strip()} in {file}"


def make_history(source: Source, checkout: Checkout, folder: Path) -> History:
    """The history of the source's commit, fetched once into `folder`; OptimizeError if git cannot."""
    user = git_in(source.repository, checkout.folder / "gitconfig")
    wanted = [_described(user, way, source.commit) for way in WAYS]
    try:
        if not folder.exists():
            _fetch(user, source, checkout, folder, wanted)
    except git.GitCommandError as error:
        raise OptimizeError(f"git could not copy the tags of {source.repository}: {said(error)}") from error
    return History(folder, source.commit, source.branch, wanted[0])


def _fetch(user: git.Git, source: Source, checkout: Checkout, folder: Path, wanted: list[str | None]) -> None:
    scratch = checkout.folder / "scratch"
    scratch.mkdir(exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=scratch, prefix="history-"))
    git_in(checkout.folder, checkout.folder / "gitconfig").init("--bare", "--quiet", "--template=", str(partial))
    command = git_in(partial, checkout.folder / "gitconfig")
    depth = max([LEAST_DEPTH, *(int(one.rsplit("-", 2)[1]) + 2 for one in wanted if one)])
    reference = f"+{source.commit}:refs/optimize/start"
    command.fetch(*FETCHING, "--quiet", f"--depth={depth}", str(source.repository), reference)
    _fetch_tags(user, command, source)
    if any(_described(command, way, source.commit) != one for way, one in zip(WAYS, wanted, strict=True)):
        # what was merged from before the tag counts only where it is known to lie before it
        whole = ("--unshallow",) if (partial / "shallow").exists() else ()
        command.fetch(*FETCHING, "--quiet", *whole, str(source.repository), reference)
        _fetch_tags(user, command, source)
    command.update_ref("-d", "refs/optimize/start")
    (partial / "info").mkdir(exist_ok=True)
    (partial / "FETCH_HEAD").unlink(missing_ok=True)
    partial.rename(folder)


def _fetch_tags(user: git.Git, command: git.Git, source: Source) -> None:
    """Bring over the tags of commits that are there."""
    there = set(str(command.rev_list("refs/optimize/start")).split())
    listed = user.for_each_ref(f"--merged={source.commit}", "--format=%(refname) %(objectname) %(*objectname)", "refs/tags")
    tags = [line.split(" ") for line in str(listed).splitlines()]
    names = [name for name, *objects in tags if there & set(objects)]
    if names:
        command.fetch(*FETCHING, "--quiet", str(source.repository), *(f"+{name}:{name}" for name in names))


def _described(command: git.Git, way: tuple[str, ...], commit: str) -> str | None:
    try:
        return str(command.describe(*way, "--long", "--abbrev=40", commit))
    except git.GitCommandError:
        return None


def _grep(command: git.Git, *words: str) -> list[str]:
    """Lines that `git grep` prints; none where nothing matches."""
    try:
        return str(command.grep("-I", *words)).splitlines()
    except git.GitCommandError as error:
        if error.status == 1:
            return []
        raise


def _bring_objects(clone: git.Git, command: git.Git, tree: str, known: str) -> None:
    """Copy what a tree has beyond another one."""
    listed = str(clone.rev_list("--objects", "--no-object-names", tree, f"^{known}")).split()
    with tempfile.TemporaryFile() as names, tempfile.TemporaryFile() as pack:
        names.write("\n".join(listed).encode() + b"\n")
        names.seek(0)
        pack.write(
            clone.pack_objects("--stdout", "-q", istream=names, stdout_as_string=False, strip_newline_in_stdout=False)
        )
        pack.seek(0)
        command.unpack_objects("-q", istream=pack)


def _stored(command: git.Git, kind: str, content: bytes) -> str:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        return str(command.hash_object("-t", kind, "-w", "--stdin", istream=file))


def _unsigned(raw: bytes) -> bytes:
    """A commit without its signature, which would no longer be right."""
    head, separator, message = raw.partition(b"\n\n")
    fields = re.split(rb"\n(?! )", head)
    return b"\n".join(field for field in fields if field.split(b" ")[0] not in SIGNATURES) + separator + message
