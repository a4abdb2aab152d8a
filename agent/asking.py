"""How hosted models are asked: plans before code, one edit for each plan, and repairs of edits that were refused.

Plans before code: Wang et al., "Planning In Natural Language Improves LLM Search For Code Generation" (PlanSearch, 2024),
section 4: what a model observes leads to plans that differ, and so to attempts that do.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic, TypeVar

from agent.budget import CapReached
from agent.interrupting import side_by_side
from agent.models import Completion, Message, Model, PromptTooLong, ReplyLost
from agent.proposing import Proposals, Question
from agent.state import add_usage
from prompts import edition, render
from prompts.pairs import Pair, pairs, similar
from tools.plans import Plan, parse_plans
from tools.replies import NoChangeProposed, Reply, UnusableReply, WithoutBlocks, parse_reply, with_edits
from tools.source import text_of
from tools.values import Candidate, Edit, Outcome, Usage, Verdict
from tools.wholesale import edits_otherwise

MOST_CHANGED = 120  # lines of an earlier edit that are shown again
CUT_OFF = "length"  # as a server says it
MOST_TESTS = 15  # that are named
MOST_REPAIRS = 2  # of one edit, one after the other
REPAIRABLE = (Outcome.BROKEN, Outcome.UNAPPLICABLE)
MOST_REPEATED = 4_000  # characters of an unusable reply that its writer is shown again

Parsed = TypeVar("Parsed")


@dataclass(frozen=True)
class Room:
    """How much of what is around the function a prompt may hold."""

    source: int  # characters of the file
    benchmark: int  # characters of the benchmark; a longer one is only named
    attempts: int  # earlier ones, the newest: at least one
    examples: int  # pairs of slow and fast code


ROOMY = Room(source=24_000, benchmark=20_000, attempts=20, examples=2)
# the least useful goes first, until the model takes it
ROOMS = (
    ROOMY,
    Room(source=8_000, benchmark=4_000, attempts=3, examples=0),
    Room(source=0, benchmark=0, attempts=1, examples=0),
)

Conversation = Callable[[Room], tuple[Message, ...]]


def propose_with_model(question: Question, model: Model, plan: Plan | None = None) -> Proposals:
    """One edit of a hosted model; a lost or unusable reply is a notice. ModelUnavailable stops the run."""
    text = "" if plan is None else plan.text
    return _edit(question, model, lambda room: conversation(question, room, text), plan=plan)


def propose_by_plans(question: Question, model: Model, most: int) -> Proposals:
    """At most so many edits, each by a plan of its own; without plans that can be read, one edit as the model likes.

    An edit that is not made of a plan ("no change") says nothing of the function: another plan may gain.
    """

    def asking(room: Room) -> tuple[Message, ...]:
        system = render("plans_system", min_gain=question.min_gain, most=most)
        return Message(role="system", content=system), Message(
            role="user", content=_rendered("plans", question, room, most=most)
        )

    found = _answered(question, model, asking, lambda completion: parse_plans(completion.text, most))
    first = Proposals((), found.spent, found.notices, declined=found.declined)
    if found.declined or found.lost:
        return first
    if not found.parsed:
        return _together(first, [propose_with_model(question, model)])
    edits = side_by_side(partial(propose_with_model, question, model, plan) for plan in found.parsed)
    return replace(_together(first, edits), declined=False)


def propose_repairs(question: Question, model: Model, refused: Sequence[Verdict]) -> Proposals:
    """Another edit for each that was wrong, by its own conversation and what the judge said."""
    edits = side_by_side(partial(_repaired, question, model, verdict) for verdict in refused)
    return replace(_together(Proposals(), edits), declined=False)


def _repaired(question: Question, model: Model, verdict: Verdict) -> Proposals:
    candidate = verdict.candidate
    before = (*candidate.repairs, candidate.id)
    others = tuple(one for one in question.earlier if one.candidate.id not in before)
    asked = replace(question, earlier=others)
    words = render(
        "repair", outcome=verdict.outcome.value, reason=verdict.reason, left=MOST_REPAIRS - len(candidate.repairs) - 1
    )

    def asking(room: Room) -> tuple[Message, ...]:
        answer = Message(role="assistant", content=_as_answer(candidate))
        return (*conversation(asked, room, candidate.plan), answer, Message(role="user", content=words))

    return _edit(question, model, asking, repairs=before, plan=Plan(text=candidate.plan) if candidate.plan else None)


def _edit(
    question: Question, model: Model, asking: Conversation, *, plan: Plan | None = None, repairs: tuple[str, ...] = ()
) -> Proposals:
    """The candidate that a conversation leads to."""
    path = question.hotspot.function.path
    source = question.source.decode("utf-8", "replace")

    def parse(completion: Completion) -> Reply:
        text = completion.text
        try:
            return parse_reply(text, allowed=(path,))
        except WithoutBlocks:
            # a block has an end, which the other forms do not: what was cut off would be read as something else
            cut = completion.finish_reason == CUT_OFF
            edits = () if cut else edits_otherwise(text, path, source, question.hotspot.function.name)
            if not edits:
                raise
            return with_edits(text, edits)

    found = _answered(question, model, asking, parse)
    reply = found.parsed
    if reply is None:
        return Proposals((), found.spent, found.notices, declined=found.declined)
    candidate = Candidate(
        hotspot=question.hotspot.function,
        edits=reply.edits,
        model=model.name,
        title=reply.title or f"Speed up {question.hotspot.function.name}"[:60],
        explanation=reply.explanation,
        usage=found.spent,
        prompt=edition(),
        plan="" if plan is None else plan.text,
        repairs=repairs,
    )
    return Proposals((candidate,), found.spent, found.notices)


@dataclass(frozen=True)
class _Answered(Generic[Parsed]):
    """What came of one conversation."""

    parsed: Parsed | None
    spent: Usage = field(default_factory=Usage)
    notices: tuple[str, ...] = ()
    declined: bool = False
    lost: bool = False


def _answered(
    question: Question, model: Model, asking: Conversation, parse: Callable[[Completion], Parsed]
) -> _Answered[Parsed]:
    """What the model answers, parsed; one that cannot be parsed is shown to it once, with what is wrong."""
    shown = f"{model.name} on {question.hotspot.function.id}"
    notices: list[str] = []
    spent = Usage()
    more: tuple[Message, ...] = ()
    rooms = list(ROOMS)
    while True:
        try:
            completion = model.complete((*asking(rooms[0]), *more))
        except PromptTooLong as error:
            again = "; asked again with less around the function" if len(rooms) > 1 else "; left alone"
            notices.append(f"{shown}: {error}{again}")
            if len(rooms) == 1:
                return _Answered(None, spent, tuple(notices), declined=True)
            rooms.pop(0)
            continue
        except (ReplyLost, CapReached) as error:
            return _Answered(None, spent, (*notices, f"{shown}: {error}"), lost=True)
        spent = add_usage(spent, completion.usage)
        try:
            return _Answered(parse(completion), spent, tuple(notices))
        except NoChangeProposed as error:
            return _Answered(None, spent, (*notices, f"{shown}: {error}"), declined=True)
        except UnusableReply as error:
            notices.append(f"{shown}: {error}" + ("" if more else " Asked once more."))
            if more:
                return _Answered(None, spent, tuple(notices))
            more = _once_more(completion, error)


def _once_more(completion: Completion, error: UnusableReply) -> tuple[Message, ...]:
    """The unusable answer, and what is wrong with it."""
    answer = completion.text.strip() or "(nothing)"
    if len(answer) > MOST_REPEATED:
        answer = f"{answer[: MOST_REPEATED // 2]}\n[...]\n{answer[-MOST_REPEATED // 2 :]}"
    words = render("unusable", error=str(error), cut=completion.finish_reason == CUT_OFF)
    return Message(role="assistant", content=answer), Message(role="user", content=words)


def _together(first: Proposals, others: Iterable[Proposals]) -> Proposals:
    """What was found in several conversations; "no change" if all of them say so."""
    found = list(others)
    spent = first.spent
    for one in found:
        spent = add_usage(spent, one.spent)
    notices = tuple(notice for one in found for notice in one.notices)
    candidates = tuple(candidate for one in found for candidate in one.candidates)
    return Proposals(candidates, spent, (*first.notices, *notices), declined=all(one.declined for one in found))


def conversation(question: Question, room: Room = ROOMY, plan: str = "") -> tuple[Message, ...]:
    """The prompt for one hotspot, with as much around the function as there is room for."""
    return (
        Message(role="system", content=render("optimize_system", min_gain=question.min_gain)),
        Message(role="user", content=_rendered("optimize", question, room, plan=plan)),
    )


def _rendered(name: str, question: Question, room: Room, **more: object) -> str:
    """A prompt that shows the function and what is around it."""
    earlier = question.earlier[-room.attempts :]
    ideas = question.ideas[-room.attempts :]
    return render(
        name,
        hotspot=question.hotspot,
        source=question.source.decode("utf-8", "replace"),
        longest=room.source,
        benchmark_source=question.benchmark_source if len(question.benchmark_source) <= room.benchmark else "",
        python_version=question.python_version,
        oldest_python=question.oldest_python,
        min_gain=question.min_gain,
        attempts=[
            *({"title": idea.title, "outcome": idea.outcome, "reason": idea.reason, "change": ""} for idea in ideas),
            *(
                {
                    "title": verdict.candidate.title,
                    "outcome": verdict.outcome.value,
                    "reason": verdict.reason,
                    "change": changed_lines(verdict.candidate.edits),
                }
                for verdict in earlier
            ),
        ],
        examples=_examples(question, room.examples),
        guidance=question.guidance,
        tests=question.tests[:MOST_TESTS] if room is ROOMY else (),
        more_tests=max(0, len(question.tests) - MOST_TESTS),
        house_rules=question.house_rules if room is ROOMY else None,
        **more,
    )


def _examples(question: Question, most: int) -> tuple[Pair, ...]:
    """Pairs most like the function: of this repository, and those that are shipped."""
    return similar(text_of(question.source, question.hotspot.function), most, [*pairs(), *question.pairs])


def _as_answer(candidate: Candidate) -> str:
    """A candidate in the words in which a model answers."""
    blocks = [
        f"{edit.path}\n```\n<<<<<<< SEARCH\n{_ended(edit.search)}=======\n{_ended(edit.replace)}>>>>>>> REPLACE\n```\n"
        for edit in candidate.edits
    ]
    return f"TITLE: {candidate.title}\nWHY: {candidate.explanation}\n\n" + "\n".join(blocks)


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def changed_lines(edits: Sequence[Edit]) -> str:
    """What edits take away and put in, as a diff without line numbers; cut where it is long."""
    lines: list[str] = []
    for edit in edits:
        differences = difflib.unified_diff(edit.search.splitlines(), edit.replace.splitlines(), lineterm="", n=2)
        lines += [line for line in differences if not line.startswith(("---", "+++", "@@"))]
    shown = lines[:MOST_CHANGED]
    return "\n".join([*shown, *(["..."] if len(lines) > len(shown) else [])])
