import pytest

from stockroom.rates import charge_all, price_spread, rolling_median


def test_charge_all():
    assert charge_all([0.5, 3.0], [(1.0, 4.0), (5.0, 9.0)]) == [4.0, 9.0]
    with pytest.raises(ValueError):
        charge_all([6.0], [(5.0, 9.0)])


def test_rolling_median():
    assert rolling_median([3, 1, 2, 5], 3) == [2, 2]
    assert rolling_median([1.0, 2.0], 2) == [1.5]


def test_price_spread():
    assert price_spread([3.0, 1.0, 7.5]) == 6.5
    assert price_spread([]) == 0.0
