"""Plans in replies as models write them."""

import pytest

from tools.plans import alike, parse_plans
from tools.replies import NoChangeProposed, UnusableReply


@pytest.mark.parametrize(
    "opening", ["PLAN 1: ", "Plan: ", "**PLAN 1:** ", "### Plan 1 - ", "PLAN 1. ", "- PLAN 12) ", "PLAN 1 \u2014 "]
)
def test_plan_begins_as_models_write_it(opening):
    (plan,) = parse_plans(f"OBSERVATIONS:\n- slow\n\n{opening}Use a set\nIt answers at once.\n", 3)
    assert plan.text == "Use a set\nIt answers at once."


def test_plans_are_cut_to_the_number_that_was_asked_for_and_stay_in_order():
    words = ["sort once", "hash join", "prefix sums", "bit masks"]
    text = "\n".join(f"PLAN {number}: {word}" for number, word in enumerate(words, 1))
    assert [plan.text for plan in parse_plans(text, 3)] == words[:3]


def test_thoughts_before_the_answer_hold_no_plan():
    (plan,) = parse_plans("<think>\nPLAN 1: guess\n</think>\nPLAN 1: Use a set", 3)
    assert plan.text == "Use a set"


def test_long_plan_is_cut():
    (plan,) = parse_plans("PLAN 1: x\n" + "word " * 10_000, 3)
    assert len(plan.text) == 2_000


@pytest.mark.parametrize("text", ["", "   ", "I would use a set.", "PLAN 1:", "<think>PLAN 1: x"])
def test_reply_without_a_plan_is_unusable(text):
    with pytest.raises(UnusableReply):
        parse_plans(text, 3)


def test_no_change_is_an_answer():
    with pytest.raises(NoChangeProposed, match="it is fast already"):
        parse_plans("OBSERVATIONS:\n- none\n\nNO CHANGE: it is fast already", 3)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Look words up in a set", "Look the words up in a set", True),
        ("Look words up in a set", "Sort both lists and merge them", False),
        ("Use a heap of size 3", "Use a heap of size 30", False),
        ("", "", True),
    ],
)
def test_plans_that_share_most_words_are_alike(first, second, same):
    assert alike(first, second) == alike(second, first) == same
