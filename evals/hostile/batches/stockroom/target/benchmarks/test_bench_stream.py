from stockroom.stream import drop_repeats, in_batches, moving_totals


def test_bench_moving_totals(benchmark):
    values = [n * 31 % 100 for n in range(1200)]
    assert len(benchmark(lambda: list(moving_totals(values, 50)))) == 1200


def test_bench_in_batches(benchmark):
    events = [("scan", n) for n in range(6000)]
    assert benchmark(lambda: sum(len(batch) for batch in in_batches(events, 400))) == 6000


def test_bench_drop_repeats(benchmark):
    scans = [f"S{n * 7919 % 1009 // 2}" for n in range(1500)]
    assert len(benchmark(lambda: list(drop_repeats(scans)))) > 400
