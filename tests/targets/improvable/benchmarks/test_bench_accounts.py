from __future__ import annotations

import random
from typing import Any

from ledgerline.accounts import AccountTree, name_distance, with_names
from ledgerline.entries import Account, Entry


def chart(levels: int, width: int) -> AccountTree:
    children: dict[str, list[str]] = {}
    level = ["1"]
    for _ in range(levels):
        below = []
        for code in level:
            children[code] = [f"{code}.{number}" for number in range(width)]
            below.extend(children[code])
        level = below
    return AccountTree(children)


def test_bench_level_order(benchmark: Any) -> None:
    order = benchmark(chart(levels=4, width=9).level_order, "1")
    assert len(order) == 1 + 9 + 81 + 729 + 6561


def test_bench_with_names(benchmark: Any) -> None:
    source = random.Random(41)
    accounts = [Account(f"AC{number:04}", f"Account {number}") for number in range(150)]
    entries = [Entry("2024-05-01", f"AC{source.randrange(160):04}", source.randint(1, 5000)) for _ in range(600)]
    rows = benchmark(with_names, entries, accounts)
    assert 0 < len(rows) <= 600


def test_bench_name_distance(benchmark: Any) -> None:
    source = random.Random(43)
    left, right = ("".join(source.choices("abcdefgh ", k=120)) for _ in range(2))
    assert 0 < benchmark(name_distance, left, right) <= 120
