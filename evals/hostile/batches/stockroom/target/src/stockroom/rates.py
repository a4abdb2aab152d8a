"""Shipping rates and statistics over prices."""


def charge_all(weights: list[float], breaks: list[tuple[float, float]]) -> list[float]:
    """Price of each parcel: that of the first break whose limit is not below its weight.

    >>> charge_all([0.5, 3.0], [(1.0, 4.0), (5.0, 9.0)])
    [4.0, 9.0]
    """
    charges = []
    for weight in weights:
        price = None
        for limit, amount in reversed(list(breaks)):
            if weight <= limit:
                price = amount
        if price is None:
            raise ValueError(f"no rate for weight {weight}")
        charges.append(price)
    return charges


def rolling_median(values: list[float], window: int) -> list[float]:
    """Median of each full window of prices.

    >>> rolling_median([3, 1, 2, 5], 3)
    [2, 2]
    """
    if window < 1:
        raise ValueError("window must be at least 1")
    medians = []
    for start in range(len(values) - window + 1):
        part = values[start:start + window]
        ordered = []
        for value in part:
            position = len(ordered)
            while position > 0 and ordered[position - 1] > value:
                position -= 1
            ordered.insert(position, value)
        middle = window // 2
        if window % 2:
            medians.append(ordered[middle])
        else:
            medians.append((ordered[middle - 1] + ordered[middle]) / 2)
    return medians


def price_spread(prices: list[float]) -> float:
    """Greatest absolute difference between any two prices; 0.0 where there are fewer than two."""
    widest = 0.0
    for i in range(len(prices)):
        for j in range(i + 1, len(prices)):
            gap = abs(prices[i] - prices[j])
            if gap > widest:
                widest = gap
    return widest
