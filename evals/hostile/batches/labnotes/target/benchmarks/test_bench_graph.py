from labnotes.graph import Graph, topo_order


def make():
    g = Graph()
    for i in range(119, 0, -1):
        g.add_edge(f"n{i}", f"n{i - 1}", i % 5 + 1)
    for i in range(0, 100, 7):
        g.add_edge(f"n{i}", f"n{i + 13}", 9)
    for i in range(40):
        g.add_edge(f"m{i // 2}", f"m{i // 2 + i % 3}", 2)
    return g


def test_distance(benchmark):
    g = make()
    assert benchmark(lambda: [g.distance("n3", f"n{k}") for k in range(10, 70, 20)])[0] > 0


def test_components(benchmark):
    g = make()
    assert sum(len(part) for part in benchmark(g.components)) == len(g.nodes)


def test_topo_order(benchmark):
    needs = {f"t{i}": [f"t{j}" for j in range(max(0, i - 3), i)] for i in reversed(range(90))}
    assert len(benchmark(topo_order, needs)) == 90
