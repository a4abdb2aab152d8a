"""The statistics, by seeded simulation of whole runs and by properties that hold for any numbers."""

import math
import random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.comparing import (
    cold_log_ratios,
    decide,
    deciding_clock,
    fewest_pairs,
    import_seconds,
    instruction_log_ratios,
    interval,
    log_ratios,
    looks,
    one_off_seconds,
    outside_log_ratios,
    overstated,
)
from tools.values import Clock, Outcome, Pair, Sample, Timing

ALPHA, MIN_GAIN = 0.05, 0.05
RUNS = 1000
PAIRS = 10


def normal(source, index):
    return source.gauss(0, 0.05)


def heavy_tailed(source, index):
    """Student's t with 2 degrees of freedom: no variance, now and then a pair that is off by a factor."""
    return 0.03 * source.gauss(0, 1) / math.sqrt(source.expovariate(1))


def drifting(source, index):
    """The machine grows slower from process to process; who comes first is drawn by lot."""
    return source.choice((-1, 1)) * 0.01 * index + source.gauss(0, 0.01)


def bimodal(source, index):
    """Each process meets one of two clock frequencies."""
    return (source.random() < 0.5) * math.log(1.3) - (source.random() < 0.5) * math.log(1.3) + source.gauss(0, 0.01)


NOISES = (normal, heavy_tailed, drifting, bimodal)
any_noise = pytest.mark.parametrize("noise", NOISES, ids=lambda noise: noise.__name__)

numbers = st.floats(-3, 3, allow_subnormal=False)
ratios = st.lists(numbers, min_size=6, max_size=14)


def run(noise, ratio, source, alpha=ALPHA):
    """One whole comparison of a true ratio: pairs one by one until there is an answer."""
    seen = []
    while True:
        seen.append(math.log(ratio) + noise(source, len(seen)))
        decided = decide(seen, alpha, MIN_GAIN)
        if decided is not None:
            return decided[0]


def highest(share, runs=RUNS):
    """How many of the runs may be so, for a true share: three standard errors of a binomial above it."""
    return runs * share + 3 * math.sqrt(runs * share * (1 - share))


def pair(*samples, cold=(1.0, 1.0), loops=(1, 1)):
    """Samples are ((baseline's wall, CPU), (candidate's wall, CPU))."""

    def timing(side):
        return Timing(
            cold=Sample(loops=1, wall_seconds=cold[side], cpu_seconds=cold[side]),
            samples=tuple(
                Sample(loops=loops[side], wall_seconds=sample[side][0], cpu_seconds=sample[side][1]) for sample in samples
            ),
        )

    return Pair(baseline=timing(0), candidate=timing(1), hash_seed=0)


# --- what is said of candidates whose true effect is known


@any_noise
@pytest.mark.parametrize("ratio", [1.0, 1 + MIN_GAIN], ids=["identical", "exactly the least gain"])
def test_candidate_without_enough_gain_is_called_faster_no_more_often_than_stated(noise, ratio):
    source = random.Random(1)
    faster = sum(run(noise, ratio, source) is Outcome.FASTER for _ in range(RUNS))
    assert faster <= highest(ALPHA)


@any_noise
def test_identical_code_is_hardly_ever_called_faster_at_the_error_of_a_run(noise):
    source = random.Random(2)
    assert sum(run(noise, 1.0, source, alpha=0.005) is Outcome.FASTER for _ in range(RUNS)) <= highest(0.005)


@any_noise
def test_true_doubling_is_accepted(noise):
    source = random.Random(3)
    assert sum(run(noise, 2.0, source) is Outcome.FASTER for _ in range(200)) >= 190


def test_quiet_doubling_needs_no_more_pairs_than_the_first_look():
    first = looks(ALPHA)[0][0]
    assert decide([math.log(2)] * (first - 1), ALPHA, MIN_GAIN) is None
    decided = decide([math.log(2)] * first, ALPHA, MIN_GAIN)
    assert decided is not None
    assert decided[0] is Outcome.FASTER


def test_true_halving_is_called_slower():
    source = random.Random(4)
    assert {run(normal, 0.5, source) for _ in range(100)} == {Outcome.SLOWER}


def test_identical_code_on_a_quiet_machine_is_called_the_same_and_not_undecided():
    source = random.Random(5)
    said = [run(lambda source, _: source.gauss(0, 0.01), 1.0, source) for _ in range(200)]
    assert said.count(Outcome.SAME) >= 190


@pytest.mark.parametrize("look", range(len(looks(ALPHA))))
def test_confidence_in_what_is_faster_is_that_of_all_looks_together(look):
    count, _ = looks(ALPHA)[look]
    decided = decide([math.log(2)] * count, ALPHA, MIN_GAIN)
    assert decided is not None
    assert decided[1].confidence == pytest.approx(1 - ALPHA)


def test_nothing_is_called_faster_between_two_looks():
    planned = {count for count, _ in looks(ALPHA)}
    for count in range(1, max(planned)):
        decided = decide([math.log(2)] * count, ALPHA, MIN_GAIN)
        assert (decided is not None) == (count in planned)


def test_noise_that_never_settles_ends_undecided_after_the_last_look():
    last = max(count for count, _ in looks(ALPHA))
    swinging = [math.log(1 + MIN_GAIN) + (-1) ** index for index in range(last)]
    assert decide(swinging[:-1], ALPHA, MIN_GAIN) is None
    decided = decide(swinging, ALPHA, MIN_GAIN)
    assert decided is not None
    assert decided[0] is Outcome.UNDECIDED


@any_noise
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_interval_holds_the_true_ratio_as_often_as_it_says(noise, alpha):
    source = random.Random(6)
    missed = 0
    for _ in range(RUNS):
        found = interval([math.log(1.2) + noise(source, index) for index in range(PAIRS)], alpha)
        assert found is not None
        missed += not found.low <= 1.2 <= found.high
    assert missed <= highest(alpha)


def test_interval_of_normal_noise_is_not_wider_than_it_must_be():
    source = random.Random(7)
    missed = 0
    for _ in range(RUNS):
        found = interval([normal(source, index) for index in range(PAIRS)], 0.2)
        missed += found is not None and not found.low <= 1 <= found.high
    assert missed >= RUNS * 0.2 / 2


# --- properties of the interval


@given(ratios)
def test_swapping_the_sides_inverts_the_interval(given_ratios):
    there, back = interval(given_ratios, ALPHA), interval([-ratio for ratio in given_ratios], ALPHA)
    assert there is not None
    assert back is not None
    assert back.low == pytest.approx(1 / there.high)
    assert back.high == pytest.approx(1 / there.low)
    assert back.speedup == pytest.approx(1 / there.speedup)


@given(ratios, numbers)
def test_shifting_all_log_ratios_shifts_the_interval(given_ratios, shift):
    before, after = interval(given_ratios, ALPHA), interval([ratio + shift for ratio in given_ratios], ALPHA)
    assert before is not None
    assert after is not None
    for name in ("low", "speedup", "high"):
        assert getattr(after, name) == pytest.approx(getattr(before, name) * math.exp(shift))


@given(ratios, st.floats(0.1, 3))
def test_scaling_all_log_ratios_scales_the_interval(given_ratios, factor):
    before, after = interval(given_ratios, ALPHA), interval([ratio * factor for ratio in given_ratios], ALPHA)
    assert before is not None
    assert after is not None
    for name in ("low", "speedup", "high"):
        assert math.log(getattr(after, name)) == pytest.approx(math.log(getattr(before, name)) * factor, abs=1e-9)


@given(ratios, st.randoms(use_true_random=False))
def test_order_of_the_pairs_does_not_matter(given_ratios, shuffler):
    shuffled = list(given_ratios)
    shuffler.shuffle(shuffled)
    assert interval(shuffled, ALPHA) == interval(given_ratios, ALPHA)
    assert decide(shuffled, ALPHA, MIN_GAIN) == decide(given_ratios, ALPHA, MIN_GAIN)


@given(ratios)
def test_speedup_lies_in_its_interval_and_the_interval_in_what_was_measured(given_ratios):
    found = interval(given_ratios, ALPHA)
    assert found is not None
    slack = 1e-9
    assert math.exp(min(given_ratios)) - slack <= found.low <= found.speedup + slack
    assert found.speedup - slack <= found.high <= math.exp(max(given_ratios)) + slack
    assert (found.pairs, found.confidence) == (len(given_ratios), 1 - ALPHA)


@given(st.lists(numbers, min_size=9, max_size=14))
def test_more_confidence_never_makes_the_interval_narrower(given_ratios):
    wide, narrow = interval(given_ratios, 0.01), interval(given_ratios, 0.2)
    assert wide is not None
    assert narrow is not None
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


@given(st.lists(numbers, min_size=6, max_size=6), st.floats(min_value=10, max_value=300))
def test_one_wild_pair_does_not_move_the_figure_out_of_the_others(others, wild):
    found = interval([*others, wild], ALPHA)
    assert found is not None
    assert found.speedup <= math.exp(max(others)) + 1e-9


# --- how many pairs


@given(st.floats(1e-6, 1))
def test_fewest_pairs_is_the_smallest_number_that_has_an_interval(alpha):
    fewest = fewest_pairs(alpha)
    assert interval([0.1] * fewest, alpha) is not None
    assert interval([0.1] * (fewest - 1), alpha) is None


@given(st.floats(1e-6, 1))
def test_looks_spend_no_more_than_the_error_at_growing_counts(alpha):
    plan = looks(alpha)
    counts = [count for count, _ in plan]
    assert sum(spent for _, spent in plan) <= alpha * (1 + 1e-9)
    assert counts == sorted(set(counts))
    assert all(count >= fewest_pairs(spent) for count, spent in plan)


def test_too_few_pairs_say_nothing():
    assert interval([], ALPHA) is None
    assert interval([5.0] * 5, ALPHA) is None
    assert decide([], ALPHA, MIN_GAIN) is None
    assert decide([5.0] * 5, ALPHA, MIN_GAIN) is None
    assert decide([-5.0] * 5, ALPHA, MIN_GAIN) is None


# --- from samples to figures


def test_figure_of_a_pair_is_the_median_over_its_rounds():
    rounds = [((2.0, 2.0), (1.0, 1.0)), ((3.0, 3.0), (1.0, 1.0)), ((900.0, 900.0), (1.0, 1.0))]
    assert log_ratios([pair(*rounds)], Clock.WALL) == pytest.approx([math.log(3)])


@given(st.lists(st.tuples(st.floats(1e-6, 10), st.floats(1e-6, 10)), min_size=1, max_size=9))
def test_rounds_are_compared_side_by_side(times):
    rounds = [((old, old), (new, new)) for old, new in times]
    expected = median(math.log(old / new) for old, new in times)
    assert log_ratios([pair(*rounds)], Clock.CPU) == pytest.approx([expected], abs=1e-9)


@given(st.lists(st.tuples(st.floats(1e-6, 10), st.floats(1e-6, 10)), min_size=6, max_size=9), st.floats(0.01, 100))
def test_slower_machine_changes_no_figure(times, factor):
    here = [pair(((old, old), (new, new))) for old, new in times]
    there = [pair(((old * factor, old * factor), (new * factor, new * factor))) for old, new in times]
    one, other = (interval(log_ratios(pairs, Clock.CPU), 0.05) for pairs in (here, there))
    assert one is not None
    assert other is not None
    assert (one.low, one.speedup, one.high) == pytest.approx((other.low, other.speedup, other.high), rel=1e-6)


def together(old, new):
    """A pair whose sides worked at the same time on one core, each for so many seconds."""

    def timing(own):
        sample = Sample(loops=1, wall_seconds=old + new, cpu_seconds=own, delayed_seconds=old + new - own, together=True)
        return Timing(cold=sample, samples=(sample,))

    return Pair(baseline=timing(old), candidate=timing(new), hash_seed=0)


@pytest.mark.parametrize("clock", Clock)
def test_time_in_which_the_other_side_had_the_core_does_not_count(clock):
    assert log_ratios([together(3.0, 1.0)], clock) == pytest.approx([math.log(3)])
    assert deciding_clock([together(3.0, 1.0)]) is Clock.CPU


def test_clock_outside_is_read_from_the_call_by_itself_where_samples_were_taken_together():
    one = together(4.0, 1.0)
    assert outside_log_ratios([one]) == []
    alone = [Sample(loops=1, wall_seconds=wall, cpu_seconds=wall, outside_seconds=wall) for wall in (4.0, 2.0)]
    sides = (one.baseline, one.candidate)
    old, new = (side.model_copy(update={"settled": sample}) for side, sample in zip(sides, alone, strict=True))
    assert outside_log_ratios([Pair(baseline=old, candidate=new, hash_seed=0)]) == pytest.approx([math.log(2)])


def test_instructions_have_a_ratio_per_call_where_somebody_counts_them():
    def timing(instructions, loops):
        sample = Sample(loops=loops, wall_seconds=1.0, cpu_seconds=1.0, instructions=instructions)
        return Timing(cold=sample, samples=(sample,))

    counted = Pair(baseline=timing(600, 1), candidate=timing(4000, 20), hash_seed=0)
    assert instruction_log_ratios([counted]) == pytest.approx([math.log(3)])
    assert instruction_log_ratios([Pair(baseline=timing(600, 1), candidate=timing(None, 1), hash_seed=0)]) == []


def test_importing_is_paid_once():
    def timing(imported):
        sample = Sample(loops=1, wall_seconds=1.0, cpu_seconds=1.0)
        return Timing(cold=sample, samples=(sample,), import_seconds=imported)

    pairs = [Pair(baseline=timing(0.5), candidate=timing(2.0), hash_seed=0)]
    assert one_off_seconds(pairs, Clock.CPU) == [1.5]
    assert import_seconds(pairs) == [1.5]


def test_samples_count_per_call():
    once, tenfold = pair(((1.0, 1.0), (1.0, 1.0))), pair(((1.0, 1.0), (1.0, 1.0)), loops=(1, 10))
    assert log_ratios([once, tenfold], Clock.CPU) == pytest.approx([0, math.log(10)])


def test_each_clock_has_its_own_ratios():
    one = pair(((4.0, 1.0), (1.0, 2.0)))
    assert log_ratios([one], Clock.WALL) == pytest.approx([math.log(4)])
    assert log_ratios([one], Clock.CPU) == pytest.approx([-math.log(2)])


def test_first_calls_are_compared_apart_from_the_others():
    one = pair(((5.0, 5.0), (1.0, 1.0)), cold=(3.0, 1.0))
    assert cold_log_ratios([one], Clock.WALL) == pytest.approx([math.log(3)])


def seen(*turns, loops=(1, 1)):
    """Turns are ((baseline's wall, outside), (candidate's wall, outside))."""

    def timing(side):
        samples = [
            Sample(loops=loops[side], wall_seconds=turn[side][0], cpu_seconds=0.0, outside_seconds=turn[side][1])
            for turn in turns
        ]
        return Timing(cold=samples[0], samples=tuple(samples))

    return Pair(baseline=timing(0), candidate=timing(1), hash_seed=0)


def test_clock_outside_has_its_own_ratio_per_call():
    assert outside_log_ratios([seen(((4.0, 4.0), (1.0, 2.0)))]) == pytest.approx([math.log(2)])
    assert outside_log_ratios([seen(((4.0, 4.0), (1.0, 4.0)), loops=(1, 10))]) == pytest.approx([math.log(10)])


def test_what_the_baseline_does_beside_its_timed_part_is_taken_off_outside():
    assert outside_log_ratios([seen(((4.0, 9.0), (1.0, 7.0)))]) == pytest.approx([math.log(2)])


@pytest.mark.parametrize("beside", [(5.0, 5.0, 5.0, 5.2), (4.8, 5.0, 5.2, 5.2)])
def test_set_up_that_varies_does_not_hide_a_gain_outside(beside):
    turns = [((1.0, 1.0 + more), (0.01, 0.01 + more)) for more in beside]
    (found,) = outside_log_ratios([seen(*turns)])
    assert found > math.log(100) / 2


@given(st.floats(0.5, 2), st.floats(0.5, 2))
def test_speed_that_changes_from_call_to_call_does_not_look_like_a_clock_that_lies(old, new):
    assert overstated([seen(((old, old + 1.0), (new, new + 1.0)))]) == pytest.approx([0.0])


def test_clock_that_shows_half_of_the_time_overstates_the_gain_by_two():
    assert overstated([seen(((1.0, 1.0), (0.5, 1.0)))]) == pytest.approx([math.log(2)])


def test_commands_are_not_timed_outside():
    assert outside_log_ratios([pair(((1.0, 1.0), (0.5, 0.5)))]) == []


def test_clock_that_did_not_move_never_says_infinitely_fast():
    (found,) = log_ratios([pair(((1.0, 1e-6), (1.0, 0.0)))], Clock.CPU)
    assert found == pytest.approx(math.log(1000))
    assert log_ratios([pair(((1.0, 0.0), (1.0, 0.0)))], Clock.CPU) == [0.0]


def test_cpu_time_decides_where_the_baseline_computes():
    assert deciding_clock([pair(((1.0, 0.95), (1.0, 0.01)))]) is Clock.CPU


def test_wall_time_decides_where_the_baseline_waits():
    assert deciding_clock([pair(((1.0, 0.3), (1.0, 1.0)))]) is Clock.WALL
    assert deciding_clock([pair(((1.0, 0.95), (1.0, 1.0))), pair(((9.0, 0.1), (1.0, 1.0)))]) is Clock.WALL


def test_wall_time_decides_where_no_clock_moved():
    assert deciding_clock([]) is Clock.WALL
    assert deciding_clock([pair(((0.0, 0.0), (0.0, 0.0)))]) is Clock.WALL
