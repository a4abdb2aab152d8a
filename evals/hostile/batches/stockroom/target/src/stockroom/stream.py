"""Streams of scanner events."""


def moving_totals(values, window):
    """Yield, for each value, the total of the last `window` values up to it."""
    if window < 1:
        raise ValueError("window must be at least 1")
    seen = []
    for value in values:
        seen = seen + [value]
        total = 0
        for item in seen[-window:]:
            total = total + item
        yield total


def in_batches(events, size):
    """Yield lists of `size` events; the last may be shorter."""
    if size < 1:
        raise ValueError("size must be at least 1")
    batch = []
    for event in events:
        batch = batch + [event]
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def drop_repeats(scans, memory=50):
    """Yield scans that are not among the `memory` scans last yielded."""
    recent = []
    for scan in scans:
        if scan not in recent[-memory:]:
            recent = recent + [scan]
            yield scan
