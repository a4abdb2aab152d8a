import pytest

from agent.choosing import edits_wanted, helpful, requests, to_repair
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


@pytest.mark.parametrize(
    ("share", "attempts", "edits", "asked"),
    [
        (0.8, 1, [1], 1),
        (0.8, 2, [1, 1], 2),
        (0.8, 3, [2, 1], 4),  # plans, an edit for each, and one more that knows what became of them
        (0.8, 12, [6, 5, 1], 14),
        (0.1, 3, [1, 1, 1], 3),  # little to gain: one idea after the other
    ],
)
def test_plans_are_made_where_much_can_be_gained_and_the_last_attempt_knows_the_others(share, attempts, edits, asked):
    left, found = attempts, []
    while left:
        found.append(edits_wanted(hotspot(share), left))
        left -= found[-1]
    assert found == edits
    assert requests(hotspot(share), attempts) == asked


def wrong(model="openai/a", **more):
    made = verdict(Outcome.BROKEN)
    return made.model_copy(update={"candidate": made.candidate.model_copy(update={"model": model}), **more})


def repairable(*verdicts, repaired=()):
    state = {**first_state("start"), "base": verdict().base, "verdicts": list(verdicts), "repaired": list(repaired)}
    return [one.candidate.id for one in to_repair(state, hotspot(), "openai/a")]


def test_wrong_edit_is_repaired_by_its_own_model_as_long_as_the_code_is_the_same():
    assert repairable(wrong()) == [wrong().candidate.id]
    assert repairable(wrong(outcome=Outcome.UNAPPLICABLE)) == [wrong().candidate.id]
    assert repairable(wrong(model="openai/b")) == []
    assert repairable(wrong(base="c" * 40)) == []
    assert repairable(wrong(outcome=Outcome.SLOWER)) == []
    assert repairable(wrong(outcome=Outcome.CHEATING)) == []


def test_edit_is_repaired_once_and_its_repairs_at_most_twice_in_a_row():
    assert repairable(wrong(), repaired=[wrong().candidate.id]) == []
    once = wrong().candidate.model_copy(update={"repairs": ("1" * 12,)})
    twice = wrong().candidate.model_copy(update={"repairs": ("1" * 12, "2" * 12)})
    assert repairable(wrong(candidate=once)) == [once.id]
    assert repairable(wrong(candidate=twice)) == []
