"""What a proposer is told and what comes back; and the proposer that costs nothing: the catalogue of rewrites."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from agent.ideas import Idea
from agent.settings import RULES_MODEL
from prompts.pairs import Pair
from tools.editing import edits_between
from tools.rewriting import Rewritten, rewrites, rewrites_together
from tools.source import find_function, text_of
from tools.values import BenchmarkKind, Candidate, Hotspot, Usage, Verdict

HOUSE_RULES = (
    "AGENTS.md",
    "CLAUDE.md",
    ".github/CONTRIBUTING.md",
    "CONTRIBUTING.md",
    "CONTRIBUTING.rst",
    "docs/CONTRIBUTING.md",
)
MOST_RULES = 3_000  # characters
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
class HouseRules:
    """What the target tells those who change it."""

    path: str
    text: str  # cut where it is long


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
    house_rules: HouseRules | None = None
    tests: tuple[str, ...] = ()  # that execute the function
    pairs: tuple[Pair, ...] = ()  # functions of this repository before and after edits that were accepted
    ideas: tuple[Idea, ...] = ()  # of earlier runs, on the function as it is now, that came to nothing
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


def house_rules(files: Collection[str], read: Callable[[str], bytes], subfolder: str) -> HouseRules | None:
    """The first of HOUSE_RULES that exists, in the project's folder and then in the repository's."""
    inside = PurePosixPath(subfolder)
    for name in HOUSE_RULES:
        for path in dict.fromkeys((str(inside / name), name)):
            if path in files:
                text = read(path).decode("utf-8", "replace").strip()
                return HouseRules(path, text if len(text) <= MOST_RULES else text[:MOST_RULES] + "\n[...]")
    return None
