import random

from trailbook.notes import find_mentions, keyword_counts, wrap_note

WORDS = "the path climbs steeply over loose rock past a small lake to the hut below Grey Pass, then down: café, snow; (scree) ridge-walk".split()


def make_text(n, seed=3):
    rng = random.Random(seed)
    return " ".join(rng.choice(WORDS) for _ in range(n))


def test_wrap_note(benchmark):
    lines = benchmark(wrap_note, make_text(2500), 60)
    assert max(len(line) for line in lines) <= 60


def test_keyword_counts(benchmark):
    rng = random.Random(5)
    notes = [" ".join(rng.choice(WORDS) + str(rng.randrange(20)) for _ in range(30)) for _ in range(60)]
    counts = benchmark(keyword_counts, notes, ["the", "a", "to"])
    assert sum(counts.values()) == 1800


def test_find_mentions(benchmark):
    found = benchmark(find_mentions, make_text(1200), ["Hut", "Grey Pass", "Lake", "snow", "Ridge", "peak"])
    assert len(found) > 100
