"""How much an edit changes, and whether it touches what `# optimize: skip` keeps out of reach."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher

from tools.source import SKIP_PRAGMA, functions, is_file_skipped, is_skipped, lines_of, text_of

WIDE = 4_000_000  # pairs of lines from here on: whoever looked for what only moved would look for minutes


def changed_lines(old: bytes, new: bytes) -> int:
    """Lines that are removed plus lines that are added; in very wide changes those that only moved are not counted."""
    before, after = lines_of(old), lines_of(new)
    start = _same(before, after)
    before, after = before[start:], after[start:]
    end = _same(before[::-1], after[::-1])
    before, after = before[: len(before) - end], after[: len(after) - end]
    if len(before) * len(after) > WIDE:
        had, has = Counter(before), Counter(after)
        return (had - has).total() + (has - had).total()
    steps = SequenceMatcher(None, before, after).get_opcodes()
    return sum((i2 - i1) + (j2 - j1) for step, i1, i2, j1, j2 in steps if step != "equal")


def skipped_but_changed(path: str, old: bytes, new: bytes) -> str:
    """The function or file that says `# optimize: skip` and does not stay as it is; empty if there is none."""
    if old == new or SKIP_PRAGMA not in old:
        return ""
    if is_file_skipped(old):
        return path
    kept = [(one.name, text_of(new, one)) for one in functions(path, new) if is_skipped(new, one)]
    skipped = [one for one in functions(path, old) if is_skipped(old, one)]
    return next((one.name for one in skipped if (one.name, text_of(old, one)) not in kept), "")


def _same(one: list[bytes], other: list[bytes]) -> int:
    """Number of lines at the start that are the same on both sides."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))
