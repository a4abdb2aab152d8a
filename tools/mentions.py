"""Where a module reads a name, by its text alone: what nobody else reads is the business of who does."""

from __future__ import annotations

import ast
import re

from tools.syntax import Definition, parsed

ELSEWHERE = ""  # outside of functions
EVERYTHING = frozenset(
    {"__dict__", "vars", "asdict", "astuple", "getmembers", "__getstate__", "__reduce__", "__reduce_ex__"}
)

ANY_NAME = re.compile(rb"""getattr(?:ibute__)?\([^,()]+,(?!\s*['"]\w*['"]\s*[,)])""")  # of an attribute not written out


def readers(name: str, source: bytes) -> frozenset[str]:
    """Qualified names of the outermost functions that read `name`, as a name, an attribute or a text.

    ELSEWHERE stands for whatever is outside of functions, and for modules that our Python cannot read. What only brings an
    attribute itself up to date (`self.n += 1`, `self.n = max(self.n, 3)`) does not count.
    """
    if name.encode() not in source:
        return frozenset()
    tree = parsed(source)
    if tree is None:
        return frozenset({ELSEWHERE})
    visitor = _Readers(name)
    visitor.visit(tree)
    return frozenset(visitor.found)


def attribute_readers(name: str, source: bytes) -> frozenset[str]:
    """As `readers`, for an attribute: also ELSEWHERE where the module hands out all attributes of objects."""
    found = readers(name, source)
    handed_out = name.encode() in source and (ANY_NAME.search(source) or any(word.encode() in source for word in EVERYTHING))
    return found | {ELSEWHERE} if handed_out else found


class _Readers(ast.NodeVisitor):
    def __init__(self, name: str) -> None:
        self.name = name
        self.found: set[str] = set()
        self.around: list[str] = []
        self.function = ELSEWHERE
        self.updating = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._definition(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._definition(node)

    def _definition(self, node: Definition) -> None:
        for part in (*node.decorator_list, node.args, *filter(None, [node.returns])):
            self.visit(part)
        outer = self.function
        self.function = outer or ".".join([*self.around, node.name])
        for statement in node.body:
            self.visit(statement)
        self.function = outer

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)
        self.around.append(node.name)
        for statement in node.body:
            targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
            if any(_is_name(target, self.name) for target in targets):
                self.found.add(ELSEWHERE)  # a field, of which a decorator or a base class makes methods
            self.visit(statement)
        self.around.pop()

    def visit_Assign(self, node: ast.Assign) -> None:
        if all(_is_name(target, "__slots__") for target in node.targets):
            return
        self._update(node, node.targets)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._update(node, [node.target])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._update(node, [node.target])

    def _update(self, node: ast.stmt, targets: list[ast.expr]) -> None:
        own = [one for one in targets if isinstance(one, ast.Attribute) and one.attr == self.name]
        before, self.updating = self.updating, self.updating or len(own) == len(targets) == 1
        self.generic_visit(node)
        self.updating = before

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr == self.name and not isinstance(node.ctx, ast.Store) and not self.updating:
            self.found.add(self.function)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id == self.name and not isinstance(node.ctx, ast.Store):
            self.found.add(self.function)

    def visit_Constant(self, node: ast.Constant) -> None:
        if node.value == self.name:
            self.found.add(self.function)

    def visit_alias(self, node: ast.alias) -> None:
        if self.name in (node.name, node.asname):
            self.found.add(ELSEWHERE)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg == self.name:
            self.found.add(self.function)
        self.generic_visit(node)

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        if self.name in node.kwd_attrs:
            self.found.add(self.function)
        self.generic_visit(node)


def _is_name(node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
