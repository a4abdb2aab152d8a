"""What a run remembers between its steps, and how it is kept on disk."""

from __future__ import annotations

import inspect
import operator
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

from tools import values
from tools.values import Baseline, Benchmark, Candidate, Combined, Commit, Hotspot, Survivor, Usage, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.saving import Saver


RULES, REPAIR, HOSTED, MICRO, TOGETHER = "rules", "repair", "hosted", "micro", "together"
# free rewrites first, models next (what was nearly right before new ideas), small rewrites, small gains put together last
TURNS = (RULES, REPAIR, HOSTED, MICRO, TOGETHER)


def add_usage(before: Usage, more: Usage) -> Usage:
    """Sum of two usages; an unknown price stays unknown."""
    dollars = None if before.dollars is None or more.dollars is None else before.dollars + more.dollars
    return Usage(
        prompt_tokens=before.prompt_tokens + more.prompt_tokens,
        completion_tokens=before.completion_tokens + more.completion_tokens,
        dollars=dollars,
    )


class State(TypedDict):
    """The run's state; git and the run folder hold what is large."""

    start: str  # commit that the user had
    base: str  # commit that candidates are made on: start plus the accepted ones
    baseline: Baseline | None
    benchmarks: tuple[Benchmark, ...]
    hotspots: tuple[Hotspot, ...]  # hottest first, as profiled at base
    first_hotspots: tuple[Hotspot, ...]  # as profiled at start
    hotspot: Hotspot | None  # the one at hand
    turn: str  # whose turn it is for the hotspot at hand: one of TURNS
    turns: dict[str, tuple[str, ...]]  # function id -> turns of the rules taken since its last commit
    asks: dict[str, int]  # "<model> <function id>" -> how many edits it was asked for
    routed: tuple[str, ...]  # hosted models that are asked in this turn
    wanted: int  # edits that each hosted model is asked for in this turn
    repaired: Annotated[list[str], operator.add]  # ids of refused candidates whose models were asked for a repair
    declined: Annotated[list[str], operator.add]  # "<model> <function id>": said that nothing can be gained
    proposed: Annotated[list[Candidate], operator.add]  # by anybody, in order; never shrinks
    taken: int  # how many of them were looked at
    survivors: tuple[Survivor, ...]  # of this turn, correct as far as checked
    accepted: Verdict | None  # to be committed next
    accepted_commit: str  # the judged commit of that verdict
    verdicts: Annotated[list[Verdict], operator.add]
    commits: tuple[Commit, ...]
    spent: Annotated[Usage, add_usage]
    notices: Annotated[list[str], operator.add]
    combined: Combined | None
    published: bool
    seconds: float  # of work so far, of processes that were killed too


def first_state(start: str) -> State:
    """A run that has done nothing yet."""
    return State(
        start=start,
        base=start,
        baseline=None,
        benchmarks=(),
        hotspots=(),
        first_hotspots=(),
        hotspot=None,
        turn="",
        turns={},
        asks={},
        routed=(),
        wanted=1,
        repaired=[],
        declined=[],
        proposed=[],
        taken=0,
        survivors=(),
        accepted=None,
        accepted_commit="",
        verdicts=[],
        commits=(),
        spent=Usage(),
        notices=[],
        combined=None,
        published=False,
        seconds=0.0,
    )


@contextmanager
def checkpoints(file: Path) -> Iterator[Saver]:
    """Where LangGraph keeps the state of one run; only our own values are read back from it."""
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    from agent.saving import Saver

    allowed = [
        (kind.__module__, name)
        for name, kind in inspect.getmembers(values, inspect.isclass)
        if kind.__module__ == values.__name__
    ]
    with closing(sqlite3.connect(file, check_same_thread=False)) as connection:  # nodes run in LangGraph's threads
        yield Saver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=allowed))
