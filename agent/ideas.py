"""What earlier runs learned: ideas of models that came to nothing, and edits that were accepted.

Refused ideas lie beside the runs, one file for each function as it was then: once its text changes, they are of another
function. Accepted edits are kept for each repository, and shown to models in questions about that repository alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from pydantic import ValidationError

from prompts.pairs import Pair
from tools.values import Candidate, Function, Value, Verdict
from workspaces.errors import OptimizeError

MOST_IDEAS = 8  # of one function, the newest, that are told again
LONGEST_REASON = 600  # characters
MOST_PAIRS, LONGEST_SIDE = 200, 4_000  # accepted edits of one repository; characters of one side


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
    _append(folder, file, [idea.model_dump_json() for idea in new])


def accepted_pairs(folder: Path, repository: Path) -> tuple[Pair, ...]:
    """Functions of a repository before and after edits that were accepted, the newest last."""
    file = _pairs_file(folder, repository)
    try:
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        return tuple(Pair(**json.loads(line)) for line in lines)[-MOST_PAIRS:]
    except (OSError, ValueError, TypeError):
        return ()


def keep_pair(folder: Path, repository: Path, candidate: Candidate, slow: str, fast: str) -> None:
    """Keep an accepted edit, once; one that is long teaches little. OptimizeError where the folder cannot be written."""
    pair = Pair(candidate.id, "python", "accepted before", candidate.title, candidate.explanation, slow, fast)
    long = max(len(slow), len(fast)) > LONGEST_SIDE
    if long or any(one.name == pair.name for one in accepted_pairs(folder, repository)):
        return
    _append(folder, _pairs_file(folder, repository), [json.dumps(asdict(pair))])


def _append(folder: Path, file: Path, lines: Iterable[str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as written:
            written.write("".join(f"{line}\n" for line in lines))
    except OSError as error:
        raise OptimizeError(f"{folder} cannot be written: {error}. Make room there, or set XDG_STATE_HOME.") from error


def _pairs_file(folder: Path, repository: Path) -> Path:
    return folder / f"accepted-{hashlib.sha256(str(repository).encode()).hexdigest()[:32]}.jsonl"


def _file(folder: Path, function: Function, text: str) -> Path:
    digest = hashlib.sha256(f"{function.path}\0{function.name}\0{text}".encode("utf-8", "replace")).hexdigest()
    return folder / f"{digest[:32]}.jsonl"
