import pytest

from stockroom.ledger import Ledger, StockError


def make():
    book = Ledger()
    book.post("A1", 5)
    book.post("B2", 7)
    book.post("A1", -2, "sold")
    return book


def test_balance():
    book = make()
    assert book.balance("A1") == 3
    assert book.balance("Z") == 0


def test_post_too_much():
    book = make()
    with pytest.raises(StockError):
        book.post("B2", -8)


def test_summary_and_top():
    book = make()
    assert book.summary() == {"A1": 3, "B2": 7}
    assert book.top(1) == ["B2"]


def test_undo():
    assert make().undo() == ("A1", -2, "sold")
