"""Inputs from inputs, made in the interpreter of the target: what must come up sooner or later, and what never may."""

import math
import random
import sys
from collections.abc import Iterable

import pytest

from tools.rooms import HARNESS_FOLDER

sys.path.insert(0, str(HARNESS_FOLDER))  # explore takes it out again
import explore
from verispeed_altering import Alterer, chain, leads_to, may_widen, plain_parts


def alterer(seed=0, **more):
    return Alterer(random.Random(seed), [], [], **more)


def many(arguments, times=4000, **more):
    """What the arguments become, one alteration each."""
    maker = alterer(**more)
    for _ in range(times):
        yield maker.altered(arguments, {})[0]


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(
            lambda rows: any(set(row) == {0.0} for row in rows) and "nan" in str(rows), id="a row of zeros by a NaN"
        ),
        pytest.param(lambda rows: len({id(one) for row in rows for one in row if one != one}) == 1, id="one NaN, met again"),
        pytest.param(lambda rows: all(row[0] == row[1] for row in rows), id="pairs of equals"),
    ],
)
def test_few_values_meet_in_many_places(wanted):
    rows = [(1.5, 2.5), (3.5, 4.5), (5.5, 7.5)]
    assert any(wanted(changed) for (changed,) in many((rows,)))


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(
            lambda text, _: "\n\n" in text and any(line.count(",") == 0 for line in text.split("\n") if line), id="lines"
        ),
        pytest.param(
            lambda text, names: any(name != text and name in text for name in names if len(name) > 6), id="parts of others"
        ),
        pytest.param(lambda _, names: len(set(names)) < len(names), id="the same name twice"),
        pytest.param(lambda _, names: any(a != b and a and a in b for a in names for b in names), id="one name in another"),
    ],
)
def test_texts_of_a_call_meet(wanted):
    text, names = "name,mass\nMiller,2\nSato,30", ["Okafor", "Lindqvist"]
    assert any(wanted(*changed) for changed in many((text, names)))


def test_numbers_become_floats_only_where_nobody_says_that_they_are_whole():
    def said(counts: list[int], start: int, pairs: list, other=None) -> Iterable[int]: ...

    wide = may_widen(said)
    assert wide == {"pairs", 2, "other", 3}
    arguments = ([1, 2], 3, [(4, 5)], 6)
    changed = list(many(arguments, wide=wide))
    assert not any(isinstance(one, float) for counts, start, _, _ in changed for one in [*counts, start])
    assert any(isinstance(pairs[0][0], float) for _, _, pairs, _ in changed if pairs and isinstance(pairs[0], tuple))


def test_function_without_a_signature_has_nothing_to_widen():
    assert may_widen(math.hypot) in ((), {"coordinates", *range(20)})
    assert may_widen(print) is not None


def test_types_stay():
    arguments = (1, 2.5, "a", [1, 2], {"k": "v"})
    for changed in many(arguments, times=800):
        assert [type(one) for one in changed] == [type(one) for one in arguments]


def test_parts_of_a_call_are_found_inside_containers():
    assert list(plain_parts(([1, {"k": (2.5, "x")}], None, True))) == [1, "k", 2.5, "x"]


def test_each_path_has_its_turn():
    assert explore.by_turns("abcdef", [1, 1, 1, 2, 2, 3]) == ["a", "d", "f", "b", "e", "c"]


@pytest.mark.parametrize(
    ("graph", "made"),
    [
        ({"a": ["b"], "b": []}, {"a0": ["a1"], "a1": ["a2"], "a2": []}),
        ({1: {2: 0.5}, 2: {}}, {0: {1: 0.5}, 1: {2: 0.5}, 2: {}}),
        ({"a": [("b", 7)], "b": [("a", 7)]}, {"a0": [("a1", 7)], "a1": [("a2", 7)], "a2": []}),
        ({"x": (), "a": {"x"}}, {"a0": {"a1"}, "a1": {"a2"}, "a2": set()}),
    ],
)
def test_graph_becomes_one_long_way(graph, made):
    assert chain(graph, 3) == made


def test_what_is_no_graph_is_no_chain():
    assert not any(leads_to(graph, one) for graph in ({"a": 1}, {"a": "a"}, {"a": ["c"]}, {}) for one in graph.values())


@pytest.mark.parametrize(
    "value", [[[0, 1, 1], [1, 0, 0]], [{"id": 1, "name": "Ana"}, {"id": 2, "name": "Bo"}], "some text", {"a": [1, 2, 3]}]
)
def test_what_is_near_has_the_same_size_and_types(value):
    maker = alterer()
    made = [maker.near(value) for _ in range(200)]
    assert any(one != value for one in made)
    for one in made:
        assert (type(one), len(one)) == (type(value), len(value))
    assert [maker.near(7) for _ in range(5)] == [7] * 5
