import pytest

from harborlog.quays import Quay, overlaps


def test_overlaps():
    visits = [("Aurora", 1, 5), ("Berta", 4, 8), ("Clara", 5, 6), ("Dora", 9, 12)]
    assert overlaps(visits) == [("Aurora", "Berta"), ("Berta", "Clara")]
    assert overlaps([("Aurora", 1, 5), ("Berta", 5, 8)]) == []


def test_busy_hours():
    quay = Quay("North")
    quay.book("Aurora", 1, 5)
    quay.book("Berta", 4, 8)
    quay.book("Clara", 20, 22)
    assert quay.busy_hours() == 9


def test_book_and_cancel():
    quay = Quay("North")
    quay.book("Aurora", 1, 5)
    assert quay.cancel("Aurora") == 1
    assert quay.visits == []
    assert quay.log == ["booked Aurora", "cancelled Aurora"]
    with pytest.raises(ValueError):
        quay.book("Berta", 5, 4)


def test_serve():
    quay = Quay("South")
    quay.book("Aurora", 1, 5)
    queue = [("Berta", 3), ("Clara", 2)]
    assert quay.serve(queue) == 10
    assert quay.visits == [("Aurora", 1, 5), ("Berta", 5, 8), ("Clara", 8, 10)]
    assert queue == []
