from fieldkit import graph
def test_topo_order(benchmark):
    needs = {"n%d" % i: ["n%d" % j for j in range(i + 1, min(i + 3, 60))] for i in range(60)}
    result = benchmark(graph.topo_order, needs)
    assert result[0] == "n59" and len(result) == 60
def test_reachable(benchmark):
    net = {"n%d" % i: ["n%d" % (i * 2 % 500), "n%d" % ((i * 2 + 1) % 500)] for i in range(500)}
    result = benchmark(graph.reachable, net, "n1")
    assert len(result) == 500
