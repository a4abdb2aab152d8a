import random

from trailbook.elevation import resample, smooth, steepest_stretch, total_climb


def walk(n, seed, spread=9.0):
    rng = random.Random(seed)
    height = 800.0
    heights = []
    for _ in range(n):
        height += round(rng.uniform(-spread, spread), 1)
        heights.append(height)
    return heights


def test_smooth(benchmark):
    result = benchmark(smooth, walk(450, 1), 9)
    assert len(result) == 450


def test_total_climb(benchmark):
    climb = benchmark(total_climb, walk(800, 2), 5.0)
    assert climb > 500


def test_steepest_stretch(benchmark):
    rng = random.Random(4)
    legs = [(round(rng.uniform(40, 160), 1), round(rng.uniform(-25, 30), 1)) for _ in range(90)]
    start, end, grade = benchmark(steepest_stretch, legs, 500.0)
    assert start < end and grade > 0


def test_resample(benchmark):
    heights = walk(280, 6)
    profile = [(i * 40.0, heights[i]) for i in range(len(heights))]
    result = benchmark(resample, profile, 25.0)
    assert len(result) == 447
