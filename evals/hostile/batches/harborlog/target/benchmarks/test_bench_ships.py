from harborlog.ships import hops, merge_registers, sailing_order


def test_bench_merge_registers(benchmark):
    base = [{"imo": 9000000 + i, "name": "Ship %d" % i, "flag": "NO"} for i in range(500)]
    updates = [{"imo": 9000250 + i * 3 % 500, "name": "Vessel %d" % i} for i in range(500)]

    def run():
        return merge_registers([dict(record) for record in base], updates)

    assert len(benchmark(run)) == 750


def test_bench_hops(benchmark):
    edges = []
    for x in range(20):
        for y in range(20):
            if x < 19:
                edges.append(("p%d-%d" % (x, y), "p%d-%d" % (x + 1, y)))
            if y < 19:
                edges.append(("p%d-%d" % (x, y), "p%d-%d" % (x, y + 1)))
    result = benchmark(hops, edges, "p0-0")
    assert result["p19-19"] == 38


def test_bench_sailing_order(benchmark):
    needs = {"P%d" % i: ["P%d" % (i + 1)] if i < 99 else [] for i in range(100)}
    result = benchmark(sailing_order, needs)
    assert result[0] == "P99" and len(result) == 100
