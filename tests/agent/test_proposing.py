"""What is asked and what comes back; only the words of the model are made up."""

import codecs
import dataclasses

import pytest

from agent.budget import CapReached
from agent.models import Completion, ModelUnavailable, PromptTooLong, ReplyLost
from agent.proposing import (
    SMALL,
    Question,
    benchmark_text,
    conversation,
    propose_rules,
    propose_together,
    propose_with_model,
)
from prompts import edition
from tests.agent.values import FUNCTION, SOURCE, hotspot, verdict
from tools.editing import apply_edits
from tools.values import Benchmark, BenchmarkKind, Outcome, Usage

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
    """Answers with the given texts in order; an exception is raised instead."""

    name = "scripted"

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def complete(self, messages):
        self.asked.append(messages)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Completion(text=answer, usage=SPENT, finish_reason="stop", model="scripted-1")


def question(**more):
    given = {
        "hotspot": hotspot(),
        "source": SOURCE,
        "benchmark_source": "def test_bench(benchmark):\n    benchmark(total, [1, 2])\n",
        "python_version": "3.12",
        "oldest_python": ">=3.9",
        "min_gain": 0.05,
        "guidance": "",
        "earlier": (),
    }
    return Question(**{**given, **more})


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
    assert propose_with_model(question(), ScriptedModel("No idea.")).spent == SPENT


@pytest.mark.parametrize("text", ["", "I like the code as it is.", "NO CHANGE: it is fast already.", "```python\n```"])
def test_reply_without_an_edit_is_a_notice_and_no_candidate(text):
    found = propose_with_model(question(), ScriptedModel(text))
    assert found.candidates == ()
    (notice,) = found.notices
    assert notice.startswith("scripted on src/shop.py:Shop.total: ")


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


def test_target_code_that_looks_like_a_template_is_shown_as_it_is():
    source = SOURCE.replace(b"return result", b"return '{{ 7 * 7 }} {% raw %}'")
    assert "{{ 7 * 7 }} {% raw %}" in text_of_prompt(question(source=source))


# --- the rules


def test_rules_propose_edits_that_apply_in_their_own_name_for_nothing():
    source = b"def seen(items, wanted):\n    wanted = list(wanted)\n    return [item for item in items if item in wanted]\n"
    function = FUNCTION.model_copy(update={"name": "seen", "first_line": 1, "last_line": 3})
    found = propose_rules(question(source=source, hotspot=hotspot().model_copy(update={"function": function})))
    assert found.candidates
    assert found.spent == Usage()
    for candidate in found.candidates:
        assert (candidate.model, candidate.hotspot) == ("rules", function)
        assert candidate.rewrite is not None
        assert not candidate.rewrite.startswith(SMALL)
        assert apply_edits({function.path: source}, candidate.edits, allowed=(function.path,))[function.path] != source


def test_small_rewrites_are_a_turn_of_their_own():
    for small in (False, True):
        found = propose_rules(question(small=small)).candidates
        assert all(candidate.rewrite.startswith(SMALL) == small for candidate in found)


def test_best_two_rewrites_and_all_of_them_are_put_together():
    source = b"def f(x, d, xs, s):\n    return x in d.keys(), sorted(xs)[0], sum([n for n in s])\n"
    function = FUNCTION.model_copy(update={"name": "f", "first_line": 1, "last_line": 2})
    asked = question(source=source, hotspot=hotspot().model_copy(update={"function": function}))
    names = ["min-instead-of-sorted", "membership-on-dict", "generator-in-aggregate"]
    found = propose_together(asked, names).candidates
    assert [candidate.rewrite for candidate in found] == ["+".join(names[:2]), "+".join(names)]
    whole = apply_edits({function.path: source}, found[1].edits, allowed=(function.path,))[function.path]
    assert whole == b"def f(x, d, xs, s):\n    return x in d, min(xs), sum(n for n in s)\n"
    assert len(propose_together(asked, names[:2]).candidates) == 1


def test_rules_find_nothing_in_a_function_that_is_gone():
    gone = FUNCTION.model_copy(update={"name": "Shop.gone"})
    assert propose_rules(question(hotspot=hotspot().model_copy(update={"function": gone}))).candidates == ()


SEEN = (
    "def seen(items, wanted):\n    wanted = list(wanted)\n    return [item for item in items if item in wanted]  # \u00e9\n"
)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (f"# -*- coding: latin-1 -*-\n{SEEN}".encode("latin-1"), 2),
        (SEEN.encode("utf-8-sig"), 1),
        (SEEN.replace("\n", "\r\n").encode(), 1),
    ],
    ids=["latin-1", "byte order mark", "lines end as on Windows"],
)
def test_rules_read_files_of_any_encoding(source, line):
    function = FUNCTION.model_copy(update={"name": "seen", "first_line": line, "last_line": line + 2})
    found = propose_rules(question(source=source, hotspot=hotspot().model_copy(update={"function": function})))
    assert found.candidates
    for candidate in found.candidates:
        new = apply_edits({function.path: source}, candidate.edits, allowed=(function.path,))[function.path]
        assert new != source
        assert new.startswith(codecs.BOM_UTF8) == source.startswith(codecs.BOM_UTF8)
        compile(new, "shop.py", "exec")


@pytest.mark.parametrize("source", [SEEN.encode("latin-1"), b"# coding: no-such-one\n" + SEEN.encode()])
def test_rules_leave_files_alone_that_cannot_be_decoded(source):
    function = FUNCTION.model_copy(update={"name": "seen", "first_line": 1, "last_line": 3})
    found = propose_rules(question(source=source, hotspot=hotspot().model_copy(update={"function": function})))
    assert found.candidates == ()
    assert found.notices[0].startswith("src/shop.py is left alone by the rules: ")


# --- what is timed


BENCHMARKS = b"""class TestA:
    def test_b(self, benchmark):
        benchmark(len, [])


def test_c():
    pass
"""
FILES = {"benchmarks/test_a.py": BENCHMARKS}


def timed(node, kind=BenchmarkKind.PYTEST):
    return hotspot().model_copy(update={"benchmark": Benchmark(kind=kind, id=node)})


@pytest.mark.parametrize(
    ("node", "shown"),
    [
        ("benchmarks/test_a.py::TestA::test_b[1::2-x]", "benchmark(len, [])"),
        ("benchmarks/test_a.py::test_c", "def test_c"),
        ("benchmarks/test_a.py::test_gone", ""),
        ("benchmarks/gone.py::test_c", ""),
    ],
)
def test_source_of_the_benchmark_is_found_by_its_node_id(node, shown):
    text = benchmark_text(timed(node), list(FILES), FILES.__getitem__)
    assert shown in text
    assert bool(text) == bool(shown)


def test_command_has_no_source_to_show():
    assert benchmark_text(timed("python x.py", BenchmarkKind.COMMAND), list(FILES), FILES.__getitem__) == ""


def test_question_does_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        question().min_gain = 1


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
