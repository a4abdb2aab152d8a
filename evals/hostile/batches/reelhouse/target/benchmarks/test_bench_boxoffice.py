import random

from reelhouse.boxoffice import correlation, rank_films, write_report


def test_bench_rank_films(benchmark):
    rng = random.Random(17)
    totals = {f"Film {n}": float(rng.randrange(100, 1000000)) for n in range(500)}
    assert len(benchmark(rank_films, totals)) == 500


def test_bench_correlation(benchmark):
    rng = random.Random(18)
    series = [[rng.random() * 1000 for _ in range(52)] for _ in range(30)]
    assert len(benchmark(correlation, series)) == 30


def test_bench_write_report(benchmark, tmp_path):
    rng = random.Random(19)
    rows = [{"film": f"Film, part {n}", "week": n % 52, "gross": rng.randrange(100000)} for n in range(250)]
    assert benchmark(write_report, rows, str(tmp_path / "report.csv")) == 251
