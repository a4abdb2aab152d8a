import pytest

from labnotes.stats import clamp_all, mode, moving_average, outliers, quantile, ranks


def test_moving_average():
    assert moving_average([1, 2, 3, 4], 2) == [1.5, 2.5, 3.5]
    with pytest.raises(ValueError):
        moving_average([1], 0)


def test_mode():
    assert mode([3, 1, 3]) == 3
    assert mode(["x"]) == "x"


def test_ranks():
    assert ranks([10, 30, 20]) == [1.0, 3.0, 2.0]
    assert ranks([5, 5]) == [1.5, 1.5]


def test_outliers():
    assert outliers([1.0] * 20 + [9.0]) == [20]
    assert outliers([]) == []


def test_quantile():
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    with pytest.raises(ValueError):
        quantile([1.0], 1.5)


def test_clamp_all():
    assert clamp_all([1, 5, 9], 2, 8) == [2, 5, 8]
