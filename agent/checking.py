"""The rungs of correctness, cheap ones first; the first that fails is the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.editing import UnapplicableEdit, apply_edits
from tools.remembering import caches
from tools.rooms import Target
from tools.source import functions, syntax_error, text_of
from tools.surface import surface_changes
from tools.suspicion import is_cheating, suspicions
from tools.syntax import is_readable
from tools.testing import PROVING, check_tests
from tools.values import Baseline, Candidate, Check, Function, Outcome
from tools.workload import is_source

LONG_SUITE_SECONDS = 5.0  # from here on the tests that run the function go first, alone


@dataclass(frozen=True)
class Checked:
    """How far a candidate came."""

    checks: tuple[Check, ...]
    failed: Outcome | None  # None if it passed all rungs
    commit: str = ""


def check(
    target: Target,
    base: str,
    candidate: Candidate,
    baseline: Baseline,
    author: tuple[str, str],
    *,
    allow_caching: bool = False,
) -> Checked:
    """Apply the candidate to its base and climb the ladder; `allow_caching` leaves out the rung against caches."""
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
    checks = [scope]
    for rung, outcome in _read(candidate, old[path], new[path], baseline, allow_caching):
        checks.append(rung)
        if not rung.passed:
            return Checked(tuple(checks), outcome)
    commit = target.checkout.write(base, new, f"Candidate {candidate.id}", author)
    if baseline.seconds > LONG_SUITE_SECONDS:
        checks.append(check_tests(target, base, commit, baseline, proving_tests(candidate.hotspot, baseline)))
    if checks[-1].passed:
        checks.append(check_tests(target, base, commit, baseline))
    return Checked(tuple(checks), None if checks[-1].passed else Outcome.BROKEN, commit)


def proving_tests(function: Function, baseline: Baseline) -> list[str]:
    """Tests that would notice if the function did something else: they run it and pass; benchmarks need known results."""
    return [
        node
        for node in baseline.running.get(function.id, ())
        if baseline.outcomes.get(node) in PROVING and (node not in baseline.benchmarks or node in baseline.results)
    ]


def _read(
    candidate: Candidate, old: bytes, new: bytes, baseline: Baseline, allow_caching: bool
) -> Iterator[tuple[Check, Outcome]]:
    """The rungs that only read the two texts, each with the outcome where it fails."""
    path = candidate.hotspot.path
    yield _syntax(path, old, new), Outcome.BROKEN
    if not allow_caching:
        yield _cache(old, new), Outcome.CACHED
    yield _surface(path, old, new, allow_caching), Outcome.BROKEN
    yield _suspicion(old, new)
    yield _executed(candidate.hotspot, _changed(path, old, new), baseline), Outcome.UNPROVEN


def _scope(candidate: Candidate) -> Check:
    outside = [edit.path for edit in candidate.edits if edit.path != candidate.hotspot.path or not is_source(edit.path)]
    if outside:
        return Check(rung="scope", passed=False, detail=f"it edits {outside[0]}; only {candidate.hotspot.path} may change")
    return Check(rung="scope", passed=True, detail=f"only {candidate.hotspot.path} changes")


def _syntax(path: str, old: bytes, new: bytes) -> Check:
    line = syntax_error(new)
    if line is not None and syntax_error(old) is None:
        return Check(rung="syntax", passed=False, detail=f"{path}:{line}: syntax error")
    if is_readable(old) and not is_readable(new):
        return Check(rung="syntax", passed=False, detail=f"{path} can no longer be read, so nobody can say what it does")
    return Check(rung="syntax", passed=True, detail="it parses")


def _surface(path: str, old: bytes, new: bytes, allow_caching: bool) -> Check:
    before = {function.name for function in functions(path, old) if "<locals>" not in function.name}
    gone = before - {function.name for function in functions(path, new)}
    if gone:
        return Check(rung="surface", passed=False, detail=f"{', '.join(sorted(gone))} is gone")
    # a cache that the user allows may come as a decorator
    changes = [change for change in surface_changes(old, new) if not (allow_caching and "decorators" in change)]
    if changes:
        return Check(rung="surface", passed=False, detail="; ".join(changes))
    return Check(rung="surface", passed=True, detail="nothing is gone and no signature changed")


def _suspicion(old: bytes, new: bytes) -> tuple[Check, Outcome]:
    found = suspicions(old, new)
    detail = "; ".join(found) or "it mentions nothing outside its own work"
    outcome = Outcome.CHEATING if any(map(is_cheating, found)) else Outcome.UNPROVEN
    return Check(rung="suspicion", passed=not found, detail=detail), outcome


def _cache(old: bytes, new: bytes) -> Check:
    found = caches(old, new)
    return Check(rung="cache", passed=not found, detail="; ".join(found) or "no result is seen to be kept between calls")


def _changed(path: str, old: bytes, new: bytes) -> list[Function]:
    """Functions of the old file whose text is another one; inner functions belong to the one around them."""
    remaining = [(function.name, text_of(new, function)) for function in functions(path, new)]
    outermost = [function for function in functions(path, old) if "<locals>" not in function.name]
    return [function for function in outermost if (function.name, text_of(old, function)) not in remaining]


def _executed(hotspot: Function, changed: Sequence[Function], baseline: Baseline) -> Check:
    for function in (hotspot, *changed):
        if proving_tests(function, baseline):
            continue
        ran = [node for node in baseline.running.get(function.id, ()) if baseline.outcomes.get(node) in PROVING]
        detail = (
            f"only benchmarks whose results cannot be compared execute {function.name}"
            if ran
            else f"no passing test executes {function.name}, so nothing shows that the edit is right"
        )
        return Check(rung="executed", passed=False, detail=detail)
    detail = f"{len(proving_tests(hotspot, baseline))} passing tests execute {hotspot.name}"
    return Check(rung="executed", passed=True, detail=detail)
