from __future__ import annotations

import random
from typing import Any

from ledgerline.entries import Entry
from ledgerline.reports import accrued, carried_forward, earliest_entries, running_balances, to_blocks


def ledger(count: int) -> list[Entry]:
    source = random.Random(53)
    entries = []
    for number in range(count):
        day = f"{source.randint(2001, 2024)}-{source.randint(1, 12):02}-{source.randint(1, 28):02}"
        entries.append(Entry(day, f"AC{source.randrange(8):02}", source.randint(-5000, 5000), f"booking {number}"))
    return entries


def test_bench_running_balances(benchmark: Any) -> None:
    assert len(benchmark(running_balances, ledger(2500))) == 2500


def test_bench_earliest_entries(benchmark: Any) -> None:
    assert len(benchmark(earliest_entries, ledger(9000))) == 8


def test_bench_to_blocks(benchmark: Any) -> None:
    assert len(benchmark(to_blocks, ledger(1600))) > 1600 * 70


def test_bench_accrued(benchmark: Any) -> None:
    source = random.Random(59)
    balances = {f"AC{number:03}": source.randint(1, 900_000) for number in range(60)}
    wanted = [f"AC{source.randrange(80):03}" for _ in range(60)]
    assert benchmark(accrued, balances, wanted, 275, 1000)


def test_bench_carried_forward(benchmark: Any) -> None:
    source = random.Random(61)
    base = [source.randint(1, 5000) for _ in range(1000)]
    amounts = [source.randint(0, 9) for _ in range(1000)]
    assert len(benchmark(carried_forward, base, amounts)) > 1000
