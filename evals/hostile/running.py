"""Asks the judge of `optimize verify` about every candidate of the catalogue that has no verdict yet."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import git
from rich.console import Console

from agent import running, verifying
from agent.interrupting import interruptible
from agent.progress import Progress
from agent.runs import RunRecord
from agent.settings import Settings
from evals.hostile.catalogue import matching
from evals.hostile.entries import Entry
from evals.hostile.mill import FILES
from evals.hostile.page import as_markdown
from evals.hostile.rows import Row, judged_already
from evals.hostile.summary import Summary, summarise
from evals.rows import append_row, mend, read_rows
from tools.rooms import Target
from workspaces.changes import Change
from workspaces.checkout import Source, find_source
from workspaces.errors import OptimizeError

ROWS, SUMMARY, PAGE = "rows.jsonl", "summary.json", "summary.md"
AUTHOR = git.Actor("Verispeed", "verispeed@localhost")


@dataclass(frozen=True)
class Wanted:
    """Which candidates are judged."""

    only: tuple[str, ...] = ()  # globs for names or families; empty for all
    seed: int = 0
    python: str | None = None


def run(folder: Path, wanted: Wanted, environment: Mapping[str, str], progress: Progress) -> Summary:
    """Every wanted verdict that `folder` does not hold yet, then the summary of all that were wanted."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    mend(folder / ROWS)
    entries = matching(wanted.only)
    if not entries:
        raise OptimizeError(f"--only {' '.join(wanted.only)}: no candidate or family has such a name.")
    known = {row.entry.name for row in judged_already(entries, read_rows(folder / ROWS, Row), wanted.seed)}
    missing = [entry for entry in entries if entry.name not in known]
    progress.say(f"{len(entries)} candidates wanted, {len(missing)} still to come")
    try:
        if missing:
            _ask(folder, missing, wanted, environment, progress)
    finally:
        summary = write_summary(folder, entries, wanted.seed)
    return summary


def write_summary(folder: Path, entries: Sequence[Entry], seed: int) -> Summary:
    """The summary of these entries' rows in `folder`, written beside them as JSON and Markdown."""
    summary = summarise(entries, judged_already(entries, read_rows(folder / ROWS, Row), seed))
    (folder / SUMMARY).write_text(summary.model_dump_json(indent=1) + "\n")
    (folder / PAGE).write_text(as_markdown(summary))
    return summary


def judge(target: Target, source: Source, entry: Entry, settings: Settings, progress: Progress) -> Row:
    """One verdict, by the very call behind `optimize verify`."""
    started = time.monotonic()
    change = Change(source.commit, entry.name, "", {entry.path: entry.text.encode()}, ())
    try:
        found = verifying.judge(target, change, verifying.Asked(), settings, source.author, progress)
    except OptimizeError as error:
        return Row(
            entry=entry,
            seed=settings.seed,
            outcome=None,
            rung="",
            reason=str(error),
            seconds=time.monotonic() - started,
        )
    verdict = found.verdict
    measurement = verdict.measurements[0] if verdict.measurements else None
    return Row(
        entry=entry,
        seed=settings.seed,
        outcome=verdict.outcome,
        rung=next((check.rung for check in verdict.checks if not check.passed), ""),
        reason=verdict.reason,
        speedup=measurement.figure.speedup if measurement else None,
        one_off_seconds=measurement.one_off_seconds if measurement else None,
        break_even=measurement.break_even if measurement else None,
        seconds=time.monotonic() - started,
    )


def make_repository(folder: Path) -> Path:
    """The mill as a git repository in `folder`, made at the first time."""
    repository, partial = folder / "target", folder / "target.partial"
    if not repository.exists():
        shutil.rmtree(partial, ignore_errors=True)  # of a run that was killed
        for path, text in FILES.items():
            (partial / path).parent.mkdir(parents=True, exist_ok=True)
            (partial / path).write_text(text)
        with git.Repo.init(partial, initial_branch="main") as made:
            made.index.add(list(FILES))
            made.index.commit("Start", author=AUTHOR, committer=AUTHOR, skip_hooks=True)
        partial.rename(repository)
    return repository


def _ask(folder: Path, missing: Sequence[Entry], wanted: Wanted, environment: Mapping[str, str], progress: Progress) -> None:
    source = find_source(make_repository(folder))
    settings = Settings(seed=wanted.seed, python=wanted.python)
    record = RunRecord("hostile", folder / "run", source, settings)
    target = running.prepare(record, environment, progress)
    quiet = Progress(Console(quiet=True))  # ours says one line a verdict
    with interruptible(target.stop):
        try:
            for number, entry in enumerate(missing, start=1):
                progress.status(f"{number} of {len(missing)}: {entry.name}")
                row = judge(target, source, entry, settings, quiet)
                append_row(folder / ROWS, row)
                progress.say(f"{number} of {len(missing)}: {described(row)}")
        finally:
            running.clean(record)


def described(row: Row) -> str:
    """One verdict in a line."""
    wrong = " (WRONG)" if row.accepted is not row.entry.honest else ""
    return f"{row.entry.name}: {row.said}{wrong}, {row.seconds:.0f} s: {row.reason}"
