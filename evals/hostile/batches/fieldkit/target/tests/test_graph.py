import pytest
from fieldkit import graph
def test_topo():
    assert graph.topo_order({"a": ["b"], "b": [], "c": ["a"]}) == ["b", "a", "c"]
    with pytest.raises(graph.CycleError): graph.topo_order({"a": ["b"], "b": ["a"]})
def test_reach(): assert graph.reachable({"a": ["b", "c"], "b": ["d"]}, "a") == ["a", "b", "c", "d"]
