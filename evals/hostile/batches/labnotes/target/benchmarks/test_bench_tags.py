from labnotes.tags import invert, similar_pairs

ITEMS = {f"s{i}": {f"t{i * k % 29}" for k in range(1, 7)} for i in range(1, 58)}


def test_similar_pairs(benchmark):
    assert benchmark(similar_pairs, ITEMS, 0.5)


def test_invert(benchmark):
    many = {f"s{i}": {f"t{i * k % 97}" for k in range(1, 12)} for i in range(1, 120)}
    assert len(benchmark(invert, many)) == 97
