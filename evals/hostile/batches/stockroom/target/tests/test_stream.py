from stockroom.stream import drop_repeats, in_batches, moving_totals


def test_moving_totals():
    assert list(moving_totals([1, 2, 3, 4], 2)) == [1, 3, 5, 7]


def test_in_batches():
    assert [len(batch) for batch in in_batches(range(5), 2)] == [2, 2, 1]


def test_drop_repeats():
    assert list(drop_repeats("aabbca")) == ["a", "b", "c"]
