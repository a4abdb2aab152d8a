import pytest

from labnotes.digits import check_digit, digit_sum, prime_factors, primes_below


def test_prime_factors():
    assert prime_factors(84) == [2, 2, 3, 7]
    assert prime_factors(1) == []
    with pytest.raises(ValueError):
        prime_factors(0)


def test_primes_below():
    assert primes_below(12) == [2, 3, 5, 7, 11]


def test_check_digit():
    assert check_digit("7992 7398 71") == 3
    with pytest.raises(ValueError):
        check_digit("12x")


def test_digit_sum():
    assert digit_sum(987) == 6
