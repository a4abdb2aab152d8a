import pytest

from agent.choosing import helpful
from agent.settings import Settings, hosted, with_rules
from agent.state import first_state
from tests.agent.values import hotspot, verdict
from tools.values import Outcome


@pytest.mark.parametrize(
    ("given", "asked", "rewrites"),
    [
        ({"model": ("openai/a", "rules")}, ("openai/a",), True),
        ({"model": ("openai/a",)}, ("openai/a",), False),
        ({"model": ("openai/a",), "max_cost": 0}, (), True),
        ({"model": ("openai/a",), "max_tokens": 0}, (), True),
    ],
)
def test_where_nothing_may_be_spent_there_are_the_rules(given, asked, rewrites):
    settings = Settings(**given)
    assert (hosted(settings), with_rules(settings)) == (asked, rewrites)


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
