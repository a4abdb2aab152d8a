import pytest

from orchardkit import largest_patch, multiply_grids, smooth_grid


def test_smooth_grid():
    assert smooth_grid([[1.0, 3.0], [5.0, 7.0]], 1) == [[4.0, 4.0], [4.0, 4.0]]
    assert smooth_grid([[2.0, 4.0, 9.0]], 1) == [[3.0, 5.0, 6.5]]
    assert smooth_grid([[2.0, 4.0]], 0) == [[2.0, 4.0]]


def test_multiply_grids():
    assert multiply_grids([[1.0, 2.0]], [[3.0], [4.0]]) == [[11.0]]
    assert multiply_grids([[1.0, 0.0], [0.0, 2.0]], [[5.0, 6.0], [7.0, 8.0]]) == [[5.0, 6.0], [14.0, 16.0]]


def test_multiply_grids_that_do_not_fit():
    with pytest.raises(ValueError):
        multiply_grids([[1.0, 2.0]], [[3.0]])


def test_largest_patch():
    assert largest_patch([[1, 1, 0], [0, 1, 0], [1, 0, 0]], 1) == 3
    assert largest_patch([[2, 0], [0, 2]], 2) == 1
    assert largest_patch([[0, 0]], 5) == 0
