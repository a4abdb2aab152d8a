from fieldkit import numbers
def test_primes_below(benchmark):
    result = benchmark(numbers.primes_below, 1000)
    assert len(result) == 168
def test_running_totals(benchmark):
    result = benchmark(numbers.running_totals, list(range(500)))
    assert result[-1] == 124750
def test_window_max(benchmark):
    result = benchmark(numbers.window_max, [i * 37 % 1009 for i in range(2000)], 50)
    assert len(result) == 1951 and result[0] == 999
def test_digit_sum(benchmark):
    result = benchmark(numbers.digit_sum, 7 ** 4000)
    assert result == sum(map(int, str(7 ** 4000)))
def test_mode(benchmark):
    result = benchmark(numbers.mode, [i * i % 211 for i in range(420)] + [9] * 3)
    assert result == 9
