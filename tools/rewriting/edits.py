"""Changes to one function as values, and the module text that comes out of applying them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import libcst as cst

if TYPE_CHECKING:
    from tools.rewriting.subject import Subject

Result = cst.CSTNode | cst.FlattenSentinel[cst.CSTNode] | cst.RemovalSentinel


@dataclass(frozen=True, eq=False)
class Replace:
    """Put what `make` returns in the place of `node`; `make` is given the node with inner edits applied."""

    node: cst.CSTNode
    make: Callable[[Any], Result]  # Any: each caller knows the class of the node it names


def swap(node: cst.CSTNode, new: cst.CSTNode) -> Replace:
    """Put `new` in the place of `node`, whatever became of it."""
    return Replace(node, lambda _: new)


@dataclass(frozen=True, eq=False)
class Before:
    """Put a new statement before one of a block."""

    statement: cst.CSTNode
    new: cst.CSTNode


@dataclass(frozen=True, eq=False)
class After:
    """Put a new statement after one of a block."""

    statement: cst.CSTNode
    new: cst.CSTNode


@dataclass(frozen=True)
class Import:
    """Make sure that the module starts with `import module`."""

    module: str


@dataclass(frozen=True)
class Constant:
    """Put an assignment just before the top-level statement that holds the function."""

    text: str


Edit = Replace | Before | After | Import | Constant


def applied(subject: Subject, edits: Iterable[Edit]) -> str:
    """The module's text after `edits`."""
    applier = _Applier(subject, edits)
    changed = subject.module.visit(applier)
    return _with_imports(changed, applier.missing_imports()).code


class _Applier(cst.CSTTransformer):
    """Walks down to the function only, so that the rest of the module stays as it is."""

    def __init__(self, subject: Subject, edits: Iterable[Edit]) -> None:
        super().__init__()
        self._subject = subject
        self._path = set(subject.path)
        self._replace: dict[cst.CSTNode, list[Callable[[Any], Result]]] = defaultdict(list)
        self._before: dict[cst.CSTNode, list[cst.CSTNode]] = defaultdict(list)
        self._after: dict[cst.CSTNode, list[cst.CSTNode]] = defaultdict(list)
        self._imports: list[str] = []
        for edit in edits:
            self._sort(edit)

    def missing_imports(self) -> list[str]:
        """Modules to import, without those that the module imports already."""
        return [name for name in dict.fromkeys(self._imports) if self._subject.imported(name) != name]

    def on_visit(self, node: cst.CSTNode) -> bool:
        return (
            isinstance(node, (cst.Module, cst.IndentedBlock, cst.Else, cst.Finally, cst.ExceptHandler))
            or node in self._path
            or node in self._subject.order
        )

    def on_leave(self, original_node: cst.CSTNode, updated_node: Any) -> Any:  # noqa: ANN401  (as LibCST has it)
        result: Any = updated_node
        for make in self._replace.get(original_node, ()):
            result = make(result)
        before, after = self._before.get(original_node, []), self._after.get(original_node, [])
        if not before and not after:
            return result
        middle = result.nodes if isinstance(result, cst.FlattenSentinel) else [result]
        kept = [node for node in middle if not isinstance(node, cst.RemovalSentinel)]
        return cst.FlattenSentinel([*before, *kept, *after])

    def _sort(self, edit: Edit) -> None:
        match edit:
            case Replace(node, make):
                self._replace[node].append(make)
            case Before(statement, new):
                self._before[statement].append(new)
            case After(statement, new):
                self._after[statement].append(new)
            case Import(module):
                self._imports.append(module)
            case Constant(text):
                self._constant(text)

    def _constant(self, text: str) -> None:
        """Stands right above the function, with the blank lines that the function has."""
        top = self._subject.top
        lines = cst.ensure_type(cst.parse_statement(text), cst.SimpleStatementLine)
        others = self._before[top]
        blank = _leading_blank(top) if not others else []
        others.append(lines.with_changes(leading_lines=blank))
        if len(others) == 1 and not _leading_blank(top):
            self._replace[top].append(lambda node: _spaced(node, 2))


def _with_imports(module: cst.Module, names: list[str]) -> cst.Module:
    """Imports stand after the docstring and `from __future__`, next to the imports that are there."""
    for name in names:
        place = _first_place(module)
        following = module.body[place] if place < len(module.body) else None
        line = cst.ensure_type(cst.parse_statement(f"import {name}"), cst.SimpleStatementLine)
        if following is None:
            module = module.with_changes(body=[*module.body, line])
            continue
        is_import = _is_import(following)
        blank = _leading_blank(following) if is_import else ([cst.EmptyLine(indent=False)] if place else [])
        if is_import:
            following = _without_blank(following)
        elif not _leading_blank(following):
            following = _spaced(following, 2 if isinstance(following, (cst.FunctionDef, cst.ClassDef)) else 1)
        body = [*module.body[:place], line.with_changes(leading_lines=blank), following, *module.body[place + 1 :]]
        module = module.with_changes(body=body)
    return module


def _first_place(module: cst.Module) -> int:
    place = 0
    if module.body and module.get_docstring() is not None:
        place = 1
    for index, statement in enumerate(module.body):
        small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and statement.body else None
        future = isinstance(small, cst.ImportFrom) and isinstance(small.module, cst.Name)
        if future and small.module.value == "__future__":  # type: ignore[union-attr]  # `future` has looked
            place = index + 1
    return place


def _is_import(statement: cst.CSTNode) -> bool:
    line = statement.body if isinstance(statement, cst.SimpleStatementLine) else ()
    return any(isinstance(small, (cst.Import, cst.ImportFrom)) for small in line)


def _leading_blank(statement: cst.CSTNode) -> list[cst.EmptyLine]:
    lines = getattr(statement, "leading_lines", ())
    count = next((index for index, line in enumerate(lines) if line.comment is not None), len(lines))
    return list(lines[:count])


def _without_blank(statement: Any) -> Any:  # noqa: ANN401  (all have leading lines, their base class has not)
    return statement.with_changes(leading_lines=statement.leading_lines[len(_leading_blank(statement)) :])


def _spaced(statement: Any, count: int) -> Any:  # noqa: ANN401  (as above)
    blank = [cst.EmptyLine(indent=False)] * count
    return statement.with_changes(leading_lines=[*blank, *statement.leading_lines])
