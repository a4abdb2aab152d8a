import pytest

from orchardkit import Orchard, close_pairs, graft_order


def test_graft_order():
    assert graft_order({"gala": ["m9"], "m9": [], "fuji": ["m9"]}) == ["m9", "gala", "fuji"]
    assert graft_order({"a": ["b"], "b": ["c"], "c": []}) == ["c", "b", "a"]


def test_graft_order_circular():
    with pytest.raises(ValueError):
        graft_order({"a": ["b"], "b": ["a"]})


def test_close_pairs():
    assert sorted(close_pairs([(0.0, 0.0), (3.0, 4.0), (9.0, 9.0)], 5.0)) == [(0, 1)]
    assert sorted(close_pairs([(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)], 1.0)) == [(0, 1), (1, 2)]


def test_orchard():
    orchard = Orchard("south")
    orchard.plant("a1", 0.0, 0.0)
    orchard.plant("a2", 3.0, 4.0)
    assert orchard.count_within(0.0, 0.0, 5.0) == 2
    orchard.remove("a2")
    assert orchard.count_within(0.0, 0.0, 5.0) == 1
    with pytest.raises(ValueError):
        orchard.plant("a1", 1.0, 1.0)
