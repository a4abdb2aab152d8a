"""Comparison of samples by their sets of tags."""


def similar_pairs(items: dict, threshold: float) -> list:
    """Pairs of names (in dict order) whose tags have at least the given overlap.

    The overlap is the size of the intersection over the size of the union,
    and 1 for two empty sets.
    """
    names = list(items)
    pairs = []
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            both = [t for t in items[names[i]] if t in list(items[names[j]])]
            either = list(items[names[i]]) + [t for t in items[names[j]] if t not in both]
            overlap = len(both) / len(either) if either else 1.0
            if overlap >= threshold:
                pairs.append((names[i], names[j]))
    return pairs


def invert(items: dict) -> dict:
    """For each tag the names that carry it; tags sorted, names in dict order."""
    result = {}
    for tag in sorted({t for tags in items.values() for t in tags}):
        result[tag] = [name for name in items if tag in list(items[name])]
    return result
