"""What counts as a difference between two descriptions, and what does not."""

from hypothesis import given
from hypothesis import strategies as st

from tools.likeness import differences, worst

described = st.recursive(
    st.sampled_from(["n", "T", "i1", "i2", "f0.5", "f-0.0", "fnan", "sx", "s"]),
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda items: ["list", *items])
        | st.lists(st.tuples(inner, inner).map(list), max_size=3).map(lambda items: ["dict", *items])
    ),
    max_leaves=12,
)


def thing(**attributes):
    return ["object", "shop.Thing", None, [[name, value] for name, value in sorted(attributes.items())]]


@given(described)
def test_a_description_is_like_itself(part):
    assert differences(part, part) == []
    assert differences(part, part, unordered=True) == []


@given(described, described)
def test_what_differs_is_seen_from_both_sides(one, other):
    assert bool(differences(one, other)) is bool(differences(other, one)) is (one != other)


def test_the_place_of_a_difference_is_named():
    (found,) = differences(["list", "i1", ["dict", ["sa", "i2"]]], ["list", "i1", ["dict", ["sa", "i3"]]])
    assert (found.place, found.old, found.new) == ("[1]['a']", "2", "3")


def test_a_type_is_part_of_a_value():
    assert differences("i1", "f1.0")
    assert differences("T", "i1")
    assert differences(["list", "i1"], ["tuple", "i1"])


def test_signs_of_zero_and_other_numbers_that_are_none_are_no_rounding():
    for old, new in (("f0.0", "f-0.0"), ("fnan", "f0.0"), ("finf", "f1e+308"), ("f0.0", "f1e-300")):
        assert not worst(differences(old, new)).is_rounding


def test_last_digits_are_rounding():
    found = worst(differences(["list", "f0.1", "f0.30000000000000004"], ["list", "f0.1", "f0.3"]))
    assert found.is_rounding
    assert found.error < 1e-15


def test_a_larger_difference_outweighs_rounding():
    found = worst(differences(["list", "f0.30000000000000004", "f1.0"], ["list", "f0.3", "f1.1"]))
    assert not found.is_rounding
    assert found.place == "[1]"


def test_private_attributes_of_one_side_only_are_its_own_business():
    assert differences(thing(a="i1"), thing(a="i1", _memo="n")) == []
    assert differences(thing(a="i1", _memo="i1"), thing(a="i1", _memo="i2"))
    assert differences(thing(a="i1"), thing(a="i1", b="n"))


def test_a_shared_part_is_not_a_copy():
    (found,) = differences(["list", ["list"], ["ref", 1]], ["list", ["list"], ["list"]])
    assert found.old == "the same object as another part"


def test_another_order_is_a_difference_unless_order_is_none_of_the_contract():
    old, new = ["list", "i1", "i2"], ["list", "i2", "i1"]
    assert differences(old, new)
    assert differences(old, new, unordered=True) == []
    assert differences(["list", "i1", "i1"], ["list", "i1"], unordered=True)
