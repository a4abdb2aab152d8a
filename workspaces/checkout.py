"""A private clone of the user's repository, one exported tree per revision, and the way back for accepted commits.

Nothing of the user's repository is touched but the run's branch and the notes: no worktree entries, no stash, no index,
no hooks, no FETCH_HEAD. Trees are exported from git objects, so that what is judged is byte for byte what is committed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import git

from workspaces.errors import OptimizeError

NOTES_REF = "refs/notes/optimize"
# our git commands read no configuration but this: the user's hooks, filters, signing and aliases are not ours to run
CONFIGURATION = """[safe]
\tdirectory = *
[core]
\thooksPath = /dev/null
[gc]
\tauto = 0
[maintenance]
\tauto = false
[advice]
\tdetachedHead = false
[protocol "file"]
\tallow = always
"""

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
        command = _git(self.clone, self._configuration)
        try:
            blob = command.cat_file("blob", f"{commit}:{path}", stdout_as_string=False, strip_newline_in_stdout=False)
        except git.GitCommandError as error:
            raise KeyError(path) from error
        assert isinstance(blob, bytes)
        return blob

    def files(self, commit: str) -> tuple[str, ...]:
        """Paths of all files at a commit, POSIX style."""
        listed = _git(self.clone, self._configuration).ls_tree("-r", "-z", "--name-only", commit)
        return tuple(name for name in str(listed).split("\0") if name)

    def parent(self, commit: str) -> str:
        """The commit that `commit` was made on."""
        return str(_git(self.clone, self._configuration).rev_parse(f"{commit}^"))

    def message(self, commit: str) -> str:
        """The whole message of a commit."""
        return str(_git(self.clone, self._configuration).log("-1", "--format=%B", commit))

    def write(self, base: str, files: Mapping[str, bytes], message: str, author: tuple[str, str]) -> str:
        """A commit on top of `base` in which `files` have new content; file modes are kept. Moves no branch."""
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix="index-") as index:
            Path(index.name).unlink()
            command = _git(self.clone, self._configuration)
            command.update_environment(GIT_INDEX_FILE=index.name)
            command.read_tree(base)
            for path, content in files.items():
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
        command = _git(self.clone, self._configuration)
        tip = str(command.for_each_ref("--format=%(objectname)", f"refs/heads/{branch}"))
        if not tip or parent not in str(command.rev_list("--parents", "--max-count=1", tip)).split()[1:]:
            return None
        return tip if f"Candidate: {candidate}" in self.message(tip).splitlines() else None

    def remove_note(self, commit: str, author: tuple[str, str]) -> None:
        """Take evidence away again, of a commit that did not stay."""
        command = _git(self.clone, self._configuration)
        with command.custom_environment(**_person(author)):
            command.notes("--ref", NOTES_REF, "remove", "--ignore-missing", commit)

    def move_branch(self, branch: str, commit: str) -> None:
        """Point a branch of the clone at a commit."""
        _git(self.clone, self._configuration).update_ref(f"refs/heads/{branch}", commit)

    def note(self, commit: str, text: str, author: tuple[str, str]) -> None:
        """Attach evidence to a commit in refs/notes/optimize, replacing what was there."""
        command = _git(self.clone, self._configuration)
        with (
            tempfile.NamedTemporaryFile("w", dir=self.folder, suffix=".json") as file,
            command.custom_environment(**_person(author)),
        ):
            file.write(text)
            file.flush()
            command.notes("--ref", NOTES_REF, "add", "-f", "-F", file.name, commit)

    def export(self, commit: str) -> Path:
        """A folder with the files of a commit, without .git; made once per tree and never written to again."""
        command = _git(self.clone, self._configuration)
        tree = str(command.rev_parse(f"{commit}^{{tree}}"))
        target = self.folder / "trees" / tree[:12]
        if target.exists():
            return target
        self._fill(command, tree, target)
        return target

    def scratch_copy(self, commit: str) -> Path:
        """A fresh copy of the files of a commit that target code may write into; whoever asks removes it."""
        (self.folder / "scratch").mkdir(exist_ok=True)
        target = Path(tempfile.mkdtemp(dir=self.folder / "scratch", prefix="tree-"))
        shutil.copytree(self.export(commit), target, symlinks=True, dirs_exist_ok=True)
        target.chmod(0o755)
        return target

    def _commit(self, tree: str, parent: str, message: str, author: tuple[str, str]) -> str:
        command = _git(self.clone, self._configuration)
        with command.custom_environment(**_person(author)):
            return str(command.commit_tree(tree, "-p", parent, "-m", message))

    def _fill(self, command: git.Git, tree: str, target: Path) -> None:
        target.parent.mkdir(exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=target.parent, prefix="partial-"))
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix="index-") as index:
            Path(index.name).unlink()
            with command.custom_environment(GIT_INDEX_FILE=index.name, GIT_DIR=str(self.clone), GIT_WORK_TREE=str(partial)):
                command.read_tree(tree)
                command.checkout_index("--all", "--force")
            Path(index.name).touch()
        partial.chmod(0o755)
        try:
            partial.rename(target)
        except OSError:  # somebody else was quicker; the same tree has the same files
            if not target.is_dir():
                raise
            shutil.rmtree(partial)

    def _store(self, content: bytes) -> str:
        with tempfile.NamedTemporaryFile(dir=self.folder) as file:
            file.write(content)
            file.flush()
            # no filters: the bytes are stored as they are
            return str(_git(self.clone, self._configuration).hash_object("-w", "--no-filters", "--", file.name))

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
            raise OptimizeError(f"{folder} is a bare repository: clone it and give the path of the clone.")
        top = Path(repository.working_tree_dir).resolve()
        if not repository.head.is_valid():
            raise OptimizeError(f"{top} has no commits yet: commit the code first (git add -A && git commit -m start).")
        reader = repository.config_reader()
        author = (
            str(reader.get_value("user", "name", "Verispeed")),
            str(reader.get_value("user", "email", "verispeed@localhost")),
        )
        return Source(
            repository=top,
            commit=repository.head.commit.hexsha,
            branch=None if repository.head.is_detached else repository.active_branch.name,
            subfolder="" if folder == top else folder.relative_to(top).as_posix(),
            dirty=_is_dirty(repository),
            author=author,
        )


def _is_dirty(repository: git.Repo) -> bool:
    try:
        # not `git diff`, which writes what it found to the index
        return bool(repository.git.status("--porcelain", "--untracked-files=no"))
    except git.GitCommandError as error:
        raise OptimizeError(f"git could not compare {repository.working_tree_dir} with its HEAD: {_said(error)}") from error


def clone_source(source: Source, folder: Path) -> Checkout:
    """A private bare clone of the source's commit and of earlier evidence notes, in `folder`."""
    checkout = Checkout(folder)
    if checkout.clone.exists():
        return checkout
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gitconfig").write_text(CONFIGURATION)
    partial = folder / "clone.partial"
    shutil.rmtree(partial, ignore_errors=True)
    command = _git(folder, folder / "gitconfig")
    try:
        command.init("--bare", "--quiet", str(partial))
        inside = _git(partial, folder / "gitconfig")
        refs = ["+HEAD:refs/optimize/start"]
        if _git(source.repository, folder / "gitconfig").for_each_ref(NOTES_REF):
            refs.append(f"{NOTES_REF}:{NOTES_REF}")
        inside.fetch("--no-tags", "--no-write-fetch-head", "--quiet", str(source.repository), *refs)
    except git.GitCommandError as error:
        raise OptimizeError(f"git could not copy {source.repository}: {_said(error)}") from error
    (partial / "info").mkdir(exist_ok=True)
    (partial / "info" / "attributes").write_text(ATTRIBUTES)
    partial.rename(checkout.clone)
    return checkout


def publish(checkout: Checkout, source: Source, branch: str) -> None:
    """Bring the branch and the notes into the user's repository, and nothing else."""
    command = _git(source.repository, checkout.folder / "gitconfig")
    refs = [f"refs/heads/{branch}:refs/heads/{branch}"]
    if _git(checkout.clone, checkout.folder / "gitconfig").for_each_ref(NOTES_REF):
        refs.append(f"{NOTES_REF}:{NOTES_REF}")
    quiet = ["--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules", "--quiet"]
    try:
        command.fetch(*quiet, str(checkout.clone), *refs)
    except git.GitCommandError as error:
        raise OptimizeError(
            f"The verified commits could not be brought into {source.repository}: {_said(error)} "
            f"They are kept in {checkout.clone}, branch {branch}."
        ) from error


def _person(author: tuple[str, str]) -> dict[str, str]:
    name, email = author
    return {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email, "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email}


def _git(folder: Path, configuration: Path) -> git.Git:
    """git in a folder, reading our configuration file in place of the user's and the machine's."""
    _forget_caller()
    command = git.Git(str(folder))
    command.update_environment(**ENVIRONMENT, GIT_CONFIG_GLOBAL=str(configuration))
    return command


def _forget_caller() -> None:
    """Drop from our own environment what would lead git elsewhere: GitPython can add to it for a command, not take away."""
    for name in CALLERS:
        os.environ.pop(name, None)


def _said(error: git.GitCommandError) -> str:
    """What git printed, without GitPython's quotes."""
    return str(error.stderr).strip().removeprefix("stderr: '").removesuffix("'").strip()
