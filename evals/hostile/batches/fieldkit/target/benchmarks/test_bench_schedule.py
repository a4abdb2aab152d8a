from fieldkit import schedule
def test_merge_intervals(benchmark):
    result = benchmark(schedule.merge_intervals, [(i * 91 % 500 * 4, i * 91 % 500 * 4 + 2 + i % 3) for i in range(400)])
    assert len(result) > 200
def test_first_gap(benchmark):
    result = benchmark(schedule.first_gap, [(i * 5, i * 5 + 4) for i in range(200)], 3)
    assert result == 999
WISHES = [("n%d" % i, i * 53 % 300 * 4, i * 53 % 300 * 4 + 3 + i % 3) for i in range(260)]
def plan():
    calendar = schedule.Calendar()
    return calendar.book_all(WISHES)
def test_book_all(benchmark):
    result = benchmark(plan)
    assert len(result) > 150
def test_busy_units(benchmark):
    calendar = schedule.Calendar()
    for i in range(100):
        calendar.book("n", i * 10, i * 10 + 5)
    result = benchmark(calendar.busy_units, 0, 1000)
    assert result == 500
