from datetime import date, timedelta

from labnotes.schedule import by_month, merge_bookings, workdays_between

HOLIDAYS = [date(2010 + i // 3, (1, 5, 12)[i % 3], (1, 1, 25)[i % 3]) for i in range(36)]
BOOKINGS = [((i * 53 % 400) * 10, (i * 53 % 400) * 10 + 11 + i % 3) for i in range(0, 110)]
DAYS = [date(2015, 1, 1) + timedelta(days=i * 11 % 2500) for i in range(700)]


def test_workdays(benchmark):
    assert benchmark(workdays_between, date(2010, 1, 1), date(2021, 6, 30), HOLIDAYS) > 2000


def test_merge_bookings(benchmark):
    assert benchmark(merge_bookings, BOOKINGS)


def test_by_month(benchmark):
    assert len(benchmark(by_month, DAYS)) > 50
