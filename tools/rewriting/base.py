"""What a rewrite rule is, and how rules write new code."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import cleandoc

import libcst as cst
import libcst.matchers as m

from tools.rewriting.edits import Edit, Replace, applied
from tools.rewriting.subject import Subject

ATOMS = (
    cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.List, cst.Set, cst.Dict, cst.ListComp, cst.SetComp,
    cst.DictComp, cst.Integer, cst.Float, cst.SimpleString, cst.FormattedString,
)  # fmt: skip
ENCLOSING = (cst.Arg, cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Return, cst.Expr, cst.If, cst.While, cst.Index)


@dataclass(frozen=True)
class Rule:
    """One rewrite of the catalogue."""

    name: str
    title: str
    explanation: str
    find: Callable[[Subject], Iterator[Edit]]

    @property
    def documentation(self) -> str:
        """What the rule does: an example before and after, and when it does not apply."""
        return cleandoc(self.find.__doc__ or "")

    def rewrite(self, subject: Subject) -> str | None:
        """The module with the rule applied at all its sites in the function, or None where it finds none."""
        words = set(subject.words)
        try:
            edits = list(self.find(subject))
            text = applied(subject, edits) if edits else None
        except (cst.ParserSyntaxError, cst.CSTValidationError):
            return None  # pieces laid out in a way that cannot be put together again, such as over open lines
        finally:
            subject.words = words  # the next rule may choose the same names
        return text if text is not None and text != subject.source and parses(text) else None


def rule(name: str, title: str, explanation: str) -> Callable[[Callable[[Subject], Iterator[Edit]]], Rule]:
    """Turn a function that finds edits into a rule of the catalogue."""
    return lambda find: Rule(name, title, explanation, find)


def parses(text: str) -> bool:
    """Whether `text` is a module that Python compiles."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd escapes are the target's own affair
        try:
            compile(text, "<rewrite>", "exec", flags=0, dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True


def expression(text: str) -> cst.BaseExpression:
    """The expression that `text` spells."""
    return cst.parse_expression(text)


def line(text: str) -> cst.SimpleStatementLine:
    """The one-line statement that `text` spells."""
    return cst.ensure_type(cst.parse_statement(text), cst.SimpleStatementLine)


def exchange(subject: Subject, node: cst.BaseExpression, text: str) -> Replace:
    """Replace an expression, in parentheses where its surroundings may need them."""
    new = expression(text)
    if node.lpar:
        new = new.with_changes(lpar=node.lpar, rpar=node.rpar)
    elif not isinstance(new, ATOMS) and not new.lpar and not isinstance(subject.parents[node], ENCLOSING):
        new = new.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return Replace(node, lambda _: new)


def restate(statement: cst.CSTNode, text: str) -> Replace:
    """Replace a one-line statement, keeping the comments around it."""
    new = line(text)

    def make(updated: cst.CSTNode) -> cst.CSTNode:
        kept = {field: getattr(updated, field) for field in ("leading_lines", "trailing_whitespace")
                if isinstance(updated, cst.SimpleStatementLine) or field == "leading_lines"}  # fmt: skip
        return new.with_changes(**kept)

    return Replace(statement, make)


def remove(statement: cst.CSTNode) -> Replace:
    """Take a statement out."""
    return Replace(statement, lambda _: cst.RemoveFromParent())


def grouped(subject: Subject, node: cst.BaseExpression) -> str:
    """Source of an expression that can stand beside any operator."""
    text = subject.code(node)
    return text if isinstance(node, ATOMS) or node.lpar else f"({text})"


def only(statement: cst.CSTNode | None) -> cst.BaseSmallStatement | None:
    """The statement of a line that holds just one."""
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        return statement.body[0]
    return None


def body(block: cst.CSTNode) -> list[cst.CSTNode]:
    """Statements of an indented block."""
    suite = getattr(block, "body", None)
    return list(suite.body) if isinstance(suite, cst.IndentedBlock) else []


def commented(node: cst.CSTNode) -> bool:
    """Whether comments stand in `node` that a rewrite into one line would lose."""
    return bool(m.findall(node, m.Comment()))


def simple_assignment(statement: cst.CSTNode | None) -> tuple[str, cst.BaseExpression] | None:
    """Name and value of `name = value`, annotated or not."""
    small = only(statement)
    if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name) and small.value is not None:
        return small.target.value, small.value
    if isinstance(small, cst.Assign) and len(small.targets) == 1:
        target = small.targets[0].target
        return (target.value, small.value) if isinstance(target, cst.Name) else None
    return None


def method_call(node: cst.CSTNode) -> tuple[str, str, list[cst.Arg]] | None:
    """Name, method and arguments of `name.method(...)`."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and isinstance(node.func.value, cst.Name):
        return node.func.value.value, node.func.attr.value, list(node.args)
    return None


def function_call(node: cst.CSTNode, name: str) -> list[cst.Arg] | None:
    """Arguments of `name(...)`, or None if `node` is no such call."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == name:
        return list(node.args)
    return None


def plain(arguments: list[cst.Arg]) -> bool:
    """Whether all arguments are positional, without stars."""
    return all(argument.keyword is None and not argument.star for argument in arguments)


def literal(node: cst.CSTNode) -> object:
    """Value of a literal, or Ellipsis where `node` is none."""
    try:
        return ast.literal_eval(cst.Module([]).code_for_node(node))
    except (ValueError, SyntaxError, TypeError):
        return ...


def is_list(node: cst.BaseExpression) -> bool:
    """Whether the expression evidently makes a new list."""
    return isinstance(node, (cst.List, cst.ListComp)) or any(
        function_call(node, name) is not None for name in ("list", "sorted")
    )


def is_text(node: cst.BaseExpression) -> bool:
    """Whether the expression evidently is a string."""
    if isinstance(node, cst.SimpleString):
        return "b" not in node.prefix
    return isinstance(node, (cst.FormattedString, cst.ConcatenatedString)) or function_call(node, "str") is not None


def index_of(node: cst.Subscript) -> cst.BaseExpression | None:
    """The index of `x[index]`, or None for slices and several indexes."""
    if len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
        return node.slice[0].slice.value
    return None


def comparison(node: cst.CSTNode) -> tuple[cst.BaseExpression, cst.BaseCompOp, cst.BaseExpression] | None:
    """The parts of a comparison with one operator."""
    if isinstance(node, cst.Comparison) and len(node.comparisons) == 1:
        return node.left, node.comparisons[0].operator, node.comparisons[0].comparator
    return None
