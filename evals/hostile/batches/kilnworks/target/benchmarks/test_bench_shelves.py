import random

from kilnworks.shelves import groups, pack, touching


def test_bench_pack(benchmark):
    rng = random.Random(7)
    widths = [rng.randint(5, 60) for _ in range(600)]
    result = benchmark(pack, widths, 120)
    assert sum(len(row) for row in result) == 600


def test_bench_touching(benchmark):
    rng = random.Random(8)
    spots = [(rng.randint(0, 900), rng.randint(0, 900)) for _ in range(450)]
    result = benchmark(touching, spots, 12)
    assert result


def test_bench_groups(benchmark):
    rng = random.Random(9)
    links = [("p%d" % rng.randint(0, 260), "p%d" % rng.randint(0, 260)) for _ in range(230)]
    result = benchmark(groups, links)
    assert len(result) > 5
