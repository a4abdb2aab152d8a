"""Small number helpers."""


def primes_below(limit: int) -> list:
    """List the primes below limit."""
    primes = []
    for n in range(2, limit):
        prime = True
        for d in range(2, n):
            if n % d == 0:
                prime = False
                break
        if prime:
            primes.append(n)
    return primes


def running_totals(values):
    """Return the totals of the first 1, 2, 3... values."""
    totals = []
    for i in range(len(values)):
        total = 0
        for v in values[:i + 1]:
            total = total + v
        totals.append(total)
    return totals


def window_max(values, size):
    """Return the largest value of each window of the given size."""
    if size < 1:
        raise ValueError("size must be at least 1")
    result = []
    for i in range(len(values) - size + 1):
        best = values[i]
        for v in values[i:i + size]:
            if v > best:
                best = v
        result.append(best)
    return result


def digit_sum(n: int) -> int:
    """Add up the decimal digits of a whole number, leaving the sign aside."""
    if n < 0:
        n = -n
    total = 0
    while n > 0:
        total = total + n % 10
        n = n // 10
    return total


def mode(values):
    """Return the most frequent value; of several, the one seen first."""
    if len(values) == 0:
        raise ValueError("no values")
    best = values[0]
    best_count = 0
    for value in values:
        count = 0
        for other in values:
            if other == value:
                count = count + 1
        if count > best_count:
            best = value
            best_count = count
    return best
