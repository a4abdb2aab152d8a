"""Hard caps on what models may cost: nothing is sent that could go over them, and what is under way counts at its most."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agent.state import add_usage
from tools.values import Usage

if TYPE_CHECKING:
    from agent.models import Message

MESSAGE_TOKENS = 16  # around the text of a message


class CapReached(Exception):
    """The next call could go over a cap; the text says over which."""


class Budget:
    """What may be spent, and what was, over all models and threads of a run.

    `ledger` is a file of the run: a call is written down before it is sent, so that one that was under way when the process
    was killed counts as what it could have cost at most.
    """

    def __init__(self, dollars: float | None = None, tokens: int | None = None, ledger: Path | None = None) -> None:
        self._dollars, self._tokens, self._ledger = dollars, tokens, ledger
        self._lock = threading.Lock()
        self._calls: dict[int, Usage] = _read(ledger) if ledger is not None else {}  # what each cost, or may cost at most
        self._refused = ""

    @property
    def refused(self) -> str:
        """Why the last call was not made; empty while every call was within the caps."""
        return self._refused

    @property
    def spent(self) -> Usage:
        """Of all calls so far; those under way, and those of which nobody knows, at their most."""
        with self._lock:
            return self._sum()

    def reserve(self, most: Usage) -> int:
        """A number for a call that costs no more than `most`; `CapReached` if that could be too much."""
        with self._lock:
            after = add_usage(self._sum(), most)
            self._refused = self._why_not(after, most)
            if self._refused:
                raise CapReached(self._refused)
            number = max(self._calls, default=0) + 1
            self._keep(number, most)
            return number

    def settle(self, number: int, cost: Usage) -> None:
        """What that call did cost."""
        with self._lock:
            self._keep(number, cost)

    def _sum(self) -> Usage:
        total = Usage()
        for cost in self._calls.values():
            total = add_usage(total, cost)
        return total

    def _why_not(self, after: Usage, most: Usage) -> str:
        tokens = after.prompt_tokens + after.completion_tokens
        if self._tokens is not None and tokens > self._tokens:
            own = most.prompt_tokens + most.completion_tokens
            return f"--max-tokens {self._tokens} is reached: with one more call, of up to {own} tokens, it could be {tokens}"
        if self._dollars is not None and after.dollars is None:
            return "--max-cost cannot be kept, for the price of an answer is unknown"
        if self._dollars is not None and after.dollars is not None and after.dollars > self._dollars:
            return (
                f"--max-cost {self._dollars:g} is reached: with one more call, of up to ${most.dollars:.4f}, it could be "
                f"${after.dollars:.4f}"
            )
        return ""

    def _keep(self, number: int, cost: Usage) -> None:
        if self._ledger is not None:
            with self._ledger.open("a") as lines:
                lines.write(json.dumps({"call": number, **cost.model_dump()}) + "\n")
        self._calls[number] = cost


def at_most(messages: Sequence[Message], output_tokens: int, prices: tuple[float, float] | None) -> Usage:
    """Upper bound of what a call costs: no tokenizer makes more tokens of a text than it has bytes."""
    prompt = sum(len(one.content.encode()) + MESSAGE_TOKENS for one in messages)
    dollars = None if prices is None else prompt * prices[0] + output_tokens * prices[1]
    return Usage(prompt_tokens=prompt, completion_tokens=output_tokens, dollars=dollars)


def _read(ledger: Path) -> dict[int, Usage]:
    """The last word on each call; a line that was cut off by a kill says nothing new: its call is in an earlier one."""
    calls: dict[int, Usage] = {}
    content = ledger.read_text("utf-8") if ledger.exists() else ""
    whole, newline, cut = content.rpartition("\n")
    if cut:
        ledger.write_text(whole + newline, "utf-8")  # the next line must begin at the start of one
    for line in whole.splitlines():
        fields = json.loads(line)
        number = fields.pop("call")
        calls[number] = Usage.model_validate(fields)
    return calls
