"""Compares two descriptions that tools/harness/verispeed_describing.py made: equal, equal but for rounding, or different."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

ROUNDING = 1e-12  # relative: differences below are rounding
SHOWN = 80

KINDS = (  # first words of descriptions that have parts
    *("list", "tuple", "deque", "dict", "set", "frozenset", "ref", "object", "made", "iterator", "method", "partial"),
    *("pattern", "match", "buffer", "closed", "opaque"),
)
Description = Any  # Any: nested lists of texts and numbers, read from JSON


@dataclass(frozen=True)
class Difference:
    """One place in which two descriptions differ."""

    place: str  # for example "[3].name"
    old: str
    new: str
    error: float = math.inf  # relative, where both are floats of the same kind; infinite otherwise

    @property
    def is_rounding(self) -> bool:
        """True if only the last digits of a number differ."""
        return self.error <= ROUNDING


def differences(
    old: Description, new: Description, *, unordered: bool = False, hidden: Callable[[str], bool] = lambda _: False
) -> list[Difference]:
    """All places that differ, at most a hundred; empty for what is alike.

    Attributes whose name starts with an underscore count only where both objects have them, and are not `hidden(name)`: how
    an object remembers is its own business. `unordered` also takes lists, tuples and dicts of the same elements in another
    order for alike.
    """
    if unordered:
        old, new = _sorted(old), _sorted(new)
    found: list[Difference] = []
    for one in _differences(old, new, "", hidden):
        found.append(one)
        if len(found) >= 100:
            break
    return found


def worst(found: list[Difference]) -> Difference | None:
    """The difference that weighs most, None where there is none."""
    return max(found, key=lambda one: one.error, default=None)


def _differences(old: Description, new: Description, place: str, hidden: Callable[[str], bool]) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, list) and isinstance(new, list):
        if old[:1] == ["object"] and new[:1] == ["object"] and len(old) == len(new) == 4 and old[1] == new[1]:
            yield from _objects(old, new, place, hidden)
        elif len(old) == len(new) and _kind(old) == _kind(new):
            kind = _kind(old)
            for number, (one, other) in enumerate(zip(old, new, strict=True)):
                yield from _differences(one, other, f"{place}{_step(kind, number, one)}", hidden)
        else:
            yield Difference(place, _shown(old), _shown(new))
        return
    yield Difference(place, _shown(old), _shown(new), _error(old, new))


def _kind(part: list[Description]) -> str:
    """What a part with parts of its own is; empty for a mere sequence of parts."""
    first = part[0] if part else ""
    return first if isinstance(first, str) and first in KINDS else ""


def _objects(
    old: list[Description], new: list[Description], place: str, hidden: Callable[[str], bool]
) -> Iterator[Difference]:
    yield from _differences(old[2], new[2], place, hidden)
    before, after = dict(old[3]), dict(new[3])
    for name in dict.fromkeys([*before, *after]):
        if name in before and name in after:
            if before[name] != after[name] and not (name.startswith("_") and hidden(name)):
                yield from _differences(before[name], after[name], f"{place}.{name}", hidden)
        elif not name.startswith("_"):
            yield Difference(f"{place}.{name}", _shown(before.get(name)), _shown(after.get(name)))


def _step(kind: str, number: int, part: Description) -> str:
    if kind in ("list", "tuple", "deque") and number:
        return f"[{number - 1}]"
    if kind == "dict" and number and isinstance(part, list) and len(part) == 2:
        return f"[{_shown(part[0])}]"
    return ""


def _error(old: Description, new: Description) -> float:
    """Relative difference of two finite floats of the same sign, or infinity."""
    if not (isinstance(old, str) and isinstance(new, str) and old[:1] == new[:1] == "f"):
        return math.inf
    try:
        before, after = float(old[1:]), float(new[1:])
    except ValueError:
        return math.inf
    if not (math.isfinite(before) and math.isfinite(after)) or math.copysign(1, before) != math.copysign(1, after):
        return math.inf
    largest = max(abs(before), abs(after))
    return abs(before - after) / largest if largest and before and after else math.inf


def _sorted(part: Description) -> Description:
    """The same with an order of its own inside lists, tuples and dicts; numbers of shared parts depend on the order."""
    if not isinstance(part, list):
        return part
    if part[:1] == ["ref"]:
        return ["ref"]
    inside = [_sorted(one) for one in part]
    if part and part[0] in ("list", "tuple", "deque", "dict"):
        return [part[0], *sorted(inside[1:], key=json.dumps)]
    if part and part[0] == "iterator" and len(part) == 4:
        return [*inside[:2], sorted(inside[2], key=json.dumps), inside[3]]
    return inside


def _shown(part: Description) -> str:
    """For people."""
    text = _text(part)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


def _text(part: Description) -> str:
    if part is None:
        return "nothing"
    if isinstance(part, str) and part:
        kind, rest = part[:1], part[1:]
        plain = {"n": "None", "T": "True", "N": "False", "E": "...", "s": repr(rest), "b": f"bytes {rest}"}
        return plain.get(kind, rest)
    if isinstance(part, list) and part and isinstance(part[0], str):
        kind, items = str(part[0]), part[1:]
        if kind in ("list", "tuple", "set", "frozenset", "deque"):
            inside = ", ".join(_text(one) for one in items[:20])
            return {"list": f"[{inside}]", "tuple": f"({inside})"}.get(kind, f"{{{inside}}}")
        if kind == "dict":
            return "{" + ", ".join(f"{_text(key)}: {_text(value)}" for key, value in items[:20]) + "}"
        if kind == "ref":
            return "the same object as another part"
        if kind == "iterator":
            return f"{items[0]} of {_text(['list', *items[1]])}"
        if kind in ("object", "made"):
            return f"<{str(items[0]).rpartition('.')[2]}>"
    return json.dumps(part)
