from stockroom.rates import charge_all, price_spread, rolling_median

BREAKS = [(0.5 * (n + 1), 3.0 + 0.25 * n) for n in range(60)]


def test_bench_charge_all(benchmark):
    weights = [(n * 7919 % 2900) / 100 + 0.003 for n in range(1500)]
    assert len(benchmark(charge_all, weights, BREAKS)) == 1500


def test_bench_rolling_median(benchmark):
    values = [(n * 7919 % 1009) / 8 for n in range(500)]
    assert len(benchmark(rolling_median, values, 31)) == 470


def test_bench_price_spread(benchmark):
    prices = [(n * 7919 % 1009) / 8 for n in range(350)]
    assert benchmark(price_spread, prices) > 0
