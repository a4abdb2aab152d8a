"""Codes and case sizes."""


def check_digit(code: str) -> int:
    """The GTIN check digit of a code without it.

    >>> check_digit("629104150021")
    3
    """
    total = 0
    weight = 3
    for ch in reversed(code):
        if not ch.isdigit():
            raise ValueError(f"not a digit: {ch!r}")
        total += int(ch) * weight
        weight = 4 - weight
    return (10 - total % 10) % 10


def bad_codes(codes: list[str]) -> list[str]:
    """Codes whose last digit is not their check digit; too short a code raises ValueError.

    >>> bad_codes(["6291041500213", "6291041500214"])
    ['6291041500214']
    """
    bad: list[str] = []
    for code in codes:
        if len(code) < 2:
            raise ValueError(f"code too short: {code!r}")
        if str(check_digit(code[:-1])) != code[-1]:
            bad = bad + [code]
    return bad


def case_sizes(total: int) -> list[int]:
    """All ways to split `total` units into equal cases: the divisors, smallest first.

    >>> case_sizes(12)
    [1, 2, 3, 4, 6, 12]
    """
    if total < 1:
        raise ValueError("total must be positive")
    return [size for size in range(1, total + 1) if total % size == 0]


def matching_lots(quantities: list[int], wanted: int) -> list[tuple[int, int]]:
    """Index pairs (i, j), i < j, whose quantities add up to `wanted`, in order."""
    pairs = []
    for i in range(len(quantities)):
        for j in range(i + 1, len(quantities)):
            if quantities[i] + quantities[j] == wanted:
                pairs.append((i, j))
    return pairs
