"""What tests try outside their own work, as the harness writes it down: what is new in a candidate, what they need."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.values import Attempt, AttemptKind, Baseline, Outcome

ATTEMPTS_FILE = "attempts.jsonl"
MOST_BYTES = 1_000_000  # of a file that whoever is judged could write to
LONGEST = 300
SHOWN = 4
WORK_ELSEWHERE = (AttemptKind.START, AttemptKind.LIBRARY)  # not measured yet, but no offence
# differs from run to run: process ids, random names, ports that the system chooses
PASSING = re.compile(
    r"(?<=/)\.?tmp[^/]*|^tmp\w{8}$|(?<=unix socket )/tmp/.*|\b[0-9a-f]{8}[0-9a-f-]*|(?<=[-_.])\d{4,}"
    r"|(?<=/proc/)\d+|(?<=process )\d+|(?<=:)(3[2-9]|[4-6]\d)\d{3}\b"
    r"|(?<=^127\.0\.0\.1:)\d{5}$|(?<=^localhost:)\d{5}$|(?<=^::1:)\d{5}$"  # tests draw such numbers for their own services
)


def read_attempts(results: Path) -> tuple[Attempt, ...]:
    """The attempts that were written into a folder of results, in order and each once; what cannot be read is left out."""
    try:
        with (results / ATTEMPTS_FILE).open("rb") as file:
            lines = file.read(MOST_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return ()
    return parse_attempts(map(_row, lines))


def parse_attempts(rows: Iterable[object]) -> tuple[Attempt, ...]:
    """Attempts from lists of kind, act, what and node, each once; what is no such list is left out."""
    found = []
    for row in rows:
        try:
            kind, act, what, node = (str(part)[:LONGEST] for part in (row if isinstance(row, list) else []))
            found.append(Attempt(kind=AttemptKind(kind), act=act, what=what, node=node))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


def beyond(known: Sequence[Attempt], found: Sequence[Attempt]) -> tuple[Attempt, ...]:
    """Attempts that the unchanged code does not make: exactly the same ones are known, and those that differ by chance."""
    usual = {_usual(one) for one in known}
    new = {(one.kind, one.act, one.what): one for one in reversed(found) if _usual(one) not in usual}
    return tuple(reversed(new.values()))


def sentence(attempts: Sequence[Attempt]) -> str:
    """What was tried, in words: "tried to open /root/.netrc (in tests/test_a.py::test_b)"."""
    shown = [f"tried to {one.act} {one.what}" + (f" (in {one.node})" if one.node else "") for one in attempts[:SHOWN]]
    more = [f"and {len(attempts) - SHOWN} more things"] if len(attempts) > SHOWN else []
    return ", ".join([*shown, *more])


def outcome_of(attempts: Sequence[Attempt]) -> Outcome:
    """CHEATING for what has no business in faster code, UNPROVEN for work in other programs and libraries."""
    return Outcome.UNPROVEN if all(one.kind in WORK_ELSEWHERE for one in attempts) else Outcome.CHEATING


def needs(baseline: Baseline) -> tuple[str, ...]:
    """One sentence for each known failure that asked for the network or for other files, with the option that allows it."""
    own = ((node, [one for one in baseline.attempts if one.node == node]) for node in baseline.failing)
    return tuple(f"{node} fails: {said}" for node, attempts in own if (said := remedy(attempts)))


def remedy(attempts: Sequence[Attempt]) -> str:
    """What was asked for in vain, and which option would allow it; empty if it was nothing that can be allowed."""
    for one in attempts:
        if one.kind is AttemptKind.NETWORK:
            return f"it tried to {one.act} {one.what}; --allow-network lets it use the network"
    for one in attempts:
        if one.kind is AttemptKind.READ and one.what.startswith(("/", "~")):
            return f"it tried to {one.act} {one.what}; --allow-read {one.what} lets it read that"
    return ""


def _row(line: str) -> object:
    try:
        found: object = json.loads(line)
    except ValueError:  # cut off where the process was killed
        return None
    return found


def _usual(attempt: Attempt) -> tuple[AttemptKind, str, str]:
    return attempt.kind, attempt.act, PASSING.sub("*", attempt.what)
