import pytest

from agent.routing import cheapest_first, is_hard, next_model
from tests.agent.values import hotspot

EASY = "def f(items):\n    return [item for item in items]\n"
HARD = "def f(a):\n    for x in a:\n        while x:\n            x = [y for y in x]\n"
MODELS = ["small", "middle", "large"]


def test_models_are_ordered_by_the_price_of_an_answer_where_all_are_known():
    assert cheapest_first({"a": (3.0, 15.0), "b": (5.0, 2.0), "c": (0.0, 0.0)}) == ["c", "b", "a"]
    assert cheapest_first({"a": (3.0, 15.0), "b": None, "c": (0.0, 0.0)}) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "hard"),
    [
        (EASY, False),
        (HARD, True),
        ("    " + HARD.replace("\n", "\n    "), True),  # a method
        ("def f(a):\n    return [z for x in a for y in x for z in y]\n", True),
        ("def f(a):\n    for x in a:\n        pass\n    for y in a:\n        pass\n    for z in a:\n        pass\n", False),
        ("def f():\n" + "    x = 1\n" * 50, True),
        ("int f() {}", False),
    ],
)
def test_function_is_hard_where_it_is_long_or_loops_deeply(text, hard):
    assert is_hard(text) == hard


@pytest.mark.parametrize(
    ("share", "text", "asked", "declined", "next_one"),
    [
        (0.8, EASY, {}, [], "small"),
        (0.8, EASY, {"small": 2}, [], "small"),
        (0.8, EASY, {"small": 3}, [], "middle"),
        (0.8, EASY, {}, ["small"], "middle"),
        (0.8, EASY, {"small": 3, "middle": 3}, [], "large"),
        (0.8, EASY, {"small": 3, "middle": 3}, ["large"], None),
        (0.8, HARD, {}, [], "middle"),
        (0.2, HARD, {}, [], "small"),
        (0.2, EASY, {"small": 3}, [], None),  # a ceiling of 1.25 pays for no dearer model
    ],
)
def test_dearer_models_are_asked_where_the_gain_pays_for_them(share, text, asked, declined, next_one):
    assert next_model(hotspot(share), text, MODELS, asked, declined, 3) == next_one


def test_one_model_is_asked_whatever_the_function_is_like():
    assert next_model(hotspot(0.1), HARD, ["only"], {}, [], 3) == "only"
