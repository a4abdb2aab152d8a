from __future__ import annotations

import random
from typing import Any

from ledgerline.parsing import parse_lines


def export(count: int) -> list[str]:
    source = random.Random(11)
    lines = []
    for _ in range(count):
        day = f"2024-{source.randint(1, 12):02}-{source.randint(1, 28):02}"
        line = f"{day} AB{source.randint(1000, 9999)} {source.randint(-90000, 90000)} inv {source.randint(1, 999)}"
        lines.append(line if source.random() < 0.4 else f"Total {day}")
    return lines


def test_bench_parse_lines(benchmark: Any) -> None:
    entries = benchmark(parse_lines, export(3000))
    assert 1000 < len(entries) < 1500
