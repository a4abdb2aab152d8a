import random

from trailbook.logbook import LogBook, load_log

PLACES = ["Blue Lake", "Black Hut", "Grey Pass", "Old Peak", "Long Ridge", "Mill", "Fir Wood", "Chapel"]


def rows(n, seed):
    rng = random.Random(seed)
    return [("20%02d-%02d-%02d" % (rng.randrange(14, 24), rng.randrange(1, 13), rng.randrange(1, 29)), rng.choice(PLACES) + " %d" % rng.randrange(40), rng.randrange(20, 250) / 10) for _ in range(n)]


def make(n, seed=1):
    book = LogBook()
    for date, place, km in rows(n, seed):
        book.add(date, place, km)
    return book


def test_add(benchmark):
    assert len(benchmark(make, 500).entries) == 500


def test_totals_by_month(benchmark):
    totals = benchmark(make(800).totals_by_month)
    assert len(totals) == 120


def test_find(benchmark):
    book = make(4000)
    found = benchmark(book.find, "ridge")
    assert len(found) > 50


def test_places(benchmark):
    places = benchmark(make(2500).places)
    assert len(places) == 320


def test_streaks(benchmark):
    book = make(900)
    runs = benchmark(lambda: list(book.streaks()))
    assert len(runs) > 20


def test_export_csv(benchmark, tmp_path):
    book = make(700)
    assert benchmark(book.export_csv, tmp_path / "log.csv") == 700


def test_load_log(benchmark, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("date;place;km\n" + "".join("%s;%s;%s\n" % row for row in rows(700, 2)))
    assert len(benchmark(load_log, path).entries) == 700
