import random

from trailbook.network import count_routes, distance_matrix, shortest_route


def grid(n, seed, both=True):
    """A grid of n times n huts, whose ways lead right and down (and back)."""
    rng = random.Random(seed)
    network = {"H%02d-%02d" % (x, y): {} for x in range(n) for y in range(n)}
    for x in range(n):
        for y in range(n):
            for a, b in ((x + 1, y), (x, y + 1)):
                if a < n and b < n:
                    cost = round(rng.uniform(1, 6), 1)
                    network["H%02d-%02d" % (x, y)]["H%02d-%02d" % (a, b)] = cost
                    if both:
                        network["H%02d-%02d" % (a, b)]["H%02d-%02d" % (x, y)] = cost
    return network


def test_shortest_route(benchmark):
    network = grid(32, 1)
    names = sorted(network, key=lambda name: name[::-1], reverse=True)
    network = {name: network[name] for name in names}
    cost, route = benchmark(shortest_route, network, "H00-00", "H31-31")
    assert cost > 60 and route[0] == "H00-00"


def test_distance_matrix(benchmark):
    names, matrix = benchmark(distance_matrix, grid(8, 2))
    assert len(names) == 64 and matrix[5][5] == 0


def test_count_routes(benchmark):
    assert benchmark(count_routes, grid(9, 3, both=False), "H00-00", "H08-08") == 12870
