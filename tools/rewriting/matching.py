"""Nested loops that look for equal keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from tools.rewriting.base import (
    body,
    comparison,
    expression,
    index_of,
    line,
    literal,
    only,
    rule,
)
from tools.rewriting.edits import Before, Edit, Replace, swap
from tools.rewriting.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.rewriting.subject import Loop


@rule(
    "index-by-key",
    title="Look matches up by key instead of scanning",
    explanation="The inner loop scans everything for each outer element; a dictionary of groups finds the matches.",
)
def index_by_key(subject: Subject) -> Iterator[Edit]:
    """An inner loop that looks for equal keys goes over a group from a dictionary built before the outer loop.

    Before: `for a in xs:` / `for b in ys:` / `if a.key == b.key: ...`
    After: `ys_by_key = {}` filled above; `for a in xs:` / `for b in ys_by_key.get(a.key, ()): ...`

    Also in comprehensions. Does not apply when the outer loop binds or changes `ys`, when the inner loop does
    anything outside the `if`, or its variable is read after it. Wrong for keys that cannot be hashed.
    """
    if not subject.builtin("dict"):
        return
    taken: list[cst.CSTNode] = []
    for head in subject.heads():
        match = _matching(subject, head)
        if match is None or any(subject.inside(head, outer) for outer in taken):
            continue
        loop = _scanned_in(subject, head, match)
        if loop is None:
            continue
        taken.append(head)
        anchor, index = subject.anchor(loop), subject.fresh(f"{match.sequence}_by_{match.key_name}")
        yield Before(anchor, line(f"{index} = {{}}"))
        yield Before(anchor, _grouping(subject, match, index))
        yield swap(head.iter, expression(f"{index}.get({match.wanted}, ())"))
        yield _without_test(head, match)


class _Match(NamedTuple):
    """The parts of `for element in sequence: if key == wanted: ...`."""

    element: str
    sequence: str
    key: cst.BaseExpression
    wanted_node: cst.BaseExpression
    wanted: str
    key_name: str
    test: cst.BaseExpression  # the whole test that disappears
    negated: bool  # `if key != wanted: continue`


def _matching(subject: Subject, head: cst.For | cst.CompFor) -> _Match | None:
    if not isinstance(head.target, cst.Name) or not isinstance(head.iter, cst.Name):
        return None
    element, sequence, test, negated = head.target.value, head.iter.value, None, False
    if isinstance(head, cst.CompFor):
        test = head.ifs[0].test if head.ifs else None
    else:
        statements = body(head)
        first = statements[0] if statements else None
        if not isinstance(first, cst.If) or first.orelse is not None:
            return None
        test, negated = first.test, len(statements) > 1
        if negated and not _only_continues(first):
            return None
    parts = comparison(_first_condition(test)) if test is not None else None
    if test is None or parts is None or not isinstance(parts[1], cst.NotEqual if negated else cst.Equal):
        return None
    if negated and isinstance(test, cst.BooleanOperation):
        return None
    for key, wanted in ((parts[0], parts[2]), (parts[2], parts[0])):
        if subject.names_in(key) == {element} and element not in subject.names_in(wanted) and _is_lookup(key):
            name = _key_name(key)
            return _Match(element, sequence, key, wanted, subject.code(wanted), name, test, negated)
    return None


def _first_condition(test: cst.BaseExpression) -> cst.BaseExpression:
    while isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And) and not test.lpar:
        test = test.left
    return test


def _rest(test: cst.BaseExpression) -> cst.BaseExpression | None:
    """The test without its first condition."""
    if not isinstance(test, cst.BooleanOperation) or test.lpar or not isinstance(test.operator, cst.And):
        return None
    left = _rest(test.left)
    return test.right if left is None else test.with_changes(left=left)


def _only_continues(statement: cst.If) -> bool:
    statements = body(statement)
    return len(statements) == 1 and isinstance(only(statements[0]), cst.Continue)


def _is_lookup(key: cst.BaseExpression) -> bool:
    """Whether the key is an attribute or literal item of the element, or the element itself."""
    if isinstance(key, cst.Attribute):
        return _is_lookup(key.value)
    if isinstance(key, cst.Subscript):
        index = index_of(key)
        return index is not None and literal(index) is not ... and _is_lookup(key.value)
    return isinstance(key, cst.Name)


def _key_name(key: cst.BaseExpression) -> str:
    if isinstance(key, cst.Attribute):
        return key.attr.value.strip("_") or "key"
    index = index_of(key) if isinstance(key, cst.Subscript) else None
    value = literal(index) if index is not None else "value"
    return value if isinstance(value, str) and value.isidentifier() else "key"


def _scanned_in(subject: Subject, head: cst.For | cst.CompFor, match: _Match) -> Loop | None:
    """The largest loop that scans the same sequence again and again."""
    names = {match.sequence}
    if not subject.private(match.sequence) or not subject.private(match.element):
        return None
    if isinstance(head, cst.For) and subject.used_after(match.element, head):
        return None
    return subject.outermost(head, names) if not _is_first(subject, head) else None


def _is_first(subject: Subject, head: cst.For | cst.CompFor) -> bool:
    """Whether the clause is the first of a comprehension that no other loop repeats."""
    return not any(True for _ in subject.loops(head.iter))


def _grouping(subject: Subject, match: _Match, index: str) -> cst.BaseCompoundStatement:
    loop = f"for {match.element} in {match.sequence}:\n"
    fill = f"    {index}.setdefault({subject.code(match.key)}, []).append({match.element})\n"
    return cst.ensure_type(cst.parse_statement(loop + fill), cst.For)


def _without_test(head: cst.For | cst.CompFor, match: _Match) -> Edit:
    rest = _rest(match.test)
    if isinstance(head, cst.CompFor):
        first = head.ifs[0]
        kept = [first.with_changes(test=rest)] if rest is not None else []
        return Replace(head, lambda node: node.with_changes(ifs=[*kept, *node.ifs[1:]]))
    condition = body(head)[0]
    if match.negated:
        return Replace(condition, lambda _: cst.RemoveFromParent())
    if rest is not None:
        return Replace(condition, lambda node: node.with_changes(test=rest))
    return Replace(condition, lambda node: cst.FlattenSentinel(_inner_statements(node)))


def _inner_statements(condition: cst.If) -> list[cst.CSTNode]:
    if isinstance(condition.body, cst.IndentedBlock):
        first, *others = condition.body.body
        return [first.with_changes(leading_lines=[*condition.leading_lines, *first.leading_lines]), *others]  # type: ignore[attr-defined]  # statements have leading lines
    return [cst.SimpleStatementLine(cst.ensure_type(condition.body, cst.SimpleStatementSuite).body)]
