"""Calls and lookups whose answer stays the same, made once instead of on every turn of a loop."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst
import libcst.matchers as m

from tools.rewriting.base import exchange, line, literal, method_call, plain, rule
from tools.rewriting.edits import Before, Edit, Import, swap
from tools.rewriting.subject import COMPREHENSIONS, Loop, Subject, Use, words

if TYPE_CHECKING:
    from collections.abc import Iterator

FIXED_RESULTS = words("abs bool float frozenset hash int len max min ord round str sum tuple any all chr")
FRESH_RESULTS = words("dict list set sorted")  # may be changed later, so only where they are just read
TEXT_METHODS = words(
    "lower upper strip lstrip rstrip casefold title capitalize swapcase encode decode replace join format zfill"
)
READERS = words("len sum min max any all enumerate zip sorted set frozenset tuple list")


@rule(
    "hoist-invariant-call",
    title="Make a call once before the loop",
    explanation="The arguments do not change inside the loop, so that every turn computes the same result again.",
)
def hoist_invariant_call(subject: Subject) -> Iterator[Edit]:
    """A builtin or string method whose arguments the loop leaves alone is called before the loop.

    Before: `for word in words:` / `if text.lower() == word:`
    After: `text_lower = text.lower()` / `for word in words:` / `if text_lower == word:`

    Does not apply when an argument is bound or changed in the loop (or handed to an unknown function), or when a
    result that can be changed goes anywhere but into a test, a loop or a builtin. A call that raises now does so
    even if the loop would never have reached it.
    """
    names: dict[tuple[str, cst.CSTNode], str] = {}
    taken: list[cst.CSTNode] = []
    for call in subject.own(cst.Call):
        loop = _hoistable_from(subject, call)
        if loop is None or any(subject.inside(call, outer) for outer in taken):
            continue
        taken.append(call)
        anchor, text = subject.anchor(loop), subject.code(call)
        if (text, anchor) not in names:
            names[text, anchor] = subject.fresh(_result_name(subject, call))
            yield Before(anchor, line(f"{names[text, anchor]} = {text}"))
        yield exchange(subject, call, names[text, anchor])


def _hoistable_from(subject: Subject, call: cst.Call) -> Loop | None:
    """The largest loop before which the call can be made, if it can."""
    variables = _inputs(subject, call)
    if variables is None or not variables or not all(subject.private(name) for name in variables):
        return None
    loop = subject.outermost(call, variables)
    return loop if loop is not None and _bound_outside(subject, variables, loop) else None


def _inputs(subject: Subject, call: cst.Call) -> set[str] | None:
    """Variables that a call depends on, or None where it is not known to be pure."""
    if any(argument.star for argument in call.args) or not all(_still(argument.value) for argument in call.args):
        return None
    values = [argument.value for argument in call.args]
    if isinstance(call.func, cst.Name):
        name = call.func.value
        fixed = name in FIXED_RESULTS or (name in FRESH_RESULTS and _only_read(subject, call))
        if not fixed or not subject.builtin(name) or not values:
            return None
    elif m.matches(call.func, m.Attribute(value=m.Name("math"))):
        if subject.imported("math") != "math" or not values:
            return None
    elif isinstance(call.func, cst.Attribute) and call.func.attr.value in TEXT_METHODS:
        if not isinstance(call.func.value, cst.Name) or call.func.value.value in subject.module_names:
            return None
        values.append(call.func.value)
    else:
        return None
    return set().union(*(subject.names_in(value) for value in values))


def _still(value: cst.BaseExpression) -> bool:
    """Whether an argument is a name, a constant or simple arithmetic of those."""
    simple = (cst.Name, cst.Integer, cst.Float, cst.SimpleString)
    if isinstance(value, cst.BinaryOperation):
        return _still(value.left) and _still(value.right)
    return isinstance(value, simple)


def _only_read(subject: Subject, call: cst.Call) -> bool:
    parent = subject.parents[call]
    match parent:
        case cst.ComparisonTarget():
            return True
        case cst.For() | cst.CompFor():
            return parent.iter is call
        case cst.Subscript():
            return parent.value is call and isinstance(subject.parents[parent], (cst.BinaryOperation, cst.Arg))
        case cst.Arg():
            outer = subject.parents[parent]
            return isinstance(outer, cst.Call) and subject.code(outer.func) in READERS
    return False


def _bound_outside(subject: Subject, names: set[str], loop: Loop) -> bool:
    """Whether the names have a value before the line that holds the loop."""
    anchor = subject.anchor(loop)
    return not any(
        usage.use is Use.BOUND and subject.inside(usage.name, anchor) for name in names for usage in subject.uses[name]
    )


def _result_name(subject: Subject, call: cst.Call) -> str:
    doing = call.func.attr.value if isinstance(call.func, cst.Attribute) else subject.code(call.func)
    of = call.func.value if m.matches(call.func, m.Attribute(value=~m.Name("math"))) else call.args[0].value  # type: ignore[attr-defined]  # the matcher says it is an attribute
    noun = of.value if isinstance(of, cst.Name) else "value"
    return f"{noun}_{doing}"


@rule(
    "count-once",
    title="Count all elements once instead of one by one",
    explanation="Every list.count walks the whole list, which is quadratic in a loop; a Counter walks it once.",
)
def count_once(subject: Subject) -> Iterator[Edit]:
    """`xs.count(x)` in a loop reads a `collections.Counter` built before the loop.

    Before: `{x: xs.count(x) for x in xs}`
    After: `xs_counts = collections.Counter(xs)` above, `{x: xs_counts[x] for x in xs}`

    Also for `key=xs.count`. Does not apply when the list changes in the loop, when nothing varies in the call, or
    when the name is annotated or bound as a string. Wrong for elements that cannot be hashed and for substrings.
    """
    if not subject.importable("collections"):
        return
    names: dict[tuple[str, cst.CSTNode], str] = {}
    nodes: list[cst.Call | cst.Arg] = [*subject.own(cst.Call), *subject.own(cst.Arg)]
    for node in nodes:
        name = _counted(subject, node)
        loop: cst.CSTNode | None = node
        if name is not None and isinstance(node, cst.Call):
            loop = subject.outermost(node, {name})
        if name is None or loop is None:
            continue
        anchor = subject.anchor(loop)
        if (name, anchor) not in names:
            names[name, anchor] = subject.fresh(f"{name}_counts")
            yield Import("collections")
            yield Before(anchor, line(f"{names[name, anchor]} = collections.Counter({name})"))
        counts = names[name, anchor]
        if isinstance(node, cst.Call):
            yield exchange(subject, node, f"{counts}[{subject.code(node.args[0].value)}]")
        else:
            yield exchange(subject, node.value, f"{counts}.__getitem__")


def _counted(subject: Subject, node: cst.Call | cst.Arg) -> str | None:
    """The list whose elements `node` counts: `xs.count(x)`, or `key=xs.count`."""
    if isinstance(node, cst.Arg):
        counting = m.Arg(keyword=m.Name("key"), value=m.Attribute(value=m.Name(), attr=m.Name("count")))
        if not m.matches(node, counting):
            return None
        name = cst.ensure_type(cst.ensure_type(node.value, cst.Attribute).value, cst.Name).value
        anchored = not any(isinstance(outer, cst.While) for outer in subject.ancestors(node))
        return name if anchored and _may_be_list(subject, name) and subject.private(name) else None
    call = method_call(node)
    if call is None or call[1] != "count" or len(call[2]) != 1 or not plain(call[2]):
        return None
    constant = isinstance(call[2][0].value, (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString))
    return call[0] if not constant and _may_be_list(subject, call[0]) and subject.private(call[0]) else None


def _may_be_list(subject: Subject, name: str) -> bool:
    """Whether nothing says that the name is a string (or no variable of the function at all)."""
    if name in subject.parameters:
        parameter = subject.parents[subject.parameters[name]]
        assert isinstance(parameter, cst.Param)
        annotation = subject.code(parameter.annotation.annotation) if parameter.annotation else ""
        return annotation.strip("\"'").split("[")[0] not in ("str", "bytes", "bytearray")
    texts = (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)
    values = subject.values(name)
    return bool(subject.bindings(name)) and not any(isinstance(value, texts) for value in values or ())


@rule(
    "position-once",
    title="Look positions up instead of searching for them",
    explanation="Every list.index walks the list from its start; a dictionary of first positions is built once.",
)
def position_once(subject: Subject) -> Iterator[Edit]:
    """`xs.index(x)` in a loop reads a dictionary of first positions built before the loop.

    Before: `[order.index(name) for name in names]`
    After: `order_positions = {...}` above, `[order_positions[name] for name in names]`

    Does not apply when the list changes in the loop or is a string. A missing element raises KeyError instead of
    ValueError, so it does not apply inside `try` either.
    """
    names: dict[tuple[str, cst.CSTNode], str] = {}
    for node in subject.own(cst.Call):
        call = method_call(node)
        if call is None or call[1] != "index" or len(call[2]) != 1 or not plain(call[2]):
            continue
        name, tried = call[0], any(isinstance(outer, cst.Try) for outer in subject.ancestors(node))
        text = isinstance(literal(call[2][0].value), (str, bytes))
        loop = subject.outermost(node, {name})
        if loop is None or tried or text or not subject.private(name) or not _may_be_list(subject, name):
            continue
        anchor = subject.anchor(loop)
        if (name, anchor) not in names:
            positions = names[name, anchor] = subject.fresh(f"{name}_positions")
            position, value = subject.fresh("position"), subject.fresh("value")
            backwards = f"zip(range(len({name}) - 1, -1, -1), reversed({name}))"
            yield Before(anchor, line(f"{positions} = {{{value}: {position} for {position}, {value} in {backwards}}}"))
        yield exchange(subject, node, f"{names[name, anchor]}[{subject.code(call[2][0].value)}]")


@rule(
    "local-name-in-loop",
    title="Look an attribute up once before the loop",
    explanation="Every turn of the loop looks the attribute up again; a local variable is read by its index.",
)
def local_name_in_loop(subject: Subject) -> Iterator[Edit]:
    """`math.sqrt`, `out.append` and `self.table` that a loop reads again and again become local names.

    Before: `for x in xs:` / `out.append(math.sqrt(x))`
    After: `math_sqrt = math.sqrt`, `out_append = out.append` above / `out_append(math_sqrt(x))`

    Does not apply when the loop binds the name or the attribute, or (for `self.table`) calls anything on the object
    that might bind it.
    """
    names: dict[tuple[str, cst.CSTNode], str] = {}
    for node in subject.own(cst.Attribute):
        if not isinstance(node.value, cst.Name) or isinstance(subject.parents[node], cst.Attribute):
            continue
        loop = _steady_loop(subject, node, node.value.value, node.attr.value)
        if loop is None:
            continue
        anchor, text = subject.anchor(loop), f"{node.value.value}.{node.attr.value}"
        if (text, anchor) not in names:
            names[text, anchor] = subject.fresh(re.sub(r"\W+_*", "_", text).lstrip("_"))
            yield Before(anchor, line(f"{names[text, anchor]} = {text}"))
        new = cst.Name(names[text, anchor])
        yield swap(node, new)


def _steady_loop(subject: Subject, node: cst.Attribute, name: str, attribute: str) -> Loop | None:
    """The largest loop in which `name.attribute` is the same on every turn."""
    method = m.matches(subject.parents[node], m.Call(func=m.Attribute())) and _is_callee(subject, node)
    if not subject.private(name):
        return None
    if name not in subject.parameters and not subject.bindings(name):
        return _widest(subject, node, set()) if name == subject.imported(name) and method else None
    local_list = method and attribute in ("append", "add") and subject.local(name)
    if not local_list and (method or name != "self"):
        return None
    return _widest(subject, node, {name} if not local_list else set(), bound=name)


def _is_callee(subject: Subject, node: cst.Attribute) -> bool:
    parent = subject.parents[node]
    return isinstance(parent, cst.Call) and parent.func is node


def _widest(subject: Subject, node: cst.Attribute, steady: set[str], bound: str = "") -> Loop | None:
    best: Loop | None = None
    for loop in subject.loops(node):
        inner = [usage for usage in subject.uses[bound] if subject.inside(usage.name, loop)] if bound else []
        rebound = any(usage.use is Use.BOUND for usage in inner)
        touched = steady and any(usage.use not in (Use.ATTRIBUTE, Use.MEMBER) for usage in inner)
        if rebound or touched or isinstance(loop, COMPREHENSIONS):
            break
        best = loop
    return best
