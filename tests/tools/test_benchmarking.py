"""Pairs of real processes: what is faster, what only looks so, and what cannot be timed."""

import math
import os
import random
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tools.benchmarking import (
    BenchmarkFailed,
    Sides,
    doubts,
    grows,
    measure,
    measure_all,
    screen,
    timing_core,
    where_else,
)
from tools.values import Benchmark, BenchmarkKind, Clock, Interval, Outcome, Pair, Sample, Timing

WORK = """\
def total(n):
    found = 0
    for i in range(n):
        found += i % 7
    return found


def emptied(items):
    while items:
        items.pop()


def lazily(n):
    return (i % 7 for i in range(n))
"""
TESTS = """\
import pytest

from work import emptied, lazily, total


def test_total(benchmark):
    benchmark(total, 4000)


@pytest.mark.parametrize("n", [2000, 3000], ids=["two thousand", "[3::k]"])
def test_sizes(benchmark, n):
    benchmark(total, n)


def test_emptied(benchmark):
    def fill():
        return (list(range(20000)),), {}

    def check(items):
        assert not items

    benchmark.pedantic(emptied, setup=fill, teardown=check, rounds=3)


def test_lazily(benchmark):
    benchmark(lazily, 1000)
"""
SCRIPT = "from work import total\n\nprint(total(1000000))\n"
HEAD = "def total(n):\n"
FASTER = "    whole, rest = divmod(n, 7)\n    return whole * 21 + rest * (rest - 1) // 2\n\n\ndef unused(n):\n"
ALPHA = 0.2  # five pairs are enough to say "faster"
TOTAL = "benchmarks/test_work.py::test_total"


@pytest.fixture(scope="module")
def work(subject_with):
    return subject_with(
        {"work.py": WORK, "other.py": "", "script.py": SCRIPT, "benchmarks/test_work.py": TESTS, "pytest.ini": "[pytest]\n"}
    )


@pytest.fixture
def total(timed_test):
    return timed_test(TOTAL)


def measured(subject, commit, benchmark, min_gain=0.05, **options):
    sides = Sides(subject.start, commit, ("work.py",))
    return measure(
        subject.target, sides, benchmark, alpha=ALPHA, min_gain=min_gain, random_source=random.Random(1), **options
    )


def one_pair(target, sides, *benchmarks, source=None):
    return measure_all(target, sides, benchmarks, pairs=1, random_source=source or random.Random(1))


def command(line):
    return Benchmark(kind=BenchmarkKind.COMMAND, id=line, command=tuple(line.split()))


# --- what is faster and what is not


def test_identical_code_is_not_faster(work, total):
    found = measured(work, work.start, total, min_gain=0.3)
    assert found.outcome is Outcome.SAME
    assert found.clock is Clock.CPU


def test_real_gain_is_faster_by_an_interval_and_leaves_its_raw_samples(work, total):
    seen = []
    found = measured(work, work.edit("work.py", HEAD, HEAD + FASTER), total, on_pair=seen.append)
    assert found.outcome is Outcome.FASTER
    assert found.figure.confidence == pytest.approx(1 - ALPHA)
    assert 2 < found.figure.low <= found.figure.speedup <= found.figure.high
    assert seen == [1, 2, 3, 4, 5]
    assert len(found.pairs) == 5
    assert len({pair.hash_seed for pair in found.pairs}) == 5
    for pair in found.pairs:
        assert len(pair.baseline.samples) == len(pair.candidate.samples) > 1
        assert pair.baseline.cold.loops == 1


def test_small_gain_is_held_against_the_baseline_with_itself(work, total, monkeypatch):
    monkeypatch.setattr("tools.benchmarking.FAR_ABOVE", 1000.0)  # every gain is small
    found = measured(work, work.edit("work.py", HEAD, HEAD + FASTER), total)
    assert found.outcome is Outcome.FASTER
    assert found.noise is not None
    assert found.noise.low <= found.noise.speedup <= found.noise.high < found.figure.low


def test_change_that_makes_it_slower_is_called_slower(work, total):
    slower = work.edit("work.py", HEAD, HEAD + "    for i in range(3 * n):\n        i % 7\n")
    assert measured(work, slower, total).outcome is Outcome.SLOWER


CACHE = "    if n not in KEPT:\n        KEPT[n] = slow_total(n)\n    return KEPT[n]\n\n\nKEPT = {}\n\n\ndef slow_total(n):\n"


def test_result_cache_is_cached_when_measured_and_when_screened(work, total):
    cached = work.edit("work.py", HEAD, HEAD + CACHE)
    assert measured(work, cached, total).outcome is Outcome.CACHED
    sides = Sides(work.start, cached)
    rough = screen(work.target, sides, total, min_gain=0.05, random_source=random.Random(1))
    assert rough.outcome is Outcome.CACHED


ON_DISK = """\
    import os, tempfile
    folders = [".", os.path.dirname(__file__), tempfile.gettempdir(), os.environ["HOME"], "/verispeed/results", "/dev/shm"]
    files = [os.path.join(folder, f"kept-{n}") for folder in folders]
    for file in files:
        if os.path.exists(file):
            return int(open(file).read())
    found = slow_total(n)
    for file in files:
        try:
            open(file, "w").write(str(found))
        except OSError:
            pass
    return found


def slow_total(n):
"""


def test_cache_on_disk_does_not_reach_the_next_process(work, timed_test):
    subject = work.write({"work.py": WORK.replace(HEAD, HEAD + ON_DISK), "benchmarks/test_work.py": LONG})
    sides = Sides(work.write({"benchmarks/test_work.py": LONG}), subject)
    benchmark = timed_test("benchmarks/test_work.py::test_long")
    found = measure(work.target, sides, benchmark, alpha=ALPHA, min_gain=0.05, random_source=random.Random(1))
    assert found.outcome is Outcome.CACHED


LONG = "from work import total\n\n\ndef test_long(benchmark):\n    benchmark(total, 100000)\n"

PATCH = """\
import time

real = time.perf_counter_ns, time.process_time_ns, time.perf_counter, time.process_time
time.perf_counter_ns = lambda: real[0]() // 10
time.process_time_ns = lambda: real[1]() // 10
time.perf_counter = lambda: real[2]() / 10
time.process_time = lambda: real[3]() / 10
"""


def test_patched_clocks_make_nothing_look_faster(work, total):
    found = measured(work, work.write({"work.py": PATCH + WORK}), total, min_gain=0.3)
    assert found.outcome is Outcome.SAME


# our script is in no list of modules; who looks through the frames of whoever imports it finds it all the same
FOUND = """\
import sys

frame = sys._getframe()
while frame is not None and "WALL" not in frame.f_globals:
    frame = frame.f_back
main = frame.f_globals if frame is not None else {}
"""
OWN_CLOCKS = """\
if main:
    real = main["WALL"], main["CPU"]
    main["WALL"] = lambda: real[0]() // 10
    main["CPU"] = lambda: real[1]() // 10
"""
OWN_TIMER = """\
if main:
    real = main["timed"]

    def timed(*given):
        wall, cpu, *rest = real(*given)
        return max(wall // 10, 1), cpu // 10, *rest

    main["timed"] = timed
"""


@pytest.mark.parametrize("patch", [OWN_CLOCKS, OWN_TIMER], ids=["clocks", "the function that reads them"])
def test_candidate_that_patches_our_own_script_is_cheating(work, total, patch):
    found = measured(work, work.write({"work.py": FOUND + patch + WORK}), total)
    assert found.outcome is Outcome.CHEATING


def test_gain_beside_a_long_setup_is_no_cheating(work, timed_test):
    emptied = work.edit("work.py", "    while items:\n        items.pop()\n", "    items.clear()\n")
    found = measured(work, emptied, timed_test("benchmarks/test_work.py::test_emptied"))
    assert found.outcome is Outcome.FASTER


IN_A_CHILD = """\
    import os
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.write(write, b"%d" % slow_total(n))
        os._exit(0)
    os.waitpid(child, 0)
    found = int(os.read(read, 100))
    os.close(read)
    os.close(write)
    return found


def slow_total(n):
"""


def test_work_in_a_child_that_is_waited_for_counts_as_cpu_time(work, timed_test):
    start = work.write({"benchmarks/test_work.py": LONG})
    moved = work.write({"work.py": WORK.replace(HEAD, HEAD + IN_A_CHILD), "benchmarks/test_work.py": LONG})
    benchmark = timed_test("benchmarks/test_work.py::test_long")
    found = measure(work.target, Sides(start, moved), benchmark, alpha=ALPHA, min_gain=0.3, random_source=random.Random(1))
    assert found.outcome in (Outcome.SAME, Outcome.SLOWER)
    assert found.clock is Clock.CPU


# --- what holds on other inputs

TABLE = """\
TABLE = {}


def total(n):
    if n in TABLE:
        return TABLE[n]
    return slow_total(n)


def slow_total(n):
    found = 0
    for i in range(n):
        found += i % 7
    return found


TABLE[4000] = slow_total(4000)
"""
# one call pays for what all later ones use, whatever their arguments are
LAZY = """\
PERIOD = []


def total(n):
    if not PERIOD:
        end = 0
        for i in range(60000):
            end += i % 7
        PERIOD.append(sum(i % 7 for i in range(7)))
    whole, rest = divmod(n, 7)
    return whole * PERIOD[0] + rest * (rest - 1) // 2
"""
DEAR = LAZY.replace("60000", "6000000")  # far more than a hundred calls save
OFF = "def total(n):\n    return sum(i % 7 for i in range(n)) if n % 4000 else 11994\n"
REST = WORK.partition("\n\n\n")[2]


def test_table_for_the_inputs_of_the_benchmark_does_not_hold_on_others(work, total):
    found = measured(work, work.write({"work.py": TABLE + "\n\n" + REST}), total)
    assert found.outcome in (Outcome.CACHED, Outcome.OVERFITTED)
    assert found.others is not None
    assert found.others.speedup < 1.5 < found.figure.speedup


def test_answer_for_the_very_input_of_the_benchmark_is_overfitted(work, total):
    found = measured(work, work.write({"work.py": OFF + "\n\n" + REST}), total)
    assert found.outcome in (Outcome.OVERFITTED, Outcome.CACHED)


def test_what_is_made_by_the_first_call_and_earned_back_is_faster_with_its_break_even(work, total):
    found = measured(work, work.write({"work.py": LAZY + "\n\n" + REST}), total)
    assert found.outcome is Outcome.FASTER
    assert found.one_off_seconds is not None
    assert found.break_even is not None
    assert 1 < found.break_even < 100
    assert found.others is not None
    assert found.others.speedup > 2


def test_what_is_made_by_the_first_call_and_not_earned_back_is_refused(work, total):
    assert measured(work, work.write({"work.py": DEAR + "\n\n" + REST}), total).outcome is Outcome.CACHED


EARLY = "KNOWN = [i % 7 for i in range({size})]\n\n\ndef total(n):\n    return sum(KNOWN[:n])\n"


def test_what_importing_makes_is_paid_once_too(work, total):
    found = measured(work, work.write({"work.py": EARLY.format(size=100000) + "\n\n" + REST}), total)
    assert found.outcome is Outcome.FASTER
    assert found.one_off_seconds > 0.001
    assert 1 < found.break_even < 100


def test_work_moved_to_import_that_is_not_earned_back_is_refused(work, total):
    found = measured(work, work.write({"work.py": EARLY.format(size=3000000) + "\n\n" + REST}), total)
    assert found.outcome is Outcome.CACHED


def test_calls_that_take_long_are_timed_at_the_same_time_on_one_core(work, timed_test):
    slow = TESTS + "\n\ndef test_long(benchmark):\n    benchmark(total, 400000)\n"
    start = work.write({"benchmarks/test_work.py": slow})
    benchmark = Benchmark(kind=BenchmarkKind.PYTEST, id="benchmarks/test_work.py::test_long")
    sides = Sides(start, start)
    found = measure(work.target, sides, benchmark, alpha=ALPHA, min_gain=0.5, random_source=random.Random(1))
    assert found.outcome is Outcome.SAME
    samples = [sample for pair in found.pairs for sample in (*pair.baseline.samples, *pair.candidate.samples)]
    assert all(sample.together and sample.delayed_seconds > 0 and sample.outside_seconds is None for sample in samples)
    settled = [pair.baseline.settled is not None for pair in found.pairs]
    assert settled == [number % 2 == 0 for number in range(len(settled))]


def test_time_that_is_over_leaves_it_undecided(work, total):
    found = measured(work, work.edit("work.py", HEAD, HEAD + FASTER), total, max_seconds=0.001)
    assert found.outcome is Outcome.UNDECIDED
    assert len(found.pairs) == 2


def test_who_waits_for_the_core_is_told(work, total):
    told = threading.Event()

    def waiting():
        told.set()
        release.set()

    release = threading.Event()

    def hold():
        with timing_core(lambda: None):
            held.set()
            release.wait(60)

    held = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(60)
    one_pair(replace(work.target, on_wait=waiting), Sides(work.start, work.start), total)
    holder.join()
    assert told.is_set()


def test_wrong_answer_to_other_inputs_of_the_same_kind_is_the_candidates_fault(work, total):
    wrong = work.edit("work.py", HEAD, HEAD + "    if n != 4000:\n        return n\n")
    with pytest.raises(
        BenchmarkFailed, match=r"called with \(\d+\), .*test_total times gives .*, not .* as before"
    ) as caught:
        measured(work, wrong, total)
    assert caught.value.side == "candidate"


SORTS = """\
def arranged(items):
    items.sort(key=lambda one: one % 1000)
    return sum(items)
"""


def test_argument_that_is_no_longer_changed_in_place_is_the_candidates_fault(work, timed_test):
    tests = "from work import arranged\n\ndef test_total(benchmark):\n    benchmark(arranged, [n * 9 for n in range(900)])\n"
    files = {"benchmarks/test_work.py": tests}
    dropped = SORTS.replace("    items.sort(key=lambda one: one % 1000)\n", "")
    sides = Sides(work.write({"work.py": SORTS, **files}), work.write({"work.py": dropped, **files}))
    with pytest.raises(BenchmarkFailed, match="leaves its arguments as") as caught:
        measure(work.target, sides, timed_test(TOTAL), alpha=ALPHA, min_gain=0.05, random_source=random.Random(1))
    assert caught.value.side == "candidate"


def test_arguments_that_cannot_be_varied_leave_the_question_open(work, timed_test):
    tests = "from work import total\n\ndef test_total(benchmark):\n    benchmark(lambda: total(4000))\n"
    start = work.write({"benchmarks/test_work.py": tests})
    sides = Sides(start, work.write({"work.py": WORK.replace(HEAD, HEAD + FASTER), "benchmarks/test_work.py": tests}))
    found = measure(work.target, sides, timed_test(TOTAL), alpha=ALPHA, min_gain=0.05, random_source=random.Random(1))
    assert found.outcome is Outcome.FASTER
    assert found.others is None


def figures(low, high):
    return Interval(speedup=(low * high) ** 0.5, low=low, high=high, confidence=0.99, pairs=8)


def sizes(before, after):
    """Pairs of processes of so many bytes."""
    sample = Sample(loops=1, wall_seconds=1.0, cpu_seconds=1.0)
    old, new = (Timing(cold=sample, samples=(sample,), peak_bytes=size) for size in (before, after))
    return [Pair(baseline=old, candidate=new, hash_seed=0)] * 8


@pytest.mark.parametrize(
    ("before", "after", "speedup", "too_much"),
    [(100, 101, 1.5, False), (100, 140, 1.5, True), (100, 140, 2.5, False), (20, 40, 1.5, False), (900, 1000, 1.5, False)],
    ids=["as before", "a third more", "a third more for twice the speed", "few bytes more", "a small part more"],
)
def test_memory_that_grows_by_much_counts_against_a_small_gain(before, after, speedup, too_much):
    assert grows(sizes(before * 2**20, after * 2**20), figures(speedup, speedup + 0.1)) is too_much


def elsewhere(warm, cold, others):
    """Pairs in which the new code takes so much of the old one's second: repeated, at first, and with other arguments."""
    first, usual = Sample(loops=1, wall_seconds=1.0, cpu_seconds=1.0), Sample(loops=1, wall_seconds=1.0, cpu_seconds=1.0)
    old = Timing(cold=first, samples=(usual,), others=(usual,) if others else ())

    def took(seconds):
        return Sample(loops=1, wall_seconds=seconds, cpu_seconds=seconds)

    new = Timing(cold=took(cold), samples=(took(warm),), others=(took(others),) if others else ())
    return [Pair(baseline=old, candidate=new, hash_seed=0)] * 8


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (elsewhere(0.5, 0.5, 0.5), None),
        (elsewhere(0.5, 0.5, None), None),
        (elsewhere(0.5, 1.0, 1.0), Outcome.CACHED),
        (elsewhere(0.5, 1.0, None), Outcome.CACHED),
        (elsewhere(0.5, 0.5, 1.0), Outcome.OVERFITTED),
        (elsewhere(0.5, 5.0, 0.5), None),
        (elsewhere(0.5, 500.0, 0.5), Outcome.CACHED),
    ],
    ids=["everywhere", "nobody knows", "a cache", "a cache where nobody knows", "this input only", "made once", "too dear"],
)
def test_gain_must_hold_elsewhere(pairs, said):
    assert where_else(pairs, Clock.CPU) is said


# --- which gains are believed, by made-up pairs


def made_up(wall=1.0, cpu=1.0, outside=1.0, *, setup=0.0, before_cpu=1.0):
    """Pairs of a baseline that takes a second by all clocks (and waits if `before_cpu` is less) and such a candidate."""

    def timing(*seconds):
        sample = Sample(loops=1, wall_seconds=seconds[0], cpu_seconds=seconds[1], outside_seconds=seconds[2] + setup)
        return Timing(cold=sample, samples=(sample,) * 3)

    return [Pair(baseline=timing(1.0, before_cpu, 1.0), candidate=timing(wall, cpu, outside), hash_seed=0)] * 8


@pytest.mark.parametrize(
    ("clock", "pairs", "said"),
    [
        (Clock.CPU, made_up(wall=0.5, cpu=0.5, outside=0.5), None),
        (Clock.WALL, made_up(wall=0.5, cpu=0.2, outside=0.5, before_cpu=0.2), None),
        (Clock.CPU, made_up(wall=1.0, cpu=0.5, outside=1.0), Outcome.UNDECIDED),
        (Clock.WALL, made_up(wall=0.5, cpu=0.4, outside=0.5, before_cpu=0.2), Outcome.SLOWER),
        (Clock.CPU, made_up(wall=0.5, cpu=0.5, outside=1.0), Outcome.CHEATING),
        (Clock.WALL, made_up(wall=0.5, cpu=0.2, outside=1.0, before_cpu=0.2), Outcome.CHEATING),
        (Clock.CPU, made_up(wall=0.01, cpu=0.01, outside=0.5), Outcome.CHEATING),
        (Clock.CPU, made_up(wall=0.1, cpu=0.1, outside=0.1, setup=5.0), None),
        (Clock.CPU, made_up(wall=0.1, cpu=0.1, outside=1.0, setup=5.0), Outcome.CHEATING),
    ],
    ids=[
        "all clocks agree",
        "all agree on one that waits",
        "CPU time without wall time",
        "wall time for more CPU time",
        "not seen from outside",
        "not seen from outside, of one that waits",
        "little of it seen from outside",
        "beside a setup",
        "not seen from outside beside a setup",
    ],
)
def test_gain_is_believed_only_where_the_other_clocks_agree(clock, pairs, said):
    assert doubts(pairs, clock, ALPHA) is said


def test_clock_outside_that_only_seems_to_show_less_leaves_it_undecided():
    sure, unsure = made_up(wall=0.5, cpu=0.5, outside=1.0)[0], made_up(wall=0.5, cpu=0.5, outside=0.5)[0]
    assert doubts([sure] * 5 + [unsure] * 3, Clock.CPU, ALPHA) is Outcome.UNDECIDED
    assert doubts([sure] * 8, Clock.CPU, ALPHA) is Outcome.CHEATING


def test_gain_of_a_command_needs_no_clock_outside():
    sample = {
        1.0: Sample(loops=1, wall_seconds=1.0, cpu_seconds=1.0),
        0.5: Sample(loops=1, wall_seconds=0.5, cpu_seconds=0.5),
    }
    old, new = (Timing(cold=sample[seconds], samples=(sample[seconds],)) for seconds in (1.0, 0.5))
    assert doubts([Pair(baseline=old, candidate=new, hash_seed=0)] * 8, Clock.CPU, ALPHA) is None


# --- what cannot be timed, and whose fault it is


LATER = "CALLS = []\n\n\n" + HEAD + "    CALLS.append(n)\n    if len(CALLS) > 1:\n        return 0\n"
WHERE_TIMED = HEAD + "    import os\n    if 'PADDING' in os.environ:\n        return 0\n"


@pytest.mark.parametrize("wrong", [LATER, WHERE_TIMED], ids=["after the first call", "where it is timed"])
def test_candidate_that_computes_something_else_while_it_is_timed_is_at_fault(work, total, wrong):
    with pytest.raises(BenchmarkFailed, match=r"test_total computes \w+ 0, not .* 11994 as before") as caught:
        one_pair(work.target, Sides(work.start, work.edit("work.py", HEAD, wrong)), total)
    assert caught.value.side == "candidate"


def test_benchmark_that_gives_something_else_with_each_call_is_compared_by_its_first(work, total):
    counting = work.edit("work.py", HEAD, "CALLS = []\n\n\n" + HEAD + "    CALLS.append(n)\n    return len(CALLS)\n")
    two = work.edit("work.py", HEAD, "CALLS = [0]\n\n\n" + HEAD + "    CALLS.append(n)\n    return len(CALLS)\n")
    assert one_pair(work.target, Sides(counting, counting), total)
    with pytest.raises(BenchmarkFailed, match=r"not .* 1 as before"):
        one_pair(work.target, Sides(counting, two), total)


def test_results_that_cannot_be_compared_are_no_fault(work, timed_test):
    other = work.edit("work.py", "return (i % 7 for", "return (i % 5 for")
    assert one_pair(work.target, Sides(work.start, other), timed_test("benchmarks/test_work.py::test_lazily"))


CHILD = "    import subprocess, sys\n    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
ORPHAN = (
    "    import os, time\n    if not os.fork():\n        os.fork() or time.sleep(60)\n        os._exit(0)\n    os.wait()\n"
)


@pytest.mark.parametrize("side", ["candidate", "baseline"])
@pytest.mark.parametrize("leaving", [CHILD, ORPHAN], ids=["child", "orphan"])
def test_side_that_leaves_processes_running_is_at_fault(work, total, side, leaving):
    once = f"LEFT = []\n\n\ndef leave():\n    LEFT.append(1)\n{leaving}\n\n{HEAD}    LEFT or leave()\n"
    left = work.edit("work.py", HEAD, once)
    sides = Sides(work.start, left) if side == "candidate" else Sides(left, work.start)
    with pytest.raises(BenchmarkFailed, match="test_total leaves 1 processes running") as caught:
        one_pair(work.target, sides, total)
    assert caught.value.side == side


DROPPED = """\
    import sys
    frame = sys._getframe()
    while frame and "samples" not in frame.f_locals:
        frame = frame.f_back
    if frame and n == 4000:
        frame.f_locals["samples"].clear()
"""


def test_candidate_that_drops_samples_is_at_fault(work, total):
    dropping = work.edit("work.py", HEAD, HEAD + DROPPED)
    with pytest.raises(BenchmarkFailed, match=r"reports 1 samples and was told to take \d+") as caught:
        one_pair(work.target, Sides(work.start, dropping), total)
    assert caught.value.side == "candidate"


def test_candidate_whose_benchmark_raises_is_at_fault_and_the_next_can_be_timed(work, total):
    broken = work.edit("work.py", HEAD, HEAD + "    raise ValueError('no such total')\n")
    with pytest.raises(BenchmarkFailed, match=r"test_total failed: .*no such total") as caught:
        one_pair(work.target, Sides(work.start, broken), total)
    assert caught.value.side == "candidate"
    assert list(one_pair(work.target, Sides(work.start, work.start), total)) == [TOTAL]


def test_candidate_that_breaks_later_calls_only_is_at_fault(work, total):
    once = work.edit(
        "work.py", HEAD, "CALLS = []\n\n\n" + HEAD + "    CALLS.append(n)\n    assert len(CALLS) < 3, 'worn out'\n"
    )
    with pytest.raises(BenchmarkFailed, match="worn out") as caught:
        one_pair(work.target, Sides(work.start, once), total)
    assert caught.value.side == "candidate"


def test_baseline_that_raises_is_at_fault_itself(work, total):
    broken = work.edit("work.py", HEAD, HEAD + "    raise ValueError('no such total')\n")
    with pytest.raises(BenchmarkFailed, match="no such total") as caught:
        one_pair(work.target, Sides(broken, work.start), total)
    assert caught.value.side == "baseline"


@pytest.mark.parametrize("place", ["at import", "in the benchmark"])
def test_candidate_that_never_ends_is_ended_and_at_fault(work, total, place):
    loop = "while True:\n    pass\n" if place == "at import" else HEAD + "    while True:\n        pass\n"
    hanging = work.edit("work.py", HEAD, loop if place == "in the benchmark" else loop + HEAD)
    with pytest.raises(BenchmarkFailed, match="ran over its limit of time") as caught:
        one_pair(work.limited(wall_seconds=6), Sides(work.start, hanging), total)
    assert caught.value.side == "candidate"


@pytest.mark.parametrize("ending", ["sys.exit(0)", "os._exit(0)"])
def test_candidate_that_ends_its_process_is_at_fault(work, total, ending):
    ended = work.edit("work.py", HEAD, HEAD + f"    import os, sys\n    {ending}\n")
    with pytest.raises(BenchmarkFailed) as caught:
        one_pair(work.target, Sides(work.start, ended), total)
    assert caught.value.side == "candidate"


BUSY = """\
import threading


def work():
    while True:
        pass


threading.Thread(target=work, daemon=True).start()


"""


def many_pairs(*arguments):
    """How much of the core a process gets between two turns is up to the system."""
    for _ in range(20):
        one_pair(*arguments)


def test_work_in_the_background_between_turns_is_refused(work, total):
    busy = work.edit("work.py", HEAD, BUSY + HEAD)
    with pytest.raises(BenchmarkFailed, match=r"worked for .* when it was not timed") as caught:
        many_pairs(work.target, Sides(work.start, busy), total)
    assert caught.value.side == "candidate"


def test_edited_file_that_was_not_loaded_is_other_code_that_was_timed(work, total):
    with pytest.raises(BenchmarkFailed, match=r"other\.py of the checkout was not loaded"):
        one_pair(work.target, Sides(work.start, work.start, ("other.py",)), total)
    one_pair(work.target, Sides(work.start, work.start, ("work.py", "other.py")), total)  # no benchmark imports all


def test_benchmark_that_is_not_there_cannot_be_timed(work, timed_test):
    with pytest.raises(BenchmarkFailed):
        one_pair(work.target, Sides(work.start, work.start), timed_test("benchmarks/test_work.py::test_gone"))


# --- kinds of benchmarks


def test_awkward_and_pedantic_benchmarks_can_be_timed_in_one_process(work, timed_test):
    names = ("test_total", "test_sizes[two thousand]", "test_sizes[[3::k]]", "test_emptied")
    benchmarks = [timed_test(f"benchmarks/test_work.py::{name}") for name in names]
    faster = work.edit("work.py", HEAD, HEAD + FASTER)
    found = one_pair(work.target, Sides(work.start, faster, ("work.py",)), *benchmarks)
    gains = {name: ratio for name, (ratio,) in found.items()}
    assert list(gains) == [benchmark.id for benchmark in benchmarks]
    assert all(gains[benchmark.id] > math.log(2) for benchmark in benchmarks[:3])
    assert abs(gains[benchmarks[3].id]) < math.log(2)


def test_setup_of_a_pedantic_benchmark_is_not_timed(work, timed_test):
    slow_setup = TESTS.replace("        return (list", "        sum(range(1000000))\n        return (list")
    sides = Sides(work.start, work.write({"benchmarks/test_work.py": slow_setup}))
    benchmark = timed_test("benchmarks/test_work.py::test_emptied")
    ((ratio,),) = one_pair(work.target, sides, benchmark).values()
    assert ratio > -math.log(2)


def test_command_is_timed_as_a_whole_process_and_is_never_cached(work):
    line = command("python script.py")
    found = measured(work, work.edit("work.py", HEAD, HEAD + FASTER), line)
    assert found.outcome is Outcome.FASTER
    assert found.cold.speedup == found.figure.speedup
    assert all(len(pair.baseline.samples) == 1 for pair in found.pairs)


def test_command_that_fails_names_the_side_and_what_it_said(work):
    broken = work.edit("work.py", HEAD, HEAD + "    raise ValueError('no such total')\n")
    with pytest.raises(BenchmarkFailed, match=r"ended with code 1: .*no such total") as caught:
        one_pair(work.target, Sides(work.start, broken), command("python script.py"))
    assert caught.value.side == "candidate"


# --- interruption


class Interrupted(random.Random):
    """Somebody presses Ctrl-C when both processes wait for their first turn."""

    def sample(self, *_, **__):
        raise KeyboardInterrupt


def children():
    return {child for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()}


def test_interruption_leaves_no_process_and_no_file(work, total):
    before = children()
    target = replace(work.target, stop=threading.Event())
    with pytest.raises(KeyboardInterrupt):
        one_pair(target, Sides(work.start, work.start), total, source=Interrupted(1))
    assert children() <= before
    assert os.listdir(target.checkout.folder / "scratch") == []  # noqa: PTH208
