import random

import pytest

from agent import combining
from tests.agent.values import interval, measurement
from tools.benchmarking import BenchmarkFailed, Sides
from tools.values import Baseline, Benchmark, BenchmarkKind, Check, Outcome

SLOWER = [-0.2] * 6


@pytest.fixture
def slowed(monkeypatch):
    """A branch whose only benchmark looks slower and then cannot be timed again."""

    def fail(*_, **__):
        raise BenchmarkFailed("baseline", "it ended")

    monkeypatch.setattr(combining, "check_tests", lambda *_: Check(rung="tests", passed=True, detail="as before"))
    monkeypatch.setattr(combining, "measure_all", lambda *_, **__: {"b": SLOWER})
    monkeypatch.setattr(combining, "measure", fail)


@pytest.mark.parametrize(
    ("outcome", "slower"),
    [(Outcome.FASTER, True), (Outcome.CHEATING, True), (Outcome.SAME, False), (Outcome.UNDECIDED, False)],
)
def test_slower_benchmark_is_convicted_whatever_else_its_old_code_seems_to_do(monkeypatch, outcome, slower):
    monkeypatch.setattr(combining, "measure", lambda *_, **__: measurement(outcome))
    benchmark = Benchmark(kind=BenchmarkKind.PYTEST, id="b")
    shown = {"b": interval(0.8, 0.9)}
    found = combining.regressions(None, Sides("start", "end"), [benchmark], shown, random.Random(0))
    assert found == (["b"] if slower else [])


def test_benchmark_that_cannot_be_timed_again_drops_the_commits_and_does_not_crash(slowed):
    baseline = Baseline(outcomes={}, flaky=(), failing=(), benchmarks=(), running={}, results={}, seconds=1.0)
    benchmarks = [Benchmark(kind=BenchmarkKind.PYTEST, id="b")]
    combined = combining.combine_commits(None, "start", ["one"], baseline, benchmarks, {"one": "b"}, random.Random(0))
    assert combined.commits == ()
    assert combined.dropped == ("one",)
    assert "it ended" in combined.reason
