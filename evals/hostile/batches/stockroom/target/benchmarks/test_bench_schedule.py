from datetime import date, timedelta

from stockroom.schedule import add_workdays, busiest_month, workdays_between

HOLIDAYS = [date(2020 + y, m, d) for y in range(10) for m, d in ((1, 1), (5, 1), (12, 25), (12, 26))]


def test_bench_add_workdays(benchmark):
    assert benchmark(add_workdays, date(2020, 1, 6), 2000, HOLIDAYS).year == 2027


def test_bench_workdays_between(benchmark):
    assert benchmark(workdays_between, date(2020, 1, 1), date(2029, 12, 31), HOLIDAYS) > 2500


def test_bench_busiest_month(benchmark):
    dates = [date(2010, 1, 1) + timedelta(days=n * 37 % 4000) for n in range(3000)]
    assert len(benchmark(busiest_month, dates)) == 7
