"""The rungs of correctness, cheap ones first; the first that fails is the verdict."""

from __future__ import annotations

from dataclasses import dataclass

from tools.editing import UnapplicableEdit, apply_edits
from tools.rooms import Target
from tools.source import functions, syntax_error
from tools.testing import GOOD, check_tests
from tools.values import Baseline, Candidate, Check, Outcome
from tools.workload import is_source

LONG_SUITE_SECONDS = 5.0  # from here on the tests that run the function go first, alone


@dataclass(frozen=True)
class Checked:
    """How far a candidate came."""

    checks: tuple[Check, ...]
    failed: Outcome | None  # None if it passed all rungs
    commit: str = ""


def check(target: Target, base: str, candidate: Candidate, baseline: Baseline, author: tuple[str, str]) -> Checked:
    """Apply the candidate to its base and climb the ladder."""
    path = candidate.hotspot.path
    old = {path: target.checkout.read(base, path)}
    scope = _scope(candidate)
    if not scope.passed:
        return Checked((scope,), Outcome.BROKEN)
    try:
        new = apply_edits(old, candidate.edits, allowed=(path,))
    except UnapplicableEdit as error:
        return Checked((scope, Check(rung="apply", passed=False, detail=str(error))), Outcome.UNAPPLICABLE)
    if not new or new == old:
        return Checked((scope, Check(rung="apply", passed=False, detail="the edit changes nothing")), Outcome.UNAPPLICABLE)
    checks = [scope, _surface(path, old[path], new[path])]
    if not checks[-1].passed:
        return Checked(tuple(checks), Outcome.BROKEN)
    nodes = [node for node in baseline.running.get(candidate.hotspot.id, ()) if baseline.outcomes.get(node) in GOOD]
    checks.append(_executed(candidate, nodes))
    if not checks[-1].passed:
        return Checked(tuple(checks), Outcome.UNPROVEN)
    commit = target.checkout.write(base, new, f"Candidate {candidate.id}", author)
    if baseline.seconds > LONG_SUITE_SECONDS:
        checks.append(check_tests(target, base, commit, baseline, nodes))
    if checks[-1].passed:
        checks.append(check_tests(target, base, commit, baseline))
    return Checked(tuple(checks), None if checks[-1].passed else Outcome.BROKEN, commit)


def _scope(candidate: Candidate) -> Check:
    outside = [edit.path for edit in candidate.edits if edit.path != candidate.hotspot.path or not is_source(edit.path)]
    if outside:
        return Check(rung="scope", passed=False, detail=f"it edits {outside[0]}; only {candidate.hotspot.path} may change")
    return Check(rung="scope", passed=True, detail=f"only {candidate.hotspot.path} changes")


def _surface(path: str, old: bytes, new: bytes) -> Check:
    line = syntax_error(new)
    if line is not None and syntax_error(old) is None:
        return Check(rung="surface", passed=False, detail=f"{path}:{line}: syntax error")
    before = {function.name for function in functions(path, old) if "<locals>" not in function.name}
    gone = before - {function.name for function in functions(path, new)}
    if gone:
        return Check(rung="surface", passed=False, detail=f"{', '.join(sorted(gone))} is gone")
    return Check(rung="surface", passed=True, detail="it parses and no function is gone")


def _executed(candidate: Candidate, nodes: list[str]) -> Check:
    if not nodes:
        detail = f"no passing test executes {candidate.hotspot.name}, so nothing shows that the edit is right"
        return Check(rung="executed", passed=False, detail=detail)
    return Check(rung="executed", passed=True, detail=f"{len(nodes)} passing tests execute {candidate.hotspot.name}")
