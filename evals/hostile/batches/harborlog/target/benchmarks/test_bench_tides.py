from harborlog.tides import match_readings, moving_mean


def test_bench_moving_mean(benchmark):
    levels = [(i * 29 % 101) / 10 for i in range(3000)]
    result = benchmark(moving_mean, levels, 120)
    assert len(result) == 2881 and 4 < result[0] < 6


def test_bench_match_readings(benchmark):
    times = [i * 1.5 for i in range(400)]
    wanted = [i * 2.9 for i in range(200)]
    result = benchmark(match_readings, times, wanted)
    assert len(result) == 200 and result[0] == 0
