import pytest

from stockroom.packing import best_load, first_fit


def test_first_fit():
    assert first_fit([4, 3, 2, 1], 5) == [[4, 1], [3, 2]]
    assert first_fit([], 5) == []


def test_first_fit_bad():
    with pytest.raises(ValueError):
        first_fit([9], 5)
    with pytest.raises(ValueError):
        first_fit([1], 0)


def test_best_load():
    assert best_load([(10, 5), (4, 4), (7, 3)], 8) == (17, [0, 2])
    assert best_load([], 3) == (0, [])
