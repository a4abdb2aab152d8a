import random

from reelhouse.prices import apply_vouchers, combine_rates, moving_average, ways_to_pay


def test_bench_moving_average(benchmark):
    rng = random.Random(8)
    prices = [float(rng.randrange(500, 2000)) / 100 for _ in range(2000)]
    assert len(benchmark(moving_average, prices, 60)) == 1941


def test_bench_combine_rates(benchmark):
    rng = random.Random(9)
    left = [[rng.random() for _ in range(40)] for _ in range(50)]
    right = [[rng.random() for _ in range(45)] for _ in range(40)]
    assert len(benchmark(combine_rates, left, right)) == 50


def test_bench_apply_vouchers(benchmark):
    rng = random.Random(10)
    tickets = [{"kind": rng.choice(["adult", "child", "senior"]), "price": float(rng.randrange(5, 25))} for _ in range(500)]
    vouchers = [{"kind": rng.choice(["adult", "child", "senior"]), "value": float(rng.randrange(1, 10))} for _ in range(200)]
    assert benchmark(apply_vouchers, tickets, vouchers) > 0


def test_bench_ways_to_pay(benchmark):
    assert benchmark(ways_to_pay, 200, [50, 20, 10, 5, 2]) == 1586
