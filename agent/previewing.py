"""What a run would look at and ask, found out without asking anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent import stations
from agent.choosing import requests, worthwhile
from agent.estimating import prompt_tokens
from agent.proposing import propose_rules
from agent.settings import RULES_MODEL, hosted, with_rules
from agent.state import RULES, State, first_state
from agent.station import counted

if TYPE_CHECKING:
    from agent.settings import Settings
    from agent.station import Station
    from tools.values import Hotspot


@dataclass(frozen=True)
class Planned:
    """One hotspot, and what would be asked about it."""

    hotspot: Hotspot
    asked: bool  # False where the ceiling is too low, or the user left it out
    rewrites: tuple[str, ...] = ()  # of the catalogue, that apply
    prompt_tokens: int = 0  # of one request to a hosted model, roughly


def plan(station: Station) -> tuple[Planned, ...]:
    """Baseline, profile, and for each hotspot the questions; nobody is asked."""
    state = first_state(station.source.commit)
    for work in (stations.take_baseline, stations.profile):
        state = State(**{**state, **work(state, station)})  # type: ignore[typeddict-item]  # parts of a state
    wanted = worthwhile(state["hotspots"], station.settings)
    return tuple(
        _planned(hotspot, state, station) if hotspot in wanted else Planned(hotspot, asked=False)
        for hotspot in state["hotspots"]
    )


def _planned(hotspot: Hotspot, state: State, station: Station) -> Planned:
    question = stations.question({**state, "hotspot": hotspot, "turn": RULES}, station)
    settings = station.settings
    found = propose_rules(question).candidates if with_rules(settings) else ()
    tokens = prompt_tokens(question) if hosted(settings) else 0
    names = tuple(candidate.rewrite for candidate in found if candidate.rewrite)
    return Planned(hotspot, asked=True, rewrites=names, prompt_tokens=tokens)


def as_text(planned: Sequence[Planned], settings: Settings) -> str:
    """A table for people."""
    if not planned:
        return (
            "Nothing to do: Scalene saw no time in functions of this repository outside tests and benchmarks. The workload "
            "may be too short (let it work for a second or more), or spend its time in libraries."
        )
    lines = [f"{'share':>6}  {'ceiling':>9}  function  (benchmark)"]
    for one in planned:
        hotspot = one.hotspot
        ceiling = "> 100x" if hotspot.ceiling > 100 else f"{hotspot.ceiling:.2f}x"
        left = "" if one.asked else "  [not asked about]"
        lines.append(f"{hotspot.share:6.1%}  {ceiling:>9}  {hotspot.function.id}  ({hotspot.benchmark.id}){left}")
        lines += [f"{'':19}{text}" for text in _questions(one, settings)]
    return "\n".join([*lines, _total(planned, settings)])


def as_json(planned: Sequence[Planned], settings: Settings) -> Mapping[str, Any]:  # Any: JSON
    """The object that `--dry-run --json` writes."""
    return {
        "models": list(settings.model),
        "attempts": settings.attempts,
        "hotspots": [
            {
                "function": one.hotspot.function.id,
                "benchmark": one.hotspot.benchmark.id,
                "share": one.hotspot.share,
                "ceiling": one.hotspot.ceiling,
                "asked": one.asked,
                "rewrites": list(one.rewrites),
                "prompt_tokens": one.prompt_tokens,
            }
            for one in planned
        ],
    }


def _questions(one: Planned, settings: Settings) -> list[str]:
    if not one.asked:
        return []
    found = []
    if with_rules(settings):
        found.append(f"rules: {', '.join(one.rewrites) or 'nothing that applies'}")
    more = f"about {one.prompt_tokens:,} tokens, up to {counted(requests(one.hotspot, settings.attempts), 'time')}"
    return [*found, *(f"{name}: {more}" for name in hosted(settings))]


def _total(planned: Sequence[Planned], settings: Settings) -> str:
    asked = [one for one in planned if one.asked]
    models = hosted(settings)
    names = [*([RULES_MODEL] if with_rules(settings) else []), *models]
    text = f"would ask {', '.join(names)} about {counted(len(asked), 'function')}"
    if models:
        times = [len(models) * requests(one.hotspot, settings.attempts) for one in asked]
        tokens = sum(number * one.prompt_tokens for number, one in zip(times, asked, strict=True))
        text += f", up to {sum(times)} requests with about {tokens:,} prompt tokens; repairs of wrong edits come on top"
    return f"{text}; nothing was asked or changed"
