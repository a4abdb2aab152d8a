"""Descriptive statistics of measurement series."""

import math


def moving_average(values: list, window: int) -> list:
    """Averages over each full window.

    >>> moving_average([1, 2, 3, 4], 2)
    [1.5, 2.5, 3.5]
    """
    if window < 1:
        raise ValueError("window must be at least 1")
    result = []
    for i in range(len(values) - window + 1):
        total = 0.0
        for j in range(i, i + window):
            total += values[j]
        result.append(total / window)
    return result


def mode(values: list):
    """The most frequent value; the first seen wins a tie.

    >>> mode([3, 1, 3])
    3
    """
    if not values:
        raise ValueError("no values")
    best = values[0]
    best_count = 0
    for value in values:
        count = 0
        for other in values:
            if other == value:
                count += 1
        if count > best_count:
            best, best_count = value, count
    return best


def ranks(values: list) -> list:
    """Rank of each value from 1, ties share the mean of their ranks.

    >>> ranks([10, 30, 20])
    [1.0, 3.0, 2.0]
    """
    result = []
    for value in values:
        less = 0
        equal = 0
        for other in values:
            if other < value:
                less += 1
            elif other == value:
                equal += 1
        result.append(less + (equal + 1) / 2)
    return result


def outliers(values: list, limit: float = 3.0) -> list:
    """Positions of the values further than limit standard deviations from the mean."""
    found = []
    for i in range(len(values)):
        mean = sum(values) / len(values)
        spread = math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))
        if abs(values[i] - mean) > limit * spread:
            found.append(i)
    return found


def quantile(values: list, q: float) -> float:
    """The q-quantile with linear interpolation.

    >>> quantile([1.0, 2.0, 3.0], 0.5)
    2.0
    """
    if not values:
        raise ValueError("quantile of no values")
    if not 0 <= q <= 1:
        raise ValueError(f"q out of range: {q}")
    ordered = []
    for value in values:
        i = 0
        while i < len(ordered) and ordered[i] <= value:
            i += 1
        ordered.insert(i, value)
    pos = q * (len(ordered) - 1)
    low = int(pos)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (pos - low)


def clamp_all(values: list, low, high) -> list:
    """Limit each value to the range from low to high."""
    result = []
    for value in values:
        if value < low:
            result = result + [low]
        elif value > high:
            result = result + [high]
        else:
            result = result + [value]
    return result
