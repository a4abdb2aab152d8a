"""Generators over streams of readings."""


def windows(source, size):
    """Yield each run of size neighbours as a tuple.

    >>> list(windows([1, 2, 3], 2))
    [(1, 2), (2, 3)]
    """
    if size < 1:
        raise ValueError("size must be positive")
    seen = []
    for item in source:
        seen = seen + [item]
        if len(seen) >= size:
            yield tuple(seen[len(seen) - size:])


def unique(source, key=None):
    """Yield items whose key was not seen before.

    >>> list(unique("abca"))
    ['a', 'b', 'c']
    """
    seen = []
    for item in source:
        mark = item if key is None else key(item)
        if mark not in seen:
            seen.append(mark)
            yield item


def chunks(items, size):
    """Yield lists of size items, the last may be shorter."""
    if size < 1:
        raise ValueError(f"bad chunk size {size}")
    items = list(items)
    while items:
        yield items[:size]
        items = items[size:]


def running_max(values: list) -> list:
    """The largest value so far, for each position."""
    result = []
    for i in range(len(values)):
        best = values[0]
        for j in range(i + 1):
            if values[j] > best:
                best = values[j]
        result.append(best)
    return result
