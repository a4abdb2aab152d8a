from stockroom.tags import clean_tags, similar_pairs


def test_bench_clean_tags(benchmark):
    tags = [f" Tag-{n * 13 % 160} Colour" for n in range(1200)]
    assert len(benchmark(clean_tags, tags)) == 160


def test_bench_similar_pairs(benchmark):
    catalog = {f"P{n}": {f"t{(n * k) % 47}" for k in range(1, 7)} for n in range(1, 130)}
    assert len(benchmark(similar_pairs, catalog, 0.5)) > 0
