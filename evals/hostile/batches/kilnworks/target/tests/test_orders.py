import pytest

from kilnworks.orders import OrderBook, merge_orders, settle


def order(number, customer, item, count, price):
    return {"number": number, "customer": customer, "item": item, "count": count, "price": price}


def test_book():
    book = OrderBook()
    book.add(order(1, "Ada", "mug", 2, 12))
    book.add(order(2, "Bo", "bowl", 1, 30))
    book.add(order(3, "Ada", "bowl", 2, 30))
    assert book.totals() == {"Ada": 84, "Bo": 30}
    assert book.best_seller() == "bowl"
    assert book.cancel(2)["customer"] == "Bo"
    with pytest.raises(ValueError):
        book.add(order(3, "Cy", "mug", 1, 12))


def test_settle():
    orders = [order(1, "Ada", "mug", 2, 12), order(2, "Bo", "bowl", 1, 30)]
    assert settle(orders, [(1, 20), (7, 5)]) == [(7, 5)]
    assert orders[0]["paid"] == 20
    assert orders[0]["open"] == 4


def test_merge_orders():
    orders = [order(1, "Ada", "mug", 2, 12), order(2, "Bo", "mug", 1, 12), order(3, "Ada", "mug", 4, 12)]
    merged = merge_orders(orders)
    assert [r["count"] for r in merged] == [6, 1]
    assert merged[0]["numbers"] == [1, 3]
