import pytest

from stockroom.routes import count_routes, flatten_zones, shortest_tour


def test_count_routes():
    assert count_routes(3, 3) == 6
    assert count_routes(3, 3, [(1, 1)]) == 2


def test_shortest_tour():
    dist = [[0, 1, 9, 4], [1, 0, 2, 9], [9, 2, 0, 3], [4, 9, 3, 0]]
    assert shortest_tour(dist) == (10, (0, 1, 2, 3))
    with pytest.raises(ValueError):
        shortest_tour([])


def test_flatten_zones():
    zone = {"name": "A", "parts": [{"name": "B", "parts": [{"name": "C"}]}, {"name": "D"}]}
    assert flatten_zones(zone) == [("A", 0), ("B", 1), ("C", 2), ("D", 1)]
