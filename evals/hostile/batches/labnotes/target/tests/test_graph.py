import pytest

from labnotes.graph import Graph, topo_order


def make():
    g = Graph()
    g.add_edge("a", "b", 2)
    g.add_edge("b", "c", 3)
    g.add_edge("x", "y")
    return g


def test_distance():
    g = make()
    assert g.distance("a", "c") == 5
    assert g.distance("a", "x") is None
    with pytest.raises(KeyError):
        g.distance("a", "q")


def test_components():
    assert make().components() == [["a", "b", "c"], ["x", "y"]]


def test_topo_order():
    assert topo_order({"mix": ["weigh"], "weigh": []}) == ["weigh", "mix"]
    with pytest.raises(ValueError):
        topo_order({"a": ["b"], "b": ["a"]})
