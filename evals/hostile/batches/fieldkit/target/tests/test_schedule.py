from fieldkit import schedule
def test_merge(): assert schedule.merge_intervals([(5, 7), (1, 3), (2, 4)]) == [(1, 4), (5, 7)]
def test_gap(): assert schedule.first_gap([(0, 3), (4, 6)], 2) == 6
def test_calendar():
    c = schedule.Calendar()
    assert c.book("a", 1, 3)
    assert c.book_all([("b", 2, 4), ("c", 5, 6)]) == ["c"]
    assert c.busy_units(0, 10) == 3
