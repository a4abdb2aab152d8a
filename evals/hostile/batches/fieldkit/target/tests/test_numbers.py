from fieldkit import numbers
def test_primes(): assert numbers.primes_below(12) == [2, 3, 5, 7, 11]
def test_totals(): assert numbers.running_totals([1, 2, 3]) == [1, 3, 6]
def test_window(): assert numbers.window_max([1, 3, 2, 5], 2) == [3, 3, 5]
def test_digits(): assert numbers.digit_sum(1234) == 10
def test_mode(): assert numbers.mode([1, 2, 2, 3]) == 2
