"""Calls that open a hole: ruff's rules of flake8-bandit, before and after; what fires more often than before is new.

Left out is what says nothing about danger: S101 (`assert` states an invariant; whether it is kept, tests show), S105 to S107
(a name such as `token` beside a text, which parsers are full of), S110 and S112 (an exception that is swallowed is another
behaviour, which is compared) and the preview rules about imports alone. S311 (`random`) counts only where the old text does
not use it: who draws random numbers already may draw them differently, but nobody may put them in the place of `secrets`.
Comments that silence a rule have no effect.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from ruff import find_ruff_bin  # type: ignore[import-untyped]  # ruff ships no annotations

from tools.syntax import decoded

HARMLESS = ("S101", "S105", "S106", "S107", "S110", "S112")
RANDOM = "S311"
UNREADABLE = "invalid-syntax"  # counts like a rule: what ruff cannot read, it cannot judge
NEWEST = 15  # Python 3.x that ruff knows
SCAN_SECONDS = 60.0


class _Danger(NamedTuple):
    code: str
    name: str
    message: str
    line: int
    text: str  # of that line


class ScanFailed(Exception):
    """ruff did not come to its end."""


def dangers(old: bytes, new: bytes, version: Sequence[int]) -> tuple[str, ...]:
    """One sentence for each rule that fires more often in the new text than in the old one, read as that Python's.

    Raises ScanFailed where ruff cannot tell.
    """
    if not new or old == new:
        return ()
    before, after = _scan(old, version), _scan(new, version)
    had, has = (Counter(one.code for one in found) for found in (before, after))
    more = [code for code in has if has[code] > had[code] and not (code == RANDOM and had[code])]
    known = {(one.code, one.text) for one in before}
    sentences = []
    for code in more:
        fired = [one for one in after if one.code == code]
        one = next((one for one in fired if (one.code, one.text) not in known), fired[-1])
        sentences.append(f"line {one.line}: {one.message.rstrip('.')} ({', '.join(filter(None, [code, one.name]))})")
    return tuple(sentences)


def _scan(source: bytes, version: Sequence[int]) -> list[_Danger]:
    text = decoded(source)
    lines = [*re.split(r"\r\n|\r|\n", text), ""]  # as ruff counts them: a form feed ends none
    found = []
    for problem in _problems(text, f"py3{min(version[1], NEWEST)}"):
        code, row = problem.get("code") or UNREADABLE, int(problem["location"]["row"])
        name = str(problem.get("url") or "").rpartition("/")[2]
        found.append(_Danger(code, name, problem["message"], row, lines[row - 1].strip()))
    return found


def _problems(text: str, version: str) -> list[dict[str, Any]]:  # Any: ruff's JSON
    command = [find_ruff_bin(), "check", "--isolated", "--no-cache", "--quiet", "--exit-zero", "--output-format=json"]
    options = ["--ignore-noqa", "--select=S", f"--ignore={','.join(HARMLESS)}", f"--target-version={version}"]
    try:
        done = subprocess.run(
            [*command, *options, "--stdin-filename=module.py", "-"],
            input=text,
            capture_output=True,
            encoding="utf-8",
            check=True,
            timeout=SCAN_SECONDS,
        )
        found: list[dict[str, Any]] = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise ScanFailed(f"ruff cannot look for dangerous calls: {type(error).__name__}") from error
    return found
