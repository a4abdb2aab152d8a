"""What one run of the tests says of a candidate: whose code ran, what it tried on the side, and how the tests ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.attempts import beyond, outcome_of, sentence
from tools.origin import check_elsewhere, check_origin
from tools.rooms import HarnessFailed, Target
from tools.testing import CollectionFailed, TestRun, compare_run, must_still_run, not_run, run_tests
from tools.values import Attempt, Baseline, Check, Outcome


@dataclass(frozen=True)
class Examined:
    """The rungs that were reached, in order; the last one failed if `failed` says how."""

    checks: tuple[Check, ...]
    failed: Outcome | None = None


def examine(
    target: Target, base: str, candidate: str, baseline: Baseline, changed: Sequence[str], nodes: Sequence[str] = ()
) -> Examined:
    """The rungs origin, attempts and tests of a candidate in which the files `changed` are others.

    `nodes` empty = the whole suite.
    """
    try:
        run = run_tests(target, candidate, nodes, hash_seed=1, added=baseline.added, changed=changed)
    except (CollectionFailed, HarnessFailed) as error:
        unchanged = must_still_run(target, base, nodes, baseline)
        new = beyond((*baseline.attempts, *unchanged.attempts), error.attempts)
        tests = not_run(error)
        return _refused((), new, f"; {tests.detail}") if new else Examined((tests,), Outcome.BROKEN)
    origin = check_elsewhere(run.elsewhere) or check_origin(target, candidate, changed, run.loaded, run.rewritten)
    if not origin.passed:
        return Examined((origin,), Outcome.CHEATING)
    new = _new_attempts(target, base, baseline, nodes, run)
    if new:
        return _refused((origin,), new, "")
    tests = compare_run(target, base, candidate, baseline, nodes, run)
    attempts = Check(
        rung="attempts", passed=True, detail="the tests tried nothing that they do not try with the unchanged code"
    )
    return Examined((origin, attempts, tests), None if tests.passed else Outcome.BROKEN)


def _new_attempts(target: Target, base: str, baseline: Baseline, nodes: Sequence[str], run: TestRun) -> tuple[Attempt, ...]:
    """What the candidate tried and the unchanged code does not, in the same tests, run once more to be sure of it."""
    new = beyond(baseline.attempts, run.attempts)
    return beyond(must_still_run(target, base, nodes, baseline).attempts, new) if new else ()


def _refused(before: tuple[Check, ...], new: Sequence[Attempt], more: str) -> Examined:
    detail = f"it {sentence(new)}, which the unchanged code does not{more}"
    return Examined((*before, Check(rung="attempts", passed=False, detail=detail)), outcome_of(new))
