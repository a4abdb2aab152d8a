from orchardkit import Orchard, close_pairs, graft_order

NEEDS = {"t%d" % i: ["t%d" % j for j in (i * 2 + 1, i * 2 + 2, i + 3) if j < 90] for i in range(90)}
POINTS = [(i * 37 % 101 / 1.0, i * 53 % 97 / 1.0) for i in range(160)]


def test_graft_order(benchmark):
    result = benchmark(graft_order, NEEDS)
    assert len(result) == 90


def test_close_pairs(benchmark):
    result = benchmark(close_pairs, POINTS, 12.0)
    assert (0, 11) in result


def test_count_within(benchmark):
    orchard = Orchard("north")
    for i in range(1600):
        orchard.plant("tree %d" % i, i * 37 % 101 / 1.0, i * 53 % 97 / 1.0)
    result = benchmark(orchard.count_within, 50.0, 50.0, 40.0)
    assert 0 < result < 1600
