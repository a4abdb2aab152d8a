"""Asks the judge for every verdict that is missing, and writes down what they say together."""

from __future__ import annotations

import math
import os
import platform
import random
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from agent.interrupting import interruptible
from agent.progress import Progress
from evals.judging.cases import Load, Part, Task, plan
from evals.judging.competing import competition
from evals.judging.page import as_markdown
from evals.judging.picture import as_svg
from evals.judging.rows import Row, missing
from evals.judging.subject import Subject, open_subject
from evals.judging.summary import ALPHA, LIMIT_SECONDS, MIN_GAIN, Summary, summarise
from evals.rows import append_row, mend, read_rows
from tools.benchmarking import BenchmarkFailed, measure
from tools.values import Benchmark, BenchmarkKind, Outcome

ROWS, SUMMARY, PAGE, PICTURE = "rows.jsonl", "summary.json", "summary.md", "judging.svg"


@dataclass(frozen=True)
class Wanted:
    """Which verdicts are asked for."""

    parts: tuple[Part, ...] = tuple(Part)
    loads: tuple[Load, ...] = tuple(Load)
    verdicts: int | None = None  # per load of identical code, and per true effect; None for what the goals speak of
    only: str = "*"
    seed: int = 0
    python: str | None = None


def run(folder: Path, wanted: Wanted, environment: Mapping[str, str], progress: Progress) -> Summary:
    """Every wanted verdict that `folder` does not hold yet, then the summary of all that it holds."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    mend(folder / ROWS)
    tasks = list(plan(wanted.parts, wanted.loads, wanted.verdicts, wanted.only))
    open_tasks = missing(tasks, read_rows(folder / ROWS, Row), wanted.seed)
    progress.say(f"{len(tasks)} verdicts wanted, {len(open_tasks)} still to come")
    try:
        if open_tasks:
            _ask(folder, open_tasks, wanted, environment, progress)
    finally:
        summary = write_summary(folder)
    return summary


def write_summary(folder: Path) -> Summary:
    """The summary of the rows in `folder`, written beside them as JSON, Markdown and a picture."""
    summary = summarise(read_rows(folder / ROWS, Row))
    (folder / SUMMARY).write_text(summary.model_dump_json(indent=1) + "\n")
    (folder / PAGE).write_text(as_markdown(summary))
    (folder / PICTURE).write_text(as_svg(summary))
    return summary


def judge(subject: Subject, task: Task, seed: int, machine: str) -> Row:
    """One verdict, by the very call with which the loop confirms its first candidate."""
    started, average = time.monotonic(), os.getloadavg()[0]
    ends: list[float] = []
    benchmark = Benchmark(kind=BenchmarkKind.PYTEST, id=task.case.node)
    measurement, failure = None, ""
    try:
        measurement = measure(
            subject.target,
            subject.sides(task.case),
            benchmark,
            alpha=ALPHA,
            min_gain=MIN_GAIN,
            random_source=random.Random(f"{seed} {' '.join(task.key)}"),  # noqa: S311  no secret
            max_seconds=LIMIT_SECONDS if task.part is Part.AA else math.inf,
            on_pair=lambda _: ends.append(time.monotonic()),
        )
        outcome = measurement.outcome
    except BenchmarkFailed as error:
        outcome = Outcome.BROKEN if error.side == "candidate" else Outcome.UNDECIDED
        failure = f"{error.side}: {error}"
    return Row(
        task=task,
        seed=seed,
        outcome=outcome,
        measurement=measurement,
        failure=failure,
        wall_seconds=seconds_of_pairs(ends) or time.monotonic() - started,
        load_average=average,
        machine=machine,
    )


def seconds_of_pairs(ends: Sequence[float]) -> float | None:
    """Wall time of all pairs, from the moments at which each was over; None for fewer than two.

    The first counts as much as the others on average: before it, somebody else's verdict may have held the core.
    """
    return (ends[-1] - ends[0]) * len(ends) / (len(ends) - 1) if len(ends) > 1 else None


def _ask(folder: Path, tasks: Sequence[Task], wanted: Wanted, environment: Mapping[str, str], progress: Progress) -> None:
    progress.status("making the repository that is judged, and its Python")
    subject = open_subject(folder, wanted.python, environment)
    machine = fingerprint(subject)
    progress.say(f"python: {subject.target.interpreter.description}; sandbox: {subject.target.sandbox.notice}")
    done = 0
    with interruptible(subject.target.stop):
        try:
            for load, same in groupby(tasks, key=lambda task: task.load):
                with competition(load):
                    for task in same:
                        done += 1
                        progress.status(f"{done} of {len(tasks)}: {task.part} {load} {task.case.name}")
                        row = judge(subject, task, wanted.seed, machine)
                        append_row(folder / ROWS, row)
                        progress.say(f"{done} of {len(tasks)}: {described(row)}")
        finally:
            shutil.rmtree(folder / "run" / "scratch", ignore_errors=True)


def described(row: Row) -> str:
    """One verdict in a line."""
    task = row.task
    figure = f" {row.measurement.figure.speedup:.3f}x by {row.clock} time" if row.measurement else f" ({row.failure})"
    return (
        f"{task.load} {task.case.name} #{task.number}: {row.outcome}{figure}, {len(row.pairs)} pairs, "
        f"{row.measuring_seconds:.2f} s of measuring, {row.wall_seconds:.1f} s"
    )


def fingerprint(subject: Subject) -> str:
    """What figures depend on: cores, processor, Python."""
    interpreter = subject.target.interpreter
    version = ".".join(map(str, interpreter.version))
    return f"{os.cpu_count()} cores, {_processor()}, {interpreter.implementation} {version}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()
