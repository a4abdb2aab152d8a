"""Generators and other lazy things."""


def chunks(items, size):
    """Yield lists of at most size items."""
    if size < 1:
        raise ValueError("size must be at least 1")
    rest = list(items)
    while len(rest) > 0:
        yield rest[:size]
        rest = rest[size:]


def fresh(items):
    """Yield each item that was not seen before, reading as little as needed."""
    seen = []
    for item in items:
        if item not in seen:
            seen = seen + [item]
            yield item


def close_pairs(values, limit):
    """Yield pairs (a, b), a before b in values, that differ by at most limit."""
    for i in range(len(values)):
        for j in range(len(values)):
            if j > i:
                a = values[i]
                b = values[j]
                if abs(a - b) <= limit:
                    yield (a, b)


def flatten(nested):
    """Return a flat list of the items of nested lists and tuples."""
    flat = []
    for item in nested:
        if isinstance(item, (list, tuple)):
            for inner in flatten(item):
                flat = flat + [inner]
        else:
            flat = flat + [item]
    return flat
