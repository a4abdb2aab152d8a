"""What is asked and what comes back; only the words of the model are made up."""

import codecs
import dataclasses

import pytest

from agent.proposing import MOST_RULES, SMALL, benchmark_text, house_rules, propose_rules, propose_together
from tests.agent.values import FUNCTION, hotspot, question
from tools.editing import apply_edits
from tools.values import Benchmark, BenchmarkKind, Usage

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


RULES = {"CONTRIBUTING.md": b"Sign off.", "lib/AGENTS.md": b"x" * (MOST_RULES + 1), "README.md": b"Hello."}


def test_project_tells_in_its_own_files_what_those_who_change_it_must_know():
    found = house_rules(RULES, RULES.__getitem__, "lib")
    assert found.path == "lib/AGENTS.md"
    assert found.text == "x" * MOST_RULES + "\n[...]"
    assert house_rules(RULES, RULES.__getitem__, ".").path == "CONTRIBUTING.md"
    assert house_rules({"README.md"}, RULES.__getitem__, ".") is None
