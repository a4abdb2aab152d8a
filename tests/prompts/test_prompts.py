import subprocess
import sys

import jinja2
import pytest

from prompts import VERSION, edition, render
from prompts.showing import fenced, percent
from tools.editing import apply_edits
from tools.replies import parse_reply
from tools.values import Benchmark, BenchmarkKind, Function, Hotspot, LineShare

SOURCE = """import re

LIMIT = 3


class Index(Base):
    size = 0

    def add(self, words):
        for word in words:
            self.total += len(word)

    def clear(self):
        secret = 1
"""


def values(**changed):
    hotspot = Hotspot(
        function=Function(path="src/index.py", name="Index.add", first_line=9, last_line=11),
        benchmark=Benchmark(kind=BenchmarkKind.PYTEST, id="tests/test_index.py::test_add"),
        share=0.75,
        python=0.6,
        native=0.15,
        lines=(LineShare(line=11, python=0.5, native=0.1, system=0), LineShare(line=10, python=0.001, native=0, system=0)),
    )
    given = {"source": SOURCE, "benchmark_source": "def test_add(benchmark): ...", "python_version": "3.12.1"}
    given["oldest_python"] = ""
    return {
        "hotspot": hotspot,
        "min_gain": 0.05,
        "attempts": [],
        "examples": [],
        "longest": 24_000,
        "guidance": "",
        "plan": "",
        "house_rules": None,
        "tests": (),
        "more_tests": 0,
        **given,
        **changed,
    }


def test_prompt_shows_function_source_profile_and_benchmark():
    prompt = render("optimize", **values())
    assert "`Index.add` in `src/index.py`" in prompt
    assert SOURCE.strip() in prompt
    assert "75 % of its time" in prompt
    assert "4.00 times as fast" in prompt
    assert "1.05 times" in prompt
    assert "- 60 % (50 % / 10 % / 0 %) in line 11: `self.total += len(word)`" in prompt
    assert "in line 10" not in prompt
    assert "def test_add(benchmark): ..." in prompt
    assert "3.12.1" in prompt


def test_prompt_without_history_or_guidance_does_not_mention_them():
    prompt = render("optimize", **values())
    assert "tried before" not in prompt
    assert "maintainer" not in prompt


def test_prompt_tells_what_was_tried_and_what_the_maintainer_wants():
    attempts = [{"title": "Use a set", "outcome": "broken", "reason": "order differs\nfor [2, 1]", "change": "-a\n+b"}]
    prompt = render("optimize", **values(attempts=attempts, guidance="Keep it readable."))
    assert "```diff\n-a\n+b\n```" in prompt
    assert "- Use a set: broken. order differs\n  for [2, 1]\n" in prompt
    assert "Keep it readable." in prompt


def test_prompt_without_benchmark_source_names_what_is_run():
    assert "`tests/test_index.py::test_add`, run as a whole" in render("optimize", **values(benchmark_source=""))


def test_function_that_takes_all_the_time_has_no_ceiling():
    hotspot = values()["hotspot"].model_copy(update={"share": 1.0})
    assert "own lines free" not in render("optimize", **values(hotspot=hotspot))


def test_ceiling_is_that_of_the_own_lines():
    prompt = render("optimize", **values())
    assert "Were the function's own lines free, the benchmark would be 4.00 times as fast;" in prompt
    assert "avoids calls to other functions can gain more" in prompt


def test_prompt_allows_changes_to_other_functions_of_the_file():
    assert "Other functions of this file may be changed too" in render("optimize", **values())


def test_edit_that_was_faster_is_shown_as_committed_and_not_as_a_failure():
    attempts = [
        {"title": "Join once", "outcome": "faster", "reason": "1.4 times as fast", "change": ""},
        {"title": "Use a set", "outcome": "broken", "reason": "order differs", "change": ""},
    ]
    committed, refused = render("optimize", **values(attempts=attempts)).split("# What was tried before")
    assert "already committed: what you see includes them" in committed
    assert "- Join once. 1.4 times as fast\n" in committed
    assert "Use a set" not in committed
    assert "- Use a set: broken. order differs\n" in refused
    assert "Join once" not in refused
    assert "tried before" not in render("optimize", **values(attempts=attempts[:1]))


def test_prompt_shows_an_excerpt_of_a_long_file():
    source = SOURCE + "\n\ndef other():\n" + "    filler = 1\n" * 5000
    prompt = render("optimize", **values(source=source))
    assert "of which only what it uses and what uses it are shown" in prompt
    assert "self.total += len(word)" in prompt
    assert "filler" not in prompt


def test_missing_value_is_an_error():
    given = values()
    del given["guidance"]
    with pytest.raises(jinja2.UndefinedError, match="guidance"):
        render("optimize", **given)


def test_target_code_is_inserted_as_it_is():
    source = SOURCE + 'X = "{{ 7 * 7 }} <b> & {% raw %}"\n'
    assert 'X = "{{ 7 * 7 }} <b> & {% raw %}"' in render("optimize", **values(source=source))


def test_no_blank_lines_pile_up():
    same, faster = ({"title": "a", "outcome": outcome, "reason": "b", "change": "-c"} for outcome in ("same", "faster"))
    for attempts in ([], [same], [faster], [same, faster]):
        assert "\n\n\n\n" not in render("optimize", **values(attempts=attempts, guidance="x"))


def test_example_in_the_system_prompt_is_a_reply_that_we_can_read_and_apply():
    prompt = render("optimize_system", min_gain=0.05)
    example = prompt[prompt.index("# Example") :]
    reply = parse_reply(example[example.index("TITLE:") :], allowed=["shop/text.py"])
    code = example[example.index("def shared_words") : example.index("```\n\na good answer")]
    edited = apply_edits({"shop/text.py": code.encode()}, reply.edits, ["shop/text.py"])["shop/text.py"]
    old, new = {}, {}
    exec(code, old)
    exec(edited, new)
    for first, second in [("a b a c", "c a"), ("", "x"), ("x", ""), ("", None)]:
        assert new["shared_words"](first, second) == old["shared_words"](first, second)


def test_system_prompt_states_the_gain_and_the_honest_answer():
    prompt = render("optimize_system", min_gain=0.125)
    assert "at least 12 %" in prompt
    assert "NO CHANGE: <reason>" in prompt


def test_fence_is_longer_than_those_in_the_code():
    assert fenced('"""\n```python\n"""', "python").startswith("````python\n")
    assert fenced("x = 1").startswith("```\n")


@pytest.mark.parametrize(
    ("share", "shown"), [(0, "0 %"), (0.004, "0.4 %"), (0.05, "5 %"), (0.051, "5.1 %"), (0.37, "37 %"), (1, "100 %")]
)
def test_shares_are_shown_as_percentages(share, shown):
    assert percent(share) == shown


def test_importing_prompts_does_not_load_jinja():
    check = "import prompts, sys; sys.exit('jinja2' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)


def test_edition_is_a_version_and_a_hash_of_all_words():
    version, digest = edition().split()
    assert version == str(VERSION)
    assert len(digest) == 12
