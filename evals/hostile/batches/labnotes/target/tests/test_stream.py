import pytest

from labnotes.stream import chunks, running_max, unique, windows


def test_windows():
    assert list(windows([1, 2, 3], 2)) == [(1, 2), (2, 3)]
    with pytest.raises(ValueError):
        list(windows([1], 0))


def test_unique():
    assert list(unique("abca")) == ["a", "b", "c"]


def test_chunks():
    assert list(chunks([1, 2, 3], 2)) == [[1, 2], [3]]
    with pytest.raises(ValueError):
        list(chunks([1], 0))


def test_running_max():
    assert running_max([1, 3, 2]) == [1, 3, 3]
