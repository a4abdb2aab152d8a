"""SEARCH/REPLACE edits: read from a model's reply, applied exactly once or refused, and made from two texts.

A model's reply and the edits in it are hostile input: what cannot be understood without guessing is refused with
a sentence that tells the model, and the reader of the report, what is wrong.
"""

from __future__ import annotations

import difflib
import io
import re
import tokenize
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from tools.values import Edit, Value

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

LONGEST_TITLE = 60  # becomes the subject of a commit
LONGEST_EXPLANATION = 2_000
LONGEST_PATH_LINE = 400  # a longer line is prose, and searching it for a path takes quadratic time

_SEARCH = re.compile(r"\s*(?P<mark><{5,9})\s*SEARCH\b[:\s]*(?P<path>\S*)\s*$", re.IGNORECASE)
_REPLACE = re.compile(r"\s*>{5,9}(\s*REPLACE\b.*)?\s*$", re.IGNORECASE)
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_TITLE = re.compile(r"[\s*_#>`-]{0,8}TITLE[\s*_`]{0,4}:[\s*_]{0,4}(?P<text>.*)", re.IGNORECASE)
_WHY = re.compile(r"[\s*_#>`-]{0,8}WHY[\s*_`]{0,4}:[\s*_]{0,4}(?P<text>.*)", re.IGNORECASE)
_NO_CHANGE = re.compile(r"[\s*_#>`-]{0,8}NO[ _]CHANGES?[\s*_`]{0,4}(?:$|[:.\u2013\u2014-])(?P<text>.*)", re.IGNORECASE)
_PATH = re.compile(r"[\w./\\@+~-]+\.(?:py|pyi|pyx|pxd|c|cc|cpp|cxx|h|hh|hpp|rs|toml|cfg|ini|txt|json|ya?ml|md|sh)(?!\w)")
_ELISION = re.compile(
    r"""\s*(?:\#|//)\s*(?:
        (?:\.\.\.|\u2026).*\b(?:rest|unchanged|existing|remaining|omitted|same|before|code|elided)\b
      | .*\b(?:rest\ of\ (?:the\ )?(?:\w+\ )?(?:code|file|function|method|class|module|body|implementation)
          | (?:existing|remaining|previous|other)\ (?:code|methods|functions|implementation|lines)\b
            .*(?:\.\.\.|\u2026|unchanged|here)
          | (?:code|body|rest|remainder)\ (?:is\ |remains\ |stays\ )?(?:unchanged|the\ same|omitted|as\ before))\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_BARE_DOTS = re.compile(r"\s*(?:(?:\#|//)\s*)?(?:\.\.\.|\u2026)\s*$")


class UnusableReply(Exception):
    """A reply without an edit that could be tried; the text says what is wrong, fit for the model and the report."""


class NoChangeProposed(UnusableReply):
    """The honest answer `NO CHANGE: reason`; asking again to repair it makes no sense."""


class UnapplicableEdit(Exception):
    """An edit that does not fit the files; the text says why, fit for the model and the report."""


class Reply(Value):
    """What a model proposes. `path` of an edit is "" where the reply names none."""

    title: str
    explanation: str
    edits: tuple[Edit, ...]


def parse_reply(text: str, allowed: Collection[str] = ()) -> Reply:
    """Title, reason and edits of a model's reply; `UnusableReply` where there is no complete edit in it.

    With `allowed`, paths are settled against it as `apply_edits` would do; what does not fit stays as it was written.
    """
    lines = _readable(text).split("\n")
    if not any(line.strip() for line in lines):
        raise UnusableReply("The reply is empty.")
    blocks = _blocks(lines, allowed)
    prose = _outside(lines, blocks)
    if not blocks:
        raise _without_edits(prose)
    edits = _edits(blocks)
    explanation = _paragraph(prose, _WHY) or _first_paragraph(prose)
    title = _title(_paragraph(prose, _TITLE)) or _title(explanation) or f"Speed up {edits[0].path or 'the function'}"
    return Reply(title=_shortened(title, LONGEST_TITLE), explanation=explanation[:LONGEST_EXPLANATION], edits=edits)


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


# --- reading a reply ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Block:
    """One SEARCH/REPLACE block: its lines are `first` to `last` of the reply."""

    path: str
    search: list[str]
    replace: list[str]
    first: int
    last: int


def _readable(text: str) -> str:
    """The reply with plain line ends, without lone surrogates (JSON can hold them) and without leading thoughts."""
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")
    opening = text.lstrip()
    if opening.startswith(("<think>", "<thinking>")) and not re.search(r"</think(?:ing)?>", text):
        raise UnusableReply("The reply ends inside its thinking, before any edit.")
    thoughts = re.match(r"\s*<think(?:ing)?>.*?</think(?:ing)?>", text, re.DOTALL)
    if thoughts:
        return text[thoughts.end() :]
    # Some chat templates put the opening tag into the prompt, so that only the closing one arrives.
    before, tag, after = text.partition("\n</think>\n")
    return after if tag and "<think>" not in before else text


def _blocks(lines: list[str], allowed: Collection[str]) -> list[_Block]:
    """All complete blocks, in order; a broken one makes the reply unusable."""
    blocks: list[_Block] = []
    number = 0
    while number < len(lines):
        opening = _SEARCH.match(lines[number])
        if opening is None:
            number += 1
            continue
        start = blocks[-1].last + 1 if blocks else 0
        path = opening["path"] or _path_above(lines[start:number], allowed) or (blocks[-1].path if blocks else "")
        block = _block(lines, number, len(opening["mark"]), _settled(path, allowed))
        blocks.append(block)
        number = block.last + 1
    return blocks


def _block(lines: list[str], first: int, width: int, path: str) -> _Block:
    last = first + 1
    while last < len(lines) and not _REPLACE.match(lines[last]):
        if _SEARCH.match(lines[last]):
            raise UnusableReply(f"An edit begins inside another edit, in line {last + 1}: >>>>>>> REPLACE is missing.")
        last += 1
    if last == len(lines):
        raise UnusableReply("The reply ends inside an edit: >>>>>>> REPLACE is missing.")
    inside = lines[first + 1 : last]
    # In a list or quotation all markers are indented alike; a heading in a docstring is indented otherwise.
    margin = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
    dividers = [number for number, line in enumerate(inside) if line.rstrip() in (margin + "=" * 7, margin + "=" * width)]
    if not dividers:
        raise UnusableReply("An edit has no ======= line between the old and the new text.")
    if len(dividers) > 1:
        raise UnusableReply("An edit has more than one ======= line, so its old and new text cannot be told apart.")
    middle = dividers[0]
    return _Block(path, _unfenced(inside[:middle]), _unfenced(inside[middle + 1 :]), first, last)


def _unfenced(lines: list[str]) -> list[str]:
    """Without a code fence around all of the lines, which some models put inside the markers."""
    fenced = len(lines) >= 2 and _FENCE.match(lines[0]) and lines[-1].strip() in ("```", "~~~")
    return lines[1:-1] if fenced else lines


def _path_above(lines: list[str], allowed: Collection[str]) -> str:
    """The path in the three written lines above a block: the nearest line that holds one."""
    for line in [line for line in lines if line.strip()][:-4:-1]:
        if len(line) > LONGEST_PATH_LINE or _TITLE.match(line) or _WHY.match(line):
            continue
        path = _path_in(line, allowed)
        if path:
            return path
    return ""


def _path_in(line: str, allowed: Collection[str]) -> str:
    """The path that a line is or mentions; a sentence may mention other files, so there it must be an allowed one."""
    written: list[str] = _PATH.findall(line)
    if not allowed or _is_path(line):
        return written[-1] if written else ""
    meant = [path for path in written if _settled(path, allowed) in allowed]
    unusual = [path for path in allowed if path in line and not any(word.endswith(path) for word in written)]
    return meant[-1] if meant else max(unusual, key=len, default="")


def _is_path(line: str) -> bool:
    return len(line) <= LONGEST_PATH_LINE and _PATH.fullmatch(line.strip(" *_`#:\"'")) is not None


def _settled(path: str, allowed: Collection[str]) -> str:
    plain = re.sub(r"^(?:\./+)+", "", path.strip("`*'\":").replace("\\", "/"))
    try:
        return settle_path(plain, allowed) if allowed else plain
    except UnapplicableEdit:
        return plain  # refused when it is applied, with the reason


def _outside(lines: list[str], blocks: list[_Block]) -> list[str]:
    inside = {number for block in blocks for number in range(block.first, block.last + 1)}
    return [line for number, line in enumerate(lines) if number not in inside]


def _edits(blocks: list[_Block]) -> tuple[Edit, ...]:
    """The edits of the blocks, without the ones that change nothing or are told twice."""
    for block in blocks:
        _refuse_elisions(block)
    told = [Edit(path=block.path, search=_text(block.search), replace=_text(block.replace)) for block in blocks]
    edits = tuple(dict.fromkeys(edit for edit in told if edit.search != edit.replace))
    if not edits:
        raise UnusableReply("The edit changes nothing: its old and new text are the same.")
    return edits


def _text(lines: list[str]) -> str:
    return "".join(line + "\n" for line in lines)


def _refuse_elisions(block: _Block) -> None:
    """A line of three dots in both parts may be Python's Ellipsis; a comment that stands for code never is code."""
    known = {line.strip() for line in block.search}
    for line in block.search + block.replace:
        dots_for_code = _BARE_DOTS.match(line) and line.strip() not in known
        if dots_for_code or _ELISION.match(line):
            raise UnusableReply(f"The edit leaves out code ({line.strip()[:80]!r}): old and new text must be complete.")


def _without_edits(prose: list[str]) -> UnusableReply:
    for number, line in enumerate(prose):
        match = _NO_CHANGE.match(line)
        if match:
            reason = " ".join([match["text"], *takewhile(str.strip, prose[number + 1 :])]).strip(" *_:`")
            return NoChangeProposed(f"The model proposes no change: {reason[:LONGEST_EXPLANATION] or 'no reason given'}")
    last = next(line for line in reversed(prose) if line.strip())
    if re.match(r"\s*<{3,9}", last):
        return UnusableReply("The reply ends inside an edit.")
    if any(line.startswith("@@ ") for line in prose):
        return UnusableReply("The reply holds a diff; edits must be written as SEARCH/REPLACE blocks.")
    if any(_FENCE.match(line) for line in prose):
        return UnusableReply("The reply holds code without SEARCH/REPLACE markers, so where it belongs is not known.")
    return UnusableReply("The reply holds no edit: no SEARCH/REPLACE block was found.")


def _paragraph(prose: list[str], label: re.Pattern[str]) -> str:
    """The text after a label, to the end of its paragraph."""
    for number, line in enumerate(prose):
        match = label.match(line)
        if match:
            return " ".join([match["text"].strip(), *_continuation(prose[number + 1 :])]).strip(" *_`")
    return ""


def _continuation(lines: list[str]) -> list[str]:
    return [line.strip() for line in takewhile(_is_prose, lines)]


def _first_paragraph(prose: list[str]) -> str:
    start = next((number for number, line in enumerate(prose) if _is_prose(line)), len(prose))
    return " ".join(_continuation(prose[start:]))


def _is_prose(line: str) -> bool:
    labelled = _TITLE.match(line) or _WHY.match(line) or _FENCE.match(line)
    return bool(line.strip()) and not labelled and not _is_path(line)


def _title(text: str) -> str:
    """The first sentence, without Markdown and full stop; the rest of a long one stands in the explanation."""
    sentence = re.split(r"(?<=[.!?])\s", text[:LONGEST_EXPLANATION], maxsplit=1)[0]
    return sentence.strip(" *_`\"'#.")


def _shortened(text: str, limit: int) -> str:
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[: limit + 1].rsplit(" ", 1)[0][:limit].rstrip(" ,;:-(")


def _listed(allowed: Collection[str]) -> str:
    return ", ".join(sorted(allowed)) or "no files"


# --- applying ----------------------------------------------------------------------------------------------------


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
    if any(_BARE_DOTS.match(line) for line in edit.search.split("\n")):
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
