import pytest

from labnotes.matrix import determinant, multiply, power, transpose


def test_multiply():
    assert multiply([[1, 2]], [[3], [4]]) == [[11]]
    with pytest.raises(ValueError):
        multiply([[1, 2]], [[1]])


def test_power():
    assert power([[1, 1], [0, 1]], 3) == [[1, 3], [0, 1]]
    assert power([[2]], 0) == [[1]]


def test_determinant():
    assert determinant([[1, 2], [3, 4]]) == -2
    assert determinant([[2, 0, 0], [0, 3, 0], [0, 0, 4]]) == 24


def test_transpose():
    m = [[1, 2], [3, 4]]
    assert transpose(m) is None
    assert m == [[1, 3], [2, 4]]
