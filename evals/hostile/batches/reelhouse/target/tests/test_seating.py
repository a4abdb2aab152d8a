import pytest

from reelhouse.seating import SeatingError, SeatingPlan, parse_plan


def test_parse_plan():
    assert parse_plan("..v\n.#_w\n") == [[".", ".", "v"], [".", "#", "w"]]
    assert parse_plan("..\n\n..") == [[".", "."], [".", "."]]


def test_parse_plan_bad():
    with pytest.raises(SeatingError):
        parse_plan("..x")


def test_hold_and_release():
    plan = SeatingPlan(2, 2)
    plan.hold(0, 1)
    assert plan.free_seats() == [(0, 0), (1, 0), (1, 1)]
    plan.release(0, 1)
    assert len(plan.free_seats()) == 4
    assert plan.history == ["hold 0/1", "release 0/1"]


def test_hold_twice():
    plan = SeatingPlan(2, 2)
    plan.hold(0, 1)
    with pytest.raises(SeatingError):
        plan.hold(0, 1)


def test_best_block():
    plan = SeatingPlan(3, 5)
    assert plan.best_block(3) == [(1, 1), (1, 2), (1, 3)]
    plan.hold(1, 2)
    assert plan.best_block(3) == [(0, 1), (0, 2), (0, 3)]
    assert plan.history[0] == "block 3: (1, 1)"


def test_best_block_none():
    assert SeatingPlan(3, 5).best_block(6) == []
