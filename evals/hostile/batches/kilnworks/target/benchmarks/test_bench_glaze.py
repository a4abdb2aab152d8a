import random

from kilnworks.glaze import analyse, blend, similar


def test_bench_analyse(benchmark):
    rng = random.Random(1)
    oxides = ["Ox%d" % i for i in range(90)]
    materials = {"mat%d" % i: {o: rng.uniform(0, 5) for o in rng.sample(oxides, 60)} for i in range(110)}
    recipe = {name: rng.uniform(1, 50) for name in materials}
    result = benchmark(analyse, recipe, materials)
    assert abs(sum(result.values()) - 100) < 1e-6


def test_bench_similar(benchmark):
    rng = random.Random(2)
    names = ["mat%d" % i for i in range(14)]
    recipes = [{n: float(rng.randint(0, 40)) for n in rng.sample(names, 9)} for _ in range(70)]
    recipes += [dict(recipes[0])]
    result = benchmark(similar, recipes, 100.0)
    assert (0, 70) in result


def test_bench_blend(benchmark):
    rng = random.Random(3)
    shares = [[rng.random() for _ in range(50)] for _ in range(60)]
    glazes = [[rng.random() for _ in range(60)] for _ in range(50)]
    result = benchmark(blend, shares, glazes)
    assert len(result) == 60 and len(result[0]) == 60
