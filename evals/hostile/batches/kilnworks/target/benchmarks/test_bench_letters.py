import random

from kilnworks.letters import common_words, fill, initials, wrap

WORDS = "clay slip kiln glaze bowl mug plate vase firing shelf cone ash salt wheel tile".split()


def prose(count):
    rng = random.Random(15)
    return " ".join(rng.choice(WORDS) + rng.choice(["", "s", "y", "ed", "er", ",", "."]) for _ in range(count))


def test_bench_fill(benchmark):
    rng = random.Random(16)
    names = ["field%d" % i for i in range(12)]
    template = " ".join("{%s}" % rng.choice(names) if rng.random() < 0.2 else rng.choice(WORDS) for _ in range(700))
    values = {name: name.upper() for name in names}
    assert "FIELD3" in benchmark(fill, template, values)


def test_bench_wrap(benchmark):
    text = prose(3000)
    assert all(len(line) <= 72 for line in benchmark(wrap, text, 72))


def test_bench_common_words(benchmark):
    text = prose(5000)
    assert len(benchmark(common_words, text, 40)) == 40


def test_bench_initials(benchmark):
    rng = random.Random(17)
    names = [rng.choice(["Ada", "Bo", "Cy"]) + " " + rng.choice(["Hill", "Lee", "Marsh"]) for _ in range(260)]
    assert len(set(benchmark(initials, names))) == 260
