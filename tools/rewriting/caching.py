"""Results that are remembered: for good, or for the time of one outer call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import libcst.matchers as m

from tools.rewriting.base import body, expression, index_of, line, literal, plain, rule
from tools.rewriting.edits import Edit, Import, Replace, swap
from tools.rewriting.subject import MUTATORS, Subject, Usage, Use, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UNHASHABLE = ("list", "dict", "set", "List", "Dict", "Set", "bytearray", "Iterator", "Generator", "deque")
WORLDLY = words("print open input next exec eval globals locals setattr delattr super")
WORLDLY_MODULES = ("random.", "time.", "os.", "sys.", "datetime.", "subprocess.", "logging.", "threading.", "socket.")


@rule(
    "memoise-function",
    title="Remember the function's results",
    explanation="Calls with arguments that were seen before are answered from a cache instead of being computed.",
)
def memoise_function(subject: Subject) -> Iterator[Edit]:
    """The function gets `@functools.lru_cache(maxsize=None)`.

    Before: `def weight(name):`
    After: `@functools.lru_cache(maxsize=None)` / `def weight(name):`

    Applies only to undecorated functions of the module with parameters and a returned value, and not where the
    function changes anything, reads the world, yields or awaits. The cache outlives the call: a benchmark that
    repeats its arguments then times the cache, which a judge should refuse.
    """
    if not _may_be_pure(subject) or not subject.importable("functools"):
        return
    decorator = cst.Decorator(expression("functools.lru_cache(maxsize=None)"))
    yield Import("functools")
    yield Replace(subject.function, lambda node: node.with_changes(decorators=[decorator]))


def _may_be_pure(subject: Subject) -> bool:
    """Whether nothing in the function looks like a change to anything but its own variables."""
    function = subject.function
    if len(subject.path) != 1 or function.decorators or function.asynchronous or not _hashable_parameters(subject):
        return False
    impure = (cst.Yield, cst.Await, cst.Global, cst.Nonlocal, cst.With, cst.Del, cst.Import)
    if any(subject.own(impure)) or subject.captured & set(subject.parameters):
        return False
    if not any(node.value is not None for node in subject.own(cst.Return)):
        return False
    worldly = any(_worldly(subject, call) for call in subject.own(cst.Call))
    return not worldly and not any(_changes_argument(subject, name) for name in subject.uses)


def _hashable_parameters(subject: Subject) -> bool:
    names = [subject.parents[name] for name in subject.parameters.values()]
    parameters = [parameter for parameter in names if isinstance(parameter, cst.Param)]
    annotations = [subject.code(one.annotation.annotation) for one in parameters if one.annotation]
    kinds = [text.strip("\"'").split("[")[0].split(".")[-1] for text in annotations]
    return bool(parameters) and not any(kind in UNHASHABLE for kind in kinds)


def _worldly(subject: Subject, call: cst.Call) -> bool:
    text = subject.code(call.func)
    return text in WORLDLY or text.startswith(WORLDLY_MODULES)


def _changes_argument(subject: Subject, name: str) -> bool:
    """Whether the function changes what `name` stands for, and did not make it itself."""
    if subject.local(name):
        return False
    return any(
        usage.use is Use.CHANGED or (usage.use is Use.METHOD and usage.detail in MUTATORS) for usage in subject.uses[name]
    )


@rule(
    "remember-within-call",
    title="Remember results during one outer call",
    explanation="The recursion meets the same arguments again and again; a cache that lives for one call answers them.",
)
def remember_within_call(subject: Subject) -> Iterator[Edit]:
    """A pure recursive function runs as an inner cached function, made anew by every outer call.

    Before: `def ways(n):` / `return n if n < 2 else ways(n - 1) + ways(n - 2)`
    After: the same body in `@functools.cache def ways_inner(n)`, called once by `ways(n)`

    Applies to functions of the module with plain parameters that call themselves at two places or in a loop, under
    the conditions of memoise-function. Wrong for arguments that cannot be hashed.
    """
    name = subject.function.name.value
    calls = [call for call in subject.own(cst.Call) if isinstance(call.func, cst.Name) and call.func.value == name]
    repeated = len(calls) > 1 or any(True for call in calls for _ in subject.loops(call))
    if not repeated or not _plain_parameters(subject) or not _may_be_pure(subject):
        return
    others = len(subject.uses[name]) != len(calls) or name in subject.captured
    if others or not subject.importable("functools"):
        return
    inner = subject.fresh(f"{name}_inner")
    yield Import("functools")
    for call in calls:
        yield Replace(call, lambda node: node.with_changes(func=cst.Name(inner)))
    arguments = ", ".join(subject.parameters)
    yield Replace(subject.function, lambda node: _wrapped(node, inner, arguments, cached=True))


def _plain_parameters(subject: Subject) -> bool:
    parameters = subject.function.params
    special = (*parameters.posonly_params, *parameters.kwonly_params)
    return not special and not isinstance(parameters.star_arg, cst.Param) and parameters.star_kwarg is None


def _wrapped(function: cst.FunctionDef, inner: str, arguments: str, *, cached: bool) -> cst.FunctionDef:
    """The function with its body moved into `inner`; the docstring stays outside."""
    statements = body(function) or list(cst.ensure_type(function.body, cst.IndentedBlock).body)
    docstring = statements[:1] if function.get_docstring() is not None else []
    decorators = [cst.Decorator(cst.ensure_type(expression("functools.cache"), cst.Attribute))] if cached else []
    moved = function.with_changes(
        name=cst.Name(inner),
        decorators=decorators,
        leading_lines=[],
        lines_after_decorators=[],
        body=function.body.with_changes(body=statements[len(docstring) :]),
    )
    end = line(f"return {inner}({arguments})").with_changes(leading_lines=[cst.EmptyLine(indent=False)])
    return function.with_changes(body=function.body.with_changes(body=[*docstring, moved, end]))


@rule(
    "bounds-instead-of-slices",
    title="Recurse on a position instead of a sliced copy",
    explanation="Every call copies the rest of the sequence; a position into the one sequence copies nothing.",
)
def bounds_instead_of_slices(subject: Subject) -> Iterator[Edit]:
    """A function that recurses on `xs[1:]` gets an inner function that recurses on a start position.

    Before: `return xs[0] + total(xs[1:])`
    After: `return xs[start] + total_from(start + 1)` in an inner `total_from(start)`

    Applies when the sequence is only tested, measured, read at literal places and passed on as its tail. Does not
    apply to methods, decorated functions, or when the sequence is bound or handed to anything else.
    """
    name, calls = subject.function.name.value, list(subject.own(cst.Call))
    parameters = list(subject.parameters)
    if len(subject.path) != 1 or subject.function.decorators or not parameters or not _plain_parameters(subject):
        return
    sequence = parameters[0]
    own = [call for call in calls if isinstance(call.func, cst.Name) and call.func.value == name]
    tails = [tail for call in own if (tail := _tail(call, sequence, len(parameters))) is not None]
    if not own or len(tails) != len(own) or not subject.private(sequence) or name in subject.captured:
        return
    start = subject.fresh("start")
    in_calls = [usage for usage in subject.uses[sequence] if any(subject.inside(usage.name, call.args[0]) for call in own)]
    others = [usage for usage in subject.uses[sequence] if usage not in in_calls]
    texts = [_at_start(usage, start) for usage in others]
    if len(in_calls) != len(own) or None in texts or len(subject.uses[name]) != len(own):
        return
    inner = subject.fresh(f"{name}_from")
    for usage, text in zip(others, texts, strict=True):
        node = usage.name if usage.use is Use.TRUTH and not isinstance(usage.node, cst.UnaryOperation) else usage.node
        new = expression(text or "")
        yield swap(node, new)
    for call, tail in zip(own, tails, strict=True):
        yield Replace(call, _moved_call(inner, cst.Arg(expression(f"{start} + {tail}"))))
    moved = cst.Param(cst.Name(start))
    arguments = ", ".join(["0", *parameters[1:]])
    yield Replace(subject.function, lambda node: _with_start(_wrapped(node, inner, arguments, cached=False), moved))


def _tail(call: cst.Call, sequence: str, count: int) -> str | None:
    """The literal number of elements left out in `f(xs[1:], ...)`."""
    tail = m.Subscript(
        value=m.Name(sequence),
        slice=[m.SubscriptElement(slice=m.Slice(lower=m.Integer(), upper=None, step=None))],
    )
    if len(call.args) != count or not plain(list(call.args)) or not m.matches(call.args[0].value, tail):
        return None
    part = cst.ensure_type(cst.ensure_type(call.args[0].value, cst.Subscript).slice[0].slice, cst.Slice)
    return part.lower.value if isinstance(part.lower, cst.Integer) else None


def _at_start(usage: Usage, start: str) -> str | None:
    """The same use of the sequence, counted from `start`; None for a use that is not understood."""
    name = usage.name.value
    match usage.use:
        case Use.TRUTH if isinstance(usage.node, cst.UnaryOperation):
            return f"({start} >= len({name}))"
        case Use.TRUTH:
            return f"{start} < len({name})"
        case Use.ARGUMENT if usage.detail == "len" and len(cst.ensure_type(usage.node, cst.Call).args) == 1:
            return f"(len({name}) - {start})"
        case Use.ITEM:
            index = index_of(cst.ensure_type(usage.node, cst.Subscript))
            value = literal(index) if index is not None else None
            if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
                return f"{name}[{start} + {value}]" if value else f"{name}[{start}]"
            return f"{name}[{value}]" if value == -1 else None
    return None


def _moved_call(inner: str, first: cst.Arg) -> Callable[[cst.Call], cst.Call]:
    """What turns a call of the function into one of `inner`, with `first` as its first argument."""
    return lambda call: call.with_changes(
        func=cst.Name(inner), args=[first.with_changes(comma=call.args[0].comma), *call.args[1:]]
    )


def _with_start(function: cst.FunctionDef, start: cst.Param) -> cst.FunctionDef:
    """The wrapper whose inner function takes a position in the place of the sequence."""
    statements = []
    for statement in cst.ensure_type(function.body, cst.IndentedBlock).body:
        if isinstance(statement, cst.FunctionDef):
            parameters = statement.params
            first = start.with_changes(comma=parameters.params[0].comma)
            changed = parameters.with_changes(params=[first, *parameters.params[1:]])
            statement = statement.with_changes(params=changed)
        statements.append(statement)
    return function.with_changes(body=function.body.with_changes(body=statements))
