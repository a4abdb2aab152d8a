"""The dear rungs of correctness: old and new code do the same wherever they were called, and what changed did run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agent.settings import Settings
from agent.station import some
from tools.differential import SEARCH_SECONDS, Compared, Pair, compare, placeholder
from tools.executed import Executed, changed_names, executed, lines, ways
from tools.literals import exceptions_expected, tolerates
from tools.recording import Recorded, callers_of, record
from tools.rooms import HarnessFailed, Target
from tools.source import functions
from tools.testing import PROVING, CollectionFailed, run_tests
from tools.values import Baseline, Behaviour, Benchmark, Check, Function, Outcome
from workspaces.writing import write_whole

TEST_TOLERANCE = 1e-9  # relative, of floats, where the target's own tests of the function compare with a tolerance
MOST_FUNCTIONS = 40  # compared by themselves
MOST_COMPANIONS = 8
LEAST_COMPARABLE = 0.5  # share of the inputs


@dataclass(frozen=True)
class Change:
    """A change that passed the cheaper rungs."""

    old: str  # commit
    new: str  # commit
    texts: Mapping[str, tuple[bytes, bytes]]  # path -> before, after
    functions: tuple[Function, ...]  # that change, or whose module does, as they are before


@dataclass(frozen=True)
class Proof:
    """What was shown."""

    checks: tuple[Check, ...]
    failed: Outcome | None
    behaviour: Behaviour | None = None
    rounding: str = ""  # the largest difference, where results differ by rounding only
    not_shown: tuple[Function, ...] = ()  # changed functions that nothing shows to be right


@dataclass(frozen=True)
class Wanted:
    """What a proof must show, and what it may take for granted."""

    every: bool  # each changed function must be shown to be right; else at least one, and the others are named
    workload: Benchmark | None = None  # a command that is recorded too
    tolerance: float = 0.0
    seed: int = 0
    search_seconds: float = SEARCH_SECONDS


def wanted_by(settings: Settings, *, every: bool, workload: Benchmark | None) -> Wanted:
    """What the settings ask for."""
    return Wanted(every, workload, settings.tolerance, settings.seed, settings.search_seconds)


def prove(target: Target, change: Change, baseline: Baseline, wanted: Wanted) -> Proof:
    """Compare old and new code on recorded and made-up calls, and look whether every changed statement ran."""
    entries = change.functions[:MOST_FUNCTIONS]
    nodes = _tests_of(entries, baseline)
    tests = _texts(target, change.old, nodes)
    tolerance = max(wanted.tolerance, TEST_TOLERANCE if tolerates(tests) else 0.0)
    companions = _companions(entries, change)
    recorded = _recorded(target, change.old, entries, companions, nodes, wanted.workload, baseline)
    pair = Pair(change.old, change.new, change.texts)
    named = exceptions_expected(tests)
    found = compare(
        target,
        pair,
        entries,
        recorded,
        named=named,
        companions=companions,
        tolerance=tolerance,
        seed=wanted.seed,
        search_seconds=wanted.search_seconds,
    )
    lonely = [one for one in entries if not found.proven.get(one.id)]
    if not found.difference and lonely:
        found = _through_callers(target, change, pair, lonely, recorded, found, baseline, wanted, named, tolerance)
    return _concluded(target, change, baseline, wanted, found, nodes)


def _concluded(
    target: Target, change: Change, baseline: Baseline, wanted: Wanted, found: Compared, nodes: Sequence[str]
) -> Proof:
    behaviour = found.behaviour
    if found.difference:
        check = Check(rung="behaviour", passed=False, detail=found.difference)
        return Proof((check,), Outcome.BROKEN, behaviour)
    missing = tuple(one for one in change.functions if not found.proven.get(one.id))
    shown = len(missing) < len(change.functions)
    unclear = behaviour.incomparable + behaviour.unrepeatable
    if (missing and wanted.every) or not shown:
        why = behaviour.trouble or _why_not(behaviour)
        detail = f"old and new code could not be compared on {some([one.name for one in missing])}: {why}"
        return Proof((Check(rung="behaviour", passed=False, detail=detail),), Outcome.UNPROVEN, behaviour)
    if unclear > LEAST_COMPARABLE * (unclear + behaviour.compared):
        detail = (
            f"on {unclear} of {unclear + behaviour.compared} inputs nobody can tell whether old and new code do the same"
        )
        return Proof((Check(rung="behaviour", passed=False, detail=detail),), Outcome.UNPROVEN, behaviour)
    result, behaviour = _executed(target, change, baseline, found, nodes, {one.name for one in missing})
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


def _executed(
    target: Target, change: Change, baseline: Baseline, found: Compared, nodes: Sequence[str], not_shown: set[str]
) -> tuple[Check, Behaviour]:
    """The rung "executed", and the behaviour with what was counted for it.

    Statements of functions that are named as not shown are not asked for.
    """
    results = _counted(change, found)
    if any(one.missing for one in results.values()) and nodes:
        found = _with_tests(target, change, baseline, found, nodes)
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


def _with_tests(target: Target, change: Change, baseline: Baseline, found: Compared, nodes: Sequence[str]) -> Compared:
    """What the tests of the changed functions execute on top, on both sides."""
    ran = []
    for commit, known in ((change.old, found.ran_old), (change.new, found.ran_new)):
        steps = {path: set(some_) for path, some_ in known.items()}
        try:
            run = run_tests(target, commit, nodes, coverage=True, hash_seed=1, added=baseline.added)
        except (CollectionFailed, HarnessFailed):
            return found
        passed = {node for node, outcome in run.outcomes.items() if outcome in PROVING}
        for path in change.texts:
            for line, contexts in run.lines.get(path, {}).items():
                if passed & set(contexts):
                    steps.setdefault(path, set()).add((0, line))
        ran.append({path: frozenset(some_) for path, some_ in steps.items()})
    return replace(found, ran_old=ran[0], ran_new=ran[1])


def _through_callers(
    target: Target,
    change: Change,
    pair: Pair,
    lonely: Sequence[Function],
    recorded: Recorded,
    found: Compared,
    baseline: Baseline,
    wanted: Wanted,
    named: Sequence[str],
    tolerance: float,
) -> Compared:
    """Functions that cannot be called by themselves are compared through whoever calls them."""
    known = {one.id for one in change.functions}
    above = {one.id: callers_of(target, change.old, one, recorded) for one in lonely}
    callers = list(
        dict.fromkeys(c for callers in above.values() for c in callers if c.id not in known and c.path in change.texts)
    )
    reached = dict(found.proven)
    proven_callers = {one for one in known if found.proven.get(one)}
    if callers:
        nodes = _tests_of([*callers, *lonely], baseline)
        more = _recorded(target, change.old, callers, {}, nodes, wanted.workload, baseline)
        again = compare(
            target,
            pair,
            callers,
            more,
            named=named,
            tolerance=tolerance,
            seed=wanted.seed,
            search_seconds=wanted.search_seconds,
        )
        if again.difference:
            return again
        found = _merged(found, again)
        proven_callers |= {name for name, count in again.proven.items() if count}
    for one in lonely:
        through = [caller for caller in above[one.id] if caller.id in proven_callers]
        ran = lines(found.ran_new.get(one.path, frozenset()))
        if through and any(line in ran for line in _lines_of(change, one)):
            reached[one.id] = 1
    return replace(found, proven=reached)


def _merged(one: Compared, other: Compared) -> Compared:
    origins = dict(one.behaviour.origins)
    for name, count in other.behaviour.origins.items():
        origins[name] = origins.get(name, 0) + count
    behaviour = one.behaviour.model_copy(
        update={
            "origins": origins,
            "returned": one.behaviour.returned + other.behaviour.returned,
            "incomparable": other.behaviour.incomparable,
            "unrepeatable": one.behaviour.unrepeatable + other.behaviour.unrepeatable,
            "notes": (*one.behaviour.notes, *other.behaviour.notes)[:5],
            "trouble": other.behaviour.trouble,
        }
    )
    steps = [
        {path: a.get(path, frozenset()) | b.get(path, frozenset()) for path in {*a, *b}}
        for a, b in ((one.ran_old, other.ran_old), (one.ran_new, other.ran_new))
    ]
    return replace(
        one,
        behaviour=behaviour,
        proven={**one.proven, **other.proven},
        rounding=one.rounding or other.rounding,
        ran_old=steps[0],
        ran_new=steps[1],
    )


def _lines_of(change: Change, function: Function) -> range:
    """Lines of the body of a function in the new text."""
    _, new = change.texts.get(function.path, (b"", b""))
    found = [one for one in functions(function.path, new) if one.name == function.name]
    return range(found[-1].first_line + 1, found[-1].last_line + 1) if found else range(0)


def _companions(entries: Sequence[Function], change: Change) -> dict[str, tuple[str, ...]]:
    """Other methods of the classes of changed methods, which may be called in between."""
    found = {}
    for one in entries:
        owner, dot, _ = one.name.rpartition(".")
        old, _ = change.texts.get(one.path, (b"", b""))
        if dot:
            others = [
                other.id
                for other in functions(one.path, old)
                if other.name.rpartition(".")[0] == owner and other.name != one.name and "__init__" not in other.name
            ]
            found[one.id] = tuple(dict.fromkeys(others))[:MOST_COMPANIONS]
    return found


def _recorded(
    target: Target,
    commit: str,
    entries: Sequence[Function],
    companions: Mapping[str, Sequence[str]],
    nodes: Sequence[str],
    workload: Benchmark | None,
    baseline: Baseline,
) -> Recorded:
    """Calls of the functions and their companions, kept on the disk: they are asked for again with the next candidate."""
    known = {one.id for one in entries}
    others = dict.fromkeys(name for names in companions.values() for name in names if name not in known)
    wanted = [*entries, *map(placeholder, others)]
    key = json.dumps([commit, sorted(one.id for one in wanted), list(nodes), workload and workload.id])
    file = target.checkout.folder / "recorded" / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"
    if file.exists():
        kept = json.loads(file.read_text("utf-8"))
        return Recorded(
            calls={name: tuple(calls) for name, calls in kept["calls"].items()},
            modules=kept["modules"],
            callers={name: tuple((path, line) for path, line in places) for name, places in kept["callers"].items()},
            failed={name: (times, said) for name, (times, said) in kept["failed"].items()},
            path=tuple(kept["path"]),
            trouble=kept["trouble"],
        )
    found = record(target, commit, wanted, nodes, workload, baseline.added)
    write_whole(file, json.dumps(found.__dict__))
    return found


def _tests_of(entries: Sequence[Function], baseline: Baseline) -> tuple[str, ...]:
    """Tests and benchmarks that execute the functions and pass; benchmarks first, for their calls are what is timed."""
    nodes = dict.fromkeys(node for one in entries for node in baseline.running.get(one.id, ()))
    good = [node for node in nodes if baseline.outcomes.get(node) in PROVING]
    return tuple(sorted(good, key=lambda node: node not in baseline.benchmarks))


def _texts(target: Target, commit: str, nodes: Sequence[str]) -> str:
    """The test files."""
    inside = f"{target.subfolder}/" if target.subfolder else ""
    known = set(target.checkout.files(commit))
    paths = [path for path in dict.fromkeys(inside + node.partition("::")[0] for node in nodes) if path in known]
    return "\n".join(target.checkout.read(commit, path).decode("utf-8", "replace") for path in paths)
