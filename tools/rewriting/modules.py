"""What the statements of a module bind and define."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Iterator


def imports(statement: cst.CSTNode) -> Iterator[tuple[str, str]]:
    """Pairs of local name and what it stands for, of the imports in one top-level line."""
    for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
        if not isinstance(small, (cst.Import, cst.ImportFrom)) or isinstance(small.names, cst.ImportStar):
            continue
        package = ""
        if isinstance(small, cst.ImportFrom):
            if small.relative or small.module is None:
                continue
            package = _dotted(small.module) + "."
        for alias in small.names:
            full = _dotted(alias.name)
            name = alias.evaluated_alias or (full if package else full.split(".")[0])
            yield name, package + (full if package or alias.asname else name)


def _dotted(node: cst.BaseExpression) -> str:
    return node.value if isinstance(node, cst.Name) else cst.Module([]).code_for_node(node).replace(" ", "")


def bound_by(statement: cst.CSTNode) -> Iterator[str]:
    """Names that a top-level statement binds, also inside `if` and `try`."""
    if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
        yield statement.name.value
    elif isinstance(statement, cst.SimpleStatementLine):
        for small in statement.body:
            yield from _bound_by_small(small)
        yield from (name for name, _ in imports(statement))
    else:
        for part in parts(statement):
            yield from bound_by(part)


def _bound_by_small(small: cst.BaseSmallStatement) -> Iterator[str]:
    if isinstance(small, cst.Assign):
        yield from (one.target.value for one in small.targets if isinstance(one.target, cst.Name))
    elif isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
        yield small.target.value
    elif isinstance(small, cst.ImportFrom) and not isinstance(small.names, cst.ImportStar):
        yield from (alias.evaluated_alias or _dotted(alias.name) for alias in small.names)


def parts(statement: cst.CSTNode) -> list[cst.CSTNode]:
    """Blocks and clauses of a compound statement, in order."""
    found: list[cst.CSTNode] = []
    for field in ("body", "handlers", "cases", "orelse", "finalbody"):
        part = getattr(statement, field, None)
        if isinstance(part, cst.CSTNode):
            found.append(part)
        elif part is not None:
            found.extend(part)
    return found


def definitions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Functions below a node with their qualified names, from the parser that knows lines."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + child.name, child
            yield from definitions(child, f"{prefix}{child.name}.<locals>.")
        elif isinstance(child, ast.ClassDef):
            yield from definitions(child, f"{prefix}{child.name}.")
        elif not isinstance(child, ast.expr):
            yield from definitions(child, prefix)
