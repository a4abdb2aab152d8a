import pytest

from trailbook.elevation import resample, smooth, steepest_stretch, total_climb


def test_smooth():
    assert smooth([1.0, 2.0, 6.0, 3.0], 3) == [1.5, 3.0, 11.0 / 3, 4.5]
    assert smooth([5.0, 7.0], 1) == [5.0, 7.0]
    with pytest.raises(ValueError):
        smooth([1.0, 2.0], 2)


def test_total_climb():
    assert total_climb([100.0, 150.0, 120.0, 180.0]) == 110.0
    assert total_climb([100.0, 102.0, 101.0, 140.0, 90.0], 5.0) == 40.0


def test_steepest_stretch():
    legs = [(100.0, 5.0), (100.0, 20.0), (100.0, 10.0), (200.0, -30.0)]
    assert steepest_stretch(legs, 100.0) == (1, 2, 0.2)
    assert steepest_stretch(legs, 150.0) == (1, 3, 0.15)
    with pytest.raises(ValueError):
        steepest_stretch(legs, 1000.0)


def test_resample():
    assert resample([(0.0, 100.0), (10.0, 200.0), (20.0, 150.0)], 5.0) == [100.0, 150.0, 200.0, 175.0, 150.0]
    assert resample([(0.0, 1.0), (4.0, 3.0)], 3.0) == [1.0, 2.5]
