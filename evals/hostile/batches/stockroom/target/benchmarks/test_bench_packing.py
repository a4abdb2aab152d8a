from stockroom.packing import best_load, first_fit


def test_bench_first_fit(benchmark):
    weights = [1 + n * 7919 % 60 for n in range(300)]
    assert sum(map(len, benchmark(first_fit, weights, 100))) == 300


def test_bench_best_load(benchmark):
    items = [(10 + n * 29 % 41, 3 + n * 17 % 23) for n in range(15)]
    assert benchmark(best_load, items, 70)[0] > 0
