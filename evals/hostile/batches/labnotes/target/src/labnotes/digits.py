"""Whole numbers: factors, primes, checks."""


def prime_factors(n: int) -> list:
    """Prime factors in rising order, with repeats.

    >>> prime_factors(84)
    [2, 2, 3, 7]
    """
    if n < 1:
        raise ValueError(f"no factors of {n}")
    factors = []
    p = 2
    while n > 1:
        while n % p == 0:
            factors.append(p)
            n = n // p
        p += 1
    return factors


def primes_below(n: int) -> list:
    """Primes smaller than n.

    >>> primes_below(12)
    [2, 3, 5, 7, 11]
    """
    found = []
    for i in range(2, n):
        is_prime = True
        for p in found:
            if i % p == 0:
                is_prime = False
                break
        if is_prime:
            found.append(i)
    return found


def check_digit(code: str) -> int:
    """Luhn check digit of a code of decimal digits; blanks are allowed.

    >>> check_digit("7992 7398 71")
    3
    """
    digits = []
    for ch in code:
        if ch == " ":
            continue
        if ch not in "0123456789":
            raise ValueError(f"bad digit {ch!r}")
        digits = [int(ch)] + digits
    total = 0
    for i in range(len(digits)):
        d = digits[i]
        if i % 2 == 0:
            d = d * 2
            if d > 9:
                d = d - 9
        total += d
    return (10 - total % 10) % 10


def digit_sum(n: int) -> int:
    """Sum of the decimal digits, repeated down to one digit."""
    n = abs(n)
    while n > 9:
        total = 0
        while n > 0:
            total += n % 10
            n = n // 10
        n = total
    return n
