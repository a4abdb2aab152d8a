"""Some of the differences between two texts, applied to the first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from workspaces.errors import OptimizeError


def apply_hunks(old: str, new: str, hunks: Iterable[int], then: Sequence[tuple[str, str]] = ()) -> str:
    """`old` with the differences to `new` of these 0-based numbers; then each first text, which occurs once, replaced.

    OptimizeError where the texts have no such difference: they are not those that the numbers were taken from.
    """
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    differences = [one for one in matcher.get_opcodes() if one[0] != "equal"]
    wanted = set(hunks)
    if not wanted <= set(range(len(differences))):
        raise OptimizeError(f"The texts have {len(differences)} differences, and number {max(wanted)} is wanted.")
    made, place = [], 0
    for number, (_, start, end, first, last) in enumerate(differences):
        if number in wanted:
            made += [*before[place:start], *after[first:last]]
            place = end
    text = "".join([*made, *before[place:]])
    for given, put in then:
        if text.count(given) != 1:
            raise OptimizeError(f"{given!r} should occur once and occurs {text.count(given)} times.")
        text = text.replace(given, put)
    return text
