"""Compares every chosen function that has no row yet with itself: two commits that differ in a comment."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent import verifying
from agent.comparison import Change
from agent.comparison import Wanted as Proved
from agent.progress import Progress
from agent.proving import Proof, prove
from agent.settings import Settings
from agent.verifying import Ground
from evals.alarms.choosing import Chosen, choose
from evals.alarms.packages import PACKAGES, Package
from evals.alarms.page import as_markdown
from evals.alarms.rows import Row
from evals.alarms.summary import Summary, summarise
from evals.packages.sdists import Release, unpacked
from evals.packages.targets import QUIET, Prepared, prepared
from evals.rows import append_row, mend, read_rows
from tools.rooms import HarnessFailed
from tools.values import Behaviour, Function, Outcome
from workspaces.errors import OptimizeError

ROWS, CHOSEN, SUMMARY, PAGE = "rows.jsonl", "chosen.jsonl", "summary.json", "summary.md"
NOTHING_CHANGES = b"# nothing changes\n"


@dataclass(frozen=True)
class Wanted:
    """How many functions are compared, and by which lot they are chosen."""

    functions: int = 200
    seed: int = 0
    python: str | None = None
    packages: tuple[Package, ...] = PACKAGES


def run(folder: Path, wanted: Wanted, environment: Mapping[str, str], progress: Progress) -> Summary:
    """Package by package until there are as many rows as wanted, then the summary of these."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for file in (ROWS, CHOSEN):
        mend(folder / file)
    try:
        for package in wanted.packages:
            still = wanted.functions - len(_kept(folder, wanted))
            if still <= 0:
                break
            _complete(folder, package, still, wanted, environment, progress)
    finally:
        summary = write_summary(folder, wanted)
    return summary


def write_summary(folder: Path, wanted: Wanted) -> Summary:
    """The summary of the wanted rows in `folder`, written beside them as JSON and Markdown."""
    chosen = _choices(folder, wanted)
    unusable = {one.release.id: one.trouble for one in chosen.values() if one.trouble}
    summary = summarise(wanted.functions, _kept(folder, wanted), unusable)
    (folder / SUMMARY).write_text(summary.model_dump_json(indent=1) + "\n")
    (folder / PAGE).write_text(as_markdown(summary))
    return summary


def _choices(folder: Path, wanted: Wanted) -> dict[Release, Chosen]:
    return {one.release: one for one in read_rows(folder / CHOSEN, Chosen) if one.seed == wanted.seed}


def _kept(folder: Path, wanted: Wanted) -> list[Row]:
    """As many rows as wanted, in the order of the packages and of what was chosen."""
    known = {row.key: row for row in read_rows(folder / ROWS, Row)}
    chosen = _choices(folder, wanted)
    found = [
        known.get((package.release.id, one.id, wanted.seed))
        for package in wanted.packages
        if package.release in chosen
        for one in chosen[package.release].functions
    ]
    return [row for row in found if row is not None][: wanted.functions]


def _complete(
    folder: Path, package: Package, still: int, wanted: Wanted, environment: Mapping[str, str], progress: Progress
) -> None:
    """The rows of a package that are missing, at most as many as are still wanted; a package that fails is left out."""
    known = {row.key for row in read_rows(folder / ROWS, Row)}
    choice = _choices(folder, wanted).get(package.release)
    if choice is not None and not choice.trouble and not _missing(choice, known):
        return
    release = package.release
    progress.status(f"{release.id}: preparing")
    try:
        tree = unpacked(folder, release, environment)
        settings = Settings(seed=wanted.seed, python=wanted.python)
        with prepared(folder, tree, package.requires, (), settings, environment) as ready:
            ground = verifying.ground(
                ready.target, ready.source.commit, verifying.Asked(), ready.settings, ready.source.author, QUIET
            )
            if choice is None or choice.trouble:
                functions = choose(ready.target, ready.source.commit, ground.baseline, wanted.seed, release)
                choice = Chosen(release=release, seed=wanted.seed, functions=functions)
                append_row(folder / CHOSEN, choice)
            progress.say(f"{release.id}: {len(ground.baseline.outcomes)} tests, {len(choice.functions)} functions chosen")
            for one in _missing(choice, known)[:still]:
                progress.status(f"{release.id}: {one.id}")
                row = compare(ready, ground, one, release, wanted.seed)
                append_row(folder / ROWS, row)
                progress.say(described(row))
    except OptimizeError as error:
        progress.say(f"{release.id} is left out: {error}")
        if choice is None or choice.trouble:
            append_row(folder / CHOSEN, Chosen(release=release, seed=wanted.seed, functions=(), trouble=str(error)))


def _missing(choice: Chosen, known: set[tuple[str, str, int]]) -> Sequence[Function]:
    return [one for one in choice.functions if (choice.release.id, one.id, choice.seed) not in known]


def compare(ready: Prepared, ground: Ground, function: Function, release: Release, seed: int) -> Row:
    """One function against itself, by the very call that compares it with a candidate's."""
    started = time.monotonic()
    checkout = ready.target.checkout
    old = checkout.read(ground.base, function.path)
    new = old + (b"" if old.endswith(b"\n") else b"\n") + NOTHING_CHANGES
    commit = checkout.write(ground.base, {function.path: new}, "Nothing", ready.source.author)
    change = Change(ground.base, commit, {function.path: (old, new)}, (function,))
    try:
        proof = prove(ground.limited, change, ground.baseline, Proved(every=True, seed=seed))
    except (HarnessFailed, OptimizeError) as error:
        return Row(
            release=release, function=function, seed=seed, alarm="", why=str(error), seconds=time.monotonic() - started
        )
    return as_row(proof, release, function, seed, time.monotonic() - started)


def as_row(proof: Proof, release: Release, function: Function, seed: int, seconds: float) -> Row:
    """What a proof says of code that was not changed; results that differ in their last digits are an alarm too."""
    behaviour = proof.behaviour or Behaviour()
    failing = next((check.detail for check in proof.checks if not check.passed), "")
    broken = proof.failed is not None and proof.failed is not Outcome.UNPROVEN
    return Row(
        release=release,
        function=function,
        seed=seed,
        alarm=failing if broken else proof.rounding,
        why=failing if proof.failed is Outcome.UNPROVEN else "",
        compared=behaviour.compared,
        returned=behaviour.returned,
        unrepeatable=behaviour.unrepeatable,
        incomparable=behaviour.incomparable,
        lost=behaviour.lost,
        trouble=behaviour.trouble,
        notes=behaviour.notes,
        seconds=seconds,
    )


def described(row: Row) -> str:
    """One comparison in a line."""
    found = f"{row.release.id} {row.function.id}: {row.said}, {row.returned} of {row.compared} inputs return"
    return ": ".join(filter(None, (f"{found}, {row.seconds:.1f} s", row.alarm or row.why)))
