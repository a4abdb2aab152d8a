"""Mutants that do the same as the original: nobody can tell them apart, so they count neither way.

A survivor comes in here when a second reader has argued that it belongs here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import files

from pydantic import ValidationError

from evals.mutants.making import Mutant
from tools.values import Value
from workspaces.errors import OptimizeError


class Equivalent(Value):
    """A mutant, by what one sees of it, and why it does the same."""

    case: str
    operator: str
    before: str  # text of the line, without the space around it
    after: str
    why: str


def known_equivalents() -> tuple[Equivalent, ...]:
    """All that were argued for."""
    text = files("evals.mutants").joinpath("equivalents.jsonl").read_text("utf-8")
    try:
        return tuple(Equivalent.model_validate_json(line) for line in text.splitlines() if line.strip())
    except ValidationError as error:
        raise OptimizeError(f"equivalents.jsonl cannot be read: {error}") from error


def reasons(mutants: Iterable[Mutant], known: Sequence[Equivalent]) -> dict[str, str]:
    """Why mutants are equivalent, by their digests; of those only that are."""
    by_look = {(one.case, one.operator, one.before, one.after): one.why for one in known}
    looks = {one.digest: (one.case, one.operator, one.before, one.after) for one in mutants}
    return {digest: by_look[look] for digest, look in looks.items() if look in by_look}
