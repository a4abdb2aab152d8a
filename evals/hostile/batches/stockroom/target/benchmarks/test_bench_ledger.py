from stockroom.ledger import Ledger


def filled(count):
    book = Ledger()
    for n in range(count):
        book.entries.append((f"S{n % 97}", 1 + n * 31 % 17, ""))
    return book


def test_bench_post(benchmark):
    def run():
        book = Ledger()
        for n in range(500):
            book.post(f"S{n % 40}", 1 + n % 5)
        return book
    assert len(benchmark(run).entries) == 500


def test_bench_summary(benchmark):
    book = filled(2500)
    assert len(benchmark(book.summary)) == 97


def test_bench_top(benchmark):
    book = filled(2000)
    assert len(benchmark(book.top, 60)) == 60
