from harborlog.cargo import load_order, multiply, ways


def test_bench_multiply(benchmark):
    a = [[float((i * 7 + j) % 9) if (i + j) % 5 == 0 else 0.0 for j in range(50)] for i in range(50)]
    b = [[float((i + j * 3) % 11) for j in range(50)] for i in range(50)]
    result = benchmark(multiply, a, b)
    assert len(result) == 50 and len(result[0]) == 50


def test_bench_load_order(benchmark):
    crates = [{"id": "c%d" % i, "weight": 1 + i * 71 % 997} for i in range(500)]

    def run():
        return load_order([dict(crate) for crate in crates], 230000)

    assert len(benchmark(run)) > 300


def test_bench_ways(benchmark):
    assert benchmark(ways, 480, [10, 20, 40, 45, 53]) > 300
