"""Membership tests that ask a hash table instead of walking along a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from tools.rewriting.base import (
    exchange,
    function_call,
    is_list,
    line,
    literal,
    method_call,
    only,
    plain,
    rule,
    simple_assignment,
)
from tools.rewriting.edits import After, Before, Edit, Replace, swap
from tools.rewriting.subject import Subject, Usage, Use

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_LISTS = ("str", "bytes", "dict", "set", "frozenset", "Mapping", "Dict", "Set", "Counter", "range", "Container")
READ_ONLY = (Use.MEMBER, Use.ITERATED, Use.TRUTH)


@rule(
    "membership-on-set",
    title="Test membership on a set instead of a list",
    explanation="A list is walked from its start for every test; a set built once before the loop answers by hash.",
)
def membership_on_set(subject: Subject) -> Iterator[Edit]:
    """Tests inside a loop on a list that the loop leaves alone ask a set built before the loop.

    Before: `return [x for x in xs if x in known]`
    After: `known_set = set(known)` above, `... if x in known_set`

    Also turns a literal list or tuple of constants that is tested in a loop into a literal set.
    Does not apply when the list changes inside the loop, when the name is annotated or used as something else than a
    list, or when nested functions share it. Wrong for elements that cannot be hashed.
    """
    sets: dict[tuple[str, cst.CSTNode], str] = {}
    for usage in _member_usages(subject):
        name = usage.name.value
        loop = subject.outermost(usage.name, {name})
        if loop is None:
            continue
        anchor = subject.anchor(loop)
        if (name, anchor) not in sets:
            sets[name, anchor] = subject.fresh(f"{name}_set")
            yield Before(anchor, line(f"{sets[name, anchor]} = set({name})"))
        yield exchange(subject, usage.name, sets[name, anchor])
    yield from _literal_sets(subject)


def _member_usages(subject: Subject) -> Iterator[Usage]:
    for name, usages in list(subject.uses.items()):
        if subject.private(name) and _looks_like_list(subject, name) and subject.builtin("set"):
            yield from (usage for usage in usages if usage.use is Use.MEMBER)


def _looks_like_list(subject: Subject, name: str) -> bool:
    if subject.local(name):
        values = subject.values(name)
        return bool(values) and all(_is_sequence(value) for value in values or ())
    if name not in subject.parameters or subject.bindings(name):
        return False
    parameter = subject.parents[subject.parameters[name]]
    assert isinstance(parameter, cst.Param)
    annotation = subject.code(parameter.annotation.annotation) if parameter.annotation else ""
    starred = bool(parameter.star) and isinstance(parameter.star, str)
    kind = annotation.strip("\"'").split("[")[0].split(".")[-1]
    return not starred and kind not in NOT_LISTS and all(usage.use in READ_ONLY for usage in subject.uses[name])


def _is_sequence(value: cst.BaseExpression) -> bool:
    if isinstance(value, (cst.List, cst.Tuple)):
        unhashable = (cst.List, cst.Dict, cst.Set, cst.ListComp, cst.DictComp, cst.SetComp)
        return not any(isinstance(element.value, unhashable) for element in value.elements)
    call = method_call(value)
    return is_list(value) or function_call(value, "tuple") is not None or (call is not None and call[1] == "split")


def _literal_sets(subject: Subject) -> Iterator[Edit]:
    for target in subject.own(cst.ComparisonTarget):
        values = literal(target.comparator)
        if not isinstance(target.operator, (cst.In, cst.NotIn)) or not isinstance(values, (list, tuple)):
            continue
        hashable = all(isinstance(value, (str, int, float, bytes, type(None))) for value in values)
        if len(values) >= 3 and hashable and any(subject.loops(target)):
            elements = target.comparator.elements  # type: ignore[attr-defined]  # a list or tuple, as `literal` says
            new = cst.Set([cst.Element(element.value) for element in elements])
            yield swap(target.comparator, new)


@rule(
    "membership-on-dict",
    title="Test membership on the dictionary itself",
    explanation="`in` on the dictionary needs no view object and no method call.",
)
def membership_on_dict(subject: Subject) -> Iterator[Edit]:
    """`x in d.keys()` becomes `x in d`.

    Before: `if name in scores.keys():`
    After: `if name in scores:`

    Does not apply to `keys` called with arguments, nor to anything but `in` and `not in`.
    """
    for target in subject.own(cst.ComparisonTarget):
        call = target.comparator
        if not isinstance(target.operator, (cst.In, cst.NotIn)) or not isinstance(call, cst.Call) or call.args:
            continue
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "keys":
            yield Replace(call, lambda node: node.func.value)


@rule(
    "membership-without-copy",
    title="Test membership without building a list first",
    explanation="Building a list (or sorting) only to ask whether it has an element does all the work for nothing.",
)
def membership_without_copy(subject: Subject) -> Iterator[Edit]:
    """`x in list(ys)` (also tuple, sorted) becomes `x in ys`.

    Before: `if x in list(set(ys)):`
    After: `if x in set(ys):`

    Does not apply when the call has further arguments, or the name of the builtin is bound otherwise.
    """
    for target in subject.own(cst.ComparisonTarget):
        if not isinstance(target.operator, (cst.In, cst.NotIn)):
            continue
        for name in ("list", "tuple", "sorted"):
            arguments = function_call(target.comparator, name)
            if arguments and len(arguments) == 1 and plain(arguments) and subject.builtin(name):
                yield exchange(subject, target.comparator, subject.code(arguments[0].value))


@rule(
    "track-seen-in-set",
    title="Remember what was seen in a set",
    explanation="A growing list is walked for every test, which is quadratic; a set that grows beside it is not.",
)
def track_seen_in_set(subject: Subject) -> Iterator[Edit]:
    """A local list that is tested and appended to in the same loop gets a set beside it.

    Before: `seen = []` ... `if x not in seen: seen.append(x)`
    After: `seen = []`, `seen_set = set()` ... `if x not in seen_set: seen.append(x); seen_set.add(x)`

    Does not apply when the list starts with anything but `[]` or changes in other ways than `append`.
    Wrong for elements that cannot be hashed.
    """
    for name in list(subject.uses):
        appends, tests = _seen(subject, name)
        if not appends or not tests or not subject.builtin("set"):
            continue
        seen = subject.fresh(f"{name}_set")
        for usage in subject.bindings(name):
            yield After(subject.anchor(usage.name), line(f"{seen} = set()"))
        for append, argument in appends:
            yield After(append, line(f"{seen}.add({argument})"))
        for test in tests:
            yield exchange(subject, test.name, seen)


def _seen(subject: Subject, name: str) -> tuple[list[tuple[cst.CSTNode, str]], list[Usage]]:
    """Lines that append, with what they append, and the tests; nothing where the list has another life."""
    appends: list[tuple[cst.CSTNode, str]] = []
    tests: list[Usage] = []
    if not subject.local(name) or any(literal(value) != [] for value in subject.values(name) or [cst.Name("x")]):
        return [], []
    if any(simple_assignment(subject.anchor(usage.name)) is None for usage in subject.bindings(name)):
        return [], []
    for usage in subject.uses[name]:
        if usage.use is Use.METHOD and usage.detail == "append":
            anchor = subject.anchor(usage.name)
            call = method_call(usage.node)
            whole = only(anchor)
            if call is None or len(call[2]) != 1 or not isinstance(whole, cst.Expr) or whole.value is not usage.node:
                return [], []
            appends.append((anchor, subject.code(call[2][0].value)))
        elif usage.use is Use.MEMBER and subject.outermost(usage.name, {name}) is None and any(subject.loops(usage.name)):
            tests.append(usage)
        elif usage.use is not Use.BOUND and subject.changes(usage):
            return [], []
    return appends, tests
