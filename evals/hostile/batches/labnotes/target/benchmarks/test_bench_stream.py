from labnotes.stream import chunks, running_max, unique, windows


def test_windows(benchmark):
    data = list(range(1500))
    assert len(benchmark(lambda: list(windows(data, 5)))) == 1496


def test_unique(benchmark):
    data = [i * 37 % 499 for i in range(900)]
    assert len(benchmark(lambda: list(unique(data)))) == 499


def test_chunks(benchmark):
    data = list(range(6000))
    assert len(benchmark(lambda: list(chunks(data, 7)))) == 858


def test_running_max(benchmark):
    data = [i * 37 % 499 + i for i in range(500)]
    assert len(benchmark(running_max, data)) == 500
