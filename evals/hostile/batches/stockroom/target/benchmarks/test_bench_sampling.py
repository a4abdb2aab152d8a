import random

from stockroom.sampling import audit_order, weighted_picks


def test_bench_weighted_picks(benchmark):
    weights = {f"S{n}": 1 + n * 31 % 17 for n in range(100)}
    assert len(benchmark(lambda: weighted_picks(random.Random(4), weights, 600))) == 600


def test_bench_audit_order(benchmark):
    items = [f"S{n}" for n in range(1500)]
    assert len(benchmark(audit_order, items, 3)) == 1500
