"""The scripts that the target's interpreter runs, and the referee at the other end of their pipes."""

import array
import collections
import decimal
import importlib.machinery
import importlib.util
import os
import random
import subprocess
import sys
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools.benchmarking import Sides, measure_all
from tools.profiling import hotspots, profile
from tools.rooms import HARNESS_FOLDER, HarnessFailed, run_harness, run_pytest
from tools.testing import run_tests, take_baseline
from tools.turns import FEWEST_ROUNDS, FEWEST_SLOW_ROUNDS, MOST_ROUNDS, Rounds, Seat, SideEnded, referee
from tools.workload import is_source


@pytest.fixture(scope="module")
def session():
    """tools/harness/pytest_session.py as a module; its main() is not run."""
    before = list(sys.path)
    sys.path.insert(0, str(HARNESS_FOLDER))  # as for a script
    spec = importlib.util.spec_from_file_location("pytest_session", HARNESS_FOLDER / "pytest_session.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


# --- what a benchmark computed, as a text


class Plain:
    pass


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({3, 1, 2}, {2, 3, 1}),
        (frozenset("abc"), frozenset("cba")),
        ([{"a": {1, 2}}], [{"a": {2, 1}}]),
        (Plain(), Plain()),
        (float("nan"), float("nan")),
    ],
    ids=["sets", "frozen sets", "sets inside", "addresses", "not a number"],
)
def test_equal_values_have_the_same_description(session, one, other):
    assert session.digest(one).split()[0] == session.digest(other).split()[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        (0.0, -0.0),
        ("1", 1),
        ([1], (1,)),
        ({1}, frozenset({1})),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ([1, 2], [2, 1]),
        (b"a", "a"),
        (0.1 + 0.2, 0.3),
    ],
    ids=repr,
)
def test_values_that_differ_in_type_order_or_sign_have_different_descriptions(session, one, other):
    assert session.digest(one).split()[0] != session.digest(other).split()[0]


class Slotted:
    __slots__ = ("inner",)

    def __init__(self, inner):
        self.inner = inner


class Quiet(Plain):
    def __init__(self, inner):
        self.inner = inner

    def __repr__(self):
        return "Quiet(...)"


class Array:
    """What the digest needs of an array; its repr leaves out the middle."""

    def __init__(self, *numbers):
        self.raw = array.array("q", numbers)
        self.dtype = collections.namedtuple("Kind", "hasobject")(False)
        self.shape = (len(numbers),)

    def tobytes(self):
        return self.raw.tobytes()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Slotted([1]), Slotted([2])),
        (Quiet({"a": 1}), Quiet({"a": 2})),
        (Array(1, 2, 3), Array(1, 5, 3)),
        (decimal.Decimal("1.0"), decimal.Decimal("1.00")),
        (collections.deque([1]), collections.deque([2])),
        (collections.OrderedDict(a=1), {"a": 1}),
    ],
    ids=["slots", "hidden by its repr", "middle of an array", "C type", "deque", "subclass"],
)
def test_no_part_of_a_result_is_left_out_of_its_digest(session, one, other):
    assert session.digest(one).split()[0] != session.digest(other).split()[0]


def test_what_cannot_be_compared_has_no_digest(session):
    circle = []
    circle.append(circle)
    for value in (None, iter([1]), (n for n in range(3)), print, circle, [lambda: 1], {"a": object}):
        assert session.digest(value) is None


def test_digest_of_a_deep_result_is_quick_and_small(session):
    deep = {}
    for _ in range(50):
        deep = {"a": deep, "b": [1, 2]}
    assert len(session.digest(deep)) < 100


# --- how often a function is called in a sample


@pytest.mark.parametrize("nanoseconds", [20, 900, 50_000, 4_999_999, 5_000_000, 80_000_000])
def test_calibration_ends_with_samples_that_are_long_enough_and_not_much_longer(session, nanoseconds):
    loops, timing = session.calibrate(lambda loops: (loops * nanoseconds, 0, None))
    assert timing == (loops * nanoseconds, 0, None)
    assert loops * nanoseconds >= session.SAMPLE_NANOSECONDS
    assert loops == 1 or loops * nanoseconds <= 3 * session.SAMPLE_NANOSECONDS


def test_a_call_that_takes_no_time_at_all_still_counts_as_some(session):
    wall, cpu, *_, result = session.timed(lambda x: x + 1, (1,), {}, 3)
    assert wall > 0
    assert cpu >= 0
    assert result == 2


def test_files_on_top_of_the_suite_are_found_within_it_whatever_they_are_called(subject_with):
    texts = {
        "test_a.py": "def test_a():\n    pass\n",
        "more/bench b.py": "def test_b(benchmark):\n    benchmark(len, 'x')\n",
    }
    subject = subject_with(texts)
    found = run_tests(subject.target, subject.start, [], hash_seed=1, added=("more/bench b.py",))
    assert found.outcomes == {"test_a.py::test_a": "passed", "more/bench b.py::test_b": "passed"}


def test_function_without_parameters_is_opened_to_what_it_closes_over(session):
    data, table = [1, 2], {"a": 1}
    assert session.opened(lambda: (data, table)) == (data, table)
    assert session.reopened(lambda: data[0], ([7],))() == 7
    assert session.opened(lambda x: data) is None
    assert session.opened(len) is None
    assert session.opened(test_function_without_parameters_is_opened_to_what_it_closes_over) is None


def others_of(session, function, *args):
    others = session.Others(function, args, {}, {"others": 1, "seed": "1"})
    others.round(5)
    return others


def test_calls_with_other_plain_data_are_told_with_what_went_in_and_came_out(session):
    def grow(items):
        items.append(0)
        return len(items)

    given = [10, 20, 30]
    found = others_of(session, grow, given)
    assert given == [10, 20, 30]
    assert len(found.results) == 5
    for call, result, before, after in found.results:
        assert call.startswith("[")
        assert result.endswith(" 4")
        assert before != after


def test_results_of_calls_with_what_earlier_calls_may_have_changed_are_not_told(session):
    class Index:
        count = 0

        def add(self, word):
            self.count += 1
            return self.count

    index, word = Index(), "some word"
    found = others_of(session, lambda: index.add(word))
    assert found.samples
    assert found.results == []


def test_digest_does_not_depend_on_the_address_of_an_object(session):
    class Node:
        def __init__(self):
            self.value = 1

    digests = {session.digest(node) for node in [Node(), Node()]}
    assert len(digests) == 1


# --- what is counted beside time


@pytest.fixture
def counting(session):
    return sys.modules["verispeed_count"]


def test_counter_of_events_grows_with_work_and_holds_that_of_children(counting):
    # instructions cannot be counted on every machine; the system's own clock of a task can, by the same call
    count = counting.instruction_counter(counting.SOFTWARE, counting.TASK_CLOCK)
    if count is int:
        pytest.skip("this kernel lets nobody count events")
    before = count()
    sum(range(300000))
    between = count()
    subprocess.run([sys.executable, "-c", "sum(range(3000000))"], check=True)
    assert 0 < between - before < count() - between


def test_counter_of_a_program_begins_with_it(counting):
    count = counting.instruction_counter(counting.SOFTWARE, counting.TASK_CLOCK, children_only=True)
    if count is int:
        pytest.skip("this kernel lets nobody count events")
    sum(range(300000))
    assert count() == 0
    subprocess.run([sys.executable, "-c", ""], check=True)
    assert count() > 0


def test_nobody_counts_what_the_machine_does_not_know(counting):
    assert counting.instruction_counter(kind=999)() == 0


def test_time_of_an_import_is_that_of_the_file_alone(session, tmp_path, monkeypatch):
    (tmp_path / "outer_one.py").write_text("import inner_one\n")
    (tmp_path / "inner_one.py").write_text("import colorsys\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    ticks = iter(range(0, 10**12, 10**9))
    loader = importlib.machinery.SourceFileLoader
    monkeypatch.setattr(loader, "exec_module", loader.exec_module)  # put back afterwards
    times = sys.modules["verispeed_importing"].ImportTimes(str(tmp_path), lambda: next(ticks))
    importlib.import_module("outer_one")
    assert times.seconds == {"inner_one.py": 1.0, "outer_one.py": 2.0}


# --- results of harness scripts


@pytest.fixture
def results_of(target, improvable):
    """Runs a one-file script in place of a harness script."""

    def run(tmp_path: Path, text: str):
        (tmp_path / "script.py").write_text(text)
        tmp_path.chmod(0o755)
        with target.room(improvable.start) as room:
            return run_harness(type(room)(**{**vars(room), "harness": tmp_path}), "script.py", {"asked": 1})[0]

    return run


READ = "import json, sys\nspec = json.load(open(sys.argv[1]))\n"


def test_result_with_the_key_is_returned_without_it(results_of, tmp_path):
    text = READ + 'json.dump({"key": spec["key"], "found": spec["asked"]}, open(spec["output"], "w"))\n'
    assert results_of(tmp_path, text) == {"found": 1}


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ('"{}"', "something else wrote one"),
        ('\'{"key": "guess"}\'', "something else wrote one"),
        ('"[]"', "not an object"),
        ('""', "before writing a result"),
        ("'{\"key\": '", "before writing a result"),
    ],
)
def test_result_without_the_key_is_none(results_of, tmp_path, written, sentence):
    with pytest.raises(HarnessFailed, match=sentence):
        results_of(tmp_path, READ + f'open(spec["output"], "w").write({written})\n')


def test_script_that_fails_is_told_with_its_last_words(results_of, tmp_path):
    with pytest.raises(HarnessFailed, match=r"ended with code 3: .*no such luck"):
        results_of(tmp_path, "import sys\nprint('no such luck')\nsys.exit(3)\n")


def test_spec_with_the_key_is_gone_when_target_code_runs(subject_with):
    asked = "    assert sorted(os.listdir('/verispeed/results')) == ['attempts.jsonl', 'output.json']\n"
    look = f"import os\n\ndef test_look():\n{asked}"
    subject = subject_with({"test_look.py": look})
    with subject.target.room(subject.start) as room:
        written, _ = run_pytest(subject.target, room, "test", [])
    assert written["tests"] == {"test_look.py::test_look": "passed"}
    assert written["loaded"] == ["test_look.py"]


def test_command_script_counts_the_whole_process_and_passes_its_code_on(subject_with):
    burn = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'sum(range(10**7))'])\nsys.exit(7)\n"
    subject = subject_with({"burn.py": burn})
    with subject.target.room(subject.start) as room:
        for words, code in ((["python", "burn.py"], 7), (["python", "-c", ""], 0)):
            spec = {"command": words, "stdout": str(room.inside_results / "stdout.txt")}
            used, _ = run_harness(room, "command.py", spec)
            assert used["code"] == code
            assert used["cpu"] > 0
            assert used["wall"] > 0


# --- outcomes


@pytest.fixture
def outcome_of(session):
    """What is recorded of one test that has these reports: (phase, outcome), or (phase, outcome, expected failure)."""

    def record(*reports):
        recorder = session.Recorder({"mode": "test", "seconds": 0, "coverage": False}, None, None)
        for when, outcome, *expected in reports:
            more = {"wasxfail": "known"} if expected else {}
            flags = {name: outcome == name for name in ("passed", "failed", "skipped")}
            recorder.pytest_runtest_logreport(
                SimpleNamespace(nodeid="a", when=when, outcome=outcome, longrepr="E  no", **flags, **more)
            )
        return recorder.tests.get("a"), "a" in recorder.longest

    return record


@pytest.mark.parametrize(
    ("reports", "outcome"),
    [
        ([("setup", "passed"), ("call", "passed"), ("teardown", "passed")], "passed"),
        ([("call", "failed"), ("call", "passed")], "failed"),
        ([("call", "passed"), ("call", "failed")], "failed"),
        ([("call", "skipped"), ("call", "passed")], "skipped"),
        ([("call", "failed"), ("teardown", "failed")], "failed"),
        ([("call", "passed"), ("teardown", "failed")], "error"),
        ([("setup", "failed"), ("teardown", "passed")], "error"),
        ([("call", "rerun"), ("setup", "passed"), ("call", "passed")], "passed"),
        ([("call", "rerun"), ("call", "rerun"), ("call", "failed")], "failed"),
        ([("call", "rerun")], None),
        ([("call", "skipped", "expected")], "xfailed"),
        ([("call", "passed", "expected")], "xpassed"),
        ([("setup", "passed"), ("teardown", "passed")], None),
    ],
)
def test_worst_report_of_a_test_is_its_outcome_and_reruns_are_none(outcome_of, reports, outcome):
    assert outcome_of(*reports) == (outcome, outcome in ("failed", "error"))


SUBTESTS = """\
import unittest


class Test(unittest.TestCase):
    def test_parts(self):
        for part in (1, 2, 3):
            with self.subTest(part=part):
                assert part != 2
"""


def outcomes(subject, *arguments):
    found = run_tests(subject.target, subject.start, arguments)
    return {node.rpartition("::")[2]: outcome for node, outcome in found.outcomes.items()}


def test_test_with_a_subtest_that_fails_has_failed(subject_with):
    assert outcomes(subject_with({"test_parts.py": SUBTESTS})) == {"test_parts": "failed"}


# --- configurations of the target


THREE = {
    "test_a.py": "def test_fails():\n    assert 0\n\ndef test_fails_too():\n    assert 0\n",
    "test_b.py": "def test_passes(benchmark):\n    benchmark(len, [])\n",
}
ALL = {"test_fails": "failed", "test_fails_too": "failed", "test_passes": "passed"}


@pytest.mark.parametrize(
    "lines",
    [
        "addopts = --maxfail=1",
        "addopts = -x",
        "addopts = --ff",
        "addopts = --lf",
        "addopts = --sw",
        "addopts = --sw-skip",
        "addopts = --benchmark-disable",
        "addopts = --benchmark-skip",
        "addopts = --benchmark-only --benchmark-autosave",
        "addopts = -p no:benchmark",
        "addopts = -p no:cacheprovider",
        "addopts = -vv --durations=3 --cov=.",
        "addopts = --strict-config\ncache_dir = .kept\nfilterwarnings = error",
        "addopts = --strict-config\nbenchmark_no_such = 1",
    ],
)
def test_options_of_the_target_leave_out_no_test(subject_with, lines):
    subject = subject_with({**THREE, "pytest.ini": f"[pytest]\n{lines}\n"})
    if "no_such" in lines:
        with pytest.raises(HarnessFailed, match="code 4"):
            outcomes(subject)
    else:
        assert outcomes(subject) == ALL


def test_suite_that_runs_in_many_processes_runs_in_one(subject_with):
    subject = subject_with({**THREE, "pytest.ini": "[pytest]\naddopts = -n 2\n"})
    if "pytest-xdist" not in subject.target.interpreter.distributions:
        pytest.skip("pytest-xdist is not in the target's environment")
    assert outcomes(subject) == ALL


# --- benchmarks as they are written


STYLES = """\
import pytest
from work import total


class TestTotal:
    @pytest.mark.parametrize("n", [1000, 2000], ids=["a b", "[c]::d"])
    def test_sizes(self, benchmark, n):
        assert benchmark(total, n) == sum(range(n))

    @pytest.mark.benchmark(group="g")
    def test_decorated(self, benchmark):
        @benchmark
        def found():
            return total(1000)

        assert found == sum(range(1000))


def test_stats(benchmark):
    benchmark(total, 1000)
    benchmark.extra_info["mean"] = benchmark.stats["mean"]
    assert 0 <= benchmark.stats.stats.min <= benchmark.stats["median"] <= benchmark.stats["max"]


def test_pedantic(benchmark):
    benchmark.pedantic(total, args=(1000,), rounds=3, iterations=2, warmup_rounds=1)
    assert benchmark.stats["rounds"] >= 1
    assert benchmark.stats["ops"] >= 0
"""
TOTAL = "def total(n):\n    found = 0\n    for i in range(n):\n        found += i\n    return found\n"
NODES = (
    "TestTotal::test_sizes[a b]",
    "TestTotal::test_sizes[[c]::d]",
    "TestTotal::test_decorated",
    "test_stats",
    "test_pedantic",
)


@pytest.fixture(scope="module")
def styles(subject_with):
    """A project in a subfolder; the configuration lies at the top of the repository."""
    subject = subject_with(
        {
            "pytest.ini": "[pytest]\naddopts = -q\n",
            "sub/work.py": TOTAL,
            "sub/benchmarks/test_work.py": STYLES,
            "tests/test_top.py": "def test_top():\n    assert 0\n",
        }
    )
    return replace(subject, target=replace(subject.target, subfolder="sub", source_roots=("sub",)))


@pytest.fixture(scope="module")
def known(styles):
    return take_baseline(styles.target, styles.start)


def test_node_ids_are_relative_to_the_project_wherever_the_configuration_lies(styles, known):
    assert known.outcomes == {f"benchmarks/test_work.py::{node}": "passed" for node in NODES}
    assert known.benchmarks == tuple(known.outcomes)
    assert set(known.results) == set(known.outcomes)
    assert set(known.running["sub/work.py:total"]) == set(known.outcomes)


def test_node_ids_can_be_run_one_by_one(styles, known):
    for node in known.outcomes:
        assert run_tests(styles.target, styles.start, [node]).outcomes == {node: "passed"}


def test_benchmarks_of_all_styles_are_timed_under_the_same_node_ids(styles, known, timed_test):
    sides = Sides(styles.start, styles.start, ("sub/work.py",))
    benchmarks = [timed_test(node) for node in known.benchmarks]
    timed = measure_all(styles.target, sides, benchmarks, pairs=1, random_source=random.Random(1))
    assert list(timed) == list(known.benchmarks)


def test_benchmarks_of_all_styles_are_profiled_under_the_same_node_ids(styles, known, timed_test):
    benchmarks = [timed_test(known.benchmarks[0]), timed_test(known.benchmarks[-1])]
    profiles = profile(styles.target, styles.start, benchmarks, known.running, 0.05)
    assert {one.path for one in hotspots_of(profiles, styles)} == {"sub/work.py"}


def hotspots_of(profiles, subject):
    def read(path):
        return subject.target.checkout.read(subject.start, path)

    return [found.function for found in hotspots(profiles, {}, read, is_source)]


# --- the referee


class Player:
    """One end of a pair that does what it is told, and remembers the order in which both played."""

    def __init__(self, name, says, log, settles):
        self.name, self.says, self.log, self.settles = name, list(says), log, settles
        self.told = []
        self.played = {}

    def tell(self, word):
        self.told.append(word)
        if word == b"g":
            self.log.append(self.name)
            self.says.insert(0, self.settles if self.told.count(b"g") == 2 else "done")

    def listen(self):
        if not self.says:
            raise SideEnded(self)
        self.log.append(f"heard {self.name}")
        return self.says.pop(0)


class FakeClock:
    """Moves on by as much each time it is read."""

    def __init__(self, step):
        self.now, self.step = 0.0, step

    def __call__(self):
        self.now += self.step
        return self.now


def play(first, second, names=("a",), step=1.0, seed=1, settles=("done", "done"), **rounds):
    log = []
    players = Player("old", first, log, settles[0]), Player("new", second, log, settles[1])
    late = referee(players, names, random.Random(seed), Rounds(**rounds), FakeClock(step))
    return players, log, late


def turns(log):
    return [name for name in log if not name.startswith("heard")]


def test_both_sides_have_the_same_number_of_turns_in_every_round():
    _, log, late = play(["ready a"], ["ready a"], step=0.01)
    assert late is None
    played = turns(log)
    rounds = list(zip(played[::2], played[1::2], strict=True))
    assert {frozenset(one) for one in rounds} == {frozenset(("old", "new"))}
    assert len(rounds) == 2 + FEWEST_ROUNDS


def test_who_comes_first_in_a_round_changes():
    _, log, _ = play(["ready a"], ["ready a"], step=0.0)
    firsts = turns(log)[::2]
    assert len(firsts) == 2 + MOST_ROUNDS
    assert 0.3 < firsts.count("old") / len(firsts) < 0.7


def test_benchmarks_that_wait_for_long_need_few_rounds():
    _, log, _ = play(["ready a"], ["ready a"], step=10.0)
    assert len(turns(log)) == 2 * (2 + FEWEST_SLOW_ROUNDS)


def test_both_sides_of_slow_calls_work_at_the_same_time():
    players, log, _ = play(["ready a"], ["ready a"], step=10.0, settles=("slow", "slow"))
    assert set(log[-4:-2]) == {"old", "new"}  # both are told before anybody is heard
    assert log[-2:] == ["heard old", "heard new"]
    for player in players:
        assert player.played["a"].together
        assert player.played["a"].settling is not None
        assert len(player.played["a"].samples) == 1


def test_other_arguments_are_left_out_where_calls_turn_out_to_be_slow():
    players, _, _ = play(["ready a"], ["ready a"], settles=("slow", "slow"), others=1)
    assert [player.told.count(b"n") for player in players] == [1, 1]


def test_settling_is_left_out_and_other_arguments_are_not_where_calls_are_known_to_be_slow():
    players, _, _ = play(["ready a"], ["ready a"], step=10.0, others=1, slow=True)
    for player in players:
        assert player.told == [b"g", b"n", b"g", b"g", b"x"]
        assert player.played["a"].settling is None
        assert player.played["a"].together


def test_sides_of_which_one_is_fast_take_turns():
    players, log, _ = play(["ready a"], ["ready a"], step=10.0, settles=("slow", "done"))
    assert len(turns(log)) == 2 * (2 + FEWEST_SLOW_ROUNDS)
    assert not players[0].played["a"].together


def test_each_benchmark_is_ended_for_both_sides():
    players, _, _ = play(["ready a", "ready b"], ["ready a", "ready b"], names=("a", "b"))
    for player in players:
        assert player.told.count(b"x") == 2
        assert player.told[-1] == b"x"


@pytest.mark.parametrize("said", [["ready b"], []], ids=["another benchmark", "nothing"])
def test_side_that_does_not_follow_is_named(said):
    players, log, late = play(["ready a"], said)
    assert late is players[1]
    assert turns(log) == []


def test_side_that_ends_between_two_benchmarks_is_named():
    players, _, late = play(["ready a"], ["ready a", "ready b"], names=("a", "b"))
    assert late is players[0]


@pytest.fixture
def place():
    """A seat with real pipes, and the process's end of `said`."""
    go_read, go = os.pipe()
    said, say = os.pipe()
    yield Seat(go, said, {}), say, go_read
    for descriptor in (go_read, go, said, say):
        os.close(descriptor)


def test_lines_are_heard_one_by_one_however_they_arrive(place):
    seat, say, _ = place
    os.write(say, b"ready a\ndone\nrea")
    assert [seat.listen(), seat.listen()] == ["ready a", "done"]
    os.write(say, b"dy b\n")
    assert seat.listen() == "ready b"


def test_last_words_of_a_process_that_ended_are_heard_before_its_end(place):
    seat, say, _ = place
    seat.running = Future()
    seat.running.set_result(None)
    os.write(say, b"done\n")
    assert seat.listen() == "done"
    with pytest.raises(SideEnded) as caught:
        seat.listen()
    assert caught.value.seat is seat


def test_turn_of_the_process_follows_the_words_of_the_referee(session, place):
    seat, say, go_read = place
    turns = session.Turns.__new__(session.Turns)
    turns.go, turns.said, turns.hidden, turns.idle_cpu = go_read, say, 0, session.CPU()
    seat.tell(b"gx")
    assert [turns.wait(), turns.wait()] == [True, False]
    turns.done()
    assert seat.listen() == "done"
