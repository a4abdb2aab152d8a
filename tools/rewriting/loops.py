"""Loops that go over their elements directly, or are not needed at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import libcst as cst
import libcst.matchers as m

from tools.rewriting.base import (
    body,
    commented,
    comparison,
    exchange,
    expression,
    grouped,
    index_of,
    line,
    literal,
    method_call,
    only,
    plain,
    remove,
    rule,
    simple_assignment,
)
from tools.rewriting.edits import Before, Edit, Replace, swap
from tools.rewriting.subject import Subject, Usage, Use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.rewriting.subject import Loop


@rule(
    "direct-iteration",
    title="Go over the elements instead of their indexes",
    explanation="Iterating gives each element without counting and looking it up by index.",
)
def direct_iteration(subject: Subject) -> Iterator[Edit]:
    """`for i in range(len(xs))` that reads `xs[i]` becomes `for x in xs` or `for i, x in enumerate(xs)`.

    Before: `for i in range(len(xs)): total += xs[i]`
    After: `for x in xs: total += x`

    Does not apply when the loop binds or changes `xs` or binds `i`, nor where `xs[i]` is never read.
    """
    for head in subject.heads():
        found = _indexed(subject, head)
        if found is None:
            continue
        index, sequence, scope = found
        usages = [usage for usage in subject.uses[index] if subject.inside(usage.name, scope)]
        counts = [usage for usage in usages if usage.use is not Use.BOUND]
        items = [item for usage in counts if (item := _item(subject, usage, sequence)) is not None]
        bound = [usage for usage in usages if usage.use is Use.BOUND]
        if not items or len(bound) != 1 or subject.changed(sequence, scope):
            continue
        if not subject.private(index) or not subject.private(sequence):
            continue
        element = subject.fresh(_singular(sequence))
        keeps_index = len(items) < len(counts) or (isinstance(head, cst.For) and subject.used_after(index, head))
        yield from _iteration_edits(head, (index, element, sequence), keeps_index=keeps_index)
        for item in items:
            yield exchange(subject, item, element)


def _iteration_edits(head: cst.For | cst.CompFor, names: tuple[str, str, str], *, keeps_index: bool) -> Iterator[Edit]:
    index, element, sequence = names
    yield swap(head.iter, expression(f"enumerate({sequence})" if keeps_index else sequence))
    pair = cst.Tuple([cst.Element(cst.Name(index)), cst.Element(cst.Name(element))], lpar=[], rpar=[])
    yield swap(head.target, pair if keeps_index else cst.Name(element))


def _indexed(subject: Subject, head: cst.For | cst.CompFor) -> tuple[str, str, cst.CSTNode] | None:
    """Index, sequence and scope of `for i in range(len(xs))`."""
    counting = m.Call(
        func=m.Name("range"),
        args=[m.Arg(value=m.Call(func=m.Name("len"), args=[m.Arg(value=m.Name(), star="")]))],
    )
    if not isinstance(head.target, cst.Name) or not m.matches(head.iter, counting):
        return None
    if not subject.builtin("range") or not subject.builtin("len") or not subject.builtin("enumerate"):
        return None
    inner = cst.ensure_type(cst.ensure_type(head.iter, cst.Call).args[0].value, cst.Call)
    sequence = cst.ensure_type(inner.args[0].value, cst.Name).value
    scope = head if isinstance(head, cst.For) else _comprehension(subject, head)
    return (head.target.value, sequence, scope) if sequence != head.target.value else None


def _comprehension(subject: Subject, clause: cst.CompFor) -> cst.CSTNode:
    return next(outer for outer in subject.ancestors(clause) if not isinstance(outer, cst.CompFor))


def _item(subject: Subject, usage: Usage, sequence: str) -> cst.Subscript | None:
    """The `xs[i]` that reads through this use of `i`."""
    element = subject.parents[subject.parents[usage.node]] if isinstance(usage.node, cst.Index) else None
    if not isinstance(element, cst.Subscript) or not m.matches(element.value, m.Name(sequence)):
        return None
    return element if index_of(element) is usage.name else None


def _singular(name: str) -> str:
    return name[:-1] if name.endswith("s") and len(name) > 1 and not name.endswith("ss") else f"{name}_item"


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


@rule(
    "items-instead-of-lookup",
    title="Iterate over items instead of looking keys up",
    explanation="Iterating over items gives key and value together, without hashing every key again.",
)
def items_instead_of_lookup(subject: Subject) -> Iterator[Edit]:
    """`for k in d` that reads `d[k]` becomes `for k, value in d.items()`.

    Before: `for name in prices: total += prices[name]`
    After: `for name, name_value in prices.items(): total += name_value`

    Does not apply when the loop changes the dictionary or binds the key, or where `d[k]` is never read.
    """
    for head in subject.heads():
        mapping = _mapping(head)
        if mapping is None or not isinstance(head.target, cst.Name) or not subject.private(mapping):
            continue
        key, scope = head.target.value, head if isinstance(head, cst.For) else _comprehension(subject, head)
        usages = [usage for usage in subject.uses[key] if subject.inside(usage.name, scope)]
        items = [item for usage in usages if (item := _item(subject, usage, mapping)) is not None]
        bound = [usage for usage in usages if usage.use is Use.BOUND]
        if not items or len(bound) != 1 or subject.changed(mapping, scope) or not subject.private(key):
            continue
        value = subject.fresh(f"{key}_value")
        names = cst.Tuple([cst.Element(cst.Name(key)), cst.Element(cst.Name(value))], lpar=[], rpar=[])
        yield swap(head.target, names)
        yield swap(head.iter, expression(f"{mapping}.items()"))
        for item in items:
            yield exchange(subject, item, value)


def _mapping(head: cst.For | cst.CompFor) -> str | None:
    if isinstance(head.iter, cst.Name):
        return head.iter.value
    call = method_call(head.iter)
    return call[0] if call is not None and call[1] == "keys" and not call[2] else None


@rule(
    "columns-instead-of-rows",
    title="Zip the columns instead of building a row each",
    explanation="iterrows makes a Series of every row; zipping the columns hands the values over as they are.",
)
def columns_instead_of_rows(subject: Subject) -> Iterator[Edit]:
    """A pandas loop that only reads `row["name"]` goes over zipped columns.

    Before: `for _, row in frame.iterrows(): total += row["price"] * row["count"]`
    After: `for _, row_price, row_count in zip(frame.index, frame["price"], frame["count"]): ...`

    Does not apply when the row is used in any other way, or the frame changes in the loop. Values keep the type of
    their column, where a row of mixed columns converts them.
    """
    for loop in subject.own(cst.For):
        call = method_call(loop.iter)
        pair = m.Tuple(elements=[m.Element(m.Name()), m.Element(m.Name())])
        if call is None or call[1] != "iterrows" or call[2] or not m.matches(loop.target, pair):
            continue
        frame, names = call[0], [subject.code(one.value) for one in cst.ensure_type(loop.target, cst.Tuple).elements]
        items = _columns(subject, loop, names[1])
        if not items or subject.changed(frame, loop) or not subject.private(names[1]) or not subject.builtin("zip"):
            continue
        columns = {text: subject.fresh(_column_name(names[1], text)) for text in dict.fromkeys(items.values())}
        sources = ", ".join([f"{frame}.index", *(f"{frame}[{column}]" for column in columns)])
        target = expression(", ".join([names[0], *columns.values()]))
        yield swap(loop.target, target)
        yield swap(loop.iter, expression(f"zip({sources})"))
        for node, text in items.items():
            yield exchange(subject, node, columns[text])


def _columns(subject: Subject, loop: cst.For, row: str) -> dict[cst.Subscript, str]:
    """Reads of literal columns of the row, or nothing where it is used otherwise."""
    found: dict[cst.Subscript, str] = {}
    for usage in subject.uses[row]:
        if usage.use is Use.BOUND and subject.inside(usage.name, loop.target):
            continue
        index = index_of(usage.node) if isinstance(usage.node, cst.Subscript) else None
        inside = subject.inside(usage.name, loop.body)
        if usage.use is not Use.ITEM or not inside or index is None or not isinstance(literal(index), str):
            return {}
        found[cst.ensure_type(usage.node, cst.Subscript)] = subject.code(index)
    return found


def _column_name(row: str, column: str) -> str:
    word = "".join(letter if letter.isalnum() else "_" for letter in str(literal(cst.parse_expression(column))))
    return f"{row}_{word}"
