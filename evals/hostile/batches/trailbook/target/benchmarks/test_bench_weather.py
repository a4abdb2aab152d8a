import random

from trailbook.weather import daylight_table, moving_extremes, parse_table, pivot


def test_parse_table(benchmark):
    rng = random.Random(1)
    text = "date; place; temp; rain\n" + "\n".join("2024-05-%02d; Hut %d; %d; %d" % (rng.randrange(1, 29), rng.randrange(50), rng.randrange(-10, 25), rng.randrange(30)) for _ in range(1500))
    assert len(benchmark(parse_table, text)) == 1500


def test_pivot(benchmark):
    readings = [{"day": "d%02d" % d, "place": "Hut %02d" % p, "temp": float((d * 7 + p * 3) % 23)} for d in range(25) for p in range(18)]
    rows, columns, matrix = benchmark(pivot, readings, "day", "place", "temp")
    assert len(matrix) == 25 and matrix[3][4] == 10.0


def test_moving_extremes(benchmark):
    rng = random.Random(2)
    values = [round(rng.uniform(-10, 25), 1) for _ in range(2500)]
    assert len(benchmark(moving_extremes, values, 60)) == 2441


def test_daylight_table(benchmark):
    table = benchmark(daylight_table, 47, 20)
    assert table[-1] > table[0]
