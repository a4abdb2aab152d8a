"""Reads a module with our own `ast`, never running it: what its names stand for, scope by scope."""

from __future__ import annotations

import ast
import io
import tokenize

from workspaces.parsing import parse

Definition = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def parsed(source: bytes) -> ast.Module | None:
    """The module's tree; None where our Python cannot read it, perhaps because it is written for another one."""
    try:
        return parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def decoded(source: bytes) -> str:
    """The text of a module, in the encoding that it declares."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        return source.decode(encoding)
    except (SyntaxError, UnicodeDecodeError):
        return source.decode("latin-1")


def is_readable(source: bytes) -> bool:
    """True if our Python can parse the module and walk through it."""
    tree = parsed(source)
    if tree is None:
        return False
    try:
        ScopeVisitor(tree).visit(tree)
    except RecursionError:
        return False
    return True


def imported(tree: ast.AST) -> dict[str, str]:
    """Names that imports bind anywhere in the tree, with what they stand for: {"np": "numpy", "path": "os.path"}."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.split(".")[0]] = alias.name if alias.asname else alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            names.update({alias.asname or alias.name: f"{origin(node)}.{alias.name}" for alias in node.names})
    return names


def origin(node: ast.ImportFrom) -> str:
    """The module that is imported from; a relative one is marked, so that `.signal` is not taken for `signal`."""
    return "<here>" * bool(node.level) + (node.module or "")


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """All parameters, whatever their kind."""
    starred = [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *starred]


def words(text: str) -> tuple[str, ...]:
    """The names of a long list."""
    return tuple(text.split())


def root(node: ast.AST) -> ast.AST:
    """What a chain of attributes and subscripts starts from: `a` in `a.b[c].d`."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node


class ScopeVisitor(ast.NodeVisitor):
    """Visits every node once and knows which names are local there; decorators and defaults belong to the outside."""

    def __init__(self, tree: ast.Module) -> None:
        self.imports = imported(tree)
        self.bound: list[set[str]] = []  # one set for each function around
        self.around: list[Definition | ast.ClassDef] = []

    @property
    def qualified(self) -> str:
        """Name of the function or class around, as its methods are named; empty at the top of the module."""
        return ".".join(node.name for node in self.around)

    def is_local(self, name: str) -> bool:
        """True if a function around binds the name itself."""
        return any(name in names for names in self.bound)

    def dotted(self, node: ast.AST) -> str | None:
        """What an attribute chain stands for, `os.environ` for `o.environ`; None unless it starts at an import."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.imports or self.is_local(node.id):
            return None
        return ".".join([self.imports[node.id], *reversed(attributes)])

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """A function."""
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        """A coroutine."""
        self._function(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """A lambda."""
        self.visit(node.args)
        self.bound.append(_bound(node))
        self.visit(node.body)
        self.bound.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """A class; its names are not local to its methods."""
        for outside in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(outside)
        self.around.append(node)
        for statement in node.body:
            self.visit(statement)
        self.around.pop()

    def _function(self, node: Definition) -> None:
        for outside in (*node.decorator_list, node.args, *([node.returns] if node.returns else [])):
            self.visit(outside)
        self.around.append(node)
        self.bound.append(_bound(node))
        for statement in node.body:
            self.visit(statement)
        self.bound.pop()
        self.around.pop()


def _bound(function: Definition | ast.Lambda) -> set[str]:
    """Parameters and names assigned in a function; imports are left out, they are known for what they are."""
    names = {one.arg for one in parameters(function.args)}
    elsewhere: set[str] = set()
    waiting: list[ast.AST] = [function.body] if isinstance(function, ast.Lambda) else list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            elsewhere |= set(node.names)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            elsewhere |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        # what a comprehension binds is not bound around it
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, Comprehension)):
            waiting.extend(ast.iter_child_nodes(node))
    return names - elsewhere
