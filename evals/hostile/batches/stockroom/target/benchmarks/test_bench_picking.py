from stockroom.picking import by_priority, merge_picks, walk_order


def test_bench_merge_picks(benchmark):
    lines = [(f"S{n * 31 % 200}", 1 + n % 6) for n in range(1500)]
    assert len(benchmark(merge_picks, lines)) == 200


def test_bench_by_priority(benchmark):
    orders = [(n * 7919 % 1009, f"order{n}") for n in range(500)]
    assert benchmark(by_priority, orders)[0][0] >= 1000


def test_bench_walk_order(benchmark):
    lines = [(n * 31 % 120, n * 7919 % 997, f"S{n}") for n in range(900)]
    assert len(benchmark(walk_order, lines)) == 900
