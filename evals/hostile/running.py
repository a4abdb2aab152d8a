"""Asks the judge of `optimize verify` about every candidate of the catalogue that has no verdict yet."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import git
from rich.console import Console

from agent import running
from agent.checking import changed_functions
from agent.interrupting import interruptible
from agent.progress import Progress
from agent.runs import RunRecord
from agent.settings import Settings
from agent.verifying import Asked, Ground, ground, judge_on
from evals.hostile.batches import batch_files
from evals.hostile.catalogue import matching
from evals.hostile.counting import naive_speedup, smallest_seconds, tests_pass
from evals.hostile.entries import Entry
from evals.hostile.mill import FILES
from evals.hostile.page import as_markdown
from evals.hostile.rows import Row, judged_already
from evals.hostile.summary import Summary, summarise
from evals.rows import append_row, mend, read_rows
from tools.source import functions
from workspaces.changes import Change
from workspaces.checkout import Source, find_source
from workspaces.errors import OptimizeError

ROWS, SUMMARY, PAGE = "rows.jsonl", "summary.json", "summary.md"
MILL = "mill"
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


def judge(on: Ground, source: Source, entry: Entry, settings: Settings, progress: Progress, timed: dict[str, float]) -> Row:
    """One verdict, by the very call behind `optimize verify`; `timed` holds what the unchanged benchmarks take."""
    started = time.monotonic()
    change = Change(source.commit, entry.name, "", {entry.path: entry.text.encode()}, ())
    try:
        found = judge_on(on, change, Asked(), settings, source.author, progress)
    except OptimizeError as error:
        row = Row(
            entry=entry, seed=settings.seed, outcome=None, rung="", reason=str(error), seconds=time.monotonic() - started
        )
    else:
        verdict = found.verdict
        measurement = verdict.measurements[0] if verdict.measurements else None
        row = Row(
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
    return row if entry.honest else _counted(row, on, source, timed)


def _counted(row: Row, on: Ground, source: Source, timed: dict[str, float]) -> Row:
    """The row with what tests alone, and timings alone, say of the candidate."""
    entry = row.entry
    commit = on.target.checkout.write(on.base, {entry.path: entry.text.encode()}, entry.name, source.author)
    old = on.target.checkout.read(on.base, entry.path)
    changed = changed_functions(entry.path, old, entry.text.encode()) or functions(entry.path, old)
    running_it = {node for one in changed for node in on.baseline.running.get(one.id, ())}
    nodes = [node for node in on.baseline.benchmarks if node in running_it]
    missing = [node for node in nodes if node not in timed]
    if missing:
        timed.update(smallest_seconds(on.target, on.base, missing))
    naive = naive_speedup({node: timed[node] for node in nodes if node in timed}, smallest_seconds(on.target, commit, nodes))
    return row.model_copy(update={"tests_pass": tests_pass(on.target, commit, on.baseline), "naive": naive})


def make_repository(folder: Path, batch: str = MILL) -> Path:
    """The package of a batch as a git repository in `folder`, made at the first time."""
    repository, partial = folder / f"target-{batch}", folder / f"target-{batch}.partial"
    files = FILES if batch == MILL else batch_files(batch)
    if not repository.exists():
        shutil.rmtree(partial, ignore_errors=True)  # of a run that was killed
        for path, text in files.items():
            (partial / path).parent.mkdir(parents=True, exist_ok=True)
            (partial / path).write_text(text)
        with git.Repo.init(partial, initial_branch="main") as made:
            made.index.add(list(files))
            made.index.commit("Start", author=AUTHOR, committer=AUTHOR, skip_hooks=True)
        partial.rename(repository)
    return repository


def _ask(folder: Path, missing: Sequence[Entry], wanted: Wanted, environment: Mapping[str, str], progress: Progress) -> None:
    done = 0
    for batch in dict.fromkeys(entry.batch for entry in missing):
        entries = [entry for entry in missing if entry.batch == batch]
        source = find_source(make_repository(folder, batch))
        settings = Settings(seed=wanted.seed, python=wanted.python)
        record = RunRecord(f"hostile {batch}", folder / f"run-{batch}", source, settings)
        target = running.prepare(record, environment, progress)
        quiet = Progress(Console(quiet=True))  # ours says one line a verdict
        timed: dict[str, float] = {}
        with interruptible(target.stop):
            try:
                on = ground(target, source.commit, Asked(), settings, source.author, quiet)
                for number, entry in enumerate(entries, start=done + 1):
                    progress.status(f"{number} of {len(missing)}: {entry.name}")
                    row = judge(on, source, entry, settings, quiet, timed)
                    append_row(folder / ROWS, row)
                    progress.say(f"{number} of {len(missing)}: {described(row)}")
            finally:
                running.clean(record)
        done += len(entries)


def described(row: Row) -> str:
    """One verdict in a line."""
    wrong = " (WRONG)" if row.accepted is not row.entry.honest else ""
    return f"{row.entry.name}: {row.said}{wrong}, {row.seconds:.0f} s: {row.reason}"
