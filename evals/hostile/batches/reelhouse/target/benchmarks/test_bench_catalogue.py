import random

from reelhouse.catalogue import group_by_director, merge_catalogues, related_films


def test_bench_group_by_director(benchmark):
    rng = random.Random(15)
    films = [{"title": f"Film {n}", "year": 1930, "director": f"Director {rng.randrange(40)}"} for n in range(1000)]
    assert len(benchmark(group_by_director, films)) == 40


def test_bench_merge_catalogues(benchmark):
    base = [{"title": f"The Film, part {n}", "year": 1950 + n % 40} for n in range(60)]
    updates = [{"title": f"the film part {n}", "year": 1950 + n % 40, "stars": n % 5} for n in range(30, 70)]
    assert len(benchmark(lambda: merge_catalogues([dict(film) for film in base], updates))) == 70


def test_bench_related_films(benchmark):
    rng = random.Random(16)
    links = [(f"Film {rng.randrange(250)}", f"Film {rng.randrange(250)}") for _ in range(600)] + [("Film 0", "Film 1")]
    assert len(benchmark(related_films, links, "Film 0")) > 100
