"""Edits of replies in another form than the one that was asked for: a diff, the whole function, or the whole file.

Models fall back to these. They are read only where they mean one thing: what leaves code out, or could stand in two
places, stays unusable.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from tools.editing import edits_between
from tools.replies import leaves_out, readable
from tools.syntax import parsed
from tools.values import Edit

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_HUNK = re.compile(r"@@ .*@@|@@\s*$")
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def edits_otherwise(text: str, path: str, source: str, name: str) -> tuple[Edit, ...]:
    """Edits of the file at `path`, with text `source`, that a reply without blocks means; none where that is not clear.

    `name` is the qualified name of the function that was asked about.
    """
    lines = readable(text).split("\n")
    hunks = _hunks(lines)
    if hunks:
        return tuple(Edit(path=path, search=old, replace=new) for old, new in hunks)
    written = list(dict.fromkeys(_code(lines)))
    if any(leaves_out(line) for code in written for line in code.split("\n")):
        return ()
    made = {made for code in written if (made := _made(code, source, name)) is not None and made != source}
    return edits_between(path, source, made.pop()) if len(made) == 1 else ()


def _hunks(lines: Sequence[str]) -> list[tuple[str, str]]:
    """What the hunks of a unified diff look for and put there; none where one has no place of its own."""
    found: list[tuple[list[str], list[str]]] = []
    inside = False
    for line in lines:
        if _HUNK.match(line):
            found.append(([], []))
            inside = True
        elif inside and line[:1] in (" ", "", "+", "-") and not line.startswith(("--- ", "+++ ")):
            if line[:1] != "+":
                found[-1][0].append(line[1:])
            if line[:1] != "-":
                found[-1][1].append(line[1:])
        elif not line.startswith("\\"):
            inside = False
    pairs = [(_joined(old), _joined(new)) for old, new in found]
    usable = all(old.strip() for old, _ in pairs)
    return [pair for pair in pairs if pair[0] != pair[1]] if usable else []


def _joined(lines: Sequence[str]) -> str:
    """Without the empty lines at the end, which may belong to the prose."""
    text = "\n".join(lines).rstrip("\n")
    return text + "\n" if text else ""


def _code(lines: Sequence[str]) -> Iterator[str]:
    """What stands between fences, or all of it where there are none."""
    opening = ""
    inside: list[str] = []
    fenced = False
    for line in lines:
        match = _FENCE.match(line)
        if opening and match and line.strip() == opening:
            yield textwrap.dedent("\n".join(inside)) + "\n"
            opening = ""
        elif not opening and match:
            opening, inside, fenced = match[1], [], True
        elif opening:
            inside.append(line)
    if not fenced:
        yield textwrap.dedent("\n".join(lines)).strip("\n") + "\n"


def _made(code: str, source: str, name: str) -> str | None:
    """The file with that code in it: the function in the place of the old one, or all of it."""
    new, old = _tree(code), _tree(source)
    if new is None or old is None or not new.body:
        return None
    if _holds(new, old):
        return code
    classes, _, short = name.rpartition(".")
    holder = new
    if classes and len(new.body) == 1 and isinstance(new.body[0], ast.ClassDef) and new.body[0].name == classes:
        holder = ast.Module(new.body[0].body, [])  # shown in its class
        if len(holder.body) > 1:
            return None
    targets = [one for one in holder.body if isinstance(one, _Function) and one.name == short]
    place = _found(old, name)
    if len(targets) != 1 or place is None:
        return None
    return _put(code, source, (old, place), (holder, targets[0]))


def _holds(new: ast.Module, old: ast.Module) -> bool:
    """Whether code is the whole file: all that the file binds, methods too, and each statement that binds nothing."""
    others = {ast.dump(one) for one in old.body if not _names(one)}
    return _bound(old.body) <= _bound(new.body) and others <= set(map(ast.dump, new.body))


def _bound(body: Iterable[ast.stmt]) -> set[str]:
    """Qualified names of what a module binds, in its classes too."""
    found: set[str] = set()
    for one in body:
        found.update(_names(one))
        if isinstance(one, ast.ClassDef):
            found.update(f"{one.name}.{name}" for name in _bound(one.body))
    return found


def _tree(code: str) -> ast.Module | None:
    return parsed(code.encode("utf-8", "replace"))


def _named(body: Iterable[ast.stmt]) -> dict[str, _Named]:
    return {one.name: one for one in body if isinstance(one, _Named)}


def _found(tree: ast.Module, name: str) -> _Function | None:
    """The function of that name in classes, not in functions."""
    body: Sequence[ast.stmt] = tree.body
    *classes, short = name.split(".")
    for one in classes:
        holder = _named(body).get(one)
        if not isinstance(holder, ast.ClassDef):
            return None
        body = holder.body
    found = [one for one in body if isinstance(one, _Function) and one.name == short]
    return found[0] if len(found) == 1 else None


def _put(code: str, source: str, place: tuple[ast.Module, _Function], given: tuple[ast.Module, _Function]) -> str | None:
    """The file with the function replaced, and what came with it added; None where that is not clear."""
    (old, function), (holder, target) = place, given
    lines, written = source.split("\n"), code.split("\n")
    margin = " " * function.col_offset
    if lines[function.lineno - 1][: function.col_offset].strip(" "):
        return None  # indented by tabs
    known = {ast.dump(one) for one in old.body}
    more = [one for one in holder.body if one is not target and ast.dump(one) not in known]
    imports = [one for one in more if isinstance(one, (ast.Import, ast.ImportFrom))]
    helpers = [one for one in more if one not in imports]
    if {name for one in helpers for name in _names(one)} & {name for one in old.body for name in _names(one)}:
        return None  # something else of the file, changed too
    if any(not _names(one) for one in helpers):
        return None  # a call of the function, say
    outermost = next(one for one in old.body if one.lineno <= function.lineno <= (one.end_lineno or one.lineno))
    first, last = _first(function), function.end_lineno or function.lineno
    body = textwrap.indent(textwrap.dedent(_lines(written, target)), margin).split("\n")
    at_top = _end_of_imports(old)
    helper_lines = [line for one in helpers for line in (*_lines(written, one).split("\n"), "", "")]
    import_lines = [line for one in imports for line in _lines(written, one).split("\n")]
    before = _first(outermost) - 1
    if at_top > before:
        return None
    parts = (lines[:at_top], import_lines, lines[at_top:before], helper_lines, lines[before : first - 1], body, lines[last:])
    return "\n".join(line for part in parts for line in part)


def _names(statement: ast.stmt) -> list[str]:
    """What a definition or a plain assignment binds."""
    if isinstance(statement, _Named):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        return [one.id for one in statement.targets if isinstance(one, ast.Name)]
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return [statement.target.id]
    return []


def _first(statement: ast.stmt) -> int:
    """1-based line where it begins, with its decorators."""
    decorators = statement.decorator_list if isinstance(statement, _Named) else []
    return min([statement.lineno, *(one.lineno for one in decorators)])


def _lines(written: Sequence[str], statement: ast.stmt) -> str:
    return "\n".join(written[_first(statement) - 1 : statement.end_lineno])


def _end_of_imports(tree: ast.Module) -> int:
    """Number of lines up to the last import at the top, or the docstring; 0 where there is neither."""
    end = 0
    for number, one in enumerate(tree.body):
        docstring = number == 0 and isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
        if not docstring and not isinstance(one, (ast.Import, ast.ImportFrom)):
            break
        end = one.end_lineno or one.lineno
    return end
