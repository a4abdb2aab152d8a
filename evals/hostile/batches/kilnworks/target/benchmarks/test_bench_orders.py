import random

from kilnworks.orders import OrderBook, merge_orders, settle


def make_orders(count, customers, items):
    rng = random.Random(10)
    return [
        {"number": n, "customer": "c%d" % rng.randint(1, customers), "item": "i%d" % rng.randint(1, items),
         "count": rng.randint(1, 9), "price": rng.randint(5, 60)}
        for n in range(count)
    ]


def test_bench_totals(benchmark):
    book = OrderBook()
    book.orders = make_orders(900, 300, 20)
    result = benchmark(book.totals)
    assert len(result) > 200


def test_bench_best_seller(benchmark):
    book = OrderBook()
    book.orders = make_orders(500, 50, 40)
    assert benchmark(book.best_seller).startswith("i")


def test_bench_settle(benchmark):
    orders = make_orders(700, 50, 40)
    rng = random.Random(11)
    payments = [(rng.randint(0, 720), rng.randint(1, 50)) for _ in range(600)]

    def setup():
        return ([dict(order) for order in orders], payments), {}

    result = benchmark.pedantic(settle, setup=setup, rounds=8)
    assert all(number >= 700 for number, _ in result)


def test_bench_merge_orders(benchmark):
    orders = make_orders(900, 40, 20)
    result = benchmark(merge_orders, orders)
    assert sum(r["count"] for r in result) == sum(o["count"] for o in orders)
