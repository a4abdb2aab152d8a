import pytest

from trailbook.network import count_routes, distance_matrix, shortest_route

TRAILS = {
    "Hut": {"Lake": 2.0, "Pass": 5.0},
    "Lake": {"Hut": 2.0, "Pass": 2.5},
    "Pass": {"Hut": 5.0, "Lake": 2.5, "Peak": 1.5},
    "Peak": {"Pass": 1.5},
}


def test_shortest_route():
    assert shortest_route(TRAILS, "Hut", "Peak") == (6.0, ["Hut", "Lake", "Pass", "Peak"])
    assert shortest_route(TRAILS, "Lake", "Lake") == (0, ["Lake"])
    with pytest.raises(ValueError):
        shortest_route(TRAILS, "Hut", "Moon")


def test_distance_matrix():
    names, matrix = distance_matrix(TRAILS)
    assert names == ["Hut", "Lake", "Pass", "Peak"]
    assert matrix == [[0, 2.0, 4.5, 6.0], [2.0, 0, 2.5, 4.0], [4.5, 2.5, 0, 1.5], [6.0, 4.0, 1.5, 0]]


def test_count_routes():
    down = {"Peak": {"Pass": 1.5, "Ridge": 2.0}, "Pass": {"Hut": 5.0, "Lake": 2.5}, "Ridge": {"Pass": 1.0}, "Lake": {"Hut": 2.0}, "Hut": {}}
    assert count_routes(down, "Peak", "Hut") == 4
    assert count_routes(down, "Hut", "Peak") == 0
    with pytest.raises(ValueError):
        count_routes(TRAILS, "Hut", "Peak")
