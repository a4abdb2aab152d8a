"""What a model's reply proposes: its title, its reason and its SEARCH/REPLACE blocks.

A reply is hostile input: what cannot be understood without guessing is refused with a sentence that tells the model, and
the reader of the report, what is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from tools.editing import BARE_DOTS, UnapplicableEdit, settle_path
from tools.values import Edit, Value

if TYPE_CHECKING:
    from collections.abc import Collection

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


class UnusableReply(Exception):
    """A reply without an edit that could be tried; the text says what is wrong, fit for the model and the report."""


class WithoutBlocks(UnusableReply):
    """A reply with code or a diff, but without SEARCH/REPLACE blocks."""


class NoChangeProposed(UnusableReply):
    """The honest answer `NO CHANGE: reason`; asking again to repair it makes no sense."""


class Reply(Value):
    """What a model proposes. `path` of an edit is "" where the reply names none."""

    title: str
    explanation: str
    edits: tuple[Edit, ...]


def parse_reply(text: str, allowed: Collection[str] = ()) -> Reply:
    """Title, reason and edits of a model's reply; `UnusableReply` where there is no complete edit in it.

    With `allowed`, paths are settled against it as `apply_edits` would do; what does not fit stays as it was written.
    """
    lines = readable(text).split("\n")
    if not any(line.strip() for line in lines):
        raise UnusableReply("The reply is empty.")
    blocks = _blocks(lines, allowed)
    prose = _outside(lines, blocks)
    if not blocks:
        raise _without_edits(prose)
    return _reply(prose, _edits(blocks))


def with_edits(text: str, edits: tuple[Edit, ...]) -> Reply:
    """A reply whose edits were read otherwise."""
    return _reply(_outside_fences(readable(text).split("\n")), edits)


def _outside_fences(lines: list[str]) -> list[str]:
    inside, outside = False, []
    for line in lines:
        if _FENCE.match(line):
            inside = not inside
        elif not inside:
            outside.append(line)
    return outside


def _reply(prose: list[str], edits: tuple[Edit, ...]) -> Reply:
    explanation = _paragraph(prose, _WHY) or _first_paragraph(prose)
    title = _title(_paragraph(prose, _TITLE)) or _title(explanation) or f"Speed up {edits[0].path or 'the function'}"
    return Reply(title=_shortened(title, LONGEST_TITLE), explanation=explanation[:LONGEST_EXPLANATION], edits=edits)


@dataclass(frozen=True)
class _Block:
    """One SEARCH/REPLACE block: its lines are `first` to `last` of the reply."""

    path: str
    search: list[str]
    replace: list[str]
    first: int
    last: int


def readable(text: str) -> str:
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


def leaves_out(line: str) -> bool:
    """Whether a line is a comment that stands for code."""
    return _ELISION.match(line) is not None


def _refuse_elisions(block: _Block) -> None:
    """A line of three dots in both parts may be Python's Ellipsis; a comment that stands for code never is code."""
    known = {line.strip() for line in block.search}
    for line in block.search + block.replace:
        dots_for_code = BARE_DOTS.match(line) and line.strip() not in known
        if dots_for_code or leaves_out(line):
            raise UnusableReply(f"The edit leaves out code ({line.strip()[:80]!r}): old and new text must be complete.")


def declined(lines: list[str]) -> NoChangeProposed | None:
    """What to raise where a line of a reply says NO CHANGE."""
    for number, line in enumerate(lines):
        match = _NO_CHANGE.match(line)
        if match:
            reason = " ".join([match["text"], *takewhile(str.strip, lines[number + 1 :])]).strip(" *_:`")
            return NoChangeProposed(f"The model proposes no change: {reason[:LONGEST_EXPLANATION] or 'no reason given'}")
    return None


def _without_edits(prose: list[str]) -> UnusableReply:
    refusal = declined(prose)
    if refusal is not None:
        return refusal
    last = next(line for line in reversed(prose) if line.strip())
    if re.match(r"\s*<{3,9}", last):
        return UnusableReply("The reply ends inside an edit.")
    if any(line.startswith("@@ ") for line in prose):
        return WithoutBlocks("The reply holds a diff; edits must be written as SEARCH/REPLACE blocks.")
    if any(_FENCE.match(line) for line in prose):
        return WithoutBlocks("The reply holds code without SEARCH/REPLACE markers, so where it belongs is not known.")
    return WithoutBlocks("The reply holds no edit: no SEARCH/REPLACE block was found.")


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
