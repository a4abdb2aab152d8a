"""What asking models may cost, before the first of them is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.asking import conversation
from agent.choosing import requests
from agent.models import Model, price_of_model
from agent.proposing import Question
from agent.station import counted

CHARACTERS_PER_TOKEN = 4  # roughly, in code and English
TOKENS_PER_ANSWER = 1_000  # roughly, of plans and edits


@dataclass(frozen=True)
class Estimate:
    """If nothing were accepted, nothing repaired, and the first model asked of each function."""

    functions: int
    requests: int
    prompt_tokens: int
    dollars: float | None  # None where the price is unknown

    def __str__(self) -> str:
        price = "price unknown" if self.dollars is None else f"about ${self.dollars:.2f}"
        return (
            f"up to {counted(self.requests, 'request')} with about {self.prompt_tokens:,} prompt tokens on "
            f"{counted(self.functions, 'function')}, {price}; repairs and dearer models come on top"
        )


def prompt_tokens(question: Question) -> int:
    """Of one request about a function, roughly."""
    return sum(len(message.content) for message in conversation(question)) // CHARACTERS_PER_TOKEN


def estimate(questions: Sequence[Question], models: Mapping[str, Model], attempts: int) -> Estimate:
    """For the first, and so the cheapest, of the models."""
    times = [requests(question.hotspot, attempts) for question in questions]
    tokens = sum(number * prompt_tokens(question) for number, question in zip(times, questions, strict=True))
    price = price_of_model(next(iter(models.values())))
    dollars = None if price is None else tokens * price[0] + sum(times) * TOKENS_PER_ANSWER * price[1]
    return Estimate(len(questions), sum(times), tokens, dollars)
