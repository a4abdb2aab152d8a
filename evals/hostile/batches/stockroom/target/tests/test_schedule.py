from datetime import date

import pytest

from stockroom.schedule import add_workdays, busiest_month, workdays_between


def test_add_workdays():
    assert add_workdays(date(2024, 3, 1), 3) == date(2024, 3, 6)
    assert add_workdays(date(2024, 3, 1), 1, [date(2024, 3, 4)]) == date(2024, 3, 5)


def test_workdays_between():
    assert workdays_between(date(2024, 3, 1), date(2024, 3, 11)) == 6
    assert workdays_between(date(2024, 3, 1), date(2024, 3, 11), [date(2024, 3, 5)]) == 5


def test_busiest_month():
    assert busiest_month([date(2024, 1, 3), date(2024, 2, 1), date(2024, 2, 9)]) == "2024-02"
    with pytest.raises(ValueError):
        busiest_month([])
