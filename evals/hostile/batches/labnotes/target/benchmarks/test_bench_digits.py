from labnotes.digits import check_digit, digit_sum, prime_factors, primes_below


def test_prime_factors(benchmark):
    assert benchmark(lambda: [prime_factors(n) for n in (49999, 2 * 24989, 65536 * 3, 12 * 9973)])


def test_primes_below(benchmark):
    assert len(benchmark(primes_below, 4000)) == 550


def test_check_digit(benchmark):
    code = "".join(str(i * i % 10) for i in range(1500))
    assert 0 <= benchmark(check_digit, code) <= 9


def test_digit_sum(benchmark):
    number = 7 ** 2500
    assert 0 <= benchmark(digit_sum, number) <= 9
