from orchardkit import OrderBook, iter_batches


def test_fill():
    book = OrderBook()
    book.add("north", 5, 2.0)
    book.add("south", 4, 1.5)
    assert book.fill(6) == [("south", 4), ("north", 2)]
    assert book.open_quantity() == 3
    assert book.history[0] == "south: 4"


def test_fill_more_than_there_is():
    book = OrderBook()
    book.add("north", 5, 2.0)
    assert book.fill(9) == [("north", 5)]
    assert book.orders == []


def test_iter_batches():
    assert list(iter_batches([("a", 3), ("b", 4), ("c", 5)], 8)) == [["a", "b"], ["c"]]
    assert list(iter_batches([("a", 30), ("b", 4)], 8)) == [["a"], ["b"]]
