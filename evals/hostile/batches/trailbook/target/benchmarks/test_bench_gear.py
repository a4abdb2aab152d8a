import random

from trailbook.gear import assign_weights, merge_lists, pack


def test_assign_weights(benchmark):
    rng = random.Random(1)
    catalogue = [{"name": "thing %d" % i, "grams": rng.randrange(10, 900)} for i in range(400)]
    items = [{"name": "thing %d" % rng.randrange(400)} for _ in range(300)]
    assert benchmark(assign_weights, items, catalogue) > 10000


def test_merge_lists(benchmark):
    rng = random.Random(2)
    lists = [[{"name": "thing %d" % rng.randrange(500), "count": rng.randrange(1, 4)} for _ in range(60)] for _ in range(25)]
    merged = benchmark(merge_lists, lists)
    assert len(merged) > 400


def test_pack(benchmark):
    rng = random.Random(3)
    items = [{"name": "thing %d" % i, "grams": rng.randrange(20, 200), "value": rng.randrange(1, 60)} for i in range(24)]
    names = benchmark(pack, items, 900)
    assert len(names) > 5
