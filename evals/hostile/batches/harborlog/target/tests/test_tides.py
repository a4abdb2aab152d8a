import pytest

from harborlog.tides import match_readings, moving_mean


def test_moving_mean():
    assert moving_mean([1.0, 2.0, 3.0, 4.0], 2) == [1.5, 2.5, 3.5]
    assert moving_mean([1.0, 2.0], 3) == []
    with pytest.raises(ValueError):
        moving_mean([1.0], 0)


def test_match_readings():
    assert match_readings([0.0, 6.0, 12.0], [5.0, 11.0, 1.0]) == [1, 2, 0]
    assert match_readings([0.0, 6.0], [3.0]) == [0]
    with pytest.raises(ValueError):
        match_readings([], [1.0])
