from datetime import date

import pytest

from labnotes.schedule import by_month, merge_bookings, workdays_between


def test_workdays():
    assert workdays_between(date(2024, 1, 1), date(2024, 1, 8)) == 5
    assert workdays_between(date(2024, 1, 1), date(2024, 1, 8), [date(2024, 1, 1)]) == 4


def test_merge():
    assert merge_bookings([(5, 6), (1, 3), (2, 4)]) == [(1, 4), (5, 6)]
    with pytest.raises(ValueError):
        merge_bookings([(2, 1)])


def test_by_month():
    days = [date(2024, 2, 1), date(2024, 1, 5), date(2024, 2, 9)]
    assert by_month(days) == {(2024, 2): [days[0], days[2]], (2024, 1): [days[1]]}
