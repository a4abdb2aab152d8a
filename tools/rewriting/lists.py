"""Lists that are built, used up or searched in a cheaper way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from tools.rewriting.base import (
    exchange,
    expression,
    function_call,
    index_of,
    is_list,
    literal,
    method_call,
    only,
    plain,
    restate,
    rule,
)
from tools.rewriting.edits import Edit, Import, Replace
from tools.rewriting.subject import Subject, Usage, Use, assigned, words

if TYPE_CHECKING:
    from collections.abc import Iterator

QUEUE_METHODS = words("append extend pop insert clear remove count index reverse")
QUEUE_BUILTINS = words("len bool list sum min max sorted any all set enumerate")


@rule(
    "list-pop-to-deque",
    title="Pop from a deque instead of the front of a list",
    explanation="Taking from (or putting at) the front of a list moves every other element; a deque moves none.",
)
def list_pop_to_deque(subject: Subject) -> Iterator[Edit]:
    """A local list used as a queue becomes a `collections.deque`.

    Before: `queue = [start]` ... `node = queue.pop(0)`
    After: `queue = collections.deque([start])` ... `node = queue.popleft()`

    A returned queue is returned as a list. Does not apply when the list is a parameter, is sliced or sorted, or goes
    to a function that may want a list.
    """
    if not subject.importable("collections"):
        return
    for name in list(subject.uses):
        if not subject.local(name) or not _is_queue(subject, name):
            continue
        yield Import("collections")
        for usage in subject.uses[name]:
            yield from _queue_edits(subject, usage)


def _is_queue(subject: Subject, name: str) -> bool:
    values = subject.values(name)
    if not values or not all(is_list(value) for value in values):
        return False
    usages = subject.uses[name]
    return any(_front(usage) for usage in usages) and all(_suits_deque(usage) for usage in usages)


def _front(usage: Usage) -> bool:
    """Whether this is `.pop(0)` or `.insert(0, x)`."""
    if usage.use is not Use.METHOD or usage.detail not in ("pop", "insert"):
        return False
    call = method_call(usage.node)
    count = 1 if usage.detail == "pop" else 2
    return call is not None and len(call[2]) == count and plain(call[2]) and _is_zero(call[2][0])


def _is_zero(argument: cst.Arg) -> bool:
    """Whether the argument is the literal 0."""
    return isinstance(argument.value, cst.Integer) and argument.value.value == "0"


def _suits_deque(usage: Usage) -> bool:
    match usage.use:
        case Use.METHOD:
            call = method_call(usage.node)
            middle = usage.detail == "pop" and call is not None and call[2] and not _front(usage)
            return usage.detail in QUEUE_METHODS and not middle
        case Use.ITEM:
            index = index_of(usage.node) if isinstance(usage.node, cst.Subscript) else None
            return index is not None and isinstance(literal(index), int)
        case Use.ARGUMENT:
            return usage.detail in QUEUE_BUILTINS
        case Use.BOUND | Use.MEMBER | Use.ITERATED | Use.TRUTH | Use.RETURNED:
            return True
    return isinstance(usage.node, cst.BooleanOperation)


def _queue_edits(subject: Subject, usage: Usage) -> Iterator[Edit]:
    if usage.use is Use.BOUND:
        value = assigned(subject.parents, usage.name)
        if value is not None:
            empty = isinstance(value, cst.List) and not value.elements
            deque = cst.parse_expression("collections.deque()")
            assert isinstance(deque, cst.Call)
            yield Replace(value, lambda node: deque if empty else deque.with_changes(args=[cst.Arg(node)]))
            yield from _annotation_edit(subject, usage)
    elif usage.use is Use.RETURNED:
        yield exchange(subject, usage.name, f"list({usage.name.value})")
    elif _front(usage):
        side = "popleft" if usage.detail == "pop" else "appendleft"
        yield Replace(
            usage.node,
            lambda call: call.with_changes(func=call.func.with_changes(attr=cst.Name(side)), args=call.args[1:]),
        )


def _annotation_edit(subject: Subject, usage: Usage) -> Iterator[Edit]:
    assignment = usage.node
    annotation = assignment.annotation.annotation if isinstance(assignment, cst.AnnAssign) else None
    kind = annotation.value if isinstance(annotation, cst.Subscript) else annotation
    if isinstance(kind, cst.Name) and kind.value in ("list", "List"):
        yield exchange(subject, kind, "collections.deque")


@rule(
    "append-in-place",
    title="Append in place instead of copying the list",
    explanation="`out = out + [x]` copies the whole list for every element; `append` and `extend` do not.",
)
def append_in_place(subject: Subject) -> Iterator[Edit]:
    """`out = out + [x]` and `out += [x]` become `out.append(x)`; longer additions become `out.extend(...)`.

    Before: `out = out + [x * 2]`
    After: `out.append(x * 2)`

    Wrong where `out` is another name of a list that must stay as it is. Does not apply to parameters, to names
    shared with nested functions, or where nothing shows that `out` is a list.
    """
    for statement in subject.own(cst.SimpleStatementLine):
        grown = _growth(subject, statement)
        if grown is None:
            continue
        name, added = grown
        if not subject.local(name) or not _adds_list(subject, name, added):
            continue
        elements = added.elements if isinstance(added, cst.List) else ()
        if len(elements) == 1 and isinstance(elements[0], cst.Element):
            yield restate(statement, f"{name}.append({subject.code(elements[0].value)})")
        else:
            yield restate(statement, f"{name}.extend({subject.code(added)})")


def _growth(subject: Subject, statement: cst.SimpleStatementLine) -> tuple[str, cst.BaseExpression] | None:
    """Name and addition of `name = name + addition` or `name += [...]`."""
    small = only(statement)
    if isinstance(small, cst.AugAssign) and isinstance(small.operator, cst.AddAssign):
        single = isinstance(small.value, cst.List) and isinstance(small.target, cst.Name)
        return (subject.code(small.target), small.value) if single else None
    if not isinstance(small, cst.Assign) or len(small.targets) != 1 or not isinstance(small.value, cst.BinaryOperation):
        return None
    target, left = small.targets[0].target, small.value.left
    if not isinstance(target, cst.Name) or not isinstance(left, cst.Name) or left.value != target.value:
        return None
    return (target.value, small.value.right) if isinstance(small.value.operator, cst.Add) else None


def _adds_list(subject: Subject, name: str, added: cst.BaseExpression) -> bool:
    if is_list(added):
        return True
    starts = (assigned(subject.parents, usage.name) for usage in subject.bindings(name))
    return any(value is not None and is_list(value) for value in starts)


@rule(
    "min-instead-of-sorted",
    title="Take the smallest or largest without sorting",
    explanation="Sorting orders everything (n log n) only to read one end; min and max walk along once.",
)
def min_instead_of_sorted(subject: Subject) -> Iterator[Edit]:
    """`sorted(xs)[0]` becomes `min(xs)` and `sorted(xs)[-1]` becomes `max(xs)`; `key` stays, `reverse` swaps them.

    Before: `return sorted(words, key=len)[-1]`
    After: `return max(words, key=len)`

    Does not apply when `reverse` is no literal. Among equal keys `[-1]` was the last and `max` is the first; an
    empty argument raises ValueError instead of IndexError.
    """
    for node in subject.own(cst.Subscript):
        arguments = function_call(node.value, "sorted")
        index = index_of(node)
        end = literal(index) if index is not None else None
        if not arguments or end not in (0, -1) or isinstance(end, bool) or not subject.builtin("sorted"):
            continue
        keywords = {argument.keyword.value: argument for argument in arguments[1:] if argument.keyword}
        reverse = literal(keywords["reverse"].value) if "reverse" in keywords else False
        if len(keywords) != len(arguments) - 1 or not isinstance(reverse, bool) or arguments[0].star:
            continue
        name = "min" if (end == 0) is not reverse else "max"
        if subject.builtin(name):
            key = f", key={subject.code(keywords['key'].value)}" if "key" in keywords else ""
            yield exchange(subject, node, f"{name}({subject.code(arguments[0].value)}{key})")


@rule(
    "smallest-with-heap",
    title="Take the few smallest with a heap instead of sorting",
    explanation="heapq.nsmallest keeps only the few wanted elements in order; sorting orders all of them.",
)
def smallest_with_heap(subject: Subject) -> Iterator[Edit]:
    """`sorted(xs)[:3]` becomes `heapq.nsmallest(3, xs)`; `key` stays, `reverse=True` takes nlargest.

    Before: `top = sorted(scores, reverse=True)[:3]`
    After: `top = heapq.nlargest(3, scores)`

    Does not apply when the count is negative, or when the slice has a start or a step.
    """
    for node in subject.own(cst.Subscript):
        arguments = function_call(node.value, "sorted")
        part = node.slice[0].slice if len(node.slice) == 1 else None
        if not arguments or not isinstance(part, cst.Slice) or part.upper is None or part.lower or part.step:
            continue
        keywords = {argument.keyword.value: argument for argument in arguments[1:] if argument.keyword}
        reverse = literal(keywords["reverse"].value) if "reverse" in keywords else False
        negative = isinstance(part.upper, cst.UnaryOperation)
        if negative or len(keywords) != len(arguments) - 1 or not isinstance(reverse, bool) or arguments[0].star:
            continue
        if subject.builtin("sorted") and subject.importable("heapq"):
            key = f", key={subject.code(keywords['key'].value)}" if "key" in keywords else ""
            name = "nlargest" if reverse else "nsmallest"
            yield Import("heapq")
            count = subject.code(part.upper)
            yield exchange(subject, node, f"heapq.{name}({count}, {subject.code(arguments[0].value)}{key})")


@rule(
    "generator-in-aggregate",
    title="Let the aggregate read a generator, not a list",
    explanation="The list is built whole before any, all, sum, min or max looks at it; any and all could stop early.",
)
def generator_in_aggregate(subject: Subject) -> Iterator[Edit]:
    """`any([...])` and its like take a generator expression.

    Before: `if any([x < 0 for x in xs]):`
    After: `if any(x < 0 for x in xs):`

    Does not apply to `"".join([...])`, which builds a list of its own anyway, nor to calls with further arguments.
    """
    for call in subject.own(cst.Call):
        name = call.func.value if isinstance(call.func, cst.Name) else ""
        if name not in ("any", "all", "sum", "min", "max") or not subject.builtin(name) or len(call.args) != 1:
            continue
        listed = call.args[0].value
        if isinstance(listed, cst.ListComp) and not call.args[0].keyword:
            yield Replace(listed, lambda node: cst.GeneratorExp(elt=node.elt, for_in=node.for_in, lpar=[], rpar=[]))


@rule(
    "chain-instead-of-sum",
    title="Flatten with itertools.chain instead of sum",
    explanation="`sum(lists, [])` copies the growing result for every list; chain copies every element once.",
)
def chain_instead_of_sum(subject: Subject) -> Iterator[Edit]:
    """`sum(lists, [])` becomes `list(itertools.chain.from_iterable(lists))`.

    Before: `return sum(groups, [])`
    After: `return list(itertools.chain.from_iterable(groups))`

    Does not apply when the start is anything but an empty list.
    """
    for call in subject.own(cst.Call):
        arguments = function_call(call, "sum")
        if not arguments or len(arguments) != 2 or literal(arguments[1].value) != [] or arguments[0].star:
            continue
        if subject.builtin("sum") and subject.builtin("list") and subject.importable("itertools"):
            yield Import("itertools")
            flat = f"list(itertools.chain.from_iterable({subject.code(arguments[0].value)}))"
            yield exchange(subject, call, flat)


@rule(
    "count-without-list",
    title="Count without building a list",
    explanation="The list is built only to be measured; counting needs no memory.",
)
def count_without_list(subject: Subject) -> Iterator[Edit]:
    """`len([x for x in xs if c])` becomes `sum(1 for x in xs if c)`.

    Before: `return len([x for x in xs if x > 0])`
    After: `return sum(1 for x in xs if x > 0)`

    Does not apply to sets and dictionaries, where equal elements count once.
    """
    for call in subject.own(cst.Call):
        arguments = function_call(call, "len")
        if arguments and isinstance(arguments[0].value, cst.ListComp) and subject.builtin("len"):
            each = subject.code(arguments[0].value.for_in).strip()
            if subject.builtin("sum"):
                yield exchange(subject, call, f"sum(1 {each})")


@rule(
    "shallow-copy",
    title="Copy shallowly instead of deeply",
    explanation="deepcopy looks at every element and keeps a memo; flat data needs neither.",
)
def shallow_copy(subject: Subject) -> Iterator[Edit]:
    """`copy.deepcopy(x)` becomes `copy.copy(x)`.

    Before: `row = copy.deepcopy(template)`
    After: `row = copy.copy(template)`

    Right for flat data only, which the rule cannot see. Does not apply when the argument evidently nests containers,
    or is handed a memo.
    """
    deep = subject.imported("copy", "deepcopy")
    module = subject.imported("copy")
    for call in subject.own(cst.Call):
        spelled = subject.code(call.func)
        if len(call.args) != 1 or spelled not in (f"{module}.deepcopy", deep) or _nests(subject, call.args[0].value):
            continue
        if module is None and not subject.importable("copy"):
            continue
        if module is None:
            yield Import("copy")
        yield Replace(call.func, lambda _: expression(f"{module or 'copy'}.copy"))


def _nests(subject: Subject, value: cst.BaseExpression) -> bool:
    """Whether the value is evidently a container of containers."""
    if not isinstance(value, cst.Name):
        return False
    text = [subject.code(one) for one in subject.values(value.value) or ()]
    if value.value in subject.parameters:
        parameter = subject.parents[subject.parameters[value.value]]
        assert isinstance(parameter, cst.Param)
        text.append(subject.code(parameter.annotation.annotation) if parameter.annotation else "")
    return any(sum(one.count(mark) for mark in "[{") > 1 for one in text)
