"""Replies that were paid for, kept in the run folder: a run that is killed and resumed does not ask for them again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.models import Completion, Message, Model, asked_how
from workspaces.faults import Effect, effect
from workspaces.writing import write_whole


@dataclass(frozen=True)
class PaidOnce:
    """A model whose replies outlive the process.

    `number` tells a question from the same one asked before in this run, on purpose: that one wants another answer.
    """

    model: Model
    folder: Path
    number: int

    @property
    def name(self) -> str:
        """The model's own."""
        return self.model.name

    def complete(self, messages: Sequence[Message]) -> Completion:
        """The reply that is on the disk, or a new one, which is there when this returns."""
        file = self.folder / f"{self._key(messages)}.json"
        if file.exists():
            return Completion.model_validate_json(file.read_text("utf-8"))
        with effect(Effect.CALL):
            completion = self.model.complete(messages)
            write_whole(file, completion.model_dump_json())
        return completion

    def _key(self, messages: Sequence[Message]) -> str:
        question = [self.name, asked_how(self.model), [message.model_dump() for message in messages], self.number]
        return hashlib.sha256(json.dumps(question).encode()).hexdigest()
