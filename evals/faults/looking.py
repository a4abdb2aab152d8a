"""What a run has left: in the user's repository, in our folders, among the processes."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import git

from agent.runs import KEPT
from evals.faults.trials import Outcome
from workspaces.checkout import CLONE_LOCKS, NOTES_REF, OWN_CONFIGURATION, git_in
from workspaces.holding import is_held

OURS = (
    ".git/objects/",
    ".git/refs/heads/optimize/",
    ".git/refs/notes/",
    ".git/logs/refs/heads/optimize/",
    ".git/logs/refs/notes/",
)
PROC = Path("/proc")
PATIENCE_SECONDS = 10.0


def outcome_of(repository: Path, report: dict[str, Any]) -> Outcome:  # Any: JSON
    """The outcome of a run that has ended."""
    command = git_in(repository, OWN_CONFIGURATION)
    end = report["branch"] or "HEAD"
    listed = str(command.log("--reverse", "--format=%H %s", f"{report['start']}..{end}")).splitlines()
    judged = [(one["title"], "faster") for one in report["commits"]]
    judged += [(one["title"], one["outcome"]) for one in report["rejected"]]
    return Outcome(
        edits=tuple((_lines_of(command, line.split(" ", 1)[0]), line.split(" ", 1)[1]) for line in listed),
        tree=str(command.rev_parse(f"{end}^{{tree}}")),
        verdicts=tuple(sorted(": ".join(one) for one in judged)),
        tokens=report["tokens"],
    )


def _lines_of(command: git.Git, commit: str) -> str:
    """Digest of the lines that a commit takes away and adds: the same edit on another base has it too."""
    shown = str(command.show("--format=", "--unified=0", "--no-color", "--no-ext-diff", commit)).splitlines()
    return hashlib.sha256("\n".join(line for line in shown if line.startswith(("+", "-"))).encode()).hexdigest()


def evidence_trouble(repository: Path, report: dict[str, Any]) -> Iterator[str]:  # Any: JSON
    """What is wrong with branches and notes: one branch, and a whole note for each of its commits and nothing else."""
    command = git_in(repository, OWN_CONFIGURATION)
    branches = str(command.for_each_ref("--format=%(refname:short)", "refs/heads/optimize")).split()
    if branches != [report["branch"]]:
        yield f"branches are {branches}"
        return
    commits = set(str(command.rev_list(f"{report['start']}..{report['branch']}")).split())
    noted = {line.split()[1] for line in str(command.notes("--ref", NOTES_REF, "list")).splitlines()}
    if commits != noted:
        yield f"{len(commits)} commits, and notes for {len(commits & noted)} of them and {len(noted - commits)} others"
    for commit in commits & noted:
        digest = json.loads(str(command.notes("--ref", NOTES_REF, "show", commit)))["digest"]
        if f"Evidence: {digest}" not in str(command.log("-1", "--format=%B", commit)).splitlines():
            yield f"the note of {commit[:10]} is not the one that it names"
    try:
        command.fsck("--strict", "--no-dangling")
    except git.GitCommandError as error:
        yield f"git fsck: {error.stderr}"


def bytes_of(repository: Path) -> dict[str, str]:
    """Digest of each file of the user's that a run must leave alone."""
    found = {path.relative_to(repository).as_posix(): path for path in sorted(repository.rglob("*")) if path.is_file()}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items() if not name.startswith(OURS)}


def files_left(state: Path, temporary: Path, cache: Path) -> Iterator[str]:
    """Files that should be gone after the end of a run, and locks that somebody still has."""
    for path in [*temporary.iterdir(), *(state / "verispeed" / "temporary").glob("*")]:
        yield f"{path} is left"
    for run in (state / "verispeed" / "runs").glob("*"):
        yield from (f"{path} is left" for path in run.iterdir() if path.name not in KEPT)
        yield from (f"{path} is left" for pattern in CLONE_LOCKS for path in run.glob(pattern))
        yield from (f"{path} is left" for path in run.rglob("*.partial"))
    for folder in (cache / "verispeed").glob("*/*"):
        if folder.is_dir() and not (folder / ".complete").exists():
            yield f"{folder} is half made"
    yield from (f"{path} is held" for path in [*state.rglob("*.lock"), *cache.glob("verispeed/*/*.lock")] if is_held(path))


def processes_left(folder: Path, wait: float = PATIENCE_SECONDS) -> list[str]:
    """Command lines of processes that have to do with a folder, after they had some time to end."""
    deadline = time.monotonic() + wait
    while (found := list(_processes(str(folder)))) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def _processes(folder: str) -> Iterator[str]:
    """By environment and command line, which the sandbox takes away, or by what is mounted, which it cannot."""
    for process in PROC.iterdir():
        if process.name.isdigit():
            try:
                shown = [(process / name).read_bytes() for name in ("environ", "cmdline", "mountinfo")]
            except OSError:  # it has ended
                continue
            if any(folder.encode() in text for text in shown):
                yield shown[1].replace(b"\0", b" ").decode("utf-8", "replace").strip() or f"process {process.name}"
