import pytest

from kilnworks.shelves import groups, pack, touching


def test_pack():
    assert pack([10, 30, 20, 25], 50) == [[30, 20], [25, 10]]
    with pytest.raises(ValueError):
        pack([60], 50)


def test_touching():
    assert touching([(0, 0), (3, 3), (20, 20)], 5) == [(0, 1)]
    assert touching([(0, 0), (9, 9)], 5) == []


def test_groups():
    assert groups([("a", "b"), ("c", "d"), ("b", "e")]) == [["a", "b", "e"], ["c", "d"]]
