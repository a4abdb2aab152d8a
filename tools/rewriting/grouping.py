"""Dictionaries that group or count without asking for every key first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import libcst.matchers as m

from tools.rewriting.base import (
    body,
    commented,
    comparison,
    exchange,
    index_of,
    literal,
    only,
    remove,
    rule,
    simple_assignment,
)
from tools.rewriting.building import collapse, loop_targets
from tools.rewriting.edits import Edit, Import
from tools.rewriting.subject import Subject, Use

if TYPE_CHECKING:
    from collections.abc import Iterator

FACTORIES = {"[]": "list", "list()": "list", "set()": "set", "{}": "dict", "dict()": "dict"}


@rule(
    "group-with-setdefault",
    title="Group with setdefault instead of testing each key",
    explanation="One lookup takes the place of a test, a store and another lookup of the same key.",
)
def group_with_setdefault(subject: Subject) -> Iterator[Edit]:
    """`if k not in d: d[k] = []` before `d[k].append(x)` becomes one line.

    Before: `if k not in groups: groups[k] = []` / `groups[k].append(x)`
    After: `groups.setdefault(k, []).append(x)`

    Does not apply when something stands between the two lines, or the key is not spelled the same.
    """
    for test, use, mapping, key, empty in _groupings(subject):
        yield remove(test)
        yield exchange(subject, use, f"{mapping}.setdefault({key}, {empty})")


@rule(
    "group-with-defaultdict",
    title="Group in a defaultdict instead of testing each key",
    explanation="A missing key makes its own empty group, without a test and a second lookup.",
)
def group_with_defaultdict(subject: Subject) -> Iterator[Edit]:
    """The dictionary becomes a `collections.defaultdict`, handed out as a plain dictionary.

    Before: `groups = {}` ... `if k not in groups: groups[k] = []` / `groups[k].append(x)` ... `return groups`
    After: `groups = collections.defaultdict(list)` ... `groups[k].append(x)` ... `return dict(groups)`

    Does not apply when the dictionary is a parameter, is read by key elsewhere, or goes to a function.
    """
    found = [(grouping[2], grouping) for grouping in _groupings(subject)]
    for name in dict.fromkeys(name for name, _ in found):
        groupings = [grouping for other, grouping in found if other == name]
        kinds = {FACTORIES.get(grouping[4]) for grouping in groupings}
        factory = next(iter(kinds))
        if len(kinds) != 1 or factory is None or not _stays_inside(subject, name, [one[0] for one in groupings]):
            continue
        if not subject.builtin(factory) or not subject.builtin("dict") or not subject.importable("collections"):
            continue
        yield Import("collections")
        for test, *_ in groupings:
            yield remove(test)
        yield from _defaultdict_edits(subject, name, factory)


def _defaultdict_edits(subject: Subject, name: str, factory: str) -> Iterator[Edit]:
    for value in subject.values(name) or ():
        yield exchange(subject, value, f"collections.defaultdict({factory})")
    for usage in subject.uses[name]:
        if usage.use is Use.RETURNED:
            yield exchange(subject, usage.name, f"dict({name})")


def _stays_inside(subject: Subject, name: str, tests: list[cst.If]) -> bool:
    """Whether the dictionary is only filled, iterated over and returned."""
    values = subject.values(name)
    if not subject.local(name) or not values or any(subject.code(value) not in ("{}", "dict()") for value in values):
        return False
    for usage in subject.uses[name]:
        if any(subject.inside(usage.name, test) for test in tests):
            continue
        after = any(subject.neighbour(test, 1) is subject.anchor(usage.name) for test in tests)
        views = usage.use is Use.METHOD and usage.detail in ("items", "values", "keys")
        quiet = usage.use in (Use.BOUND, Use.RETURNED, Use.ITERATED, Use.MEMBER, Use.TRUTH)
        if not (after or views or quiet):
            return False
    return True


def _groupings(subject: Subject) -> Iterator[tuple[cst.If, cst.Subscript, str, str, str]]:
    """Tests, the lookups below them, and the names of mapping, key and empty group."""
    for test in subject.own(cst.If):
        missing = _sets_missing(subject, test)
        following = only(subject.neighbour(test, 1)) if missing is not None else None
        if missing is None or not isinstance(following, cst.Expr) or not isinstance(following.value, cst.Call):
            continue
        mapping, key, empty = missing
        function = following.value.func
        if not isinstance(function, cst.Attribute) or function.attr.value not in ("append", "add", "extend", "update"):
            continue
        if isinstance(function.value, cst.Subscript) and subject.code(function.value) == f"{mapping}[{key}]":
            yield test, function.value, mapping, key, empty


def _sets_missing(subject: Subject, test: cst.CSTNode) -> tuple[str, str, str] | None:
    """Mapping, key and value of `if key not in mapping: mapping[key] = value`."""
    if not isinstance(test, cst.If) or test.orelse is not None or commented(test):
        return None
    if not isinstance(subject.parents[test], cst.IndentedBlock):
        return None  # an elif
    parts = comparison(test.test)
    statements = body(test)
    small = only(statements[0]) if len(statements) == 1 else None
    if isinstance(test.body, cst.SimpleStatementSuite) and len(test.body.body) == 1:
        small = test.body.body[0]
    if parts is None or not isinstance(parts[1], cst.NotIn) or not isinstance(small, cst.Assign):
        return None
    key, mapping = subject.code(parts[0]), subject.code(parts[2]).removesuffix(".keys()")
    if not mapping.isidentifier() or subject.code(small.targets[0].target) != f"{mapping}[{key}]":
        return None
    return mapping, key, subject.code(small.value)


@rule(
    "count-with-counter",
    title="Count with collections.Counter",
    explanation="Counter counts in C what the loop looks up, adds and stores for every element.",
)
def count_with_counter(subject: Subject) -> Iterator[Edit]:
    """A loop that does nothing but count into an empty dictionary becomes a `collections.Counter`.

    Before: `counts = {}` / `for w in words:` / `if w in counts: counts[w] += 1` / `else: counts[w] = 1`
    After: `counts = dict(collections.Counter(words))`

    Understands `if`/`else`, `if ... not in`, `try`/`except KeyError` and `get(k, 0) + 1`. The result stays a plain
    dictionary. Does not apply when the loop does anything else or its variable is read afterwards.
    """
    if not subject.importable("collections") or not subject.builtin("dict"):
        return
    for loop in subject.own(cst.For):
        previous = subject.neighbour(loop, -1)
        start = simple_assignment(previous)
        if previous is None or start is None or subject.code(start[1]) not in ("{}", "dict()"):
            continue
        key = _counted_key(subject, loop, start[0])
        if key is None or loop.orelse is not None or loop.asynchronous is not None or commented(loop.body):
            continue
        if any(subject.used_after(target, loop) for target in loop_targets(subject, loop)):
            continue
        each = subject.code(loop.iter)
        if key != subject.code(loop.target):
            each = f"{key} for {subject.code(loop.target)} in {each}"
        yield Import("collections")
        yield from collapse(previous, loop, f"dict(collections.Counter({each}))")


def _counted_key(subject: Subject, loop: cst.For, name: str) -> str | None:
    """What the loop counts, if counting is all it does."""
    statements = body(loop)
    first = statements[0] if statements else None
    if len(statements) == 2:
        missing = _sets_missing(subject, first) if first is not None else None
        zero = missing is not None and missing[0] == name and missing[2] == "0"
        return missing[1] if zero and missing and _adds_one(subject, statements[1], name) == missing[1] else None
    if len(statements) != 1:
        return None
    if isinstance(first, cst.If):
        return _key_of_branches(subject, first, name)
    if isinstance(first, cst.Try) and len(first.handlers) == 1 and not first.orelse and not first.finalbody:
        handler = first.handlers[0]
        known = handler.type is not None and subject.code(handler.type) == "KeyError"
        keys = _adds_one(subject, _sole(first), name), _sets_one(subject, _sole(handler), name)
        return keys[0] if known and keys[0] == keys[1] else None
    return _adds_one(subject, first, name)


def _key_of_branches(subject: Subject, test: cst.If, name: str) -> str | None:
    parts = comparison(test.test)
    if parts is None or not isinstance(test.orelse, cst.Else):
        return None
    mapping, key = subject.code(parts[2]).removesuffix(".keys()"), subject.code(parts[0])
    known, new = (test, test.orelse) if isinstance(parts[1], cst.In) else (test.orelse, test)
    keys = {_adds_one(subject, _sole(known), name), _sets_one(subject, _sole(new), name)}
    return key if mapping == name and keys == {key} and isinstance(parts[1], (cst.In, cst.NotIn)) else None


def _sole(block: cst.CSTNode) -> cst.CSTNode | None:
    statements = body(block)
    return statements[0] if len(statements) == 1 else None


def _adds_one(subject: Subject, statement: cst.CSTNode | None, name: str) -> str | None:
    """The key of `name[key] += 1` or `name[key] = name.get(key, 0) + 1`."""
    small = only(statement)
    target = small.target if isinstance(small, cst.AugAssign) and isinstance(small.operator, cst.AddAssign) else None
    if isinstance(small, cst.AugAssign) and literal(small.value) != 1:
        return None
    if isinstance(small, cst.Assign) and len(small.targets) == 1:
        target = small.targets[0].target
        key = _key(subject, target, name)
        spelled = subject.code(small.value).replace(" ", "")
        bare = (key or "").replace(" ", "")
        return key if spelled in (f"{name}.get({bare},0)+1", f"1+{name}.get({bare},0)") else None
    return _key(subject, target, name)


def _sets_one(subject: Subject, statement: cst.CSTNode | None, name: str) -> str | None:
    small = only(statement)
    if not isinstance(small, cst.Assign) or len(small.targets) != 1 or literal(small.value) != 1:
        return None
    return _key(subject, small.targets[0].target, name)


def _key(subject: Subject, target: cst.CSTNode | None, name: str) -> str | None:
    if not isinstance(target, cst.Subscript) or not m.matches(target.value, m.Name(name)):
        return None
    index = index_of(target)
    own = index is not None and name not in subject.names_in(index)
    return subject.code(index) if index is not None and own else None
