"""Asks the judge of `optimize verify` about every recipe that has no verdict yet."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent import verifying
from agent.progress import Progress
from agent.settings import Settings
from agent.verifying import OWN_FOLDER, Asked
from evals.honest.page import as_markdown
from evals.honest.recipes import Recipe, changed_text, known_recipes, matching
from evals.honest.rows import Row, judged_already, not_judged
from evals.honest.summary import Summary, summarise
from evals.packages.sdists import unpacked
from evals.packages.targets import QUIET, Prepared, prepared
from evals.rows import append_row, mend, read_rows
from tools.values import Verdict
from workspaces.changes import Change
from workspaces.errors import OptimizeError
from workspaces.writing import write_whole

ROWS, SUMMARY, PAGE = "rows.jsonl", "summary.json", "summary.md"


@dataclass(frozen=True)
class Wanted:
    """Which changes are judged."""

    only: tuple[str, ...] = ()  # globs for names, packages or kinds; empty for all
    seed: int = 0
    python: str | None = None
    recipes: tuple[Recipe, ...] | None = None  # None for those that come with us


def run(folder: Path, wanted: Wanted, environment: Mapping[str, str], progress: Progress) -> Summary:
    """Every wanted verdict that `folder` does not hold yet, then the summary of all that were wanted."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    mend(folder / ROWS)
    recipes = matching(wanted.only, known_recipes() if wanted.recipes is None else wanted.recipes)
    if not recipes:
        raise OptimizeError(f"--only {' '.join(wanted.only)}: no recipe, package or kind has such a name.")
    known = {row.recipe.name for row in judged_already(recipes, read_rows(folder / ROWS, Row), wanted.seed)}
    missing = [one for one in recipes if one.name not in known]
    progress.say(f"{len(recipes)} changes wanted, {len(missing)} still to come")
    try:
        for number, recipe in enumerate(missing, start=1):
            progress.status(f"{number} of {len(missing)}: {recipe.name}")
            row = judge(folder, recipe, wanted, environment)
            append_row(folder / ROWS, row)
            progress.say(f"{number} of {len(missing)}: {described(row)}")
    finally:
        summary = write_summary(folder, recipes, wanted.seed)
    return summary


def write_summary(folder: Path, recipes: Sequence[Recipe], seed: int) -> Summary:
    """The summary of these recipes' rows in `folder`, written beside them as JSON and Markdown."""
    rows = read_rows(folder / ROWS, Row)
    summary = summarise(recipes, judged_already(recipes, rows, seed), not_judged(recipes, rows, seed))
    (folder / SUMMARY).write_text(summary.model_dump_json(indent=1) + "\n")
    (folder / PAGE).write_text(as_markdown(summary))
    return summary


def judge(folder: Path, recipe: Recipe, wanted: Wanted, environment: Mapping[str, str]) -> Row:
    """One verdict, by the very call behind `optimize verify --benchmark`."""
    started = time.monotonic()
    settings = Settings(seed=wanted.seed, python=wanted.python)
    try:
        text = changed_text(folder, recipe, environment)
        tree = unpacked(folder, recipe.before, environment)
        with prepared(folder, tree, recipe.requires, recipe.sources, settings, environment) as ready:
            verdict = _verdict(ready, recipe, text, asked(folder, recipe))
    except OptimizeError as error:
        seconds = time.monotonic() - started
        return Row(recipe=recipe, seed=wanted.seed, outcome=None, rung="", reason=str(error), seconds=seconds)
    return Row(
        recipe=recipe,
        seed=wanted.seed,
        outcome=verdict.outcome,
        rung=next((check.rung for check in verdict.checks if not check.passed), ""),
        reason=verdict.reason,
        figure=verdict.measurements[0].figure if verdict.measurements else None,
        compared=verdict.behaviour.compared if verdict.behaviour else 0,
        seconds=time.monotonic() - started,
    )


def asked(folder: Path, recipe: Recipe, *, tests: bool = True) -> Asked:
    """By the recipe's benchmark, in a file of its own, and by its tests, if it has some and `tests` wants them."""
    file = folder / "benchmarks" / f"{recipe.name}.py"
    write_whole(file, recipe.benchmark)
    # a folder in which pytest finds nothing by itself: the suite is then what is added to it, the benchmark
    suite = recipe.tests if tests and recipe.tests else (OWN_FOLDER,)
    return Asked(benchmarks=(str(file),), tests=suite)


def _verdict(ready: Prepared, recipe: Recipe, text: bytes, wanted: Asked) -> Verdict:
    change = Change(ready.source.commit, recipe.name, "", {recipe.path: text}, ())
    return verifying.judge(ready.target, change, wanted, ready.settings, ready.source.author, QUIET).verdict


def described(row: Row) -> str:
    """One verdict in a line."""
    return f"{row.recipe.name}: {row.said}, {row.seconds:.0f} s: {row.reason}"
