"""The plans in a model's reply: what each would change, in words; plans that say the same count once."""

from __future__ import annotations

import re

from tools.replies import UnusableReply, declined, readable
from tools.values import Value

LONGEST_PLAN = 2_000  # characters
ALIKE = 0.7  # share of the words of two plans that both have, from which on they are one plan

_PLAN = re.compile(
    r"[\s*_#>-]{0,8}PLAN\s{0,2}(?:\d{1,2})?[\s*_]{0,4}[:.)\u2013\u2014-][\s*_]{0,4}(?P<title>.*)", re.IGNORECASE
)
_WORD = re.compile(r"[a-z_]{3,}|\d+")


class Plan(Value):
    """One way to make a function faster."""

    text: str


def parse_plans(text: str, most: int) -> tuple[Plan, ...]:
    """At most so many plans of a reply, in their order; those that are much like an earlier one are left out.

    `NoChangeProposed` where the reply says that nothing can be gained, `UnusableReply` where it holds no plan.
    """
    lines = readable(text).split("\n")
    if not text.strip():
        raise UnusableReply("The reply is empty.")
    starts = [number for number, line in enumerate(lines) if _PLAN.match(line)]
    if not starts:
        refusal = declined(lines)
        if refusal is not None:
            raise refusal
        raise UnusableReply("The reply holds no line that begins with PLAN.")
    plans: list[Plan] = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        found = _PLAN.match(lines[start])
        assert found is not None
        body = "\n".join([found["title"].strip(" *_"), *lines[start + 1 : end]]).strip()[:LONGEST_PLAN]
        if body and not any(alike(body, other.text) for other in plans):
            plans.append(Plan(text=body))
    if not plans:
        raise UnusableReply("The plans in the reply are empty.")
    return tuple(plans[:most])


def alike(first: str, second: str) -> bool:
    """Whether two plans have most of their words in common (Jaccard index)."""
    one, other = set(_WORD.findall(first.lower())), set(_WORD.findall(second.lower()))
    return len(one & other) >= ALIKE * len(one | other)
