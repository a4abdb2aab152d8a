"""SEARCH/REPLACE edits: applied exactly once or refused, and made from two texts.

What does not fit is refused with a sentence that tells the model, and the reader of the report, what is wrong.
"""

from __future__ import annotations

import difflib
import io
import re
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.values import Edit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

BARE_DOTS = re.compile(r"\s*(?:(?:\#|//)\s*)?(?:\.\.\.|\u2026)\s*$")  # "..." for code that was left out


class UnapplicableEdit(Exception):
    """An edit that does not fit the files; the text says why, fit for the model and the report."""


def apply_edits(files: Mapping[str, bytes], edits: Sequence[Edit], allowed: Collection[str]) -> dict[str, bytes]:
    """New content of the files that the edits touch, or `UnapplicableEdit`; everything else stays byte for byte.

    The edits are applied in turn, each to the text that the ones before it left. LF in an edit stands for the line
    ending of the file, unless the edit holds a CR itself.
    """
    changed: dict[str, bytes] = {}
    for edit in edits:
        path = settle_path(edit.path, allowed)
        if path not in files:
            raise UnapplicableEdit(f"{path} does not exist; an edit changes a file that is there.")
        changed[path] = _edited(changed.get(path, files[path]), edit, path)
    return changed


def edits_between(path: str, old: str, new: str) -> tuple[Edit, ...]:
    """Small edits that turn `old` into exactly `new` when applied in order; none where the two are equal.

    A byte order mark is no part of the text that edits see: `ValueError` where only one of the two begins with it.
    """
    if old.startswith("\ufeff") != new.startswith("\ufeff"):
        raise ValueError("edits cannot add or remove a byte order mark")
    old, new = old.removeprefix("\ufeff"), new.removeprefix("\ufeff")
    if old == new:
        return ()
    edits = _hunks(path, old, new)
    # Among mixed line endings a hunk without CR can mean another place or ending; the whole text never does.
    return edits if _leads_to(new, old, edits) else (Edit(path=path, search=old, replace=new),)


def settle_path(written: str, allowed: Collection[str]) -> str:
    """The allowed path that is meant: exact, with "./", "a/" or "b/" in front, shortened to its end, or not named."""
    path = written.strip().strip("`'\"").replace("\\", "/")
    if not path and len(allowed) == 1:
        return next(iter(allowed))
    if not path:
        raise UnapplicableEdit(f"The edit names no file; allowed are {_listed(allowed)}.")
    if path in allowed:
        return path
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:/", path) or ".." in path.split("/"):
        raise UnapplicableEdit(f"The path {written!r} leads out of the repository; allowed are {_listed(allowed)}.")
    plain = re.sub(r"^(?:\./+)+", "", path)
    for choice in (plain, plain[2:] if plain.startswith(("a/", "b/")) else plain):
        if choice in allowed:
            return choice
    longer = [choice for choice in allowed if choice.endswith("/" + plain)]
    if len(longer) == 1:
        return longer[0]
    raise UnapplicableEdit(f"The file {written!r} may not be changed; allowed are {_listed(allowed)}.")


def _listed(allowed: Collection[str]) -> str:
    return ", ".join(sorted(allowed)) or "no files"


def _edited(content: bytes, edit: Edit, path: str) -> bytes:
    encoding = _encoding(content, path)
    try:
        text = content.decode(encoding)
        if text.encode(encoding) != content:
            raise UnapplicableEdit(f"{path} cannot be written back byte for byte in its encoding {encoding}.")
    except (UnicodeError, LookupError):
        raise UnapplicableEdit(f"{path} cannot be read in its encoding {encoding}.") from None
    try:
        edited = _replaced(text, edit, path).encode(encoding)
    except UnicodeEncodeError as error:
        character = error.object[error.start : error.end]
        raise UnapplicableEdit(f"The new text holds {character!r}, which {path} ({encoding}) cannot hold.") from None
    if _encoding(edited, path) != encoding:
        raise UnapplicableEdit(f"The edit changes the encoding of {path}.")
    return edited


def _encoding(content: bytes, path: str) -> str:
    if not path.endswith((".py", ".pyi", ".pyw", ".pyx", ".pxd")):
        return "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        return tokenize.detect_encoding(io.BytesIO(content).readline)[0]
    except SyntaxError as error:
        raise UnapplicableEdit(f"The encoding of {path} is not known: {error.msg}.") from None


def _replaced(text: str, edit: Edit, path: str) -> str:
    if edit.search == edit.replace:
        raise UnapplicableEdit(f"The edit of {path} changes nothing: its old and new text are the same.")
    if "\r" in edit.search + edit.replace or "\r\n" not in text:
        return _spliced(text, _place(text, edit, path))
    ends = [match.start() for match in re.finditer("\r\n", text)]
    newline = "\r\n" if 2 * len(ends) >= text.count("\n") else "\n"
    plain = _narrowed(text.replace("\r\n", "\n"), _place(text.replace("\r\n", "\n"), edit, path))
    # The n-th CR stood n characters further left in the plain text, which has lost the ones before it.
    lost = [end - number for number, end in enumerate(ends)]
    start, end = (place + sum(1 for cr in lost if cr < place) for place in (plain.start, plain.end))
    return _spliced(text, _Splice(start, end, plain.new.replace("\n", newline)))


@dataclass(frozen=True)
class _Splice:
    """Characters `start` to `end` of a text become `new`."""

    start: int
    end: int
    new: str


def _spliced(text: str, splice: _Splice) -> str:
    return text[: splice.start] + splice.new + text[splice.end :]


def _narrowed(text: str, splice: _Splice) -> _Splice:
    """The same splice without the lines at both ends that stay, so that they keep their line endings."""
    old, new = text[splice.start : splice.end].split("\n"), splice.new.split("\n")
    shorter = min(len(old), len(new)) - 1
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    tail = next((n for n in range(shorter - head) if old[-1 - n] != new[-1 - n]), shorter - head)
    before = sum(len(line) + 1 for line in old[:head])
    after = sum(len(line) + 1 for line in old[len(old) - tail :])
    kept = new[head : len(new) - tail]
    return _Splice(splice.start + before, splice.end - after, "\n".join(kept))


def _place(text: str, edit: Edit, path: str) -> _Splice:
    """Where the edit belongs in the text, or `UnapplicableEdit`."""
    places = _occurrences(text, edit.search)
    if len(places) > 1:
        raise UnapplicableEdit(_found(edit, path, f"{len(places)} times; give more lines around the change"))
    whole_lines = edit.search.endswith("\n")
    inside_line = bool(places) and places[0] > 0 and text[places[0] - 1] != "\n"
    if places and not (whole_lines and inside_line):
        return _Splice(places[0], places[0] + len(edit.search), edit.replace)
    loose = _loose_places(text, edit)
    if len(loose) == 1:
        return loose[0]
    if places:
        return _Splice(places[0], places[0] + len(edit.search), edit.replace)
    if loose:
        raise UnapplicableEdit(_found(edit, path, f"{len(loose)} times when indentation is ignored, never exactly"))
    raise UnapplicableEdit(_found(edit, path, f"0 times{_hint(text, edit)}"))


def _occurrences(text: str, search: str) -> list[int]:
    """Where the search begins, overlapping occurrences counted too."""
    if not search:
        return [0] if not text else [0, len(text)]
    places: list[int] = []
    place = text.find(search)
    while place >= 0:
        places.append(place)
        place = text.find(search, place + 1)
    return places


def _found(edit: Edit, path: str, how_often: str) -> str:
    first = next((line.strip() for line in edit.search.split("\n") if line.strip()), "")
    return f"The old text beginning {first[:80]!r} was found in {path} {how_often}; it must be there exactly once."


def _hint(text: str, edit: Edit) -> str:
    if any(BARE_DOTS.match(line) for line in edit.search.split("\n")):
        return " (it holds a line of dots: the code must be given in full)"
    if "\n\t" in text and "\t" not in edit.search and "\n " in "\n" + edit.search:
        return " (the file is indented with tabs, the edit with spaces)"
    if "\t" in edit.search and "\t" not in text:
        return " (the edit is indented with tabs, the file with spaces)"
    return ""


def _loose_places(text: str, edit: Edit) -> list[_Splice]:
    """Where the lines of the search stand when trailing blanks and a uniform indentation are ignored."""
    lines = text.split("\n")
    search = edit.search.removesuffix("\n").split("\n")
    if not any(line.strip() for line in search):
        return []
    replace = edit.replace.removesuffix("\n").split("\n") if edit.replace else []
    bare, bare_search = [line.strip() for line in lines], [line.strip() for line in search]
    splices: list[_Splice] = []
    start = 0
    for number in range(len(lines) - len(search) + 1):
        window = lines[number : number + len(search)]
        # Comparing lists of bare lines is quick; only what passes it is worth a look at its indentation.
        shift = _shift(window, search) if bare[number : number + len(search)] == bare_search else None
        if shift is not None:
            new = _shifted(window, search, replace, shift)
            splices.append(_line_splice(text, start, window, new, removed=not edit.replace))
        start += len(lines[number]) + 1
    return splices


def _line_splice(text: str, start: int, window: list[str], new: list[str], *, removed: bool) -> _Splice:
    """Whole lines replaced; the line end of the last one stays as it is, also where the file has none."""
    end = start + len("\n".join(window))
    if removed:
        return _Splice(start, min(end + 1, len(text)), "")
    return _Splice(start, end, "\n".join(new))


def _shift(window: list[str], search: list[str]) -> tuple[str, str] | None:
    """What to take off the front of each line of the search and what to put there, to get the window."""
    first = next(number for number, line in enumerate(search) if line.strip())
    here, there = (line[: len(line) - len(line.lstrip())] for line in (search[first], window[first]))
    if there.endswith(here):
        off, on = "", there.removesuffix(here)
    elif here.endswith(there):
        off, on = here.removesuffix(there), ""
    else:
        return None
    same = all(_moved(line, off, on) == real.rstrip() for line, real in zip(search, window, strict=True))
    return (off, on) if same else None


def _moved(line: str, off: str, on: str) -> str | None:
    """The line with its indentation changed and trailing blanks gone; None where it is not indented that far."""
    if not line.strip():
        return ""
    return on + line.removeprefix(off).rstrip() if line.startswith(off) else None


def _shifted(window: list[str], search: list[str], replace: list[str], shift: tuple[str, str]) -> list[str]:
    """The replacement, indented like the window; lines that the edit keeps are the window's own, blanks and all."""
    result: list[str] = []
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, search, replace, autojunk=False).get_opcodes():
        if kind == "equal":
            result += window[i1:i2]
            continue
        for line in replace[j1:j2]:
            moved = _moved(line, *shift)
            if moved is None:
                raise UnapplicableEdit(f"The new line {line.strip()[:80]!r} is indented less than the old text allows.")
            result.append(moved)
    return result


# --- making ------------------------------------------------------------------------------------------------------


def _hunks(path: str, old: str, new: str) -> tuple[Edit, ...]:
    """One edit for each run of changed lines, its search unique in the text that the ones before it left."""
    before, after = _lines(old), _lines(new)
    edits: list[Edit] = []
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after).get_opcodes():
        if kind == "equal":
            continue
        current = after[:j1] + before[i1:]
        first, last = j1, j1 + i2 - i1
        low, high = _unique_range(current, first, last)
        kept = "".join(current[low:first]), "".join(current[last:high])
        replace = kept[0] + "".join(after[j1:j2]) + kept[1]
        edits.append(Edit(path=path, search="".join(current[low:high]), replace=replace))
    return tuple(edits)


def _leads_to(new: str, old: str, edits: tuple[Edit, ...]) -> bool:
    text = old
    try:
        for edit in edits:
            text = _replaced(text, edit, edit.path)
    except UnapplicableEdit:
        return False
    return text == new


def _lines(text: str) -> list[str]:
    """Lines with their ends, split at LF only: `str.splitlines` also splits at form feeds and the like."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _unique_range(lines: list[str], low: int, high: int) -> tuple[int, int]:
    """The range, widened by turns at both ends until its text occurs once."""
    text = "".join(lines)
    upwards = True
    while (low > 0 or high < len(lines)) and not _is_unique(text, "".join(lines[low:high])):
        step = 1 + (high - low) // 16  # line by line, until so much is repeated that only speed matters
        if low > 0 and (upwards or high == len(lines)):
            low = max(0, low - step)
        else:
            high = min(len(lines), high + step)
        upwards = not upwards
    return low, high


def _is_unique(text: str, search: str) -> bool:
    first = text.find(search)
    return bool(search) and text.find(search, first + 1) < 0
