import random

from labnotes.samples import balanced_groups, bootstrap_means, draw

VALUES = [(i * 37 % 101) * 0.5 for i in range(150)]


def test_bootstrap_means(benchmark):
    assert len(benchmark(lambda: bootstrap_means(VALUES, 60, random.Random(5)))) == 60


def test_draw(benchmark):
    assert len(benchmark(lambda: draw(list(range(1500)), 1500, random.Random(6)))) == 1500


def test_balanced_groups(benchmark):
    weights = [i * 29 % 173 + 1 for i in range(140)]
    assert len(benchmark(balanced_groups, weights, 6)) == 6
