from __future__ import annotations

import random
from typing import Any

from flakyshop import orders_by_customer


def test_bench_orders_by_customer(benchmark: Any) -> None:
    source = random.Random(83)
    customers = [f"customer-{source.randrange(300)}" for _ in range(600)]
    orders = benchmark(orders_by_customer, customers)
    assert sum(orders.values()) == 600
