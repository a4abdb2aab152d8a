"""Loops that only build or add up something, replaced by one expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import libcst.matchers as m

from tools.rewriting.base import (
    body,
    commented,
    comparison,
    expression,
    grouped,
    index_of,
    literal,
    method_call,
    only,
    plain,
    remove,
    rule,
    simple_assignment,
)
from tools.rewriting.edits import Edit, Replace
from tools.rewriting.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    "list-comprehension",
    title="Build the collection with a comprehension",
    explanation="A comprehension appends without looking the method up and calling it for every element.",
)
def list_comprehension(subject: Subject) -> Iterator[Edit]:
    """An empty list, set or dictionary filled by the loop right below becomes a comprehension.

    Before: `out = []` / `for x in xs:` / `if x: out.append(f(x))`
    After: `out = [f(x) for x in xs if x]`

    Nested loops become nested clauses. Does not apply when the loop does anything else, reads what it builds, holds
    comments or `else`, awaits or yields, or when its variable is read afterwards.
    """
    for loop in subject.own(cst.For):
        previous = subject.neighbour(loop, -1)
        start = simple_assignment(previous)
        if previous is None or start is None or not subject.private(start[0]) or commented(loop.body):
            continue
        built = _comprehension_text(subject, loop, start[0], start[1])
        if built is not None:
            yield from collapse(previous, loop, built)


def collapse(previous: cst.CSTNode, loop: cst.For, value: str) -> Iterator[Edit]:
    """The first line takes the value that the loop used to build."""
    new = expression(value)

    def make(node: cst.SimpleStatementLine) -> cst.CSTNode:
        lines = [*node.leading_lines, *(one for one in loop.leading_lines if one.comment is not None)]
        return node.with_changes(body=[node.body[0].with_changes(value=new)], leading_lines=lines)

    yield Replace(previous, make)
    yield remove(loop)


def _comprehension_text(subject: Subject, loop: cst.For, name: str, start: cst.BaseExpression) -> str | None:
    clauses, inner = _clauses(subject, loop)
    if inner is None or len([usage for usage in subject.uses[name] if subject.inside(usage.name, loop)]) != 1:
        return None
    if any(subject.own((cst.Yield, cst.Await, cst.NamedExpr), within=loop)):
        return None
    if any(subject.used_after(target, loop) for target in loop_targets(subject, loop)):
        return None
    empty = {"append": literal(start) == [], "add": subject.code(start) == "set()", "": literal(start) == {}}
    if isinstance(inner, cst.Expr):
        call = method_call(inner.value)
        if call is None or call[0] != name or not empty.get(call[1]) or len(call[2]) != 1 or not plain(call[2]):
            return None
        text = f"{_element(subject, call[2][0].value)} {' '.join(clauses)}"
        return f"[{text}]" if call[1] == "append" else f"{{{text}}}"
    item = inner.targets[0].target if isinstance(inner, cst.Assign) and len(inner.targets) == 1 else None
    if not empty[""] or not isinstance(item, cst.Subscript) or not isinstance(inner, cst.Assign):
        return None
    index = index_of(item)
    if not m.matches(item.value, m.Name(name)) or index is None:
        return None
    return f"{{{_element(subject, index)}: {_element(subject, inner.value)} {' '.join(clauses)}}}"


def _element(subject: Subject, value: cst.BaseExpression) -> str:
    """Source that can stand at the head of a comprehension."""
    text = subject.code(value)
    return f"({text})" if isinstance(value, cst.Tuple) and not value.lpar else text


def _clauses(subject: Subject, loop: cst.For) -> tuple[list[str], cst.BaseSmallStatement | None]:
    """`for` and `if` clauses of nested loops, and the one statement in the middle (or None)."""
    clauses: list[str] = []
    statement: cst.CSTNode = loop
    while isinstance(statement, (cst.For, cst.If)):
        statements = body(statement)
        if statement.orelse is not None or len(statements) != 1:
            return [], None
        if isinstance(statement, cst.If):
            clauses.append(f"if {_operand(subject, statement.test)}")
        elif statement.asynchronous is not None:
            return [], None
        else:
            clauses.append(f"for {subject.code(statement.target)} in {_operand(subject, statement.iter)}")
        statement = statements[0]
    return clauses, only(statement)


def _operand(subject: Subject, value: cst.BaseExpression) -> str:
    loose = (cst.IfExp, cst.Lambda, cst.NamedExpr, cst.Tuple)
    return grouped(subject, value) if isinstance(value, loose) else subject.code(value)


def loop_targets(subject: Subject, loop: cst.For) -> set[str]:
    """Names that the loop and the loops in it bind."""
    heads = [loop, *subject.own(cst.For, within=loop.body)]
    return set().union(*(subject.names_in(head.target) for head in heads))


@rule(
    "accumulate-with-builtin",
    title="Let sum, min or max do the loop",
    explanation="The builtin runs the loop in C instead of interpreting a comparison or an addition per element.",
)
def accumulate_with_builtin(subject: Subject) -> Iterator[Edit]:
    """A loop that only adds up, or only keeps the largest or smallest, becomes one call.

    Before: `total = 0` / `for x in xs:` / `total += x * x`
    After: `total = sum(x * x for x in xs)`

    `best = xs[0]` with `if x > best: best = x` becomes `best = max(xs)`. Does not apply when the loop does anything
    else, holds comments or `else`, or when its variable is read afterwards. Sums of floats may round differently.
    """
    for loop in subject.own(cst.For):
        previous = subject.neighbour(loop, -1)
        start = simple_assignment(previous)
        if previous is None or start is None or not subject.private(start[0]) or commented(loop.body):
            continue
        if any(subject.own((cst.Yield, cst.Await, cst.NamedExpr), within=loop)):
            continue
        if any(subject.used_after(target, loop) for target in loop_targets(subject, loop)):
            continue
        value = _sum_text(subject, loop, *start) or _extreme_text(subject, loop, *start)
        if value is not None:
            yield from collapse(previous, loop, value)


def _sum_text(subject: Subject, loop: cst.For, name: str, start: cst.BaseExpression) -> str | None:
    clauses, inner = _clauses(subject, loop)
    zero = isinstance(start, (cst.Integer, cst.Float)) and not subject.code(start).strip("0.")
    if not zero or not isinstance(inner, cst.AugAssign) or not isinstance(inner.operator, cst.AddAssign):
        return None
    uses = [usage for usage in subject.uses[name] if subject.inside(usage.name, loop)]
    if not m.matches(inner.target, m.Name(name)) or len(uses) != 1 or not subject.builtin("sum"):
        return None
    added, extra = subject.code(inner.value), ", 0.0" if isinstance(start, cst.Float) else ""
    if len(clauses) == 1 and added == subject.code(loop.target):
        return f"sum({subject.code(loop.iter)}{extra})"
    generator = f"{added} {' '.join(clauses)}"
    return f"sum(({generator}){extra})" if extra else f"sum({generator})"


def _extreme_text(subject: Subject, loop: cst.For, name: str, start: cst.BaseExpression) -> str | None:
    first = m.Subscript(value=m.Name(), slice=[m.SubscriptElement(m.Index(m.Integer("0")))])
    if not m.matches(start, first) or not isinstance(loop.target, cst.Name) or loop.orelse is not None:
        return None
    sequence, element = subject.code(cst.ensure_type(start, cst.Subscript).value), loop.target.value
    if subject.code(loop.iter) not in (sequence, f"{sequence}[1:]"):
        return None
    statements = body(loop)
    condition = statements[0] if len(statements) == 1 else None
    if not isinstance(condition, cst.If) or condition.orelse is not None or len(body(condition)) != 1:
        return None
    kept, parts = simple_assignment(body(condition)[0]), comparison(condition.test)
    if kept is None or parts is None or (kept[0], subject.code(kept[1])) != (name, element):
        return None
    sides = (subject.code(parts[0]), subject.code(parts[2]))
    larger = {(element, name): cst.GreaterThan, (name, element): cst.LessThan}.get(sides)
    smaller = {(element, name): cst.LessThan, (name, element): cst.GreaterThan}.get(sides)
    if larger is not None and isinstance(parts[1], larger):
        return f"max({sequence})" if subject.builtin("max") else None
    if smaller is not None and isinstance(parts[1], smaller):
        return f"min({sequence})" if subject.builtin("min") else None
    return None
