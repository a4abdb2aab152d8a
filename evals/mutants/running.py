"""Judges every mutant that has no row yet against the old code, where the package's own tests are gone."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from agent import verifying
from agent.checking import changed_functions, check_files
from agent.comparison import Wanted as Proved
from agent.progress import Progress
from agent.proving import described as inputs_of
from agent.proving import prove, prove_again
from agent.settings import Settings
from agent.verifying import Ground
from evals.honest.recipes import Recipe, changed_text, known_recipes
from evals.honest.running import asked
from evals.mutants.cases import CASES
from evals.mutants.equivalents import known_equivalents, reasons
from evals.mutants.making import Mutant, make_mutants
from evals.mutants.page import as_markdown
from evals.mutants.rows import Row, judged_already
from evals.mutants.summary import Summary, summarise
from evals.packages.sdists import unpacked
from evals.packages.targets import QUIET, Prepared, prepared
from evals.rows import append_row, mend, read_rows
from tools.rooms import HarnessFailed
from tools.values import Check, Outcome
from workspaces.errors import OptimizeError

ROWS, SUMMARY, PAGE = "rows.jsonl", "summary.json", "summary.md"
SUITE_SECONDS = 60.0  # of a suite of one benchmark: there are mutants that never end


@dataclass(frozen=True)
class Wanted:
    """Which mutants are judged."""

    each: int = 20  # of one change
    cases: str = "*"  # glob
    seed: int = 0
    python: str | None = None
    recipes: tuple[Recipe, ...] | None = None  # None for the chosen ones of those that come with us


@dataclass(frozen=True)
class Case:
    """A change, and its mutants with their texts."""

    recipe: Recipe
    mutants: tuple[tuple[Mutant, str], ...]


def run(folder: Path, wanted: Wanted, environment: Mapping[str, str], progress: Progress) -> Summary:
    """A row for every mutant that has none in `folder`, then the summary of all that were wanted."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    mend(folder / ROWS)
    troubles: dict[str, str] = {}
    cases = _cases(folder, wanted, environment, troubles)
    unmade = wanted.each * len(troubles)
    try:
        for case in cases:
            _judge_all(folder, case, wanted, environment, progress, troubles)
    finally:
        summary = write_summary(folder, cases, unmade, wanted.seed, troubles)
    return summary


def write_summary(folder: Path, cases: Sequence[Case], unmade: int, seed: int, troubles: Mapping[str, str]) -> Summary:
    """The summary of these mutants' rows, written beside them; `unmade` ones are wanted and could not be made."""
    mutants = [mutant for case in cases for mutant, _ in case.mutants]
    rows = judged_already(mutants, read_rows(folder / ROWS, Row), seed)
    equivalent = reasons(mutants, known_equivalents())
    summary = summarise(len(mutants) + unmade, rows, equivalent, troubles)
    (folder / SUMMARY).write_text(summary.model_dump_json(indent=1) + "\n")
    (folder / PAGE).write_text(as_markdown(summary))
    return summary


def _cases(folder: Path, wanted: Wanted, environment: Mapping[str, str], troubles: dict[str, str]) -> list[Case]:
    recipes = {one.name: one for one in (known_recipes() if wanted.recipes is None else wanted.recipes)}
    chosen = CASES if wanted.recipes is None else tuple(recipes)
    names = [name for name in chosen if fnmatchcase(name, wanted.cases)]
    if not names:
        raise OptimizeError(f"--cases {wanted.cases}: none of the changes has such a name: {', '.join(chosen)}.")
    cases = []
    for name in names:
        try:
            if name not in recipes:
                raise OptimizeError(f"There is no recipe {name}.")  # noqa: TRY301  said with the others
            cases.append(make_case(folder, recipes[name], wanted, environment))
        except OptimizeError as error:
            troubles[name] = str(error)
    return cases


def make_case(folder: Path, recipe: Recipe, wanted: Wanted, environment: Mapping[str, str]) -> Case:
    """The mutants of the functions that are new or others after the change."""
    text = changed_text(folder, recipe, environment)
    old = (unpacked(folder, recipe.before, environment) / recipe.path).read_bytes()
    names = [one.name for one in changed_functions(recipe.path, text, old)]
    return Case(recipe, tuple(make_mutants(recipe.name, text.decode(), names, wanted.each, wanted.seed)))


def _judge_all(
    folder: Path,
    case: Case,
    wanted: Wanted,
    environment: Mapping[str, str],
    progress: Progress,
    troubles: dict[str, str],
) -> None:
    known = judged_already([one for one, _ in case.mutants], read_rows(folder / ROWS, Row), wanted.seed)
    done = {row.mutant.digest for row in known}
    missing = [(one, text) for one, text in case.mutants if one.digest not in done]
    recipe = case.recipe
    progress.say(f"{recipe.name}: {len(case.mutants)} mutants, {len(missing)} still to come")
    if not missing:
        return
    settings = Settings(seed=wanted.seed, python=wanted.python, test_seconds=SUITE_SECONDS)
    try:
        tree = unpacked(folder, recipe.before, environment)
        with prepared(folder, tree, recipe.requires, recipe.sources, settings, environment) as ready:
            ground = without_tests(ready, folder, recipe)
            for mutant, text in missing:
                progress.status(f"{recipe.name}: {mutant.operator} in line {mutant.line}")
                row = judge(ready, ground, recipe, mutant, text)
                append_row(folder / ROWS, row)
                progress.say(described(row))
    except (OptimizeError, HarnessFailed) as error:
        troubles[recipe.name] = str(error)
        progress.say(f"{recipe.name}: {error}")


def without_tests(ready: Prepared, folder: Path, recipe: Recipe) -> Ground:
    """The old code with nothing but the recipe's benchmark."""
    checkout = ready.target.checkout
    gone = dict.fromkeys(path for path in checkout.files(ready.source.commit) if is_test(path))
    base = checkout.write(ready.source.commit, gone, "Without tests", ready.source.author) if gone else ready.source.commit
    wanted = asked(folder, recipe, tests=False)
    return verifying.ground(ready.target, base, wanted, ready.settings, ready.source.author, QUIET)


def is_test(path: str) -> bool:
    """True for whatever lies in a folder for tests, and for files that are called like tests."""
    name = PurePosixPath(path)
    inside = any(part.lower() in ("test", "tests") for part in name.parts[:-1])
    return inside or (name.suffix == ".py" and (name.stem.startswith("test_") or name.stem.endswith(("_test", "_tests"))))


def judge(ready: Prepared, ground: Ground, recipe: Recipe, mutant: Mutant, text: str) -> Row:
    """Every rung up to the timing: whatever passes them all would be accepted if it were fast."""
    started = time.monotonic()
    files = {recipe.path: text.encode()}
    checked = check_files(ground.limited, ground.base, files, ground.baseline, ready.source.author)
    checks, failed, reason = checked.checks, checked.failed, ""
    if checked.failed is None and checked.change is not None:
        wanted = Proved(every=False, seed=ready.settings.seed)
        proof = prove(ground.limited, checked.change, ground.baseline, wanted)
        if proof.failed is None:
            again = prove_again(ground.limited, checked.change, ground.baseline, wanted)
            proof = proof if again.failed is Outcome.UNPROVEN else again
        checks, failed = proof.checks, proof.failed
        if failed is None and proof.rounding:
            failed = Outcome.ROUNDING
            checks = (*checks, Check(rung="rounding", passed=False, detail=proof.rounding))
        if failed is None and proof.behaviour is not None:
            reason = inputs_of(proof.behaviour, proof.not_shown)
    refused = next((check for check in checks if not check.passed), None)
    return Row(
        mutant=mutant,
        seed=ready.settings.seed,
        outcome=failed,
        rung=refused.rung if refused else "",
        reason=refused.detail if refused else reason,
        seconds=time.monotonic() - started,
    )


def described(row: Row) -> str:
    """One mutant in a line."""
    one = row.mutant
    result = f"{row.outcome} at {row.rung}" if row.outcome else "SURVIVED"
    return f"{one.case}:{one.line} {one.operator}, `{one.after}`: {result}, {row.seconds:.0f} s: {row.reason}"
