import pytest

from kilnworks.firing import FiringLog, firing_plan, ramp, smooth


def test_log():
    log = FiringLog("gas")
    log.add(0, 20)
    log.add(10, 120)
    assert log.heat_work(20) == 500.0
    assert log.temperature_at(5) == 70.0
    with pytest.raises(LookupError):
        log.temperature_at(11)


def test_log_backwards():
    log = FiringLog("gas", [(5, 20)])
    with pytest.raises(ValueError):
        log.add(4, 30)


def test_ramp():
    assert list(ramp([(600, 50, 2)])) == [20, 30.0, 40.0, 50, 50, 50]
    assert list(ramp([(120, 24, 0), (60, 23, 1)])) == [20, 22.0, 24, 23, 23]


def test_smooth():
    assert smooth([2, 4, 6, 8], 2) == [2.0, 3.0, 5.0, 7.0]
    assert smooth([1, 2], 5) == [1.0, 1.5]


def test_firing_plan():
    assert firing_plan(["lid", "pot", "cup"], [("pot", "lid")]) == ["pot", "lid", "cup"]
    with pytest.raises(ValueError):
        firing_plan(["a", "b"], [("a", "b"), ("b", "a")])
