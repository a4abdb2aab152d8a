"""What hosted models are asked and what comes back; only the words of the model are made up."""

import threading

import pytest

from agent.asking import (
    MOST_REPEATED,
    MOST_TESTS,
    ROOMS,
    conversation,
    propose_by_plans,
    propose_repairs,
    propose_with_model,
)
from agent.budget import CapReached
from agent.models import Completion, ModelUnavailable, PromptTooLong, ReplyLost
from agent.proposing import HouseRules
from agent.state import add_usage
from prompts import edition
from tests.agent.values import FUNCTION, SOURCE, question, verdict
from tools.editing import apply_edits
from tools.values import Outcome, Usage

SPENT = Usage(prompt_tokens=10, completion_tokens=5, dollars=0.25)
GOOD = """TITLE: Sum without a list
WHY: No list is made.

src/shop.py
```python
<<<<<<< SEARCH
        result = sum([item for item in items])
=======
        result = sum(items)
>>>>>>> REPLACE
```
"""


class ScriptedModel:
    """Answers with the given texts in order, the last one again and again; an exception is raised instead.

    One that is a function answers by the messages, where several are asked at the same time.
    """

    name = "scripted"

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.lock = threading.Lock()

    def complete(self, messages):
        with self.lock:
            self.asked.append(messages)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            answer = answer(messages)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Completion):
            return answer
        return Completion(text=answer, usage=SPENT, finish_reason="stop", model="scripted-1")


def text_of_prompt(asked):
    return "\n".join(message.content for message in conversation(asked))


# --- a hosted model


def test_edit_in_a_reply_becomes_a_candidate_that_can_be_applied():
    (candidate,) = propose_with_model(question(), ScriptedModel(GOOD)).candidates
    assert (candidate.title, candidate.explanation, candidate.model) == (
        "Sum without a list",
        "No list is made.",
        "scripted",
    )
    assert candidate.hotspot == FUNCTION
    new = apply_edits({FUNCTION.path: SOURCE}, candidate.edits, allowed=(FUNCTION.path,))
    assert b"sum(items)" in new[FUNCTION.path]


def test_price_of_a_reply_is_counted_with_the_candidate_and_without():
    assert propose_with_model(question(), ScriptedModel(GOOD)).spent == SPENT
    assert propose_with_model(question(), ScriptedModel(GOOD)).candidates[0].usage == SPENT
    assert propose_with_model(question(), ScriptedModel("No idea.")).spent == add_usage(SPENT, SPENT)


@pytest.mark.parametrize("text", ["", "I like the code as it is.", "```python\n```"])
def test_reply_without_an_edit_is_shown_to_the_model_once_and_then_a_notice(text):
    model = ScriptedModel(text)
    found = propose_with_model(question(), model)
    assert (found.candidates, found.declined) == ((), False)
    assert len(model.asked) == len(found.notices) == 2
    assert all(notice.startswith("scripted on src/shop.py:Shop.total: ") for notice in found.notices)


def test_answer_that_is_usable_at_the_second_time_is_a_candidate_that_costs_both():
    model = ScriptedModel("Certainly! " + "la " * MOST_REPEATED, GOOD)
    (candidate,) = propose_with_model(question(), model).candidates
    assert candidate.usage == add_usage(SPENT, SPENT)
    repeated, words = model.asked[1][-2:]
    assert (repeated.role, words.role) == ("assistant", "user")
    assert len(repeated.content) < MOST_REPEATED + 20
    assert "no SEARCH/REPLACE block" in words.content


def test_answer_that_was_cut_off_is_read_as_nothing_else():
    diff = "@@ -2,3 +2,3 @@\n     def total(self, items):\n-        result = sum([item for item in items])\n"
    cut = Completion(text=diff, usage=SPENT, finish_reason="length", model="scripted-1")
    model = ScriptedModel(cut)
    assert propose_with_model(question(), model).candidates == ()
    assert "It was cut off" in model.asked[1][-1].content
    assert propose_with_model(question(), ScriptedModel(diff)).candidates  # its end may have been meant


def test_no_change_is_an_answer():
    model = ScriptedModel("NO CHANGE: it is fast already.")
    found = propose_with_model(question(), model)
    assert (found.candidates, found.declined, len(model.asked)) == ((), True, 1)
    assert found.notices == ("scripted on src/shop.py:Shop.total: The model proposes no change: it is fast already.",)


def test_lost_reply_is_a_notice_and_costs_nothing():
    found = propose_with_model(question(), ScriptedModel(ReplyLost("status 500. (4 tries)")))
    assert found.notices == ("scripted on src/shop.py:Shop.total: status 500. (4 tries)",)
    assert (found.candidates, found.spent) == ((), Usage())


def test_model_that_is_not_there_stops_the_run():
    with pytest.raises(ModelUnavailable):
        propose_with_model(question(), ScriptedModel(ModelUnavailable("no credit")))


def test_reply_without_a_title_gets_one():
    (candidate,) = propose_with_model(question(), ScriptedModel(GOOD.partition("\n")[2])).candidates
    assert candidate.title
    assert len(candidate.title) <= 60


# --- the prompt


def test_prompt_holds_function_costly_line_benchmark_and_aim():
    prompt = text_of_prompt(question())
    for part in ("`Shop.total` in `src/shop.py`", "in line 3: `result = sum([item", "def test_bench", "3.12", "5.00 times"):
        assert part in prompt


def test_prompt_tells_what_became_of_earlier_candidates():
    earlier = (verdict(Outcome.SLOWER, "Add a cache"), verdict(Outcome.SAME, "Rename it"))
    prompt = text_of_prompt(question(earlier=earlier))
    assert "What was tried before" in prompt
    assert f"- Add a cache: slower. {earlier[0].reason}" in prompt
    assert f"- Rename it: same. {earlier[1].reason}" in prompt
    assert "What was tried before" not in text_of_prompt(question())


def test_prompt_shows_what_the_last_refused_edit_changed():
    asked = text_of_prompt(question(earlier=(verdict(Outcome.SAME),)))
    assert "-sum([item for item in items])\n+sum(items)" in asked


def test_prompt_names_the_versions_that_the_project_supports():
    assert "the project supports >=3.9" in text_of_prompt(question())
    assert "the project supports" not in text_of_prompt(question(oldest_python=""))


def test_prompt_holds_the_wishes_of_the_maintainer():
    assert "Never use numpy." in text_of_prompt(question(guidance="Never use numpy."))


def test_prompt_holds_what_the_project_tells_those_who_change_it_unless_it_must_be_short():
    asked = question(house_rules=HouseRules("AGENTS.md", "Never import numpy."))
    assert "`AGENTS.md`" in text_of_prompt(asked)
    assert "Never import numpy." in text_of_prompt(asked)
    assert "Never import numpy." not in conversation(asked, ROOMS[1])[-1].content


def test_prompt_names_the_tests_that_run_the_function():
    prompt = text_of_prompt(question(tests=tuple(f"tests/test_shop.py::test_{number}" for number in range(MOST_TESTS + 2))))
    assert f"- `tests/test_shop.py::test_{MOST_TESTS - 1}`\n- and 2 more" in prompt
    assert "What tests it" not in text_of_prompt(question())


def test_target_code_that_looks_like_a_template_is_shown_as_it_is():
    source = SOURCE.replace(b"return result", b"return '{{ 7 * 7 }} {% raw %}'")
    assert "{{ 7 * 7 }} {% raw %}" in text_of_prompt(question(source=source))


def long_question():
    """About a function in a long file, with a long benchmark and much that was tried."""
    more = "".join(f"\n\ndef other_{number}(values):\n    return total(values) + {number}\n" for number in range(800))
    benchmark = "def test_bench(benchmark):\n" + "    benchmark(total, [1, 2])\n" * 500
    return question(
        source=SOURCE + more.encode(), benchmark_source=benchmark, earlier=tuple(verdict(Outcome.SAME) for _ in range(9))
    )


def test_prompt_that_is_too_long_is_asked_again_with_less_around_the_function():
    model = ScriptedModel(PromptTooLong("The prompt is too long."), GOOD)
    found = propose_with_model(long_question(), model)
    assert len(found.candidates) == 1
    assert "asked again with less around the function" in found.notices[0]
    first, second = (sum(len(message.content) for message in asked) for asked in model.asked)
    assert second < first / 2
    assert all("def total" in asked[-1].content for asked in model.asked)


def test_function_whose_shortest_prompt_is_too_long_is_left_alone():
    model = ScriptedModel(*[PromptTooLong("The prompt is too long.")] * 3)
    found = propose_with_model(long_question(), model)
    assert (found.candidates, found.declined, len(found.notices)) == ((), True, 3)
    assert found.notices[-1].endswith("left alone")


def test_call_that_could_go_over_a_cap_is_a_notice():
    found = propose_with_model(question(), ScriptedModel(CapReached("--max-cost 1 is reached")))
    assert (found.candidates, found.spent) == ((), Usage())
    assert "--max-cost 1 is reached" in found.notices[0]


def test_candidate_says_with_which_edition_of_the_prompts_it_was_asked_for():
    assert propose_with_model(question(), ScriptedModel(GOOD)).candidates[0].prompt == edition()


# --- plans before code

PLANS = """OBSERVATIONS:
- a list is made only to be summed

PLAN 1: Sum without a list
Pass the items themselves to sum.

PLAN 2: Sum without a list at all
Pass the items themselves to sum.

PLAN 3: Keep a running total
Add while iterating, so that nothing is copied; floats are added in the same order.
"""


def by_plan(messages):
    """Plans first, then the edit of the plan that is asked for."""
    asked = messages[-1].content
    if "at most" in asked:
        return PLANS
    return GOOD if "# The plan to carry out" in asked and "Pass the items themselves" in asked else "NO CHANGE: no gain."


def test_each_plan_becomes_an_edit_and_plans_that_say_the_same_are_one():
    model = ScriptedModel(by_plan)
    found = propose_by_plans(question(), model, 3)
    assert len(model.asked) == 3
    (candidate,) = found.candidates
    assert candidate.plan == "Sum without a list\nPass the items themselves to sum."
    assert found.spent == add_usage(SPENT, add_usage(SPENT, SPENT))
    assert not found.declined  # a plan without an edit says nothing of others


def test_plans_are_asked_for_without_code_and_with_the_same_rules():
    model = ScriptedModel(by_plan)
    propose_by_plans(question(), model, 3)
    system, asked = (message.content for message in model.asked[0])
    assert "At most 3 plans" in system
    assert "No results kept between calls" in system
    assert "SEARCH" not in system + asked
    assert "def total" in asked


def test_without_plans_that_can_be_read_one_edit_is_asked_for():
    model = ScriptedModel("Here is my plan.", "PLAN", GOOD)
    found = propose_by_plans(question(), model, 3)
    assert len(found.candidates) == 1
    assert found.candidates[0].plan == ""
    assert "begins with PLAN" in found.notices[0]


@pytest.mark.parametrize(
    ("answer", "declined"),
    [("NO CHANGE: it is a sum.", True), (ReplyLost("status 500."), False), (CapReached("over"), False)],
)
def test_nothing_more_is_asked_where_there_are_no_plans(answer, declined):
    model = ScriptedModel(answer)
    found = propose_by_plans(question(), model, 3)
    assert (found.candidates, found.declined, len(model.asked)) == ((), declined, 1)


def test_model_that_goes_away_between_plans_and_edits_stops_the_run():
    with pytest.raises(ModelUnavailable):
        propose_by_plans(question(), ScriptedModel(PLANS, ModelUnavailable("no credit")), 3)


# --- repairs


def refused(title="Sum without a list", **more):
    made = verdict(Outcome.BROKEN, title)
    candidate = made.candidate.model_copy(update={"model": "scripted", **more})
    return made.model_copy(update={"candidate": candidate, "reason": "total([nan]) gives 0, not nan as before"})


def test_repair_shows_the_model_its_edit_and_what_the_judge_said():
    model, wrong, other = ScriptedModel(GOOD), refused(plan="Sum the items"), verdict(Outcome.SAME, "Rename it")
    (candidate,) = propose_repairs(question(earlier=(other, wrong)), model, [wrong]).candidates
    assert candidate.repairs == (wrong.candidate.id,)
    assert candidate.plan == "Sum the items"
    _, asked, answer, words = model.asked[0]
    assert "Rename it: same." in asked.content
    assert "Sum without a list: broken" not in asked.content
    assert wrong.candidate.edits[0].replace in answer.content
    assert answer.role == "assistant"
    assert "total([nan]) gives 0, not nan as before" in words.content
    assert "last time" not in words.content


def test_second_repair_is_the_last_one():
    model = ScriptedModel(GOOD)
    (candidate,) = propose_repairs(question(), model, [refused(repairs=("0" * 12,))]).candidates
    assert len(candidate.repairs) == 2
    assert "last time" in model.asked[0][-1].content


def test_answer_is_shown_in_the_form_that_can_be_read_again():
    model = ScriptedModel(GOOD)
    (candidate,) = propose_with_model(question(), model).candidates
    again = ScriptedModel(GOOD)
    propose_repairs(question(), again, [refused().model_copy(update={"candidate": candidate})])
    (reread,) = propose_with_model(question(), ScriptedModel(again.asked[0][-2].content)).candidates
    assert reread.edits == candidate.edits


def test_repair_that_is_given_up_leaves_other_ideas_open():
    found = propose_repairs(question(), ScriptedModel("NO CHANGE: it cannot be made right."), [refused()])
    assert (found.candidates, found.declined) == ((), False)
