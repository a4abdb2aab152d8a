from stockroom.routes import count_routes, flatten_zones, shortest_tour


def test_bench_count_routes(benchmark):
    assert benchmark(count_routes, 8, 8, [(2, 3), (5, 1)]) > 0


def test_bench_shortest_tour(benchmark):
    dist = [[abs(i - j) * 3 + (i * j * 7) % 11 for j in range(8)] for i in range(8)]
    assert benchmark(shortest_tour, dist)[0] > 0


def test_bench_flatten_zones(benchmark):
    def zone(name, depth):
        if depth == 0:
            return {"name": name}
        return {"name": name, "parts": [zone(f"{name}.{n}", depth - 1) for n in range(6)]}
    assert len(benchmark(flatten_zones, zone("Z", 4))) == 1555
