import random

from reelhouse.showtimes import find_clashes, insert_showings, upcoming


def make_showings(count, seed):
    rng = random.Random(seed)
    showings = []
    for number in range(count):
        start = rng.randrange(0, 6000)
        showings.append({"film": f"Film {number}", "screen": rng.randrange(8), "start": start, "end": start + rng.randrange(70, 200)})
    return showings


def test_bench_find_clashes(benchmark):
    showings = make_showings(220, 4)
    assert len(benchmark(find_clashes, showings)) > 50


def test_bench_insert_showings(benchmark):
    schedule = sorted(make_showings(300, 5), key=lambda s: s["start"])
    extra = make_showings(150, 6)
    assert benchmark(lambda: insert_showings(list(schedule), extra)) == 150


def test_bench_upcoming(benchmark):
    showings = make_showings(450, 7)
    result = benchmark(lambda: list(upcoming(showings, 1000)))
    assert result[0]["start"] <= result[-1]["start"]
