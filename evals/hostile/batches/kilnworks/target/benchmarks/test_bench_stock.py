import random

from kilnworks.stock import load_prices, reprice, running_stock, save_prices


def test_bench_running_stock(benchmark):
    rng = random.Random(12)
    moves = [("clay%d" % rng.randint(0, 12), rng.uniform(-3, 9)) for _ in range(500)]
    result = benchmark(lambda: list(running_stock(moves, {"clay%d" % i: 500.0 for i in range(13)})))
    assert len(result) == 500


def test_bench_reprice(benchmark):
    rng = random.Random(13)
    prices = {"%s no %d" % (rng.choice(["mug", "bowl", "plate", "teapot"]), i): rng.randint(5, 80) * 1.0 for i in range(700)}
    rules = [("mug", 5), ("bowl no 1", -10), ("plate no", 3), ("teapot no 2", 8), ("vase", 2), ("teapot", -1)]

    def setup():
        return (dict(prices), rules), {}

    result = benchmark.pedantic(reprice, setup=setup, rounds=8)
    assert 0 < result <= 700


def test_bench_load_prices(benchmark, tmp_path):
    path = tmp_path / "prices.txt"
    path.write_text("".join("item %d = %.2f  # shelf %d\n" % (i, i * 0.35, i % 7) for i in range(1800)), encoding="utf-8")
    result = benchmark(load_prices, str(path))
    assert len(result) == 1800


def test_bench_save_prices(benchmark, tmp_path):
    rng = random.Random(14)
    prices = {"item %d" % i: rng.randint(100, 9000) / 100 for i in range(300)}
    path = str(tmp_path / "prices.txt")
    assert benchmark(save_prices, path, prices) == 300
