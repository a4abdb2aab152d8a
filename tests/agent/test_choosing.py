import pytest

from agent.choosing import helpful, spent_up
from agent.settings import Settings
from agent.state import first_state
from tests.agent.values import hotspot, verdict
from tools.values import Outcome, Usage


@pytest.mark.parametrize(("dollars", "over"), [(0.0, False), (0.4, False), (0.5, True), (0.9, True), (None, True)])
def test_cap_on_dollars_holds_and_an_unknown_price_counts_as_over_it(dollars, over):
    state = {**first_state("start"), "spent": Usage(dollars=dollars)}
    assert spent_up(state, Settings(max_cost=0.5)) is over


def test_without_a_cap_nothing_is_over_it():
    state = {**first_state("start"), "spent": Usage(dollars=None)}
    assert not spent_up(state, Settings())


def judged_rewrite(name, outcome, speedup):
    """A verdict on what one rewrite of the catalogue made of the function at hand."""
    made = verdict(outcome, low=speedup - 0.01, high=speedup + 0.01)
    return made.model_copy(update={"candidate": made.candidate.model_copy(update={"rewrite": name})})


def test_rewrites_that_gained_too_little_alone_are_tried_together_best_first():
    verdicts = [
        judged_rewrite("a", Outcome.SAME, 1.02),
        judged_rewrite("b", Outcome.UNDECIDED, 1.04),
        judged_rewrite("c", Outcome.SAME, 0.99),
        judged_rewrite("d", Outcome.BROKEN, 1.5),
        judged_rewrite("a+b", Outcome.SAME, 1.04),
    ]
    assert helpful({**first_state("start"), "verdicts": verdicts}, hotspot()) == ["b", "a"]


def test_newest_verdict_on_a_rewrite_counts():
    verdicts = [judged_rewrite("a", Outcome.SAME, 1.04), judged_rewrite("a", Outcome.SAME, 1.0)]
    assert helpful({**first_state("start"), "verdicts": verdicts}, hotspot()) == []
