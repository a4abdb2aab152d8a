"""The whole program in one page: a graph whose nodes are the stations of the line.

    take_baseline -> profile -> choose -> ask -> check -> measure -> (commit -> profile) ... -> combine -> publish

One measurement runs in one superstep, alone. Every node returns what it made; a node that was killed before its
checkpoint runs again, so each looks first whether its effect is there already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from agent import choosing, measuring, stations
from agent.state import State, first_state
from agent.station import Station

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.graph.state import CompiledStateGraph

STEPS_PER_FUNCTION = 400  # for the recursion limit: far above what one function can need
MOST_FUNCTIONS = 500

Context = Runtime[Station]
Update = dict[str, Any]  # Any: a part of State


def build(checkpointer: BaseCheckpointSaver[Any]) -> CompiledStateGraph[State, Station, State, State]:
    """The compiled graph."""
    graph = StateGraph(State, context_schema=Station)
    graph.add_node("take_baseline", take_baseline)
    graph.add_node("profile", profile)
    graph.add_node("choose", choose)
    graph.add_node("ask", ask)
    graph.add_node("check", check)
    graph.add_node("measure", measure)
    graph.add_node("commit", commit)
    graph.add_node("combine", combine)
    graph.add_node("publish", publish)

    graph.add_edge(START, "take_baseline")
    graph.add_edge("take_baseline", "profile")
    graph.add_edge("profile", "choose")
    graph.add_conditional_edges("choose", whom_to_ask, ["ask", "combine"])
    graph.add_edge("ask", "check")
    graph.add_conditional_edges("check", after_check, ["check", "measure"])
    graph.add_conditional_edges("measure", after_measure, ["measure", "commit", "choose"])
    graph.add_edge("commit", "profile")
    graph.add_edge("combine", "publish")
    graph.add_edge("publish", END)
    return graph.compile(checkpointer=checkpointer)


def run(graph: CompiledStateGraph[State, Station, State, State], station: Station, thread: str) -> State:
    """From the last checkpoint of the thread, or from the start, to the end."""
    given = None if state_of(graph, thread) else first_state(station.source.commit)
    return graph.invoke(given, _config(thread), context=station, durability="sync")  # type: ignore[return-value]  # the last state


def state_of(graph: CompiledStateGraph[State, Station, State, State], thread: str) -> State | None:
    """The state at the last checkpoint of the thread; None if it has not begun."""
    values = graph.get_state(_config(thread)).values
    # the first checkpoint is written before the first values are taken in: only the channels that add up are there
    return values if "start" in values else None  # type: ignore[return-value]  # LangGraph calls it a dict


def _config(thread: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread}, "recursion_limit": STEPS_PER_FUNCTION * MOST_FUNCTIONS}


def take_baseline(state: State, runtime: Context) -> Update:
    """Run the suite unchanged and find what is timed."""
    return stations.take_baseline(state, runtime.context)


def profile(state: State, runtime: Context) -> Update:
    """Share out the time of the benchmarks over functions, anew where the last commit changed something."""
    return stations.profile(state, runtime.context)


def choose(state: State, runtime: Context) -> Update:
    """Take the hottest function that is worth asking about, or the next round for the one at hand."""
    return {**choosing.choose(state, runtime.context), "seconds": runtime.context.seconds}


def whom_to_ask(state: State, runtime: Context) -> list[Send] | Literal["combine"]:
    """All models at once: asking disturbs no measurement, because none runs in this superstep."""
    hotspot = state["hotspot"]
    if hotspot is None:
        return "combine"
    return [Send("ask", {**state, "asked": name}) for name in choosing.proposers(state, runtime.context)]


def ask(state: stations.Asked, runtime: Context) -> Update:
    """Candidates of one model for the hotspot at hand."""
    return stations.ask(state, runtime.context)


def check(state: State, runtime: Context) -> Update:
    """Apply the next candidate and run the rungs of correctness."""
    return stations.check(state, runtime.context)


def after_check(state: State) -> Literal["check", "measure"]:
    """All candidates of a round are checked before any is timed."""
    return "check" if state["taken"] < len(state["proposed"]) else "measure"


def measure(state: State, runtime: Context) -> Update:
    """Time the survivors: screen where there are several, confirm the best on fresh pairs."""
    return measuring.measure(state, runtime.context)


def after_measure(state: State) -> Literal["measure", "commit", "choose"]:
    """Only an accepted verdict leads to a commit."""
    if state["accepted"] is not None:
        return "commit"
    return "measure" if state["survivors"] else "choose"


def commit(state: State, runtime: Context) -> Update:
    """One commit, with its evidence."""
    return stations.commit(state, runtime.context)


def combine(state: State, runtime: Context) -> Update:
    """Judge the branch as a whole against the start."""
    return stations.combine(state, runtime.context)


def publish(state: State, runtime: Context) -> Update:
    """Bring branch and notes into the user's repository."""
    return {**stations.publish(state, runtime.context), "seconds": runtime.context.seconds}
