"""Random checks of stock."""

import random


def weighted_picks(rng: random.Random, weights: dict, count: int) -> list:
    """Draw names with replacement, each as likely as its weight."""
    if count < 0:
        raise ValueError("count must not be negative")
    picks = []
    for _ in range(count):
        total = 0
        for name in weights:
            total = total + weights[name]
        mark = rng.random() * total
        reached = 0
        for name in weights:
            reached = reached + weights[name]
            if mark < reached:
                picks.append(name)
                break
    return picks


def audit_order(items: list, seed: int = 0) -> list:
    """The items in a random order that depends on the seed only."""
    rng = random.Random(seed)
    rest = list(items)
    order: list = []
    while rest:
        order = order + [rest.pop(rng.randrange(len(rest)))]
    return order
