"""The dear rungs of correctness: old and new code do the same wherever they were called, and what changed did run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from agent import through
from agent.comparison import Change, Comparison, Wanted, companions_of, comparison
from agent.judging import rounded
from agent.station import some
from tools.differential import Compared
from tools.executed import Executed, changed_names, executed, lines, ways
from tools.rooms import HarnessFailed, Target
from tools.testing import PROVING, CollectionFailed, run_tests
from tools.values import Baseline, Behaviour, Check, Function, Outcome, Verdict

MOST_FUNCTIONS = 40  # compared by themselves
CLOSER = 4.0  # times as long a search, for what would be accepted
LEAST_COMPARABLE = 0.5  # share of the inputs


@dataclass(frozen=True)
class Proof:
    """What was shown."""

    checks: tuple[Check, ...]
    failed: Outcome | None
    behaviour: Behaviour | None = None
    rounding: str = ""  # the largest difference, where results differ by rounding only
    not_shown: tuple[Function, ...] = ()  # changed functions that nothing shows to be right


Proving = Callable[[Target, Change, Baseline, Wanted], Proof]


def prove(target: Target, change: Change, baseline: Baseline, wanted: Wanted) -> Proof:
    """Compare old and new code on recorded and made-up calls, and look whether every changed statement ran."""
    entries = change.functions[:MOST_FUNCTIONS]
    companions = companions_of(entries, change)
    case = comparison(target, change, baseline, wanted, entries, companions)
    found = case.of(entries, companions=companions)
    if found.difference:
        found = through.helpers(case, found, entries)
    lonely = [one for one in entries if not found.proven.get(one.id)]
    if not found.difference and lonely:
        found = through.lonely_ones(case, found, lonely)
    return _concluded(case, found)


def prove_again(target: Target, change: Change, baseline: Baseline, wanted: Wanted) -> Proof:
    """The same with a longer search and other random numbers, for what is right and fast so far: few changes come here."""
    return prove(
        target, change, baseline, replace(wanted, seed=wanted.seed + 1, search_seconds=CLOSER * wanted.search_seconds)
    )


def seen_closer(verdict: Verdict, proof: Proof) -> Verdict:
    """An accepted verdict after the longer search, which may take it back; that statements ran was shown before."""
    found = tuple(check for check in proof.checks if check.passed or check.rung != "executed")
    rungs = {check.rung for check in found}
    checks = (*(check for check in verdict.checks if check.rung not in rungs), *found)
    refused = next((check for check in found if not check.passed), None)
    if refused is not None:
        verdict = verdict.model_copy(update={"outcome": proof.failed, "reason": refused.detail})
    elif proof.rounding:
        verdict = rounded(verdict, proof.rounding)
    elif proof.behaviour is not None and verdict.behaviour is not None:
        counted = {"statements": verdict.behaviour.statements, "branches": verdict.behaviour.branches}
        excused = {"excused": verdict.behaviour.excused}
        verdict = verdict.model_copy(update={"behaviour": proof.behaviour.model_copy(update={**counted, **excused})})
    return verdict.model_copy(update={"checks": checks})


def _concluded(case: Comparison, found: Compared) -> Proof:
    change, behaviour = case.change, found.behaviour
    if found.difference:
        check = Check(rung="behaviour", passed=False, detail=found.difference)
        return Proof((check,), Outcome.BROKEN, behaviour)
    missing = tuple(one for one in change.functions if not found.proven.get(one.id))
    shown = len(missing) < len(change.functions)
    unclear = behaviour.incomparable + behaviour.unrepeatable
    if (missing and case.wanted.every) or not shown:
        why = behaviour.trouble or _why_not(behaviour)
        detail = f"old and new code could not be compared on {some([one.name for one in missing])}: {why}"
        return Proof((Check(rung="behaviour", passed=False, detail=detail),), Outcome.UNPROVEN, behaviour)
    if unclear > LEAST_COMPARABLE * (unclear + behaviour.compared):
        detail = (
            f"on {unclear} of {unclear + behaviour.compared} inputs nobody can tell whether old and new code do the same"
        )
        return Proof((Check(rung="behaviour", passed=False, detail=detail),), Outcome.UNPROVEN, behaviour)
    result, behaviour = _executed(case, found, {one.name for one in missing})
    checks = (Check(rung="behaviour", passed=True, detail=described(behaviour, missing)), result)
    failed = None if result.passed else Outcome.UNPROVEN
    return Proof(checks, failed, behaviour, found.rounding, missing)


def described(behaviour: Behaviour, not_shown: Sequence[Function] = ()) -> str:
    """On how many inputs of which kind old and new code did the same."""
    kinds = ", ".join(f"{count} {origin}" for origin, count in sorted(behaviour.origins.items(), key=lambda one: -one[1]))
    said = (
        f"old and new code do the same on {behaviour.compared} inputs ({kinds}), each called up to three times in two orders"
    )
    more = [
        f"{behaviour.unrepeatable} left out on which the old code differs from itself" if behaviour.unrepeatable else "",
        f"{behaviour.incomparable} left out that cannot be compared" if behaviour.incomparable else "",
        f"{behaviour.lost} recorded calls cannot be made again" if behaviour.lost else "",
        f"NOT SHOWN to be right: {some([one.name for one in not_shown])}" if not_shown else "",
    ]
    return "; ".join([said, *filter(None, more), *behaviour.notes[:2]])


def _why_not(behaviour: Behaviour) -> str:
    if behaviour.unrepeatable:
        return f"the old code differs from itself on {behaviour.unrepeatable} inputs"
    if behaviour.incomparable:
        return f"results on {behaviour.incomparable} inputs cannot be compared"
    return (
        "no call was recorded and no input could be made up: add a test or a benchmark that calls it, an example to its "
        "docstring, or annotations"
    )


def _executed(case: Comparison, found: Compared, not_shown: set[str]) -> tuple[Check, Behaviour]:
    """The rung "executed", and the behaviour with what was counted for it.

    Statements of functions that are named as not shown are not asked for.
    """
    change = case.change
    results = _counted(change, found)
    if any(one.missing or one.excused for one in results.values()) and case.nodes:
        found = _with_tests(case, found)
        results = _counted(change, found)
    changed = sum(one.changed for one in results.values())
    ran = sum(one.ran for one in results.values())
    branches = [
        ways(new, changed_names(old, new), found.ran_new.get(path, frozenset())) for path, (old, new) in change.texts.items()
    ]
    excused = tuple(f"{path}:{one.first}" for path, some_ in results.items() for one in some_.excused)
    behaviour = found.behaviour.model_copy(
        update={
            "statements": (ran, changed),
            "branches": (sum(taken for taken, _ in branches), sum(every for _, every in branches)),
            "excused": excused,
        }
    )
    missing = [(path, one) for path, some_ in results.items() for one in some_.missing if one.branch[0] not in not_shown]
    if missing:
        path, one = missing[0]
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        detail = (
            f"no test and no input executes {path}:{one.first} `{one.text[:80]}`{more}, so nothing shows that it is right"
        )
        return Check(rung="executed", passed=False, detail=detail), behaviour
    unseen = f"; not executed, as before the change: {some(excused)}" if excused else ""
    taken, every = behaviour.branches
    detail = f"{ran} of {changed} changed statements ran, {taken} of {every} ways out of conditions and loops{unseen}"
    return Check(rung="executed", passed=True, detail=detail), behaviour


def _counted(change: Change, found: Compared) -> dict[str, Executed]:
    empty: frozenset[tuple[int, int]] = frozenset()
    return {
        path: executed(old, new, lines(found.ran_old.get(path, empty)), lines(found.ran_new.get(path, empty)))
        for path, (old, new) in change.texts.items()
    }


def _with_tests(case: Comparison, found: Compared) -> Compared:
    """What the tests of the changed functions execute on top, on both sides."""
    change, ran = case.change, []
    for commit, known in ((change.old, found.ran_old), (change.new, found.ran_new)):
        steps = {path: set(some_) for path, some_ in known.items()}
        try:
            run = run_tests(case.target, commit, case.nodes, coverage=True, hash_seed=1, added=case.baseline.added)
        except (CollectionFailed, HarnessFailed):
            return found
        passed = {node for node, outcome in run.outcomes.items() if outcome in PROVING}
        for path in change.texts:
            for line, contexts in run.lines.get(path, {}).items():
                # what runs while a module is imported belongs to no test
                if passed & set(contexts) or (passed and "" in contexts):
                    steps.setdefault(path, set()).add((0, line))
        ran.append({path: frozenset(some_) for path, some_ in steps.items()})
    return replace(found, ran_old=ran[0], ran_new=ran[1])
