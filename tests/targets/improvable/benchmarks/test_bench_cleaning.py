from __future__ import annotations

import random
from typing import Any

from ledgerline.cleaning import distinct_memos, repeated_references, without_closed
from ledgerline.entries import Account, Entry


def ledger(count: int, accounts: int, memos: int) -> list[Entry]:
    source = random.Random(23)
    entries = []
    for _ in range(count):
        account, memo = f"AC{source.randrange(accounts):04}", f"Memo {source.randrange(memos)}"
        entries.append(Entry("2024-05-01", account, source.randint(-5000, 5000), memo))
    return entries


def test_bench_without_closed(benchmark: Any) -> None:
    accounts = [Account(f"AC{number:04}", f"Account {number}", closed=number % 2 == 0) for number in range(400)]
    kept = benchmark(without_closed, ledger(1500, accounts=400, memos=10), accounts)
    assert 0 < len(kept) < 1500


def test_bench_distinct_memos(benchmark: Any) -> None:
    memos = benchmark(distinct_memos, ledger(1500, accounts=10, memos=500))
    assert len(memos) <= 500


def test_bench_repeated_references(benchmark: Any) -> None:
    source = random.Random(37)
    references = [f"R{source.randrange(600):06}" for _ in range(600)]
    repeated = benchmark(repeated_references, references)
    assert 0 < len(repeated) < 600
