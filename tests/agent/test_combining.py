import random

import pytest

from agent import combining
from tools.benchmarking import BenchmarkFailed
from tools.values import Baseline, Benchmark, BenchmarkKind, Check

SLOWER = [-0.2] * 6


@pytest.fixture
def slowed(monkeypatch):
    """A branch whose only benchmark looks slower and then cannot be timed again."""

    def fail(*_, **__):
        raise BenchmarkFailed("baseline", "it ended")

    monkeypatch.setattr(combining, "check_tests", lambda *_: Check(rung="tests", passed=True, detail="as before"))
    monkeypatch.setattr(combining, "measure_all", lambda *_, **__: {"b": SLOWER})
    monkeypatch.setattr(combining, "measure", fail)


def test_benchmark_that_cannot_be_timed_again_drops_the_commits_and_does_not_crash(slowed):
    baseline = Baseline(outcomes={}, flaky=(), failing=(), benchmarks=(), running={}, results={}, seconds=1.0)
    benchmarks = [Benchmark(kind=BenchmarkKind.PYTEST, id="b")]
    combined = combining.combine_commits(None, "start", ["one"], baseline, benchmarks, {"one": "b"}, random.Random(0))
    assert combined.commits == ()
    assert combined.dropped == ("one",)
    assert "it ended" in combined.reason
