from orchardkit import OrderBook, iter_batches

ORDERS = [("order %d" % i, i * 7 % 9 + 1) for i in range(1500)]


def test_fill(benchmark):
    def run():
        book = OrderBook()
        for i in range(400):
            book.add("o%d" % i, i % 5 + 1, i * 37 % 101 / 2)
        return book.fill(1000)

    result = benchmark(run)
    assert sum(amount for _, amount in result) == 1000


def test_iter_batches(benchmark):
    result = benchmark(lambda: list(iter_batches(ORDERS, 900)))
    assert sum(len(batch) for batch in result) == 1500
