"""What a module consists of: its functions, methods, classes and constants, and which names each of them uses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workspaces.parsing import parse

TARGET_DOCSTRING = 20  # lines, of the function that is asked about
CONTEXT_DOCSTRING = 6
SHORT_STATEMENT = 3  # lines; longer ones are not shown with the header of their class
SHORT_BLOCK = 12  # lines, of a try or if around imports


@dataclass(frozen=True)
class Part:
    """A function, a method, the header of a class, or another statement."""

    name: str  # for reading: "Index.add"
    lines: frozenset[int]  # 1-based; with the headers around it, without most of a long docstring
    owner: str = ""  # the class or function around it
    defines: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()  # that it uses and does not bind itself
    attributes: frozenset[str] = frozenset()  # that it uses of anything
    is_member: bool = False  # of a class: used as an attribute
    is_import: bool = False
    is_target: bool = False


def parts(source: str, first_line: int, last_line: int) -> list[Part]:
    """The parts of a module in their order, of which the function in these lines is the target.

    Functions are not looked into, except for those around the target. Empty where the source does not parse here (it may
    be in the syntax of another Python), or where the function is not found in it.
    """
    if re.search(r"\r(?!\n)", source):  # ends a line for the parser, and for nobody else here
        return []
    try:
        tree = parse(source.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found = list(_Reader(source.split("\n"), first_line, last_line).body(tree.body, _Place()))
    return found if any(part.is_target for part in found) else []


def module_docstring(source_parts: Sequence[Part]) -> frozenset[int]:
    """The first line of the module's docstring, and its last."""
    return source_parts[0].lines if source_parts and source_parts[0].name == _DOCSTRING else frozenset()


_DOCSTRING = "the docstring"
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class _Place:
    owner: str = ""
    headers: frozenset[int] = frozenset()
    in_class: bool = False

    def inside(self, node: ast.stmt, headers: frozenset[int]) -> _Place:
        """The place in a definition, or in another block: that has no name of its own."""
        if not isinstance(node, _Definition):
            return _Place(self.owner, self.headers | headers, self.in_class)
        return _Place(self.called(node.name), self.headers | headers, isinstance(node, ast.ClassDef))

    def called(self, name: str) -> str:
        return f"{self.owner}.{name}" if self.owner else name


@dataclass(frozen=True)
class _Reader:
    lines: Sequence[str]
    first_line: int
    last_line: int

    def body(self, statements: Sequence[ast.stmt], place: _Place) -> Iterator[Part]:
        for position, node in enumerate(statements):
            if position == 0 and not place.owner and _is_docstring(node):
                yield Part(_DOCSTRING, lines=self._without_docstring(node, _span(node), 1))
            elif isinstance(node, ast.ClassDef):
                yield self._class(node, place)
                yield from self.body(node.body, place.inside(node, _header(node)))
            elif self._is_target(node):
                yield self._part(node, place, TARGET_DOCSTRING)
            elif self._is_around_target(node):
                yield from self.body(list(_statements_in(node)), place.inside(node, _header(node)))
            else:
                part = self._part(node, place, CONTEXT_DOCSTRING)
                yield from self._imports_in(node, part)
                yield part

    def _is_target(self, node: ast.stmt) -> bool:
        return isinstance(node, _FUNCTION) and (_start(node), node.end_lineno) == (self.first_line, self.last_line)

    def _is_around_target(self, node: ast.stmt) -> bool:
        return _start(node) <= self.first_line and self.last_line <= _end(node)

    def _class(self, node: ast.ClassDef, place: _Place) -> Part:
        docstring = [one for one in node.body[:1] if _is_docstring(one)]
        short = [one for one in node.body if not isinstance(one, _Definition) and len(_span(one)) <= SHORT_STATEMENT]
        lines = place.headers | _header(node)
        for one in docstring:
            lines |= self._without_docstring(one, _span(one), CONTEXT_DOCSTRING)
        for one in short:
            lines |= _span(one)
        names, attributes = _used([*node.decorator_list, *node.bases, *short])
        return Part(
            name=place.called(node.name),
            lines=lines,
            owner=place.owner,
            defines=frozenset([node.name]),
            names=names,
            attributes=attributes,
            is_member=place.in_class,
        )

    def _part(self, node: ast.stmt, place: _Place, longest_docstring: int) -> Part:
        lines = _span(node)
        if isinstance(node, _FUNCTION) and _is_docstring(node.body[0]):
            lines = self._without_docstring(node.body[0], lines, longest_docstring)
        defines = frozenset(_bound(node))
        names, attributes = _used([node])
        return Part(
            name=place.called(", ".join(sorted(defines)) or f"line {node.lineno}"),
            owner=place.owner,
            defines=defines,
            names=names,
            attributes=attributes,
            lines=place.headers | lines,
            is_member=place.in_class,
            is_import=isinstance(node, ast.Import | ast.ImportFrom),
            is_target=self._is_target(node),
        )

    def _imports_in(self, node: ast.stmt, part: Part) -> Iterator[Part]:
        """The imports of a try or if, with all of it where it is short."""
        imports = [one for one in _in_this_scope(node) if isinstance(one, ast.Import | ast.ImportFrom)]
        if imports and not part.is_import:
            lines = _span(node) if len(_span(node)) <= SHORT_BLOCK else _header(node).union(*map(_span, imports))
            defines = frozenset(name for one in imports for name in _bound(one))
            yield Part(part.name, lines, part.owner, defines, is_import=True)

    def _without_docstring(self, docstring: ast.stmt, lines: frozenset[int], longest: int) -> frozenset[int]:
        """The lines without those after the docstring's first paragraph, its last line excepted: it ends the string."""
        first, last = docstring.lineno, _end(docstring)
        if last - first < longest:
            return lines
        kept = first + (not self.lines[first - 1].strip().strip("\"'rRuU"))
        while kept < min(last, first + longest) and self.lines[kept].strip():
            kept += 1
        return lines - frozenset(range(kept + 1, last)) if longest > 1 else lines - frozenset(range(first + 1, last))


def _start(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, _Definition) else []
    return min([node.lineno, *(one.lineno for one in decorators)])


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _span(node: ast.stmt) -> frozenset[int]:
    return frozenset(range(_start(node), _end(node) + 1))


def _header(node: ast.stmt) -> frozenset[int]:
    """The lines of a compound statement before its first inner one."""
    inner = min((_start(one) for one in _statements_in(node)), default=_end(node) + 1)
    return frozenset(range(_start(node), max(inner, node.lineno + 1)))


def _statements_in(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements directly in a compound one, those in its handlers and cases included."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            yield from _statements_in(child)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _in_this_scope(node: ast.stmt) -> Iterator[ast.AST]:
    """The node and what it holds, without the insides of functions and classes."""
    waiting: list[ast.AST] = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if not isinstance(one, _Definition):
            waiting.extend(ast.iter_child_nodes(one))


def _bound(node: ast.stmt) -> Iterator[str]:
    for one in _in_this_scope(node):
        if isinstance(one, _Definition):
            yield one.name
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            yield one.id
        elif isinstance(one, ast.alias):
            yield one.asname or one.name.partition(".")[0]


def _used(nodes: Iterable[ast.AST]) -> tuple[frozenset[str], frozenset[str]]:
    """Plain names and attributes that the nodes use; a name that a function in them binds is its own."""
    read: set[str] = set()
    bound: set[str] = set()
    shared: set[str] = set()
    attributes: set[str] = set()
    for node in nodes:
        for one in ast.walk(node):
            match one:
                case ast.Name(id=name, ctx=ast.Load()):
                    read.add(name)
                case ast.Name(id=name) | ast.arg(arg=name):
                    bound.add(name)
                case ast.Global(names=names) | ast.Nonlocal(names=names):
                    shared.update(names)
                case ast.Attribute(attr=name):
                    attributes.add(name)
    return frozenset((read - bound) | shared), frozenset(attributes)
