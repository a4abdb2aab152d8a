import pytest

from reelhouse.prices import apply_vouchers, combine_rates, moving_average, ways_to_pay


def test_moving_average():
    assert moving_average([8.0, 10.0, 12.0], 2) == [9.0, 11.0]
    assert moving_average([8.0], 1) == [8.0]
    with pytest.raises(ValueError):
        moving_average([8.0], 0)


def test_combine_rates():
    assert combine_rates([[1.0, 2.0], [0.5, 1.0]], [[2.0, 0.0], [1.0, 4.0]]) == [[4.0, 8.0], [2.0, 4.0]]
    assert combine_rates([[2.0]], [[3.0]]) == [[6.0]]


def test_combine_rates_bad():
    with pytest.raises(ValueError):
        combine_rates([[1.0, 2.0]], [[2.0]])


def test_apply_vouchers():
    tickets = [{"kind": "adult", "price": 12.0}, {"kind": "adult", "price": 15.0}, {"kind": "child", "price": 7.0}]
    vouchers = [{"kind": "adult", "value": 5.0}, {"kind": "child", "value": 10.0}]
    assert apply_vouchers(tickets, vouchers) == 22.0
    assert [t["paid"] for t in tickets] == [12.0, 10.0, 0.0]
    assert vouchers[0]["used"] is True


def test_ways_to_pay():
    assert ways_to_pay(10, [5, 2]) == 2
    assert ways_to_pay(3, [2]) == 0
    with pytest.raises(ValueError):
        ways_to_pay(-1, [2])
