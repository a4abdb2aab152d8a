"""Functions that are compared through whoever calls them: what cannot be called by itself, and helpers of one module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.comparison import Change, Comparison, companions_of, tests_of
from tools.differential import Compared
from tools.executed import lines
from tools.mentions import ELSEWHERE, readers
from tools.recording import callers_of
from tools.source import find_function, functions
from tools.values import Function
from tools.workload import is_source

FEWEST = 10  # inputs on which a caller must return, to speak for a helper
SHOWN = 200


def lonely_ones(case: Comparison, found: Compared, lonely: Sequence[Function]) -> Compared:
    """Functions that cannot be called by themselves are compared through whoever was seen to call them."""
    change = case.change
    known = {one.id for one in change.functions}
    above = {one.id: callers_of(case.target, change.old, one, case.recorded) for one in lonely}
    callers = list(
        dict.fromkeys(c for callers in above.values() for c in callers if c.id not in known and c.path in change.texts)
    )
    speaking = {one for one in known if found.proven.get(one)}
    if callers:
        nodes = tests_of([*callers, *lonely], case.baseline)
        companions = companions_of(callers, change)
        again = case.of(callers, case.recorded_of(callers, nodes, companions), companions)
        if again.difference:
            return again
        found = _together(found, again)
        speaking |= {name for name, count in again.proven.items() if count}
    reached = {one.id for one in lonely if any(caller.id in speaking for caller in above[one.id])}
    return _with_proven(case, found, [one for one in lonely if one.id in reached])


def helpers(case: Comparison, found: Compared, entries: Sequence[Function]) -> Compared:
    """What becomes of a difference where helpers of one module are among what changed.

    What they do with arguments that nobody in the module passes is no promise to anybody: where they agree on all recorded
    calls, and each of their callers agrees on what was recorded and made up, and reaches them, that is enough.
    """
    found_above = {one.id: callers_in_module(case, one) for one in entries}
    above = {name: callers for name, callers in found_above.items() if callers is not None}
    inside = [one for one in entries if one.id in above]
    if not inside:
        return found
    as_recorded = case.of(inside, made_up=False)
    seen = [one.id for one in inside if case.recorded.calls.get(one.id)]
    if as_recorded.difference or not all(as_recorded.proven.get(name) for name in seen):
        return found
    outside = [one for one in entries if one.id not in above]
    speaking = list(dict.fromkeys(one for callers in above.values() for one in callers))
    entered = list(dict.fromkeys([*outside, *speaking]))
    companions = companions_of(entered, case.change)
    recorded = case.recorded_of(entered, tests_of([*entered, *inside], case.baseline), companions)
    again = case.of(entered, recorded, companions)
    if again.difference:
        return again
    if any(again.proven.get(one.id, 0) < FEWEST for one in speaking):
        return found
    named = ", ".join(one.name for one in inside)
    note = f"{named} compared through callers only, for with other arguments: {found.difference}"[:SHOWN]
    again = replace(again, behaviour=again.behaviour.model_copy(update={"notes": (note, *again.behaviour.notes)[:5]}))
    return _with_proven(case, again, inside)


def callers_in_module(case: Comparison, function: Function) -> tuple[Function, ...] | None:
    """The functions through which a helper is reached; None for what is no helper of one module.

    A helper has a private name, which nobody but functions of its own module reads, before and after the change; tests may.
    Callers that are helpers themselves, or are new, stand for their own callers.
    """
    change = case.change
    if function.path not in change.texts or not _is_private(function.name):
        return None
    found: dict[str, Function] = {}
    waiting, seen = [function.name], {function.name}
    while waiting:
        name = waiting.pop()
        above = _readers(case, function.path, name.rpartition(".")[2])
        if above is None:
            return None
        for other in sorted(above - seen):
            seen.add(other)
            known = find_function(function.path, change.texts[function.path][0], other)
            if known is None or _is_private(other):
                waiting.append(other)
            else:
                found[other] = known
    return tuple(found.values()) or None


def _readers(case: Comparison, path: str, name: str) -> frozenset[str] | None:
    """Functions of a module that read a name; None where somebody else does."""
    elsewhere = [one for one in case.target.checkout.mentions(case.change.old, name) if one != path and is_source(one)]
    found = frozenset[str]().union(*(readers(name, text) for text in case.change.texts[path]))
    return None if elsewhere or ELSEWHERE in found else found


def _is_private(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last.startswith("_") and not last.endswith("__") and "<locals>" not in name


def _with_proven(case: Comparison, found: Compared, reached: Sequence[Function]) -> Compared:
    """Those of the reached functions of which a line ran are proven."""
    proven = dict(found.proven)
    for one in reached:
        ran = lines(found.ran_new.get(one.path, frozenset()))
        if any(line in ran for line in _lines_of(case.change, one)):
            proven[one.id] = 1
    return replace(found, proven=proven)


def _together(one: Compared, other: Compared) -> Compared:
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
    return replace(
        one,
        behaviour=behaviour,
        proven={**one.proven, **other.proven},
        rounding=one.rounding or other.rounding,
        ran_old=_steps(one.ran_old, other.ran_old),
        ran_new=_steps(one.ran_new, other.ran_new),
    )


def _steps(
    one: Mapping[str, frozenset[tuple[int, int]]], other: Mapping[str, frozenset[tuple[int, int]]]
) -> dict[str, frozenset[tuple[int, int]]]:
    return {path: one.get(path, frozenset()) | other.get(path, frozenset()) for path in {*one, *other}}


def _lines_of(change: Change, function: Function) -> range:
    """Lines of the body of a function in the new text."""
    _, new = change.texts.get(function.path, (b"", b""))
    found = [one for one in functions(function.path, new) if one.name == function.name]
    return range(found[-1].first_line + 1, found[-1].last_line + 1) if found else range(0)
