"""Pairs of real processes: what is faster, what only looks so, and what cannot be timed."""

import math
import os
import random
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tools.benchmarking import BenchmarkFailed, Sides, measure, measure_all, screen
from tools.values import Benchmark, BenchmarkKind, Clock, Outcome

WORK = """\
def total(n):
    found = 0
    for i in range(n):
        found += i % 7
    return found


def emptied(items):
    while items:
        items.pop()
"""
TESTS = """\
import pytest

from work import emptied, total


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
    assert 2 < found.figure.low <= found.figure.speedup <= found.figure.high
    assert seen == [1, 2, 3, 4, 5]
    assert len(found.pairs) == 5
    assert len({pair.hash_seed for pair in found.pairs}) == 5
    for pair in found.pairs:
        assert len(pair.baseline.samples) == len(pair.candidate.samples) > 1
        assert pair.baseline.cold.loops == 1


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


# --- what cannot be timed, and whose fault it is


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


def test_work_in_the_background_between_turns_is_refused(work, total):
    busy = work.edit("work.py", HEAD, BUSY + HEAD)
    with pytest.raises(BenchmarkFailed, match=r"worked for .* when it was not timed") as caught:
        one_pair(work.target, Sides(work.start, busy), total)
    assert caught.value.side == "candidate"


def test_edited_file_that_was_not_loaded_is_other_code_that_was_timed(work, total):
    with pytest.raises(BenchmarkFailed, match=r"other\.py of the checkout was not loaded"):
        one_pair(work.target, Sides(work.start, work.start, ("work.py", "other.py")), total)


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
