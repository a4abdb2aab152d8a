"""Finds a function by its qualified name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from tools.rewriting.modules import parts
from tools.rewriting.subject import Place, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def find(source: str, name: str) -> Subject | None:
    """The function called `name` (qualified) in `source`, or None if it is not there or nothing parses.

    Of several definitions the last counts, leaving `overload` stubs and property setters aside.
    """
    try:
        module = cst.parse_module(source)
    except cst.ParserSyntaxError:
        return None
    paths = [place.path for found, place in _places(module.body, "", ()) if found == name]
    places = [Place(path, ordinal) for ordinal, path in enumerate(paths)]
    plain = [place for place in places if not _is_secondary(module, place.function)]
    chosen = (plain or places)[-1:]
    return Subject(source, module, name, chosen[0]) if chosen else None


def _is_secondary(module: cst.Module, function: cst.FunctionDef) -> bool:
    names = [module.code_for_node(decorator.decorator) for decorator in function.decorators]
    return any(name.endswith(("overload", ".setter", ".deleter")) for name in names)


def _places(statements: Sequence[cst.CSTNode], prefix: str, path: tuple[cst.CSTNode, ...]) -> Iterator[tuple[str, Place]]:
    for statement in statements:
        here = (*path, statement)
        if isinstance(statement, cst.FunctionDef):
            name = prefix + statement.name.value
            yield name, Place(here)
            yield from _places([statement.body], f"{name}.<locals>.", here)
        elif isinstance(statement, cst.ClassDef):
            yield from _places([statement.body], f"{prefix}{statement.name.value}.", here)
        elif not isinstance(statement, cst.SimpleStatementLine):
            yield from _places(parts(statement), prefix, here)
