"""Verdicts and what they are made of, for tests that need some."""

from __future__ import annotations

from agent.judging import judged
from agent.proposing import Question
from tools.values import (
    Benchmark,
    BenchmarkKind,
    Candidate,
    Check,
    Clock,
    Edit,
    Function,
    Hotspot,
    Interval,
    LineShare,
    Measurement,
    Outcome,
    Usage,
    Verdict,
)

FUNCTION = Function(path="src/shop.py", name="Shop.total", first_line=2, last_line=4)
BENCHMARK = Benchmark(kind=BenchmarkKind.PYTEST, id="benchmarks/test_shop.py::test_bench[a | b]")
PASSED = Check(rung="tests", passed=True, detail="9 tests as before")
SOURCE = b"class Shop:\n    def total(self, items):\n        result = sum([item for item in items])\n        return result\n"


def hotspot(share: float = 0.8) -> Hotspot:
    line = LineShare(line=3, python=share, native=0.0, system=0.0)
    return Hotspot(function=FUNCTION, benchmark=BENCHMARK, share=share, python=share, lines=(line,))


def candidate(title: str = "Sum without a list", *, model: str = "rules", usage: Usage | None = None) -> Candidate:
    edit = Edit(path=FUNCTION.path, search="sum([item for item in items])", replace="sum(items)  # " + title)
    return Candidate(hotspot=FUNCTION, edits=(edit,), model=model, title=title, usage=usage or Usage())


def interval(low: float, high: float) -> Interval:
    return Interval(speedup=(low * high) ** 0.5, low=low, high=high, confidence=0.995, pairs=8)


def measurement(outcome: Outcome, low: float = 1.9, high: float = 2.1, benchmark: Benchmark = BENCHMARK) -> Measurement:
    figure = interval(low, high)
    return Measurement(
        benchmark=benchmark, clock=Clock.CPU, outcome=outcome, figure=figure, wall=figure, cold=interval(0.9, 1.1)
    )


def verdict(
    outcome: Outcome = Outcome.FASTER, title: str = "Sum without a list", low: float = 1.9, high: float = 2.1
) -> Verdict:
    return judged(
        candidate(title),
        "b" * 40,
        (PASSED,),
        measurement(outcome, low, high),
        min_gain=0.05,
        allow_caching=False,
        seconds=2.0,
    )


def question(**more: object) -> Question:
    """What a proposer is told about `Shop.total`."""
    given = {
        "hotspot": hotspot(),
        "source": SOURCE,
        "benchmark_source": "def test_bench(benchmark):\n    benchmark(total, [1, 2])\n",
        "python_version": "3.12",
        "oldest_python": ">=3.9",
        "min_gain": 0.05,
        "guidance": "",
        "earlier": (),
    }
    return Question(**{**given, **more})  # type: ignore[arg-type]
