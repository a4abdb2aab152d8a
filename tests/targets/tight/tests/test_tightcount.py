from __future__ import annotations

from tightcount import bands, frequency_table, in_both


def test_most_frequent_word_comes_first() -> None:
    assert frequency_table(["b", "a", "c", "a"]) == "a 2\nb 1\nc 1"


def test_equally_frequent_words_come_by_first_use() -> None:
    assert frequency_table(["z", "a", "a", "z"]) == "z 2\na 2"


def test_no_words_give_no_table() -> None:
    assert frequency_table([]) == ""


def test_common_items_keep_order_and_repetitions() -> None:
    assert in_both(["c", "a", "b", "c"], ["c", "b", "x", "b"]) == ["c", "b", "c"]


def test_nothing_in_common() -> None:
    assert in_both([], ["a"]) == []
    assert in_both(["a"], []) == []
    assert in_both(["a"], ["A"]) == []


def test_band_counts_the_limits_that_are_reached() -> None:
    assert bands([0, 10, 11, 25, -4], [10, 20]) == [0, 1, 1, 2, 0]


def test_equal_limits_each_count() -> None:
    assert bands([5, 4], [5, 5]) == [2, 0]


def test_no_limits_or_no_amounts() -> None:
    assert bands([1, 2], []) == [0, 0]
    assert bands([], [1]) == []
