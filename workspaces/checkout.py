"""A private clone of the user's repository, one exported tree per revision, and the way back for accepted commits.

Nothing of the user's repository is touched but the run's branch and the notes: no worktree entries, no stash, no index,
no hooks, no FETCH_HEAD. Trees are exported from git objects, so that what is judged is byte for byte what is committed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import git

from workspaces.errors import OptimizeError
from workspaces.faults import Effect, effect

NOTES_REF = "refs/notes/optimize"
OWN_CONFIGURATION = Path(__file__).with_name("gitconfig")  # the only one that our git commands read

# these stand above the configuration of the user's repository too, and keep git from writing to its index
ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_COUNT": "3",
    "GIT_CONFIG_KEY_0": "core.hooksPath",
    "GIT_CONFIG_VALUE_0": "/dev/null",
    "GIT_CONFIG_KEY_1": "core.fsmonitor",
    "GIT_CONFIG_VALUE_1": "false",
    "GIT_CONFIG_KEY_2": "safe.directory",
    "GIT_CONFIG_VALUE_2": "*",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
FETCHING = ("--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules")
CLONE_LOCKS = ("clone.git/*.lock", "clone.git/refs/**/*.lock")  # in a run folder: left by git commands that were killed
PUBLISHING_TRIES, PUBLISHING_SECONDS = 8, 0.1  # another run may bring its notes home at the same moment
MOST_DIFFERENT = 100  # files in which two exports may differ and still share the others
SUBMODULE = "160000"  # mode of an entry that names a commit of another repository
# trees are exported without any conversion, whatever their .gitattributes ask for
ATTRIBUTES = "* -text -ident -filter -working-tree-encoding\n"
# set by git for what it starts (hooks, `rebase --exec`): they name another repository than the user does
CALLERS = (
    *(
        "GIT_DIR",
        "GIT_COMMON_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_PREFIX",
        "GIT_NAMESPACE",
        "GIT_CONFIG_PARAMETERS",
    ),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_SHALLOW_FILE"),
)


@dataclass(frozen=True)
class Source:
    """What the user pointed at: a repository, the commit to start from, and the folder inside it."""

    repository: Path  # top of the work tree
    commit: str
    branch: str | None  # None where HEAD is detached
    subfolder: str  # "" for the top
    dirty: bool
    author: tuple[str, str]  # name and email for commits


@dataclass(frozen=True)
class Checkout:
    """The private clone in a run folder."""

    folder: Path  # holds clone.git, trees/ and scratch/

    @property
    def clone(self) -> Path:
        """The bare repository."""
        return self.folder / "clone.git"

    def read(self, commit: str, path: str) -> bytes:
        """Bytes of a file at a commit; KeyError if it is not there."""
        command = git_in(self.clone, self._configuration)
        try:
            blob = command.cat_file("blob", f"{commit}:{path}", stdout_as_string=False, strip_newline_in_stdout=False)
        except git.GitCommandError as error:
            raise KeyError(path) from error
        assert isinstance(blob, bytes)
        return blob

    def files(self, commit: str) -> tuple[str, ...]:
        """Paths of all files at a commit, POSIX style."""
        listed = git_in(self.clone, self._configuration).ls_tree("-r", "-z", "--name-only", commit)
        return tuple(name for name in str(listed).split("\0") if name)

    def empty_submodules(self, commit: str) -> tuple[str, ...]:
        """Paths of submodules that are left empty, because the user's clone does not hold the commit that is recorded."""
        return tuple(self._empty_submodules(commit, ""))

    def _empty_submodules(self, commit: str, base: str) -> Iterator[str]:
        command = git_in(self.clone, self._configuration)
        for path, inner in _submodules(command, commit):
            if _has(command, inner):
                yield from self._empty_submodules(inner, f"{base}{path}/")
            else:
                yield base + path

    def parent(self, commit: str) -> str:
        """The commit that `commit` was made on."""
        return str(git_in(self.clone, self._configuration).rev_parse(f"{commit}^"))

    def message(self, commit: str) -> str:
        """The whole message of a commit."""
        return str(git_in(self.clone, self._configuration).log("-1", "--format=%B", commit))

    def mentions(self, commit: str, word: str) -> tuple[str, ...]:
        """Paths of the Python files in which a word stands."""
        command = git_in(self.clone, self._configuration)
        command.update_environment(GIT_LITERAL_PATHSPECS="0")
        try:
            listed = str(
                command.grep("-z", "--name-only", "--word-regexp", "--fixed-strings", "-e", word, commit, "--", "*.py")
            )
        except git.GitCommandError as error:
            if error.status == 1:  # no line matches
                return ()
            raise
        return tuple(name.partition(":")[2] for name in listed.split("\0") if name)

    def write(self, base: str, files: Mapping[str, bytes | None], message: str, author: tuple[str, str]) -> str:
        """A commit on top of `base` in which `files` have new content, or are gone where it is None; modes are kept.

        Moves no branch.
        """
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix="index-") as index:
            Path(index.name).unlink()
            command = git_in(self.clone, self._configuration)
            command.update_environment(GIT_INDEX_FILE=index.name)
            command.read_tree(base)
            for path, content in files.items():
                if content is None:
                    self._remove_entry(command, path)
                    continue
                mode = str(command.ls_files("--stage", "--", path)).split(" ", 1)[0] or "100644"
                blob = self._store(content)
                command.update_index("--add", "--cacheinfo", f"{mode},{blob},{path}")
            tree = command.write_tree()
            Path(index.name).touch()
        return self._commit(str(tree), base, message, author)

    def reword(self, commit: str, message: str, author: tuple[str, str]) -> str:
        """A commit with the same tree and parent and another message."""
        return self._commit(f"{commit}^{{tree}}", self.parent(commit), message, author)

    def find_child(self, branch: str, parent: str, candidate: str) -> str | None:
        """The tip of a branch, if it was made on `parent` from that candidate: then the commit is there already."""
        command = git_in(self.clone, self._configuration)
        tip = str(command.for_each_ref("--format=%(objectname)", f"refs/heads/{branch}"))
        if not tip or parent not in str(command.rev_list("--parents", "--max-count=1", tip)).split()[1:]:
            return None
        return tip if f"Candidate: {candidate}" in self.message(tip).splitlines() else None

    def remove_note(self, commit: str, author: tuple[str, str]) -> None:
        """Take evidence away again, of a commit that did not stay."""
        command = git_in(self.clone, self._configuration)
        with command.custom_environment(**_person(author)), effect(Effect.NOTE):
            command.notes("--ref", NOTES_REF, "remove", "--ignore-missing", commit)

    def move_branch(self, branch: str, commit: str) -> None:
        """Point a branch of the clone at a commit."""
        with effect(Effect.REF):
            git_in(self.clone, self._configuration).update_ref(f"refs/heads/{branch}", commit)

    def note(self, commit: str, text: str, author: tuple[str, str]) -> None:
        """Attach evidence to a commit in refs/notes/optimize, replacing what was there."""
        command = git_in(self.clone, self._configuration)
        with (
            tempfile.NamedTemporaryFile("w", dir=self.folder, suffix=".json") as file,
            command.custom_environment(**_person(author)),
        ):
            file.write(text)
            file.flush()
            with effect(Effect.NOTE):
                command.notes("--ref", NOTES_REF, "add", "-f", "-F", file.name, commit)

    def export(self, commit: str) -> Path:
        """A folder with the files of a commit, without .git; made once per tree and never written to again.

        Exports share the files in which they do not differ: whoever wants to write asks for a `scratch_copy`.
        """
        command = git_in(self.clone, self._configuration)
        tree = str(command.rev_parse(f"{commit}^{{tree}}"))
        target = self.folder / "trees" / tree[:12]
        if target.exists():
            return target
        self._fill(command, tree, target)
        return target

    def scratch_copy(self, commit: str, tree: Path | None = None, leave_out: str | None = None) -> Path:
        """A fresh copy of the files of a commit that target code may write into; whoever asks removes it.

        `tree` is a folder that has more than these files; `leave_out` one at its top that is left empty.
        """
        (self.folder / "scratch").mkdir(exist_ok=True)
        target = Path(tempfile.mkdtemp(dir=self.folder / "scratch", prefix="tree-"))
        source = tree or self.export(commit)
        empty = str(source / leave_out) if leave_out else None
        shutil.copytree(
            source,
            target,
            symlinks=True,
            dirs_exist_ok=True,
            ignore=lambda folder, names: names if folder == empty else (),
        )
        target.chmod(0o755)
        return target

    def _commit(self, tree: str, parent: str, message: str, author: tuple[str, str]) -> str:
        command = git_in(self.clone, self._configuration)
        with command.custom_environment(**_person(author)):
            return str(command.commit_tree(tree, "-p", parent, "-m", message))

    def _fill(self, command: git.Git, tree: str, target: Path) -> None:
        target.parent.mkdir(exist_ok=True)
        known = next((path for path in target.parent.iterdir() if not path.name.startswith("partial-")), None)
        partial = Path(tempfile.mkdtemp(dir=target.parent, prefix="partial-"))
        if known is None or not self._share(command, known, tree, partial):
            self._write_out(command, tree, partial)
        partial.chmod(0o755)
        try:
            partial.rename(target)
        except OSError:  # somebody else was quicker; the same tree has the same files
            if not target.is_dir():
                raise
            shutil.rmtree(partial)

    def _share(self, command: git.Git, known: Path, tree: str, folder: Path) -> bool:
        """Fill a folder with links to the files of another export, but for what differs; False where that cannot be done."""
        listed = str(command.diff_tree("-r", "-z", "--raw", "--no-renames", known.name, tree)).split("\0")
        changes, paths = listed[:-1:2], listed[1::2]
        plain = all(change.split(" ")[0][1:4] == change.split(" ")[1][:3] == "100" for change in changes)
        if not plain or len(paths) > MOST_DIFFERENT:
            return False
        try:
            shutil.copytree(known, folder, symlinks=True, copy_function=os.link, dirs_exist_ok=True)
        except OSError:  # a file system without hard links
            shutil.rmtree(folder)
            folder.mkdir()
            return False
        for path in paths:
            (folder / path).unlink()
        if paths:
            self._write_out(command, tree, folder, paths)
        return True

    def _write_out(self, command: git.Git, tree: str, folder: Path, paths: Sequence[str] = ()) -> None:
        """Write files of a tree, or all of them with those of the submodules that are known."""
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix="index-") as index:
            Path(index.name).unlink()
            with command.custom_environment(GIT_INDEX_FILE=index.name, GIT_DIR=str(self.clone), GIT_WORK_TREE=str(folder)):
                command.read_tree(tree)
                command.checkout_index("--force", *(("--", *paths) if paths else ("--all",)))
            Path(index.name).touch()
        for path, commit in () if paths else _submodules(command, tree):
            if _has(command, commit):
                (folder / path).mkdir(parents=True, exist_ok=True)
                self._write_out(command, f"{commit}^{{tree}}", folder / path)

    def _remove_entry(self, command: git.Git, path: str) -> None:
        """Take a file out of the index; `update-index --remove` wants a work tree."""
        with tempfile.TemporaryFile(dir=self.folder) as entry:
            entry.write(b"0 " + b"0" * 40 + b"\t" + os.fsencode(path) + b"\0")
            entry.seek(0)
            command.update_index("-z", "--index-info", istream=entry)

    def _store(self, content: bytes) -> str:
        with tempfile.NamedTemporaryFile(dir=self.folder) as file:
            file.write(content)
            file.flush()
            # no filters: the bytes are stored as they are
            return str(git_in(self.clone, self._configuration).hash_object("-w", "--no-filters", "--", file.name))

    @property
    def _configuration(self) -> Path:
        return self.folder / "gitconfig"


def find_source(path: Path) -> Source:
    """The repository around `path`; OptimizeError, with the remedy, if there is none that can be optimized."""
    if not path.exists():
        raise OptimizeError(f"{path} does not exist: give the path of a git repository.")
    folder = path.resolve() if path.is_dir() else path.resolve().parent
    _forget_caller()
    try:
        repository = git.Repo(folder, search_parent_directories=True)
    except (git.InvalidGitRepositoryError, git.NoSuchPathError) as error:
        remedy = f'make it one with: git -C "{folder}" init && git -C "{folder}" add -A && git -C "{folder}" commit -m start'
        raise OptimizeError(f"{folder} is not in a git repository: {remedy}") from error
    with repository:
        repository.git.update_environment(**ENVIRONMENT, GIT_CONFIG_GLOBAL=os.devnull)
        if repository.bare or repository.working_tree_dir is None:
            raise OptimizeError(
                f'{folder} is a bare repository: clone it (git clone "{folder}" FOLDER) and give the path of the clone.'
            )
        top = Path(repository.working_tree_dir).resolve()
        if folder.is_relative_to(Path(repository.git_dir).resolve()) or not folder.is_relative_to(top):
            raise OptimizeError(f"{folder} is git's own folder: give the path of the files beside it, {top}.")
        if not repository.head.is_valid():
            raise OptimizeError(f"{top} has no commits yet: commit the code first (git add -A && git commit -m start).")
        subfolder = "" if folder == top else folder.relative_to(top).as_posix()
        _check_usable(repository, top, subfolder)
        reader = repository.config_reader()
        author = (
            str(reader.get_value("user", "name", "Verispeed")),
            str(reader.get_value("user", "email", "verispeed@localhost")),
        )
        return Source(
            repository=top,
            commit=repository.head.commit.hexsha,
            branch=None if repository.head.is_detached else repository.active_branch.name,
            subfolder=subfolder,
            dirty=_is_dirty(repository),
            author=author,
        )


def _check_usable(repository: git.Repo, top: Path, subfolder: str) -> None:
    """OptimizeError, before any work, where the work could not begin or its result could not be brought home."""
    if subfolder:
        listed = str(repository.git.ls_tree("HEAD", "--", subfolder))
        if listed.startswith(SUBMODULE):
            raise OptimizeError(
                f'{top / subfolder} is a submodule without files: git -C "{top}" submodule update --init "{subfolder}"'
            )
        if not listed:
            raise OptimizeError(f"{top / subfolder} is not in the last commit of {top}: commit it first.")
    names = str(repository.git.for_each_ref("--format=%(refname)", "refs/heads/optimize", NOTES_REF)).splitlines()
    if "refs/heads/optimize" in names:
        raise OptimizeError(
            f"{top} has a branch called `optimize`, beside which git cannot keep the branches optimize/... of the runs: "
            f'rename it first, with: git -C "{top}" branch -m optimize optimize-old'
        )
    below = [name for name in names if name.startswith(f"{NOTES_REF}/")]
    if below:
        raise OptimizeError(
            f"{top} has notes called {below[0]}, beside which git cannot keep the evidence in {NOTES_REF}: "
            f'move them away first, with: git -C "{top}" update-ref -d {below[0]}, after copying the reference.'
        )


def _submodules(command: git.Git, tree: str) -> list[tuple[str, str]]:
    """Path and recorded commit of each submodule of a tree."""
    found = []
    for entry in str(command.ls_tree("-r", "-z", tree)).split("\0"):
        described, _, path = entry.partition("\t")
        if described.startswith(SUBMODULE):
            found.append((path, described.split(" ")[2]))
    return found


def _has(command: git.Git, commit: str) -> bool:
    try:
        command.cat_file("-e", f"{commit}^{{tree}}")
    except git.GitCommandError:
        return False
    return True


def _is_dirty(repository: git.Repo) -> bool:
    try:
        # not `git diff`, which writes what it found to the index
        return bool(repository.git.status("--porcelain", "--untracked-files=no"))
    except git.GitCommandError as error:
        raise OptimizeError(f"git could not compare {repository.working_tree_dir} with its HEAD: {said(error)}") from error


def clone_source(source: Source, folder: Path) -> Checkout:
    """A private bare clone of the source's commit, without its history, and of earlier evidence notes, in `folder`."""
    checkout = Checkout(folder)
    if checkout.clone.exists():
        return checkout
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(OWN_CONFIGURATION, folder / "gitconfig")
    # a name of its own: git may still be writing to that of a process that was killed
    partial = Path(tempfile.mkdtemp(dir=folder, prefix="clone-", suffix=".partial"))
    command = git_in(folder, folder / "gitconfig")
    try:
        command.init("--bare", "--quiet", "--template=", str(partial))
        inside = git_in(partial, folder / "gitconfig")
        refs = [f"+{source.commit}:refs/optimize/start"]
        if git_in(source.repository, folder / "gitconfig").for_each_ref(NOTES_REF):
            refs.append(f"{NOTES_REF}:{NOTES_REF}")
        # what came before is not needed, and may be huge
        inside.fetch(*FETCHING, "--quiet", "--depth=1", str(source.repository), *refs)
        _fetch_submodules(inside, source.repository, source.commit)
    except git.GitCommandError as error:
        raise OptimizeError(f"git could not copy {source.repository}: {said(error)}") from error
    (partial / "info").mkdir(exist_ok=True)
    (partial / "info" / "attributes").write_text(ATTRIBUTES)
    with effect(Effect.CLONE):
        partial.rename(checkout.clone)
    return checkout


def _fetch_submodules(command: git.Git, repository: Path, commit: str) -> None:
    """Bring over the recorded commits of the submodules that the user has, from there: never from the network."""
    for path, inner in _submodules(command, commit):
        if not (repository / path / ".git").exists():
            continue
        try:
            command.fetch(
                *FETCHING, "--quiet", "--depth=1", str(repository / path), f"+{inner}:refs/optimize/submodules/{inner}"
            )
        except git.GitCommandError:  # another commit is checked out there: said by `empty_submodules`
            continue
        _fetch_submodules(command, repository / path, inner)


def why_unpublishable(source: Source) -> str | None:
    """Which folder of the user's repository keeps commits from being brought into it; None if they can be."""
    common = Path(source.repository, str(git_in(source.repository, OWN_CONFIGURATION).rev_parse("--git-common-dir")))
    shut = [folder for folder in (common, common / "objects", common / "refs") if not os.access(folder, os.W_OK)]
    return f"{shut[0]} cannot be written" if shut else None


def publish(checkout: Checkout, source: Source, branch: str) -> None:
    """Bring the branch and the notes into the user's repository, and nothing else."""
    for left in reversed(range(PUBLISHING_TRIES)):
        try:
            theirs = _take_in_notes(checkout, source)
            with effect(Effect.PUBLICATION):
                _bring_home(checkout, source, branch, theirs)
        except git.GitCommandError as error:
            if left:
                time.sleep(PUBLISHING_SECONDS)
                continue
            raise OptimizeError(
                f"The verified commits could not be brought into {source.repository}: {said(error)} "
                f"They are kept in {checkout.clone}, branch {branch}."
            ) from error
        return


def _bring_home(checkout: Checkout, source: Source, branch: str, theirs: str) -> None:
    configuration = checkout.folder / "gitconfig"
    command = git_in(source.repository, configuration)
    command.fetch(*FETCHING, str(checkout.clone), f"refs/heads/{branch}:refs/heads/{branch}")
    ours = str(git_in(checkout.clone, configuration).for_each_ref("--format=%(objectname)", NOTES_REF))
    if ours and ours != theirs:
        command.fetch(*FETCHING, str(checkout.clone), NOTES_REF)
        # `git fetch` would overwrite a reference that came into being since it looked
        command.update_ref(NOTES_REF, ours, theirs or "0" * len(ours))


def _take_in_notes(checkout: Checkout, source: Source) -> str:
    """Evidence that other runs have brought into the user's repository in the meantime stays there; its commit, or ""."""
    configuration = checkout.folder / "gitconfig"
    command = git_in(checkout.clone, configuration)
    if not git_in(source.repository, configuration).for_each_ref(NOTES_REF):
        return ""
    command.fetch(*FETCHING, "--quiet", str(source.repository), f"+{NOTES_REF}:{NOTES_REF}-theirs")
    with command.custom_environment(**_person(source.author)):
        command.notes("--ref", NOTES_REF, "merge", "--quiet", "--strategy=ours", f"{NOTES_REF}-theirs")
    return str(command.rev_parse(f"{NOTES_REF}-theirs"))


def _person(author: tuple[str, str]) -> dict[str, str]:
    name, email = author
    return {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email, "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email}


def git_in(folder: Path, configuration: Path) -> git.Git:
    """git in a folder, reading our configuration file in place of the user's and the machine's."""
    _forget_caller()
    command = git.Git(str(folder))
    command.update_environment(**ENVIRONMENT, GIT_CONFIG_GLOBAL=str(configuration))
    return command


def _forget_caller() -> None:
    """Drop from our own environment what would lead git elsewhere: GitPython can add to it for a command, not take away."""
    for name in CALLERS:
        os.environ.pop(name, None)


def said(error: git.GitCommandError) -> str:
    """What git printed, in one line, without GitPython's quotes."""
    said = str(error.stderr).strip().removeprefix("stderr: '").removesuffix("'")
    return " ".join(line.strip() for line in said.splitlines() if line.strip())
