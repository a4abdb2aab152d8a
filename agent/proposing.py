"""Asks whoever proposes: the rule catalogue or a hosted model; what comes back are candidates or a notice."""

from __future__ import annotations

import difflib
import io
import tokenize
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from agent.budget import CapReached
from agent.models import Message, Model, PromptTooLong, ReplyLost
from agent.settings import RULES_MODEL
from prompts import edition, render
from prompts.pairs import similar
from tools.editing import edits_between
from tools.replies import NoChangeProposed, UnusableReply, parse_reply
from tools.rewriting import Rewritten, rewrites, rewrites_together
from tools.source import find_function, text_of
from tools.values import BenchmarkKind, Candidate, Edit, Hotspot, Usage, Verdict

MOST_CHANGED = 120  # lines of an earlier edit that are shown again
# gain little where they gain anything: offered once the rest has been judged
SMALL = (
    "local-name-in-loop",
    "list-comprehension",
    "direct-iteration",
    "items-instead-of-lookup",
    "generator-in-aggregate",
    "ruff-",
)


@dataclass(frozen=True)
class Room:
    """How much of what is around the function a prompt may hold."""

    source: int  # characters of the file
    benchmark: int  # characters of the benchmark; a longer one is only named
    attempts: int  # earlier ones, the newest
    examples: int  # pairs of slow and fast code


ROOMY = Room(source=24_000, benchmark=20_000, attempts=20, examples=2)
# the least useful goes first, until the model takes it
ROOMS = (
    ROOMY,
    Room(source=8_000, benchmark=4_000, attempts=3, examples=0),
    Room(source=0, benchmark=0, attempts=1, examples=0),
)


@dataclass(frozen=True)
class Question:
    """Everything that a proposer may know."""

    hotspot: Hotspot
    source: bytes  # of the hotspot's file
    benchmark_source: str
    python_version: str
    min_gain: float
    oldest_python: str  # as the project's metadata says it, such as ">=3.9"; empty where it does not
    guidance: str
    earlier: tuple[Verdict, ...]  # on this function
    small: bool = False  # ask the catalogue for the small rewrites


@dataclass(frozen=True)
class Proposals:
    """What one proposer came back with."""

    candidates: tuple[Candidate, ...] = ()
    spent: Usage = field(default_factory=Usage)
    notices: tuple[str, ...] = ()
    declined: bool = False  # "no change" is an answer, and asking again would give it again


def propose_rules(question: Question) -> Proposals:
    """Rewrites of the catalogue: those that change how much work is done, or the small ones."""
    name = question.hotspot.function.name
    return _by_rules(
        question,
        lambda source: [one for one in rewrites(source, name) if one.name.startswith(SMALL) == question.small],
    )


def propose_together(question: Question, names: Sequence[str]) -> Proposals:
    """Rewrites that gained a little each, put together: the best two, and all of them."""
    function = question.hotspot.function.name
    chosen = dict.fromkeys([tuple(names[:2]), tuple(names)])
    return _by_rules(
        question, lambda source: [one for some in chosen if (one := rewrites_together(source, function, some)) is not None]
    )


def _by_rules(question: Question, rewritten: Callable[[str], Sequence[Rewritten]]) -> Proposals:
    path = question.hotspot.function.path
    try:
        old = question.source.decode(tokenize.detect_encoding(io.BytesIO(question.source).readline)[0])
        found = rewritten(old)
        edits = [edits_between(path, old, one.source) for one in found]
    except (UnicodeDecodeError, SyntaxError, ValueError) as error:
        return Proposals(notices=(f"{path} is left alone by the rules: {error}",))
    candidates = [
        Candidate(
            hotspot=question.hotspot.function,
            edits=edit,
            model=RULES_MODEL,
            title=one.title,
            explanation=one.explanation,
            rewrite=one.name,
        )
        for one, edit in zip(found, edits, strict=True)
    ]
    return Proposals(tuple(candidates))


def propose_with_model(question: Question, model: Model) -> Proposals:
    """One reply of a hosted model; a lost or unusable one is a notice. ModelUnavailable stops the run."""
    shown = f"{model.name} on {question.hotspot.function.id}"
    notices: list[str] = []
    for room in ROOMS:
        try:
            completion = model.complete(conversation(question, room))
            break
        except PromptTooLong as error:
            again = "; asked again with less around the function" if room is not ROOMS[-1] else "; left alone"
            notices.append(f"{shown}: {error}{again}")
        except (ReplyLost, CapReached) as error:
            return Proposals(notices=(*notices, f"{shown}: {error}"))
    else:
        return Proposals(notices=tuple(notices), declined=True)
    path = question.hotspot.function.path
    try:
        reply = parse_reply(completion.text, allowed=(path,))
    except NoChangeProposed as error:
        return Proposals(spent=completion.usage, notices=(*notices, f"{shown}: {error}"), declined=True)
    except UnusableReply as error:
        return Proposals(spent=completion.usage, notices=(*notices, f"{shown}: {error}"))
    candidate = Candidate(
        hotspot=question.hotspot.function,
        edits=reply.edits,
        model=model.name,
        title=reply.title or f"Speed up {question.hotspot.function.name}"[:60],
        explanation=reply.explanation,
        usage=completion.usage,
        prompt=edition(),
    )
    return Proposals((candidate,), completion.usage, tuple(notices))


def conversation(question: Question, room: Room = ROOMY) -> tuple[Message, ...]:
    """The prompt for one hotspot, with as much around the function as there is room for."""
    earlier = question.earlier[-room.attempts :] if room.attempts else ()
    prompt = render(
        "optimize",
        hotspot=question.hotspot,
        source=question.source.decode("utf-8", "replace"),
        longest=room.source,
        benchmark_source=question.benchmark_source if len(question.benchmark_source) <= room.benchmark else "",
        python_version=question.python_version,
        oldest_python=question.oldest_python,
        min_gain=question.min_gain,
        attempts=[
            {
                "title": verdict.candidate.title,
                "outcome": verdict.outcome.value,
                "reason": verdict.reason,
                "change": changed_lines(verdict.candidate.edits),
            }
            for verdict in earlier
        ],
        examples=similar(_text_of(question), room.examples),
        guidance=question.guidance,
    )
    return (
        Message(role="system", content=render("optimize_system", min_gain=question.min_gain)),
        Message(role="user", content=prompt),
    )


def _text_of(question: Question) -> str:
    """The function that is asked about."""
    return text_of(question.source, question.hotspot.function)


def changed_lines(edits: Sequence[Edit]) -> str:
    """What edits take away and put in, as a diff without line numbers; cut where it is long."""
    lines: list[str] = []
    for edit in edits:
        differences = difflib.unified_diff(edit.search.splitlines(), edit.replace.splitlines(), lineterm="", n=2)
        lines += [line for line in differences if not line.startswith(("---", "+++", "@@"))]
    shown = lines[:MOST_CHANGED]
    return "\n".join([*shown, *(["..."] if len(lines) > len(shown) else [])])


def benchmark_text(hotspot: Hotspot, files: Sequence[str], read: Callable[[str], bytes]) -> str:
    """Source of the test that is timed: shown to the model; empty for commands."""
    if hotspot.benchmark.kind is BenchmarkKind.COMMAND:
        return ""
    path, _, rest = hotspot.benchmark.id.partition("::")
    if path not in files:
        return ""
    source = read(path)
    name = rest.partition("[")[0].replace("::", ".")
    function = find_function(path, source, name)
    return "" if function is None else text_of(source, function)
