"""Which hotspot comes next, and whose turn it is to propose for it."""

from __future__ import annotations

from fnmatch import fnmatch

from agent.asking import MOST_REPAIRS, REPAIRABLE
from agent.errors import OptimizeError
from agent.ideas import remember
from agent.routing import next_model
from agent.settings import RULES_MODEL, Route, Settings, hosted, with_rules
from agent.state import HOSTED, MICRO, REPAIR, RULES, TOGETHER, TURNS, State
from agent.station import Station, Update, some
from tools.source import text_of
from tools.values import Hotspot, Outcome, Verdict

PLANS_FROM = 1.25  # Amdahl ceiling: where less can be gained, one idea after the other costs less
MOST_PLANS = 6
LITTLE_GAIN = 1.01  # what a rewrite must show to be tried together with others


def choose(state: State, station: Station) -> Update:
    """The next hotspot and whose turn it is; None when nothing is left or the time is over."""
    _remember(state, station)
    for hotspot in worthwhile(state["hotspots"], station.settings):
        turn = None if station.out_of_time else _next_turn(hotspot, state, station)
        if turn is None or not _can_be_checked(hotspot, state):
            continue
        name = hotspot.function.id
        if state["hotspot"] != hotspot:
            station.progress.say(f"{name}: {hotspot.share:.0%} of {hotspot.benchmark.id}")
        update: Update = {"hotspot": hotspot, "turn": turn}
        if turn == HOSTED:
            models = asked_next(hotspot, state, station)
            asked = max(state["asks"].get(asking(model, hotspot), 0) for model in models)
            update["wanted"] = edits_wanted(hotspot, station.settings.attempts - asked)
            update["routed"] = tuple(models)
            update["asks"] = {**state["asks"], **{asking(model, hotspot): asked + update["wanted"] for model in models}}
        elif turn != REPAIR:
            update["turns"] = {**state["turns"], name: (*state["turns"].get(name, ()), turn)}
        return update
    notices = ["the time that was given is over; what is left was not asked about"] if station.out_of_time else []
    if station.budget.refused:
        notices.append(f"no model was asked any more: {station.budget.refused}")
    notices += _hopeless(state, station.settings)
    for notice in notices:
        station.progress.say(notice)
    return {"hotspot": None, "notices": notices}


def _remember(state: State, station: Station) -> None:
    """Keep what became of the last ideas of models, for runs to come."""
    hotspot = state["hotspot"]
    refused = [
        verdict
        for verdict in state["verdicts"]
        if hotspot is not None
        and verdict.candidate.hotspot.id == hotspot.function.id
        and verdict.base == state["base"]
        and verdict.candidate.model != RULES_MODEL
        and not verdict.accepted
    ]
    if hotspot is not None and refused:
        text = text_of(station.reader(state["base"])(hotspot.function.path), hotspot.function)
        remember(station.ideas, hotspot.function, text, refused)


def worthwhile(hotspots: tuple[Hotspot, ...], settings: Settings) -> list[Hotspot]:
    """Hotspots whose Amdahl ceiling reaches min_gain and that the user did not exclude, hottest first."""
    return [hotspot for hotspot in hotspots if hotspot.share >= floor(settings.min_gain) and _wanted(hotspot, settings)]


def proposers(state: State, station: Station) -> list[str]:
    """Names in --model that are asked in this turn."""
    if state["turn"] == REPAIR and state["hotspot"] is not None:
        return [name for name in station.models if to_repair(state, state["hotspot"], name)]
    if state["turn"] != HOSTED or state["hotspot"] is None:
        return [RULES_MODEL]
    return list(state["routed"])


def asked_next(hotspot: Hotspot, state: State, station: Station) -> list[str]:
    """Hosted models whose turn it is with a function, by `route`: one, or all that may still be asked."""
    settings = station.settings
    declined = [name for name in station.models if asking(name, hotspot) in state["declined"]]
    asked = {name: state["asks"].get(asking(name, hotspot), 0) for name in station.models}
    if settings.route is Route.ALL:
        return [name for name in station.models if name not in declined and asked[name] < settings.attempts]
    text = text_of(station.reader(state["base"])(hotspot.function.path), hotspot.function)
    found = next_model(hotspot, text, list(station.models), asked, declined, settings.attempts)
    return [] if found is None else [found]


def edits_wanted(hotspot: Hotspot, left: int) -> int:
    """How many edits a model is asked for at once, of those that it may still be asked for.

    More than one are made by plans; the last is kept for when it is known what became of the others.
    """
    return min(left - 1, MOST_PLANS) if left > 2 and hotspot.ceiling >= PLANS_FROM else 1


def requests(hotspot: Hotspot, attempts: int) -> int:
    """How often a model is asked for edits and plans, if none of its edits is accepted; repairs not counted."""
    number = 0
    while attempts > 0:
        edits = edits_wanted(hotspot, attempts)
        number += edits + (edits > 1)
        attempts -= edits
    return number


def to_repair(state: State, hotspot: Hotspot, model: str) -> list[Verdict]:
    """Edits of a model, of the function as it is now, that were wrong and can be asked for once more."""
    return [
        verdict
        for verdict in state["verdicts"]
        if verdict.candidate.model == model
        and verdict.candidate.hotspot.id == hotspot.function.id
        and verdict.base == state["base"]
        and verdict.outcome in REPAIRABLE
        and len(verdict.candidate.repairs) < MOST_REPAIRS
        and verdict.candidate.id not in state["repaired"]
    ]


def helpful(state: State, hotspot: Hotspot) -> list[str]:
    """Rewrites that gained a little in this function, though not enough for a commit of their own; best first."""
    found: dict[str, float] = {}
    for verdict in state["verdicts"]:
        candidate = verdict.candidate
        if candidate.hotspot.id == hotspot.function.id and candidate.rewrite and "+" not in candidate.rewrite:
            small = verdict.outcome in (Outcome.SAME, Outcome.UNDECIDED) and verdict.measurements
            found[candidate.rewrite] = verdict.measurements[0].figure.speedup if small else 0.0  # the newest counts
    return sorted((name for name, speedup in found.items() if speedup > LITTLE_GAIN), key=lambda name: -found[name])


def asking(model: str, hotspot: Hotspot) -> str:
    """How a model that is asked about a function stands in the state."""
    return f"{model} {hotspot.function.id}"


def floor(min_gain: float) -> float:
    """Smallest share whose Amdahl ceiling reaches 1 + min_gain."""
    return 1 - 1 / (1 + min_gain)


def _wanted(hotspot: Hotspot, settings: Settings) -> bool:
    path, function = hotspot.function.path, hotspot.function
    if settings.only and not any(fnmatch(path, pattern) for pattern in settings.only):
        return False
    if any(fnmatch(path, pattern) for pattern in settings.exclude):
        return False
    return not settings.function or function.id in settings.function or function.name in settings.function


def _next_turn(hotspot: Hotspot, state: State, station: Station) -> str | None:
    name, settings = hotspot.function.id, station.settings
    rules = with_rules(settings)
    open_turns = {
        RULES: rules and RULES not in state["turns"].get(name, ()),
        REPAIR: any(to_repair(state, hotspot, model) for model in hosted(settings)) and not station.budget.refused,
        HOSTED: not station.budget.refused and bool(asked_next(hotspot, state, station)),
        MICRO: rules and settings.attempts > 1 and MICRO not in state["turns"].get(name, ()),
        TOGETHER: rules and TOGETHER not in state["turns"].get(name, ()) and len(helpful(state, hotspot)) > 1,
    }
    return next((turn for turn in TURNS if open_turns[turn]), None)


def _can_be_checked(hotspot: Hotspot, state: State) -> bool:
    """False if tests execute the function and all of them fail already."""
    baseline = state["baseline"]
    assert baseline is not None
    nodes = baseline.running.get(hotspot.function.id, ())
    return not nodes or any(baseline.outcomes.get(node) not in ("failed", "error") for node in nodes)


def _hopeless(state: State, settings: Settings) -> list[str]:
    """Notices on functions that no passing test executes; OptimizeError if that leaves nothing at all."""
    candidates = worthwhile(state["hotspots"], settings)
    hopeless = [hotspot.function.id for hotspot in candidates if not _can_be_checked(hotspot, state)]
    if hopeless and len(hopeless) == len(candidates) and not state["commits"]:
        raise OptimizeError(
            f"Every test that runs {some(hopeless)} fails already, so no edit could be checked. Mend them first."
        )
    return [f"{name} was left alone: every test that runs it fails already" for name in hopeless]
