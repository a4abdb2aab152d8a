import pytest

from stockroom.receiving import apply_receipts, remove_expired, sort_lots


def test_apply_receipts():
    stock = {"a": 1}
    assert apply_receipts(stock, [("a", 2), ("b", 5)]) == 7
    assert stock == {"a": 3, "b": 5}
    with pytest.raises(ValueError):
        apply_receipts({}, [("a", -1)])


def test_remove_expired():
    assert remove_expired([("a", 3), ("b", 9)], 5) == [("a", 3)]


def test_sort_lots():
    lots = [("a", 3), ("b", 1), ("c", 2)]
    sort_lots(lots)
    assert lots == [("b", 1), ("c", 2), ("a", 3)]
