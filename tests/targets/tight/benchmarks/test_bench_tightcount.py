from __future__ import annotations

import random
from typing import Any

from tightcount import bands, frequency_table, in_both


def words(count: int, distinct: int) -> list[str]:
    source = random.Random(71)
    return [f"word{source.randrange(distinct)}" for _ in range(count)]


def test_bench_frequency_table(benchmark: Any) -> None:
    assert benchmark(frequency_table, words(20_000, distinct=2000)).count("\n") == 1999


def test_bench_in_both(benchmark: Any) -> None:
    assert benchmark(in_both, words(30_000, distinct=2000), words(5000, distinct=500))


def test_bench_bands(benchmark: Any) -> None:
    source = random.Random(73)
    amounts = [source.randrange(1_000_000) for _ in range(10_000)]
    assert max(benchmark(bands, amounts, list(range(0, 1_000_000, 5000)))) == 200
