import pytest

from stockroom.floorplan import blank_plan, multiply, rotate_plan


def test_multiply():
    assert multiply([[1, 2], [3, 4]], [[5, 6], [7, 8]]) == [[19, 22], [43, 50]]
    with pytest.raises(ValueError):
        multiply([[1, 2]], [[1]])


def test_blank_plan():
    assert blank_plan(2, 3) == [[".", ".", "."], [".", ".", "."]]


def test_rotate_plan():
    assert rotate_plan([["a", "b"], ["c", "d"]]) == [["c", "a"], ["d", "b"]]
    assert rotate_plan([]) == []
