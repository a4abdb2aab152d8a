"""Random samples; each function takes the generator that it draws from."""

import random


def bootstrap_means(values, rounds, rng):
    """Means of resamples with replacement."""
    if not values:
        raise ValueError("nothing to resample")
    means = []
    for _ in range(rounds):
        sample = []
        for _ in values:
            sample = sample + [rng.choice(values)]
        means.append(sum(sample) / len(sample))
    return means


def draw(items, k, rng):
    """Draw k items without replacement, in order of drawing."""
    if k < 0 or k > len(items):
        raise ValueError(f"cannot draw {k} of {len(items)}")
    pool = list(items)
    drawn = []
    for _ in range(k):
        i = rng.randrange(len(pool))
        drawn.append(pool[i])
        pool = pool[:i] + pool[i + 1:]
    return drawn


def balanced_groups(weights, count):
    """Spread weights over groups: each, from heavy to light, to the lightest group.

    Returns a list of lists of positions.
    """
    if count < 1:
        raise ValueError("no groups")
    groups = [[] for _ in range(count)]
    left = list(range(len(weights)))
    while left:
        heavy = left[0]
        for i in left:
            if weights[i] > weights[heavy]:
                heavy = i
        left.remove(heavy)
        target = 0
        for g in range(count):
            if sum(weights[i] for i in groups[g]) < sum(weights[i] for i in groups[target]):
                target = g
        groups[target].append(heavy)
    return groups


def make_rng(seed=7):
    return random.Random(seed)
