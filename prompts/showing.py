"""How target code and figures are shown in a prompt: fences that hold, and shares for reading."""

from __future__ import annotations

import re


def fenced(code: str, language: str = "") -> str:
    """The code in a fence longer than any in the code itself, so that the code cannot end it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{code.rstrip()}\n{fence}"


def percent(share: float) -> str:
    """A fraction of 1 for reading: "37 %", "5.1 %", "0.4 %"."""
    digits = f"{100 * share:.0f}" if share >= 0.0995 else f"{100 * share:.1f}".removesuffix(".0")
    return f"{digits} %"
