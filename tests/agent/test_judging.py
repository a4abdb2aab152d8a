import pytest
from hypothesis import given
from hypothesis import strategies as some

from agent.judging import ALPHA, confirmation_alpha, figure, judged, regressed, rejected
from tests.agent.values import BENCHMARK, PASSED, candidate, interval, measurement
from tools.values import Benchmark, BenchmarkKind, Check, Outcome

FAILED = Check(rung="tests", passed=False, detail="tests/test_a.py::test_b: failed")
outcomes = some.sampled_from(Outcome)
speedups = some.tuples(some.floats(0.01, 100), some.floats(1, 10)).map(lambda two: (two[0], two[0] * two[1]))


def judge(found, *, checks=(PASSED,), min_gain=0.05, allow_caching=False):
    return judged(candidate(), "b" * 40, checks, found, min_gain=min_gain, allow_caching=allow_caching, seconds=1.0)


@given(outcomes, speedups, some.booleans(), some.floats(0, 2))
def test_nothing_is_accepted_that_a_check_refused(outcome, speedup, caching, gain):
    verdict = judge(measurement(outcome, *speedup), checks=(PASSED, FAILED), allow_caching=caching, min_gain=gain)
    assert not verdict.accepted
    assert verdict.outcome is Outcome.BROKEN


@given(outcomes, speedups, some.booleans(), some.floats(0, 2))
def test_only_what_was_measured_faster_is_accepted_or_a_cache_that_is_allowed(outcome, speedup, caching, gain):
    verdict = judge(measurement(outcome, *speedup), allow_caching=caching, min_gain=gain)
    cache = outcome is Outcome.CACHED and caching and speedup[0] > 1 + gain
    assert verdict.accepted == (outcome is Outcome.FASTER or cache)


@given(outcomes, speedups, some.booleans())
def test_verdict_keeps_everything_that_it_rests_on(outcome, speedup, caching):
    found = measurement(outcome, *speedup)
    verdict = judge(found, allow_caching=caching)
    assert verdict.measurements == (found,)
    assert verdict.checks == (PASSED,)
    assert verdict.reason


@given(some.integers(1, 10_000))
def test_confirmations_never_spend_more_error_than_a_run_has(count):
    spent = [confirmation_alpha(number) for number in range(1, count + 1)]
    assert all(alpha > 0 for alpha in spent)
    assert sum(spent) < ALPHA


def test_later_confirmations_are_stricter():
    assert confirmation_alpha(1) > confirmation_alpha(2) > confirmation_alpha(3)


def test_refusal_gives_the_last_check_as_its_reason():
    verdict = rejected(candidate(), "b" * 40, Outcome.BROKEN, (PASSED, FAILED), 1.5)
    assert (verdict.reason, verdict.outcome, verdict.accepted) == (FAILED.detail, Outcome.BROKEN, False)
    assert (verdict.measurements, verdict.seconds) == ((), 1.5)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.FASTER, ["faster: 2.00x [1.90, 2.10] at 99.5% over 8 pairs", "CPU time", BENCHMARK.id]),
        (Outcome.SAME, ["not faster by 5%"]),
        (Outcome.SLOWER, ["slower: ", "wall time"]),
        (Outcome.UNDECIDED, ["undecided: ", "our own clock does not show enough of it yet"]),
        (Outcome.CACHED, ["results are remembered", "first calls only 0.99x"]),
        (Outcome.CHEATING, ["cheating: "]),
    ],
)
def test_reason_says_what_was_measured_and_where(outcome, words):
    reason = judge(measurement(outcome)).reason
    for word in words:
        assert word in reason


def test_what_is_undecided_because_it_is_near_the_bound_says_so():
    assert "the interval holds 1.05x" in judge(measurement(Outcome.UNDECIDED, 1.01, 1.2)).reason


def test_command_is_not_repeated_in_the_reason():
    command = Benchmark(kind=BenchmarkKind.COMMAND, id="python x.py --much", command=("python", "x.py", "--much"))
    assert "of the command" in judge(measurement(Outcome.FASTER, benchmark=command)).reason


def test_figure_shows_speedup_and_interval():
    assert figure(interval(4.0, 9.0)) == "6.00x [4.00, 9.00]"


def test_gain_that_slows_other_benchmarks_is_regressed_and_names_them():
    faster = judge(measurement(Outcome.FASTER))
    assert faster.accepted
    assert regressed(faster, []) is faster
    found = regressed(faster, ["benchmarks/test_a.py::test_b"])
    assert (found.outcome, found.accepted) == (Outcome.REGRESSED, False)
    assert "test_a.py::test_b became slower" in found.reason


def test_overfitted_gain_is_told_with_what_other_inputs_gain():
    found = measurement(Outcome.OVERFITTED).model_copy(update={"others": interval(0.9, 1.1)})
    assert "others of the same types and sizes only" in judge(found).reason


def test_acceptance_tells_what_is_paid_once():
    found = measurement(Outcome.FASTER).model_copy(update={"one_off_seconds": 0.0021, "break_even": 0.4})
    assert judge(found).reason.endswith("; 2.1 ms are paid once, earned back after 1 call")


def test_one_off_cost_is_told_with_its_break_even():
    more = {"others": interval(1.4, 1.6), "one_off_seconds": 0.25, "break_even": 2000.0}
    found = measurement(Outcome.CACHED).model_copy(update=more)
    assert "250.0 ms more are paid once, which is earned back after 2000 calls only" in judge(found).reason
