import pytest

from harborlog.cargo import load_order, multiply, ways


def test_multiply():
    assert multiply([[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]) == [[19.0, 22.0], [43.0, 50.0]]
    assert multiply([[1.0, 0.0, 2.0]], [[1.0], [2.0], [3.0]]) == [[7.0]]
    with pytest.raises(ValueError):
        multiply([[1.0, 2.0]], [[1.0]])


def test_load_order():
    crates = [{"id": "a", "weight": 3}, {"id": "b", "weight": 9}, {"id": "c", "weight": 5}]
    assert load_order(crates, 15) == ["b", "c"]
    assert load_order([{"id": "a", "weight": 3}], 2) == []


def test_ways():
    assert ways(100, [20, 40]) == 3
    assert ways(30, [20, 40]) == 0
    assert ways(0, [20]) == 1
