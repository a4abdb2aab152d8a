from labnotes.matrix import determinant, multiply, power, transpose

A = [[(i * 7 + j * 3) % 11 - 5 for j in range(40)] for i in range(40)]
B = [[(i * 5 + j * 2) % 13 - 6 for j in range(40)] for i in range(40)]
SMALL = [[(i * 5 + j * 3) % 7 for j in range(8)] for i in range(8)]
SEVEN = [[(i * 17 + j * j * 5 + 3) % 19 - 9 for j in range(7)] for i in range(7)]


def test_multiply(benchmark):
    assert len(benchmark(multiply, A, B)) == 40


def test_power(benchmark):
    assert len(benchmark(power, SMALL, 40)) == 8


def test_determinant(benchmark):
    assert isinstance(benchmark(determinant, SEVEN), int)


def test_transpose(benchmark):
    big = [[i * 200 + j for j in range(200)] for i in range(200)]

    def twice():
        transpose(big)
        transpose(big)

    benchmark(twice)
    assert big[0][1] == 1
