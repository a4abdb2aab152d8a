"""Ruff's own performance fixes, one rewrite for each of its rules."""

from __future__ import annotations

import json
import re
import subprocess
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from ruff import find_ruff_bin  # type: ignore[import-untyped]  # ruff ships no annotations

from tools.rewriting.base import parses

if TYPE_CHECKING:
    from collections.abc import Iterator

FAMILIES = "PERF,C4,FURB,SIM,PLR"


class Fix(NamedTuple):
    """All fixes of one ruff rule inside the wanted lines."""

    code: str
    rule: str
    message: str
    source: str


class _Change(NamedTuple):
    start: int  # offsets in characters
    end: int
    text: str


def ruff_fixes(source: str, first_line: int, last_line: int) -> Iterator[Fix]:
    """What ruff's fixes, safe or not, make of the lines from `first_line` to `last_line`.

    Imports that a fix needs are inserted too; a fix that changes anything else outside the lines is left out.
    """
    starts = _line_starts(source)
    fixes: dict[str, list[list[_Change]]] = defaultdict(list)
    about: dict[str, tuple[str, str]] = {}
    for problem in _problems(source):
        code, fix = problem.get("code"), problem.get("fix")
        changes = [_change(edit, starts) for edit in fix["edits"]] if fix else []
        bounds = starts[first_line - 1], [*starts, len(source)][last_line]
        if code and changes and _stays_inside(changes, bounds):
            fixes[code].append(changes)
            about.setdefault(code, (problem["url"].rsplit("/", 1)[-1], problem["message"]))
    for code, groups in fixes.items():
        text = _changed(source, groups)
        if text != source and parses(text):
            yield Fix(code, *about[code], text)


def _problems(source: str) -> list[dict[str, Any]]:  # Any: ruff's JSON
    command = [find_ruff_bin(), "check", "--isolated", "--no-cache", "--quiet", "--exit-zero", "--output-format=json"]
    options = [f"--select={FAMILIES}", "--unsafe-fixes", "--target-version=py39", "--stdin-filename=module.py", "-"]
    done = subprocess.run([*command, *options], input=source, capture_output=True, encoding="utf-8", check=False)
    return json.loads(done.stdout) if done.returncode == 0 and done.stdout else []


def _line_starts(source: str) -> list[int]:
    """Where each line starts, counting lines as Python and ruff do (a form feed ends none)."""
    return [0, *(end.end() for end in re.finditer(r"\r\n|\r|\n", source))]


def _change(edit: dict[str, Any], starts: list[int]) -> _Change:
    start, end = edit["location"], edit["end_location"]
    return _Change(
        starts[start["row"] - 1] + start["column"] - 1,
        starts[end["row"] - 1] + end["column"] - 1,
        edit["content"],
    )


def _stays_inside(changes: list[_Change], bounds: tuple[int, int]) -> bool:
    inside = [bounds[0] <= change.start and change.end <= bounds[1] for change in changes]
    imports = [change.start == change.end and "import " in change.text for change in changes]
    return any(inside) and all(one or other for one, other in zip(inside, imports, strict=True))


def _changed(source: str, groups: list[list[_Change]]) -> str:
    """The source with each group applied whole, unless it meets one that came before it."""
    taken: list[_Change] = []
    for group in groups:
        new = [change for change in group if change not in taken]
        if not any(change.start < other.end and other.start < change.end for change in new for other in taken):
            taken.extend(new)
    for change in sorted(taken, reverse=True):
        source = source[: change.start] + change.text + source[change.end :]
    return source
