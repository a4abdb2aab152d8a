"""Loops that are handed what they would otherwise look up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import libcst.matchers as m

from tools.rewriting.base import (
    exchange,
    expression,
    index_of,
    literal,
    method_call,
    rule,
)
from tools.rewriting.edits import Edit, swap
from tools.rewriting.subject import Subject, Usage, Use

if TYPE_CHECKING:
    from collections.abc import Iterator


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
