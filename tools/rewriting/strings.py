"""Strings and patterns that are built once instead of again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import libcst as cst
import libcst.matchers as m

from tools.rewriting.base import expression, grouped, is_text, line, literal, only, rule, simple_assignment
from tools.rewriting.edits import After, Before, Constant, Edit, Replace
from tools.rewriting.subject import Loop, Subject, assigned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tools.rewriting.edits import Result

FLAGS_AT = {"match": 2, "search": 2, "findall": 2, "finditer": 2, "fullmatch": 2, "split": 3, "sub": 4, "subn": 4}


class Addition(NamedTuple):
    """One line that makes a string longer: at its end, or at its start."""

    statement: cst.SimpleStatementLine
    added: cst.BaseExpression
    at_end: bool


@rule(
    "join-instead-of-concatenation",
    title="Join parts instead of adding to a string",
    explanation="Adding to a string may copy all of it every time; collected parts are joined in one go.",
)
def join_instead_of_concatenation(subject: Subject) -> Iterator[Edit]:
    """A string that a loop only adds to is collected in a list and joined after the loop.

    Before: `text = ""` / `for word in words:` / `text += word`
    After: `text_parts = []` / `for word in words:` / `text_parts.append(word)` / `text = "".join(text_parts)`

    Does not apply when the loop reads the string in another way, when it starts as anything but an evident string,
    or when nested functions share it.
    """
    for name in list(subject.uses):
        if not subject.local(name):
            continue
        additions = [found for one in subject.own(cst.SimpleStatementLine) if (found := _addition(subject, one, name))]
        if additions and _starts_as_text(subject, name, additions):
            yield from _join_edits(subject, name, additions)


def _addition(subject: Subject, statement: cst.SimpleStatementLine, name: str) -> Addition | None:
    small = only(statement)
    if isinstance(small, cst.AugAssign) and isinstance(small.operator, cst.AddAssign):
        return Addition(statement, small.value, at_end=True) if subject.code(small.target) == name else None
    plain = simple_assignment(statement)
    if plain is None or plain[0] != name or not isinstance(plain[1], cst.BinaryOperation):
        return None
    terms = _terms(plain[1])
    if m.matches(terms[0], m.Name(name)):
        return Addition(statement, _sum(subject, terms[1:]), at_end=True)
    if m.matches(terms[-1], m.Name(name)):
        return Addition(statement, _sum(subject, terms[:-1]), at_end=False)
    return None


def _terms(value: cst.BaseExpression) -> list[cst.BaseExpression]:
    if isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Add) and not value.lpar:
        return [*_terms(value.left), value.right]
    return [value]


def _sum(subject: Subject, terms: list[cst.BaseExpression]) -> cst.BaseExpression:
    if len(terms) == 1:
        return terms[0]
    return expression(" + ".join(grouped(subject, term) for term in terms))


def _starts_as_text(subject: Subject, name: str, additions: list[Addition]) -> bool:
    """Whether every other binding of the name gives it an evident string."""
    lines = [addition.statement for addition in additions]
    others = [usage.name for usage in subject.bindings(name) if subject.anchor(usage.name) not in lines]
    values = [assigned(subject.parents, other) for other in others]
    return bool(values) and all(value is not None and is_text(value) for value in values)


def _join_edits(subject: Subject, name: str, additions: list[Addition]) -> Iterator[Edit]:
    for loop in _loops_that_only_add(subject, name, additions):
        inner = [addition for addition in additions if subject.inside(addition.statement, loop)]
        if len({addition.at_end for addition in inner}) != 1:
            continue
        parts = subject.fresh(f"{name}_parts")
        yield from _start_edits(subject, name, parts, loop)
        for addition in inner:
            # reusing the line keeps its comments
            yield Replace(addition.statement, _appending(subject, parts, addition))
        joined = parts if inner[0].at_end else f"reversed({parts})"
        yield After(loop, line(f'{name} = "".join({joined})'))


def _appending(subject: Subject, parts: str, addition: Addition) -> Callable[[Any], Result]:
    call = line(f"{parts}.append({subject.code(addition.added)})")
    return lambda node: node.with_changes(body=call.body)


def _loops_that_only_add(subject: Subject, name: str, additions: list[Addition]) -> Iterator[Loop]:
    """The largest loops around additions in which the string is neither read nor bound otherwise."""
    lines = [addition.statement for addition in additions]
    found: list[Loop] = []
    for addition in additions:
        best = None
        for loop in subject.loops(addition.statement):
            usages = [usage for usage in subject.uses[name] if subject.inside(usage.name, loop)]
            if all(subject.anchor(usage.name) in lines for usage in usages) and _once(subject, name, lines, loop):
                best = loop
            else:
                break
        if best is not None and best not in found:
            found.append(best)
    yield from found


def _once(subject: Subject, name: str, lines: list[cst.SimpleStatementLine], loop: Loop) -> bool:
    """Whether no line reads the string inside what it adds (`s += s[0]`)."""
    for statement in lines:
        names = [usage for usage in subject.uses[name] if subject.inside(usage.name, statement)]
        augmented = isinstance(only(statement), cst.AugAssign)
        if subject.inside(statement, loop) and len(names) != (1 if augmented else 2):
            return False
    return True


def _start_edits(subject: Subject, name: str, parts: str, loop: Loop) -> Iterator[Edit]:
    previous = subject.neighbour(loop, -1)
    start = simple_assignment(previous)
    if previous is not None and start is not None and start[0] == name and isinstance(start[1], cst.SimpleString):
        first = "" if literal(start[1]) == "" else subject.code(start[1])
        new = line(f"{parts} = [{first}]")
        yield Replace(previous, lambda node: node.with_changes(body=new.body))
    else:
        yield Before(loop, line(f"{parts} = [{name}]"))


@rule(
    "hoist-regex",
    title="Compile the pattern once for the module",
    explanation="Every call looks the pattern up in re's cache (or compiles it); a compiled constant is ready.",
)
def hoist_regex(subject: Subject) -> Iterator[Edit]:
    """Literal patterns become compiled constants above the function.

    Before: `re.sub(r"\\s+", " ", text)`
    After: `_SUB_PATTERN = re.compile(r"\\s+")` above, `_SUB_PATTERN.sub(" ", text)`

    Does not apply when the pattern is no literal, the flags are no constants of `re`, or `re` is not imported at the
    top of the module.
    """
    module = subject.imported("re")
    constants: dict[str, str] = {}
    for call in subject.own(cst.Call) if module else ():
        if not m.matches(call.func, m.Attribute(value=m.Name(module or ""))):
            continue
        method = cst.ensure_type(call.func, cst.Attribute).attr.value
        pattern = _pattern(call, method)
        if pattern is None:
            continue
        compiled = f"{module}.compile({', '.join(subject.code(part) for part in pattern)})"
        if compiled not in constants:
            constants[compiled] = subject.fresh(_constant_name(subject, call, method))
            yield Constant(f"{constants[compiled]} = {compiled}")
        yield Replace(call, _using(constants[compiled], method))


def _pattern(call: cst.Call, method: str) -> list[cst.BaseExpression] | None:
    """The literal pattern and its flags, or None where they are not constant."""
    if method not in (*FLAGS_AT, "compile") or not call.args or any(argument.star for argument in call.args):
        return None
    first = call.args[0]
    if first.keyword is not None or not isinstance(literal(first.value), (str, bytes)):
        return None
    flags = _flags(call, method)
    if flags is None:
        return [first.value]
    constant = all(
        m.matches(node, m.Attribute() | m.BinaryOperation(operator=m.BitOr()) | m.Integer()) for node in _flag_nodes(flags)
    )
    return [first.value, flags] if constant else None


def _flags(call: cst.Call, method: str) -> cst.BaseExpression | None:
    place = FLAGS_AT.get(method, 1)
    for position, argument in enumerate(call.args):
        name = argument.keyword.value if argument.keyword else None
        if name == "flags" or (name is None and position == place):
            return argument.value
    return None


def _flag_nodes(flags: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    yield flags
    if isinstance(flags, cst.BinaryOperation):
        yield from _flag_nodes(flags.left)
        yield from _flag_nodes(flags.right)


def _constant_name(subject: Subject, call: cst.Call, method: str) -> str:
    start = simple_assignment(subject.parents.get(subject.parents[call]))
    return f"_{start[0].strip('_').upper()}" if method == "compile" and start else f"_{method.upper()}_PATTERN"


def _using(constant: str, method: str) -> Callable[[Any], Result]:
    if method == "compile":
        return lambda _: cst.Name(constant)

    def make(call: cst.Call) -> cst.Call:
        flags = _flags(call, method)
        kept = [argument for argument in call.args[1:] if argument.value is not flags]
        kept[-1:] = [last.with_changes(comma=cst.MaybeSentinel.DEFAULT) for last in kept[-1:]]
        return call.with_changes(func=expression(f"{constant}.{method}"), args=kept)

    return make
