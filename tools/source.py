"""What functions a source file has, by tree-sitter: works on any bytes, also on files that do not parse."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import tree_sitter_python
from tree_sitter import Language, Node, Parser

from tools.values import Function

SKIP_PRAGMA = b"# optimize: skip"


def functions(path: str, source: bytes) -> tuple[Function, ...]:
    """All functions and methods of a module in order of their first line, nested ones included."""
    return tuple(_functions(path, source))


def function_at(path: str, source: bytes, line: int) -> Function | None:
    """The innermost function that holds a 1-based line."""
    holding = [function for function in functions(path, source) if function.first_line <= line <= function.last_line]
    return max(holding, key=lambda function: function.first_line, default=None)


def find_function(path: str, source: bytes, name: str) -> Function | None:
    """The function of that qualified name, the last one if it is defined twice (that one counts at run time)."""
    named = [function for function in functions(path, source) if function.name == name]
    return named[-1] if named else None


def is_skipped(source: bytes, function: Function) -> bool:
    """True if `# optimize: skip` stands in the function, alone on the line above it, or before the file's first function."""
    lines = lines_of(source)
    if any(SKIP_PRAGMA in line for line in lines[function.first_line - 1 : function.last_line]):
        return True
    above = lines[function.first_line - 2 : function.first_line - 1] if function.first_line > 1 else []
    return any(line.strip().startswith(SKIP_PRAGMA) for line in above) or is_file_skipped(source)


def is_file_skipped(source: bytes) -> bool:
    """True if `# optimize: skip` stands at the top level before the file's first function, or anywhere if it has none."""
    lines = lines_of(source)
    first = min((one.first_line for one in functions("", source)), default=len(lines) + 1)
    return any(line.startswith(SKIP_PRAGMA) for line in lines[: first - 1])


def text_of(source: bytes, function: Function) -> str:
    """The lines of a function, decorators included."""
    lines = lines_of(source)[function.first_line - 1 : function.last_line]
    return b"".join(lines).decode("utf-8", "replace")


def lines_of(source: bytes) -> list[bytes]:
    """Lines as tree-sitter counts them: str.splitlines would also end one at a form feed."""
    return BytesIO(source).readlines()


def syntax_error(source: bytes) -> int | None:
    """1-based line of the first syntax error that tree-sitter sees, None if there is none."""
    root = _parser().parse(source).root_node
    if not root.has_error:
        return None
    return next((node.start_point.row + 1 for node in _walk(root) if node.is_error or node.is_missing), 1)


def _parser() -> Parser:
    return Parser(Language(tree_sitter_python.language()))


def _functions(path: str, source: bytes) -> Iterator[Function]:
    # a stack of our own: long expressions are trees deeper than Python's
    waiting = [(_parser().parse(source).root_node, "")]
    while waiting:
        node, prefix = waiting.pop()
        if node.type in ("function_definition", "class_definition"):
            identifier = node.child_by_field_name("name")
            name = prefix + ((identifier.text or b"").decode("utf-8", "replace") if identifier is not None else "")
            prefix = name + "."
            if node.type == "function_definition":
                outer = node.parent if node.parent is not None and node.parent.type == "decorated_definition" else node
                yield Function(path=path, name=name, first_line=outer.start_point.row + 1, last_line=node.end_point.row + 1)
                prefix = name + ".<locals>."
        waiting.extend((child, prefix) for child in reversed(node.children))


def _walk(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))
