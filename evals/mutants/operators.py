"""The mistakes, as mutmut and cosmic-ray make them: each names what it does and offers other nodes for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

Operator = Callable[[cst.CSTNode], Iterator[cst.CSTNode]]

NONE, TRUE, FALSE = cst.Name("None"), cst.Name("True"), cst.Name("False")
COMPARISONS: dict[type[cst.BaseCompOp], type[cst.BaseCompOp]] = {
    cst.LessThan: cst.LessThanEqual,
    cst.LessThanEqual: cst.LessThan,
    cst.GreaterThan: cst.GreaterThanEqual,
    cst.GreaterThanEqual: cst.GreaterThan,
    cst.Equal: cst.NotEqual,
    cst.NotEqual: cst.Equal,
    cst.In: cst.NotIn,
    cst.NotIn: cst.In,
    cst.Is: cst.IsNot,
    cst.IsNot: cst.Is,
}
ARITHMETIC: dict[type[cst.BaseBinaryOp], type[cst.BaseBinaryOp]] = {
    cst.Add: cst.Subtract,
    cst.Subtract: cst.Add,
    cst.Multiply: cst.Divide,
    cst.Divide: cst.Multiply,
    cst.FloorDivide: cst.Divide,
    cst.Modulo: cst.Divide,
    cst.Power: cst.Multiply,
    cst.LeftShift: cst.RightShift,
    cst.RightShift: cst.LeftShift,
    cst.BitAnd: cst.BitOr,
    cst.BitOr: cst.BitAnd,
    cst.BitXor: cst.BitAnd,
}
AUGMENTED: dict[type[cst.BaseAugOp], type[cst.BaseAugOp]] = {
    cst.AddAssign: cst.SubtractAssign,
    cst.SubtractAssign: cst.AddAssign,
    cst.MultiplyAssign: cst.DivideAssign,
    cst.DivideAssign: cst.MultiplyAssign,
    cst.BitOrAssign: cst.BitAndAssign,
    cst.BitAndAssign: cst.BitOrAssign,
}
METHODS = {
    one: other
    for pair in (
        ("lower", "upper"),
        ("lstrip", "rstrip"),
        ("find", "rfind"),
        ("index", "rindex"),
        ("partition", "rpartition"),
        ("split", "rsplit"),
        ("startswith", "endswith"),
        ("removeprefix", "removesuffix"),
    )
    for one, other in (pair, pair[::-1])
}


def number_plus_one(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """2 becomes 3."""
    if isinstance(node, cst.Integer | cst.Float):
        yield node.with_changes(value=repr(node.evaluated_value + 1))


def string_changed(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """ "a" becomes "XXaXX"; so do the pieces of formatted strings."""
    if isinstance(node, cst.SimpleString):
        start = len(node.prefix) + len(node.quote)
        head, inside, tail = node.value[:start], node.value[start : -len(node.quote)], node.value[-len(node.quote) :]
        yield node.with_changes(value=f"{head}XX{inside}XX{tail}")
    if isinstance(node, cst.FormattedStringText):
        yield node.with_changes(value=f"XX{node.value}XX")


def comparison_swapped(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """< becomes <=, == becomes !=, `in` becomes `not in`."""
    if isinstance(node, cst.ComparisonTarget) and type(node.operator) in COMPARISONS:
        yield node.with_changes(operator=COMPARISONS[type(node.operator)]())


def arithmetic_swapped(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """+ becomes -, // becomes /, += becomes -=."""
    if isinstance(node, cst.BinaryOperation) and type(node.operator) in ARITHMETIC:
        yield node.with_changes(operator=ARITHMETIC[type(node.operator)]())
    if isinstance(node, cst.AugAssign) and type(node.operator) in AUGMENTED:
        yield node.with_changes(operator=AUGMENTED[type(node.operator)]())


def boolean_swapped(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """`and` becomes `or`."""
    if isinstance(node, cst.BooleanOperation):
        yield node.with_changes(operator=cst.Or() if isinstance(node.operator, cst.And) else cst.And())


def not_removed(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """`not a` becomes `a`."""
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        yield in_brackets(node.expression)


def condition_negated(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """`if a:` becomes `if not a:`."""
    if isinstance(node, cst.If | cst.While | cst.IfExp | cst.CompIf):
        already = isinstance(node.test, cst.UnaryOperation) and isinstance(node.test.operator, cst.Not)
        if not already:  # the same as `not` removed
            yield node.with_changes(test=in_brackets(cst.UnaryOperation(cst.Not(), in_brackets(node.test))))


def constant_swapped(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """True becomes False, False True, None False."""
    if isinstance(node, cst.Name) and node.value in ("True", "False", "None"):
        yield node.with_changes(value="True" if node.value == "False" else "False")


def loop_left_otherwise(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """`break` becomes `continue`, and the other way round."""
    if isinstance(node, cst.Break):
        yield cst.Continue(semicolon=node.semicolon)
    if isinstance(node, cst.Continue):
        yield cst.Break(semicolon=node.semicolon)


def loop_not_entered(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """`for a in b:` becomes `for a in []:`."""
    if isinstance(node, cst.For):
        yield node.with_changes(iter=cst.List([]))


def nothing_returned(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """`return a` becomes `return None`."""
    if isinstance(node, cst.Return) and node.value is not None:
        yield node.with_changes(value=NONE, whitespace_after_return=cst.SimpleWhitespace(" "))


def nothing_assigned(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """`a = b` becomes `a = None`."""
    if isinstance(node, cst.Assign):
        yield node.with_changes(value=NONE)


def argument_dropped(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """f(a, b) becomes f(a) and f(b)."""
    if isinstance(node, cst.Call):
        for number in range(len(node.args)):
            rest = [*node.args[:number], *node.args[number + 1 :]]
            yield node.with_changes(
                args=[*rest[:-1], *(one.with_changes(comma=cst.MaybeSentinel.DEFAULT) for one in rest[-1:])]
            )


def argument_is_none(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """f(a, b) becomes f(None, b) and f(a, None)."""
    if isinstance(node, cst.Call):
        for number, one in enumerate(node.args):
            if not one.star:
                yield node.with_changes(args=[*node.args[:number], one.with_changes(value=NONE), *node.args[number + 1 :]])


def minus_removed(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """-a becomes a."""
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        yield in_brackets(node.expression)


def bound_plus_one(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """a[i:j] becomes a[i + 1:j] and a[i:j + 1]."""
    if isinstance(node, cst.Slice):
        for name in ("lower", "upper"):
            bound = getattr(node, name)
            if bound is not None:
                yield node.with_changes(**{name: cst.BinaryOperation(in_brackets(bound), cst.Add(), cst.Integer("1"))})


def default_changed(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """def f(a=b) becomes def f(a=None), and a=None becomes a=0."""
    if isinstance(node, cst.Param) and node.default is not None:
        is_none = isinstance(node.default, cst.Name) and node.default.value == "None"
        yield node.with_changes(default=cst.Integer("0") if is_none else NONE)


def decorator_removed(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Each decorator by itself."""
    if isinstance(node, cst.FunctionDef):
        for number in range(len(node.decorators)):
            yield node.with_changes(decorators=[*node.decorators[:number], *node.decorators[number + 1 :]])


def augmentation_removed(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """`a += b` becomes `a = b`."""
    if isinstance(node, cst.AugAssign):
        yield cst.Assign([cst.AssignTarget(node.target)], node.value, semicolon=node.semicolon)


def other_exception_caught(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """`except ValueError:` becomes `except ZeroDivisionError:`."""
    if isinstance(node, cst.ExceptHandler) and node.type is not None:
        yield node.with_changes(type=cst.Name("ZeroDivisionError"))


def other_exception_raised(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """`raise ValueError("a")` becomes `raise ZeroDivisionError("a")`."""
    if isinstance(node, cst.Raise) and node.exc is not None:
        other = cst.Name("ZeroDivisionError")
        yield node.with_changes(exc=node.exc.with_changes(func=other) if isinstance(node.exc, cst.Call) else other)


def method_swapped(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """a.lower() becomes a.upper(), and the like."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in METHODS:
        other = node.func.attr.with_changes(value=METHODS[node.func.attr.value])
        yield node.with_changes(func=node.func.with_changes(attr=other))


def in_brackets(node: cst.BaseExpression) -> cst.BaseExpression:
    """The same expression, in brackets if it has parts that would otherwise bind to what stands around it."""
    if node.lpar or isinstance(
        node, cst.Name | cst.Attribute | cst.Call | cst.Subscript | cst.BaseNumber | cst.SimpleString
    ):
        return node
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


OPERATORS: dict[str, Operator] = {
    "number + 1": number_plus_one,
    "string changed": string_changed,
    "comparison swapped": comparison_swapped,
    "arithmetic swapped": arithmetic_swapped,
    "and, or swapped": boolean_swapped,
    "not removed": not_removed,
    "condition negated": condition_negated,
    "True, False, None swapped": constant_swapped,
    "break, continue swapped": loop_left_otherwise,
    "loop not entered": loop_not_entered,
    "None returned": nothing_returned,
    "None assigned": nothing_assigned,
    "argument dropped": argument_dropped,
    "None as an argument": argument_is_none,
    "minus removed": minus_removed,
    "bound of a slice + 1": bound_plus_one,
    "default changed": default_changed,
    "decorator removed": decorator_removed,
    "augmented assignment made plain": augmentation_removed,
    "other exception caught": other_exception_caught,
    "other exception raised": other_exception_raised,
    "method swapped": method_swapped,
}
