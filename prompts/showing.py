"""How target code and figures are shown in a prompt: what a long file leaves out, and fences that hold."""

from __future__ import annotations

import re

LONGEST_SOURCE = 40_000  # characters, about 10,000 tokens: most modules whole, no prompt over a small model's window


def excerpt(source: str, first_line: int, last_line: int, longest: int = LONGEST_SOURCE) -> str:
    """The source, or of a long one the function, the class around it, and the outline of the module.

    Shown of the rest are lines that are not indented (imports, constants, headers of functions and classes) and the
    direct members of the classes or functions around the function. Gaps are marked by a comment; a function that is
    too long itself is still shown whole.
    """
    if len(source) <= longest:
        return source
    lines = source.split("\n")
    around = _around(lines, first_line - 1)
    kept: list[str] = []
    for number, line in enumerate(lines):
        inside = first_line - 1 <= number < last_line
        member = any(first <= number < last and _indentation(line) <= width for first, last, width in around)
        if inside:
            kept.append(line)
        elif not line.strip() or _indentation(line) == 0 or member:
            kept.append(line[:300])
        else:
            while kept and not kept[-1].strip():
                kept.pop()
            if not kept or kept[-1] != _GAP:
                kept.append(_GAP)
    return "\n".join(kept)


def fenced(code: str, language: str = "") -> str:
    """The code in a fence longer than any in the code itself, so that the code cannot end it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{code.rstrip()}\n{fence}"


def percent(share: float) -> str:
    """A fraction of 1 for reading: "37 %", "5.1 %", "0.4 %"."""
    digits = f"{100 * share:.0f}" if share >= 0.0995 else f"{100 * share:.1f}".removesuffix(".0")
    return f"{digits} %"


_GAP = "# (lines not shown; no SEARCH may reach across this mark)"


def _around(lines: list[str], start: int) -> list[tuple[int, int, int]]:
    """First line, end and member indentation of each class or function around the line, the innermost first."""
    found: list[tuple[int, int, int]] = []
    width = _indentation(lines[start])
    for number in range(start - 1, -1, -1):
        line = lines[number]
        if not line.strip() or _indentation(line) >= width:
            continue
        if re.match(r"\s*(class|def|async\s+def)\b", line):
            found.append((number, _end(lines, number), width))
            width = _indentation(line)
        if width == 0:
            break
    return found


def _end(lines: list[str], start: int) -> int:
    width = _indentation(lines[start])
    following = range(start + 1, len(lines))
    return next(
        (number for number in following if lines[number].strip() and _indentation(lines[number]) <= width), len(lines)
    )


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())
