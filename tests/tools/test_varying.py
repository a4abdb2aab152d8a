"""Other arguments of the same kind, as the harness makes them."""

import importlib.util

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.rooms import HARNESS_FOLDER


def load():
    spec = importlib.util.spec_from_file_location("verispeed_vary", HARNESS_FOLDER / "verispeed_vary.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


varying = load()
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=15,
)


def shape(value):
    """Types all the way down, sizes and keys."""
    if isinstance(value, (list, tuple)):
        return type(value), [shape(one) for one in value] if isinstance(value, tuple) else sorted(
            map(str, map(shape, value))
        )
    if isinstance(value, dict):
        return dict, {key: shape(one) for key, one in value.items()}
    return type(value), len(value) if isinstance(value, str) else None


@given(plain)
def test_types_sizes_and_keys_stay(value):
    for args, kwargs in varying.variants((value,), {}, 5, 1):
        assert shape(args[0]) == shape(value)
        assert kwargs == {}


@given(plain)
def test_same_seed_gives_the_same_inputs_and_none_is_the_given_one(value):
    made = varying.variants((value,), {}, 5, "7")
    assert repr(made) == repr(varying.variants((value,), {}, 5, "7"))
    marks = [repr(args) for args, _ in made]
    assert repr((value,)) not in marks
    assert len(set(marks)) == len(marks)


def test_given_arguments_are_left_alone():
    data = {"rows": [[1, 2.5, "abc"]] * 30, "more": (4, 5)}
    before = repr(data)
    made = varying.variants((data,), {}, 20, 3)
    assert made
    for args, _ in made:
        args[0]["rows"][0].append("changed")
    assert repr(data) == before


@pytest.mark.parametrize("arguments", [(), (None, True, 0, 1), (object(),), ("",), ([],), ("!?", {})])
def test_nothing_to_vary_gives_nothing(arguments):
    assert varying.variants(arguments, {}, 5, 1) == []


def test_sorted_lists_stay_sorted():
    for args, _ in varying.variants((list(range(1000)),), {}, 20, 1):
        assert args[0] == sorted(args[0])


def test_numbers_keep_their_sign_and_are_never_nought():
    for args, _ in varying.variants((2, -3, 1000, -0.5), {}, 50, 1):
        assert (args[0] > 0, args[1] < 0, args[2] > 0, args[3] < 0) == (True,) * 4


def test_keyword_texts_name_a_mode_and_stay():
    made = varying.variants(("some text",), {"style": "simple", "width": 80}, 10, 1)
    assert {kwargs["style"] for _, kwargs in made} == {"simple"}
    assert len({kwargs["width"] for _, kwargs in made}) > 1


def test_letters_and_digits_become_others_of_their_kind():
    for args, _ in varying.variants(("Ab1 - xyz 99",), {}, 30, 1):
        kinds = ["".join("A" if c.isupper() else "a" if c.islower() else "1" if c.isdigit() else c for c in args[0])]
        assert kinds == ["Aa1 - aaa 11"]


def test_what_was_equal_stays_equal():
    names = ["Ana", "Bert", "Ana", "Cleo", "Bert", "Ana"]
    for args, _ in varying.variants(([{"name": name, "kilos": len(name) * 10} for name in names],), {}, 20, 1):
        made = [row["name"] for row in args[0]]
        assert made[0] == made[2] == made[5]
        assert made[1] == made[4]


def test_list_of_which_nothing_else_can_change_takes_another_order():
    grid = [[0, 1, 1, 0], [1, 0, 0, 0], [True, False, None, True]]
    made = varying.variants((grid,), {}, 10, 1)
    assert len(made) > 3
    for args, _ in made:
        assert [sorted(map(repr, row)) for row in args[0]] == [sorted(map(repr, row)) for row in grid]
    assert varying.variants(([1, 1, 1],), {}, 10, 1) == []


def test_large_arguments_give_as_many_as_are_needed():
    rows = [{"id": number, "name": f"picker {number}", "kilos": number / 7} for number in range(4000)]
    assert len(varying.variants((rows,), {}, 200, 1, fewest=6)) >= 6
