"""What in a module can hold something for longer than a call."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tools.syntax import Definition, words

CONTAINERS = words(
    "dict list set bytearray defaultdict OrderedDict Counter deque ChainMap UserDict UserList SimpleNamespace array "
    "WeakKeyDictionary WeakValueDictionary WeakSet ContextVar iter count cycle"
)
DISPLAYS = (ast.Dict, ast.List, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Names that the module assigns, with what they are."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
            targets = [node.target]
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            yield from ((target.id, node.value) for target in targets if isinstance(target, ast.Name))
        waiting.extend(ast.iter_child_nodes(node))


def is_container(node: ast.expr) -> bool:
    """True for what makes something that can be filled."""
    return isinstance(node, DISPLAYS) or (isinstance(node, ast.Call) and last_name(node.func) in CONTAINERS)


def is_read(node: ast.Attribute) -> bool:
    """True unless the attribute is set or deleted."""
    return isinstance(node.ctx, ast.Load)


def last_name(node: ast.AST) -> str:
    """The last name of a chain: `defaultdict` of `collections.defaultdict`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def makes_state(node: ast.AST) -> bool:
    """Functions that hand out functions, generators, and classes whose methods write: what they make can remember."""
    if isinstance(node, ast.ClassDef):
        return True
    nested = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Yield, ast.YieldFrom)
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and any(
        isinstance(inner, nested) for inner in ast.walk(node) if inner is not node
    )


def argument_names(function: Definition) -> list[str]:
    """Parameters that take one argument each, `self` first."""
    arguments = function.args
    return [one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
