"""Ideas of models that came to nothing, kept from run to run: nobody pays twice for the same mistake.

They lie beside the runs, one file for each function as it was then: once its text changes, they are of another function.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from tools.values import Function, Value, Verdict
from workspaces.errors import OptimizeError

MOST_IDEAS = 8  # of one function, the newest, that are told again
LONGEST_REASON = 600  # characters


class Idea(Value):
    """One edit of a model that was refused, and why."""

    candidate: str  # its id
    title: str
    outcome: str
    reason: str


def idea_of(verdict: Verdict) -> Idea:
    """What is worth knowing of a refusal."""
    return Idea(
        candidate=verdict.candidate.id,
        title=verdict.candidate.title,
        outcome=verdict.outcome.value,
        reason=verdict.reason[:LONGEST_REASON],
    )


def recall(folder: Path, function: Function, text: str) -> tuple[Idea, ...]:
    """What was tried in vain on a function with that text, the oldest first; nothing where nothing can be read."""
    file = _file(folder, function, text)
    try:
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        return tuple(Idea.model_validate_json(line) for line in lines)[-MOST_IDEAS:]
    except (OSError, UnicodeDecodeError, ValidationError):
        return ()  # a hint less: no reason to stop a run


def remember(folder: Path, function: Function, text: str, verdicts: Iterable[Verdict]) -> None:
    """Keep refusals that are not kept yet; OptimizeError where the folder cannot be written."""
    file = _file(folder, function, text)
    known = {idea.candidate for idea in recall(folder, function, text)}
    new = [idea for verdict in verdicts if (idea := idea_of(verdict)).candidate not in known]
    if not new:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as lines:
            lines.write("".join(f"{idea.model_dump_json()}\n" for idea in new))
    except OSError as error:
        raise OptimizeError(f"{folder} cannot be written: {error}. Make room there, or set XDG_STATE_HOME.") from error


def _file(folder: Path, function: Function, text: str) -> Path:
    digest = hashlib.sha256(f"{function.path}\0{function.name}\0{text}".encode("utf-8", "replace")).hexdigest()
    return folder / f"{digest[:32]}.jsonl"
