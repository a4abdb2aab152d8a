"""Scalene on real targets, and how its shares become hotspots."""

from functools import partial

import pytest

from tools.profiling import GroupProfile, hotspots, profile
from tools.values import Benchmark, BenchmarkKind, LineShare
from tools.workload import is_source
from workspaces.errors import OptimizeError

WORK = """\
def slow(n):
    total = 0
    for i in range(n):
        total += i % 7
    return total


def quick(n):
    return n + 1


def kept(n):  # optimize: skip
    total = 0
    for i in range(n):
        total += i % 5
    return total
"""
TESTS = """\
from work import kept, quick, slow


def helper(n):
    total = 0
    for i in range(n):
        total += i % 3
    return total


def test_slow(benchmark):
    benchmark(slow, 20000)


def test_mixed(benchmark):
    def mixed():
        slow(2000)
        return helper(20000)

    benchmark(mixed)


def test_kept(benchmark):
    benchmark(kept, 20000)


def test_broken(benchmark):
    benchmark(quick, None)
"""
RUNNING = {
    "work.py:slow": ("benchmarks/test_work.py::test_slow", "benchmarks/test_work.py::test_mixed"),
    "work.py:kept": ("benchmarks/test_work.py::test_kept",),
}
FLOOR = 0.05


@pytest.fixture(scope="module")
def work(subject_with):
    script = "from work import slow\n\nfor _ in range(60):\n    slow(100000)\n"
    return subject_with({"work.py": WORK, "benchmarks/test_work.py": TESTS, "script.py": script})


@pytest.fixture(scope="module")
def tests_found(work, timed_test):
    """Hotspots of three benchmarks that share two processes."""
    names = ("test_slow", "test_mixed", "test_kept")
    benchmarks = [timed_test(f"benchmarks/test_work.py::{name}") for name in names]
    profiles = profile(work.target, work.start, benchmarks, RUNNING, FLOOR)
    return hotspots(profiles, RUNNING, partial(work.target.checkout.read, work.start), is_source)


def test_hot_function_has_nearly_all_of_its_benchmark(tests_found):
    assert tests_found[0].function.id == "work.py:slow"
    assert tests_found[0].share > 0.8
    # how Scalene divides it into Python and native depends on when its signals arrive
    assert tests_found[0].python > 0.05


def test_function_of_several_benchmarks_is_listed_with_the_one_in_which_it_weighs_most(tests_found):
    assert tests_found[0].benchmark.id == "benchmarks/test_work.py::test_slow"


def test_lines_of_a_hotspot_lie_in_its_function(tests_found):
    function = tests_found[0].function
    assert {line.line for line in tests_found[0].lines} <= set(range(function.first_line, function.last_line + 1))


def test_functions_of_tests_and_skipped_ones_are_not_listed(tests_found):
    assert {hotspot.function.id for hotspot in tests_found} <= {"work.py:slow", "work.py:quick"}


def test_command_is_profiled_as_it_is(work):
    command = Benchmark(kind=BenchmarkKind.COMMAND, id="python script.py", command=("python", "script.py"))
    profiles = profile(work.target, work.start, [command], {}, FLOOR)
    (first, *_) = hotspots(profiles, {}, partial(work.target.checkout.read, work.start), is_source)
    assert (first.function.id, first.benchmark) == ("work.py:slow", command)
    assert first.share > 0.5


def test_benchmark_that_fails_stops_the_run_and_is_named(work, timed_test):
    with pytest.raises(OptimizeError, match=r"test_broken fails before anything was changed: .*Mend or deselect it"):
        profile(work.limited(60), work.start, [timed_test("benchmarks/test_work.py::test_broken")], {}, FLOOR)


def test_command_that_fails_stops_the_run_and_is_named(work):
    command = Benchmark(kind=BenchmarkKind.COMMAND, id="python missing.py", command=("python", "missing.py"))
    with pytest.raises(OptimizeError, match=r"`python missing\.py` fails before anything was changed: .*can't open file"):
        profile(work.limited(60), work.start, [command], {}, FLOOR)


# --- which of several profiles counts


def share(group, seconds):
    """A profile of a group in which the first line of `slow`'s body has that share of the process."""
    return GroupProfile(tuple(group), {"work.py": (LineShare(line=3, python=seconds, native=0.0, system=0.0),)})


def only_hotspot(profiles, running):
    (found,) = hotspots(profiles, running, lambda _: WORK.encode(), is_source)
    return found


def test_largest_share_of_several_solo_profiles_counts_whatever_their_order(timed_test):
    one, other = timed_test("test_one"), timed_test("test_other")
    running = {"work.py:slow": ("test_one", "test_other")}
    for profiles in ([share([one], 0.9), share([other], 0.2)], [share([other], 0.2), share([one], 0.9)]):
        found = only_hotspot([share([one, other], 0.6), *profiles], running)
        assert (found.share, found.benchmark) == (pytest.approx(0.9), one)


def test_share_in_a_group_is_of_the_only_benchmark_that_executes_the_function(timed_test):
    group = [timed_test("test_one"), timed_test("test_other")]
    found = only_hotspot([share(group, 0.4)], {"work.py:slow": ("test_other",)})
    assert (found.share, found.benchmark.id) == (pytest.approx(0.8), "test_other")


def test_share_that_belongs_to_one_benchmark_beats_a_smaller_solo_profile(timed_test):
    one, other, third = (timed_test(name) for name in ("test_one", "test_other", "test_third"))
    running = {"work.py:slow": ("test_one", "test_other")}
    found = only_hotspot([share([other, third], 0.4), share([one], 0.1)], running)
    assert (found.share, found.benchmark) == (pytest.approx(0.8), other)


def test_no_share_is_ever_the_whole(timed_test):
    group = [timed_test("test_one"), timed_test("test_other")]
    found = only_hotspot([share(group, 0.9)], {})
    assert found.share < 1
    assert found.ceiling < float("inf")
