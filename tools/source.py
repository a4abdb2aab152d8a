"""What functions a source file has, by tree-sitter: works on any bytes, also on files that do not parse."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter_python
from tree_sitter import Language, Node, Parser

from tools.values import Function

SKIP_PRAGMA = b"# optimize: skip"


def functions(path: str, source: bytes) -> tuple[Function, ...]:
    """All functions and methods of a module in order of their first line, nested ones included."""
    return tuple(function for function, _ in _functions(path, source))


def function_at(path: str, source: bytes, line: int) -> Function | None:
    """The innermost function that holds a 1-based line."""
    holding = [function for function in functions(path, source) if function.first_line <= line <= function.last_line]
    return max(holding, key=lambda function: function.first_line, default=None)


def find_function(path: str, source: bytes, name: str) -> Function | None:
    """The function of that qualified name, the last one if it is defined twice (that one counts at run time)."""
    named = [function for function in functions(path, source) if function.name == name]
    return named[-1] if named else None


def is_skipped(source: bytes, function: Function) -> bool:
    """True if `# optimize: skip` stands in the function, or at the top level of the file before any function."""
    lines = source.splitlines()
    own = lines[function.first_line - 1 : function.last_line]
    return any(SKIP_PRAGMA in line for line in own) or any(line.startswith(SKIP_PRAGMA) for line in lines)


def text_of(source: bytes, function: Function) -> str:
    """The lines of a function, decorators included."""
    lines = source.decode("utf-8", "replace").splitlines(keepends=True)
    return "".join(lines[function.first_line - 1 : function.last_line])


def syntax_error(source: bytes) -> int | None:
    """1-based line of the first syntax error that tree-sitter sees, None if there is none."""
    root = _parser().parse(source).root_node
    if not root.has_error:
        return None
    return next((node.start_point.row + 1 for node in _walk(root) if node.is_error or node.is_missing), 1)


def _parser() -> Parser:
    return Parser(Language(tree_sitter_python.language()))


def _functions(path: str, source: bytes) -> Iterator[tuple[Function, Node]]:
    yield from _inside(_parser().parse(source).root_node, path, "")


def _inside(node: Node, path: str, prefix: str) -> Iterator[tuple[Function, Node]]:
    for child in node.children:
        if child.type not in ("function_definition", "class_definition"):
            yield from _inside(child, path, prefix)
            continue
        identifier = child.child_by_field_name("name")
        name = prefix + (identifier.text or b"").decode() if identifier is not None else prefix
        if child.type == "class_definition":
            yield from _inside(child, path, name + ".")
            continue
        outer = child.parent if child.parent is not None and child.parent.type == "decorated_definition" else child
        lines = (outer.start_point.row + 1, child.end_point.row + 1)
        yield Function(path=path, name=name, first_line=lines[0], last_line=lines[1]), child
        yield from _inside(child, path, name + ".<locals>.")


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)
