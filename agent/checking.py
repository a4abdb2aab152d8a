"""The rungs of correctness, cheap ones first; the first that fails is the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from agent.comparison import Change
from agent.station import counted, some
from tools.dangers import ScanFailed, dangers
from tools.editing import UnapplicableEdit, apply_edits
from tools.examining import Examined, examine
from tools.imports import unwelcome_imports
from tools.origin import stand_ins
from tools.remembering import caches
from tools.rooms import HarnessFailed, Target
from tools.scope import changed_lines, skipped_but_changed
from tools.source import SKIP_PRAGMA, functions, syntax_error, text_of
from tools.surface import surface_changes
from tools.suspicion import is_cheating, suspicions
from tools.syntax import is_readable
from tools.testing import PROVING
from tools.values import Baseline, Candidate, Check, Function, Outcome
from tools.workload import is_source

LONG_SUITE_SECONDS = 5.0  # from here on the tests that run the function go first, alone
MOST_CHANGED_LINES = 300  # of a candidate of ours, unless `max_changed_lines` says otherwise

Text = tuple[str, bytes, bytes]  # path, what stood there before (nothing for a new file), what stands there now


@dataclass(frozen=True)
class Checked:
    """How far a candidate came."""

    checks: tuple[Check, ...]
    failed: Outcome | None  # None if it passed all rungs
    commit: str = ""
    changed: tuple[Function, ...] = ()  # functions whose text changes, as they were before
    change: Change | None = None  # for the dearer rungs, where it passed all of these


def check(
    target: Target,
    base: str,
    candidate: Candidate,
    baseline: Baseline,
    author: tuple[str, str],
    *,
    allow_caching: bool = False,
    allow_new_imports: bool = False,
    max_changed_lines: int | None = None,
) -> Checked:
    """Apply the candidate to its base and climb the ladder; `allow_caching` leaves out the rung against caches.

    Whoever proposed it, it may not touch what says `# optimize: skip`.
    """
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
    skipped = skipped_but_changed(path, old[path], new[path])
    if skipped:
        detail = f"it changes {skipped}, which says `{SKIP_PRAGMA.decode()}`"
        return Checked((Check(rung="scope", passed=False, detail=detail),), Outcome.BROKEN)
    return check_files(
        target,
        base,
        new,
        baseline,
        author,
        hotspot=candidate.hotspot,
        allow_caching=allow_caching,
        allow_new_imports=allow_new_imports,
        max_changed_lines=max_changed_lines or MOST_CHANGED_LINES,
    )


def check_files(
    target: Target,
    base: str,
    files: Mapping[str, bytes | None],
    baseline: Baseline,
    author: tuple[str, str],
    *,
    hotspot: Function | None = None,
    allow_caching: bool = False,
    allow_new_imports: bool = False,
    max_changed_lines: int | None = None,
) -> Checked:
    """Write the new content of `files` (None: gone) on `base` and climb the ladder.

    `hotspot` is the function that must be executed even if its own text stays as it is.
    """
    known = set(target.checkout.files(base))
    texts = [(path, target.checkout.read(base, path) if path in known else b"", new or b"") for path, new in files.items()]
    changed = [function for path, old, new in texts for function in changed_functions(path, old, new)]
    main = list(dict.fromkeys([hotspot, *changed] if hotspot else changed))
    checks: list[Check] = []
    rungs = _read(texts, target, _privacy(target, base, list(files)), allow_caching, max_changed_lines)
    for rung, outcome in chain(rungs, _known(target, base, texts, allow_new_imports)):
        checks.append(rung)
        if not rung.passed:
            return Checked(tuple(checks), outcome, changed=tuple(changed))
    in_the_way = stand_ins(target, base, [path for path, new in files.items() if new is not None and path not in known])
    if in_the_way:
        detail = f"{in_the_way[0]} would be imported in the place of what is installed under that name"
        checks.append(Check(rung="origin", passed=False, detail=detail))
        return Checked(tuple(checks), Outcome.CHEATING, changed=tuple(changed))
    commit = target.checkout.write(base, files, f"Candidate for {', '.join(files)}", author)
    written = [path for path, new in files.items() if new is not None]
    examined = Examined(())
    if baseline.seconds > LONG_SUITE_SECONDS:
        nodes = list(dict.fromkeys(node for function in main for node in proving_tests(function, baseline)))
        examined = examine(target, base, commit, baseline, written, nodes)
        checks += examined.checks
    if examined.failed is None:
        examined = examine(target, base, commit, baseline, written)
        checks += [one for one in examined.checks if not one.passed or one.rung == "tests" or one not in checks]
    entries = tuple(main or [one for path, old, _ in texts for one in functions(path, old) if "<locals>" not in one.name])
    change = Change(base, commit, {path: (old, new) for path, old, new in texts}, entries)
    return Checked(tuple(checks), examined.failed, commit, tuple(changed), change)


def proving_tests(function: Function, baseline: Baseline) -> list[str]:
    """Tests that would notice if the function did something else: they run it and pass; benchmarks need known results."""
    return [
        node
        for node in baseline.running.get(function.id, ())
        if baseline.outcomes.get(node) in PROVING and (node not in baseline.benchmarks or node in baseline.results)
    ]


def _read(
    texts: Sequence[Text],
    target: Target,
    private: Callable[[str], bool],
    allow_caching: bool,
    max_changed_lines: int | None,
) -> Iterator[tuple[Check, Outcome]]:
    """The rungs that only read the texts, each with the outcome where it fails."""
    yield _size(texts, max_changed_lines), Outcome.BROKEN
    yield _syntax(texts), Outcome.BROKEN
    suspicion, outcome = _suspicion(texts)
    if outcome is Outcome.CHEATING:  # says more than that a clock or an exit handler is remembered
        yield suspicion, outcome
    if not allow_caching:
        yield _cache(texts), Outcome.CACHED
    yield _surface(texts, private, allow_caching), Outcome.BROKEN
    yield suspicion, outcome
    yield _dangers(texts, target.interpreter.version), Outcome.UNPROVEN


def _known(target: Target, base: str, texts: Sequence[Text], allow_new_imports: bool) -> Iterator[tuple[Check, Outcome]]:
    """The rungs that ask what is known of the unchanged target."""
    yield _imports(target, base, texts, allow_new_imports), Outcome.BROKEN


def _privacy(target: Target, base: str, paths: Sequence[str]) -> Callable[[str], bool]:
    """True for names that start with an underscore and stand in no other file: nobody can miss them."""

    def private(name: str) -> bool:
        last = name.rpartition(".")[2]
        hidden = last.startswith("_") and not last.endswith("__")
        return hidden and not set(target.checkout.mentions(base, last)) - set(paths)

    return private


def _scope(candidate: Candidate) -> Check:
    outside = [edit.path for edit in candidate.edits if edit.path != candidate.hotspot.path or not is_source(edit.path)]
    if outside:
        return Check(rung="scope", passed=False, detail=f"it edits {outside[0]}; only {candidate.hotspot.path} may change")
    return Check(rung="scope", passed=True, detail=f"only {candidate.hotspot.path} changes")


def _size(texts: Sequence[Text], most: int | None) -> Check:
    count = sum(changed_lines(old, new) for _, old, new in texts)
    said = f"{counted(count, 'line')} of {some([path for path, _, _ in texts])} changed"
    if most is not None and count > most:
        return Check(rung="scope", passed=False, detail=f"{said}, more than max_changed_lines = {most}")
    return Check(rung="scope", passed=True, detail=f"nothing else changes; {said}")


def _syntax(texts: Sequence[Text]) -> Check:
    for path, old, new in texts:
        line = syntax_error(new)
        if line is not None and syntax_error(old) is None:
            return Check(rung="syntax", passed=False, detail=f"{path}:{line}: syntax error")
        if is_readable(old) and not is_readable(new):
            detail = f"{path} can no longer be read, so nobody can say what it does"
            return Check(rung="syntax", passed=False, detail=detail)
    return Check(rung="syntax", passed=True, detail="it parses")


def _surface(texts: Sequence[Text], private: Callable[[str], bool], allow_caching: bool) -> Check:
    found: list[str] = []
    for path, old, new in texts:
        before = {function.name for function in functions(path, old) if "<locals>" not in function.name}
        gone = before - {function.name for function in functions(path, new)}
        found += [f"{name} is gone" for name in sorted(gone) if not private(name)]
        # a cache that the user allows may come as a decorator
        found += [
            change
            for change in surface_changes(old, new, private)
            if not (allow_caching and change.startswith("the decorators of "))
        ]
    if found:
        return Check(rung="surface", passed=False, detail="; ".join(dict.fromkeys(found)))
    return Check(rung="surface", passed=True, detail="nothing is gone and no signature changed")


def _suspicion(texts: Sequence[Text]) -> tuple[Check, Outcome]:
    found = [sentence for _, old, new in texts for sentence in suspicions(old, new)]
    detail = "; ".join(found) or "it mentions nothing outside its own work"
    outcome = Outcome.CHEATING if any(map(is_cheating, found)) else Outcome.UNPROVEN
    return Check(rung="suspicion", passed=not found, detail=detail), outcome


def _dangers(texts: Sequence[Text], version: Sequence[int]) -> Check:
    try:
        found = [f"{path}, {sentence}" for path, old, new in texts for sentence in dangers(old, new, version)]
    except ScanFailed as error:
        return Check(rung="dangers", passed=False, detail=str(error))
    return Check(rung="dangers", passed=not found, detail="; ".join(found) or "no dangerous call is new")


def _imports(target: Target, base: str, texts: Sequence[Text], allow_new: bool) -> Check:
    try:
        found = unwelcome_imports(target, base, texts, allow_new=allow_new)
    except HarnessFailed as error:
        return Check(rung="imports", passed=False, detail=f"what it newly imports could not be looked up: {error}")
    passing = "whatever is newly imported exists" if allow_new else "nothing undeclared is newly imported"
    return Check(rung="imports", passed=not found, detail="; ".join(found) or passing)


def _cache(texts: Sequence[Text]) -> Check:
    found = [sentence for _, old, new in texts for sentence in caches(old, new)]
    return Check(rung="cache", passed=not found, detail="; ".join(found) or "no result is seen to be kept between calls")


def changed_functions(path: str, old: bytes, new: bytes) -> list[Function]:
    """Functions of the old file whose text is another one; inner functions belong to the one around them."""
    remaining = [(function.name, text_of(new, function)) for function in functions(path, new)]
    outermost = [function for function in functions(path, old) if "<locals>" not in function.name]
    return [function for function in outermost if (function.name, text_of(old, function)) not in remaining]
