"""A person as the model: each prompt lies in a file of the run, and the answer is awaited in another one beside it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.models import Completion, Message
from agent.settings import MANUAL_MODEL
from tools.values import Usage
from workspaces.writing import write_whole

POLL_SECONDS = 0.3
FREE = Usage(dollars=0.0)


@dataclass(frozen=True)
class ManualModel:
    """Waits as long as it takes; nothing is counted, for nobody is paid by us."""

    folder: Path
    say: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep

    @property
    def name(self) -> str:
        """As in `--model`."""
        return MANUAL_MODEL

    def complete(self, messages: Sequence[Message]) -> Completion:
        """What the person writes. The same question has the same files, so an answer may also come between two runs."""
        text = "\n\n".join(f"<!-- {one.role} -->\n\n{one.content}" for one in messages)
        name = hashlib.sha256(text.encode()).hexdigest()[:8]
        question, answer = self.folder / f"{name}-question.md", self.folder / f"{name}-answer.md"
        if not answer.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(question, text)
            self.say(f"your turn: read {question} and write the answer to {answer}")
        return Completion(text=self._awaited(answer), usage=FREE, finish_reason="stop", model=MANUAL_MODEL)

    def _awaited(self, answer: Path) -> str:
        """The file once it is there and nobody is writing it any more."""
        before = b""
        while True:
            now = answer.read_bytes() if answer.exists() else b""
            if now.strip() and now == before:
                return now.decode("utf-8", "replace")
            before = now
            self.sleep(POLL_SECONDS)
