from labnotes.stats import clamp_all, mode, moving_average, outliers, quantile, ranks

SERIES = [(i * 37 % 101) * 0.25 for i in range(2000)]
SHORT = [(i * 31 % 257) * 0.5 for i in range(300)]


def test_moving_average(benchmark):
    assert len(benchmark(moving_average, SERIES, 50)) == 1951


def test_mode(benchmark):
    assert benchmark(mode, [i * i % 83 for i in range(400)]) is not None


def test_ranks(benchmark):
    assert len(benchmark(ranks, SHORT)) == 300


def test_outliers(benchmark):
    assert benchmark(outliers, SHORT[:200] + [900.0]) == [200]


def test_quantile(benchmark):
    assert benchmark(quantile, SHORT, 0.9) > 100


def test_clamp_all(benchmark):
    assert len(benchmark(clamp_all, SERIES, 3, 20)) == 2000
