import random

from kilnworks.firing import FiringLog, firing_plan, ramp, smooth


def make_log():
    rng = random.Random(4)
    log = FiringLog("gas")
    for minute in range(0, 40000, 2):
        log.add(minute, 20 + rng.random() * 1200)
    return log


def test_bench_heat_work(benchmark):
    log = make_log()
    assert benchmark(log.heat_work, 600) > 0


def test_bench_temperature_at(benchmark):
    log = make_log()

    def many():
        return [log.temperature_at(minute) for minute in range(1, 39000, 2001)]

    assert len(benchmark(many)) == 20


def test_bench_ramp(benchmark):
    segments = [(20, 600, 30), (25, 1000, 20), (30, 1240, 40), (30, 20, 0)]
    result = benchmark(lambda: list(ramp(segments)))
    assert result[-1] == 20


def test_bench_smooth(benchmark):
    rng = random.Random(5)
    readings = [rng.randint(20, 1250) for _ in range(4000)]
    result = benchmark(smooth, readings, 120)
    assert len(result) == 4000


def test_bench_firing_plan(benchmark):
    rng = random.Random(6)
    pieces = ["piece%d" % i for i in range(90)]
    after = []
    for _ in range(120):
        a, b = sorted(rng.sample(range(90), 2))
        after.append((pieces[b], pieces[a]))
    result = benchmark(firing_plan, pieces, after)
    assert sorted(result) == sorted(pieces)
