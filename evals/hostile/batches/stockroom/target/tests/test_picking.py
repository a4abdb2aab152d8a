from stockroom.picking import by_priority, merge_picks, walk_order


def test_merge_picks():
    assert merge_picks([("a", 1), ("b", 2), ("a", 3)]) == [("a", 4), ("b", 2)]


def test_by_priority():
    assert by_priority([(1, "x"), (5, "y"), (3, "z")]) == [(5, "y"), (3, "z"), (1, "x")]


def test_walk_order():
    lines = [(2, 5, "a"), (1, 1, "b"), (2, 3, "c"), (1, 4, "d")]
    assert walk_order(lines) == [(1, 4, "d"), (1, 1, "b"), (2, 3, "c"), (2, 5, "a")]
