"""Ticket prices, vouchers and change."""

from __future__ import annotations


def moving_average(prices: list[float], window: int) -> list[float]:
    """Average price of every ``window`` successive prices."""
    if window < 1:
        raise ValueError("window must be at least 1")
    averages: list[float] = []
    for first in range(len(prices) - window + 1):
        total = 0.0
        for k in range(window):
            total += prices[first + k]
        averages = averages + [total / window]
    return averages


def combine_rates(left: list[list[float]], right: list[list[float]]) -> list[list[float]]:
    """Matrix product of two tables of rates.

    ``left`` has a row for each kind of visitor, ``right`` a row for each of
    the columns of ``left``. Raises ValueError when they do not fit.
    """
    for row in left:
        if len(row) != len(right):
            raise ValueError(f"row of {len(row)} rates for {len(right)} rows")
    for row in right:
        if len(row) != len(right[0]):
            raise ValueError("uneven rows on the right")
    result: list[list[float]] = []
    for i in range(len(left)):
        result.append([])
        for j in range(len(right[0]) if right else 0):
            total = 0.0
            for k in range(len(right)):
                total = total + left[i][k] * right[k][j]
            result[i] = result[i] + [total]
    return result


def apply_vouchers(tickets: list[dict], vouchers: list[dict]) -> float:
    """Use the vouchers on the tickets and return what is left to pay.

    Each voucher goes to the dearest ticket of its kind that has not been
    reduced yet. Sets ``paid`` of every ticket and ``used`` of every voucher.
    """
    for ticket in tickets:
        ticket["paid"] = ticket["price"]
    for voucher in vouchers:
        best = None
        for ticket in tickets:
            if ticket["kind"] != voucher["kind"] or ticket["paid"] < ticket["price"]:
                continue
            if best is None or ticket["price"] > best["price"]:
                best = ticket
        voucher["used"] = best is not None
        if best is not None:
            best["paid"] = max(0.0, best["price"] - voucher["value"])
    total = 0.0
    for ticket in tickets:
        total += ticket["paid"]
    return total


def ways_to_pay(amount: int, coins: list[int]) -> int:
    """In how many ways the kinds of coins make up the amount.

    >>> ways_to_pay(10, [5, 2])
    2
    """
    if amount < 0:
        raise ValueError("amount must not be negative")
    for coin in coins:
        if coin < 1:
            raise ValueError(f"not a coin: {coin}")
    if not coins:
        return 1 if amount == 0 else 0
    ways = 0
    rest = amount
    while rest >= 0:
        ways += ways_to_pay(rest, coins[1:])
        rest -= coins[0]
    return ways
