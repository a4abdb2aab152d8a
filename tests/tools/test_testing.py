"""Suites run for real: what a baseline knows of them, and which candidates are caught."""

from dataclasses import replace

import pytest

from tools.testing import check_tests, run_tests, take_baseline
from workspaces.errors import OptimizeError

FLAKY_TESTS = "tests/test_flakyshop.py"
COURIER = f"{FLAKY_TESTS}::test_express_courier_answers"
ROUNDING = f"{FLAKY_TESTS}::test_half_cents_are_rounded_up"
SKIPPED = f"{FLAKY_TESTS}::test_label_is_printed"
XFAILED = f"{FLAKY_TESTS}::test_label_keeps_the_length_of_the_name"
SHOP = "flakyshop/__init__.py"
SHOP_BENCH = "benchmarks/test_bench_flakyshop.py::test_bench_orders_by_customer"
AWKWARD = 6  # ids with blanks, brackets, colons, quotation marks, other alphabets


@pytest.fixture(scope="session")
def known(flaky):
    """The baseline of the flaky target."""
    return take_baseline(flaky.target, flaky.start)


@pytest.fixture
def check(flaky, known):
    """The verdict on a commit of the flaky target."""
    return lambda commit, nodes=(): check_tests(flaky.target, flaky.start, commit, known, nodes)


@pytest.fixture
def ordered(subject_with):
    """A suite in which a test needs one that runs before it."""
    tests = (
        "from work import total\n\nKNOWN = {}\n\n"
        "def test_prepares():\n    KNOWN['n'] = 10\n\n"
        "def test_uses_it():\n    assert total(KNOWN['n']) == 45\n"
    )
    return subject_with({"work.py": "def total(n):\n    return sum(range(n))\n", "test_work.py": tests})


@pytest.fixture
def outcomes(subject_with):
    """A suite of one marked test; `check` judges an edit of what it tests."""

    class Outcomes:
        def check(self, mark, body, old, new):
            test = f"import pytest\nfrom work import double\n\n@pytest.mark.{mark}\ndef test_double():\n    {body}\n"
            subject = subject_with({"work.py": "def double(x):\n    return 2 * x\n", "test_work.py": test})
            baseline = take_baseline(subject.target, subject.start)
            return check_tests(subject.target, subject.start, subject.edit("work.py", old, new), baseline)

    return Outcomes()


# --- the baseline


def test_known_failure_is_part_of_the_baseline(known):
    assert known.failing == (ROUNDING,)
    assert known.outcomes[ROUNDING] == "failed"


def test_test_with_two_outcomes_is_flaky_and_has_no_expected_one(known):
    assert known.flaky == (COURIER,)
    assert COURIER not in known.outcomes


def test_skipped_and_expected_failures_keep_their_outcomes(known):
    assert known.outcomes[SKIPPED] == "skipped"
    assert known.outcomes[XFAILED] == "xfailed"


def test_awkward_ids_are_told_apart(known):
    labels = [node for node in known.outcomes if node.startswith(f"{FLAKY_TESTS}::test_label[")]
    assert len(labels) == AWKWARD
    assert {known.outcomes[node] for node in labels} == {"passed"}


def test_benchmarks_are_known_with_what_they_compute(known):
    assert known.benchmarks == (SHOP_BENCH,)
    (digest,) = known.results[SHOP_BENCH]
    assert "customer-" in digest


def test_tests_of_a_function_are_those_that_execute_its_body(known):
    running = known.running[f"{SHOP}:orders_by_customer"]
    assert SHOP_BENCH in running
    assert f"{FLAKY_TESTS}::test_no_orders" in running
    assert f"{FLAKY_TESTS}::test_discount_is_taken_off" not in running


def test_baseline_survives_one_liners_and_modules_that_tests_generate(subject_with):
    subject = subject_with(
        {
            "one.py": "def unused(): return 0\ndef double(x): return 2 * x\n",
            "test_one.py": "from one import double\n\ndef test_double():\n    assert double(2) == 4\n",
            "test_made.py": "import pathlib\n\ndef test_made(monkeypatch):\n"
            "    pathlib.Path('made.py').write_text('def f():\\n    return 1\\n')\n"
            "    import made\n    assert made.f() == 1\n",
        }
    )
    baseline = take_baseline(subject.target, subject.start)
    assert set(baseline.outcomes.values()) == {"passed"}
    assert baseline.running["one.py:double"] == ("test_one.py::test_double",)
    assert "one.py:unused" not in baseline.running


def test_tests_that_depend_on_their_order_are_known_and_keep_the_outcome_of_the_usual_one(ordered):
    known = take_baseline(ordered.target, ordered.start)
    assert known.order_dependent == ("test_work.py::test_uses_it",)
    assert known.flaky == ()
    assert known.outcomes == dict.fromkeys(["test_work.py::test_prepares", "test_work.py::test_uses_it"], "passed")


def test_suite_that_does_not_end_in_reverse_order_depends_on_its_order_as_a_whole(subject_with):
    tests = (
        "import os\n\nKNOWN = []\n\ndef test_first():\n    KNOWN.append(1)\n\ndef test_last():\n    KNOWN or os._exit(0)\n"
    )
    subject = subject_with({"test_a.py": tests})
    assert take_baseline(subject.target, subject.start).order_dependent == ("test_a.py::test_first", "test_a.py::test_last")


def test_order_does_not_matter_to_tests_that_stand_alone(known):
    assert known.order_dependent == ()


def test_files_and_the_tests_in_them_run_the_other_way_round_under_the_same_ids(subject_with):
    tests = "import pytest\n\n@pytest.mark.parametrize('n', [1, 2])\ndef test_a(n): pass\n\ndef test_b(): pass\n"
    subject = subject_with({"test_one.py": tests, "test_two.py": tests})
    usual, backwards = (list(run_tests(subject.target, subject.start, [], reverse=way).outcomes) for way in (False, True))
    assert backwards == usual[::-1]
    assert usual[0] == "test_one.py::test_a[1]"


def test_suite_that_cannot_be_collected_stops_the_run_with_its_error(subject_with):
    subject = subject_with({"test_a.py": "import nothing_of_that_name\n", "test_b.py": "def test_b(): pass\n"})
    with pytest.raises(OptimizeError, match=r"test_a\.py cannot be collected: .*nothing_of_that_name.*--python EXE"):
        take_baseline(subject.target, subject.start)


def test_suite_that_ends_the_process_stops_the_run(subject_with):
    subject = subject_with({"test_a.py": "import os\nos._exit(0)\n"})
    with pytest.raises(OptimizeError, match="cannot be run in the sandbox"):
        take_baseline(subject.target, subject.start)


def test_folder_without_tests_has_an_empty_baseline(subject_with):
    subject = subject_with({"a.py": "x = 1\n"})
    assert take_baseline(subject.target, subject.start).outcomes == {}


def test_benchmarks_outside_the_paths_of_pytest_are_added_to_the_suite(subject_with):
    subject = subject_with(
        {
            "pytest.ini": "[pytest]\ntestpaths = tests\n",
            "work.py": "def total(n):\n    return sum(range(n))\n",
            "tests/test_work.py": "from work import total\n\ndef test_total():\n    assert total(3) == 3\n",
            "benchmarks/bench_work.py": "from work import total\n\ndef test_speed(benchmark):\n    benchmark(total, 9)\n",
            "benchmarks/run_by_hand.py": "raise SystemExit('not a test')\n",
        }
    )
    known = take_baseline(subject.target, subject.start)
    assert known.added == ("benchmarks/bench_work.py",)
    assert known.benchmarks == ("benchmarks/bench_work.py::test_speed",)
    assert set(known.outcomes) == {"tests/test_work.py::test_total", "benchmarks/bench_work.py::test_speed"}
    wrong = subject.edit("work.py", "sum(range(n))", "3")
    assert "benchmarks/bench_work.py::test_speed computes" in check_tests(subject.target, subject.start, wrong, known).detail
    assert take_baseline(subject.target, subject.start, with_benchmarks=False).added == ()


def test_options_of_the_user_reach_pytest(subject_with):
    subject = subject_with({"test_a.py": "import warnings\n\ndef test_a():\n    warnings.warn('odd')\n"})
    known = take_baseline(replace(subject.target, pytest_options=("-W", "error")), subject.start)
    assert known.failing == ("test_a.py::test_a",)


def test_warning_that_the_target_makes_an_error_is_said_to_be_its_own_setting(subject_with):
    text = "class TestSuite:\n    def __init__(self):\n        pass\n"
    subject = subject_with({"pytest.ini": "[pytest]\nfilterwarnings = error\n", "test_a.py": text})
    with pytest.raises(OptimizeError, match=r"turns that warning into an error: .*pytest_options"):
        take_baseline(subject.target, subject.start)
    kept = take_baseline(replace(subject.target, pytest_options=("-W", "ignore")), subject.start)
    assert kept.outcomes == {}


# --- candidates that do the same


def test_unchanged_code_passes_and_known_failures_are_named(flaky, check):
    verdict = check(flaky.start)
    assert verdict.passed
    assert "1 known failures" in verdict.detail


def test_rewrite_that_computes_the_same_passes(flaky, check):
    old = "        orders[customer] = customers.count(customer)"
    assert check(flaky.edit(SHOP, old, "        orders[customer] = orders.get(customer, 0) + 1")).passed


def test_tests_with_awkward_ids_can_be_run_alone(flaky, known, check):
    labels = [node for node in known.outcomes if node.startswith(f"{FLAKY_TESTS}::test_label[")]
    assert check(flaky.start, labels).detail == f"{AWKWARD} tests as before"


def test_mending_a_known_failure_is_no_fault(flaky, check):
    old = "round(cents * (100 - discount_percent) / 100)"
    assert check(flaky.edit(SHOP, old, "(cents * (100 - discount_percent) + 50) // 100")).passed


def test_test_that_flakes_on_both_sides_is_no_fault(flaky, known):
    unlucky = flaky.edit(FLAKY_TESTS, "% 2 == 1", "% 2 == 0")
    lucky = known.model_copy(update={"flaky": (), "outcomes": {**known.outcomes, COURIER: "passed"}})
    verdict = check_tests(flaky.target, unlucky, unlucky, lucky)
    assert verdict.passed
    assert f"flaky at the baseline too: {COURIER}" in verdict.detail


def test_expected_failure_that_passes_is_no_fault(outcomes):
    assert outcomes.check("xfail(strict=False)", "assert double(2) == 5", "2 * x", "2 * x + 1").passed


def test_skipped_test_that_runs_now_is_no_fault(outcomes):
    assert outcomes.check("skipif(double(2) == 4, reason='x')", "assert double(2) == 5", "2 * x", "2 * x + 1").passed


# --- candidates that are caught


def test_broken_test_is_named_with_its_message(flaky, check):
    verdict = check(flaky.edit(SHOP, "customers.count(customer)", "1"))
    assert not verdict.passed
    assert "test_orders_are_counted_per_customer: failed (AssertionError: assert {" in verdict.detail


def test_exception_of_a_candidate_is_named(flaky, check):
    verdict = check(flaky.edit(SHOP, '" ".join(name.split()).upper()', "name.no_such_method()"))
    assert not verdict.passed
    assert "no_such_method" in verdict.detail


def test_test_that_vanished_is_a_failure(flaky, check):
    verdict = check(flaky.edit(FLAKY_TESTS, "def test_no_orders()", "def no_orders()"))
    assert not verdict.passed
    assert f"{FLAKY_TESTS}::test_no_orders: vanished" in verdict.detail


def test_test_that_vanished_is_a_failure_when_it_is_asked_for_by_name(flaky, check):
    commit = flaky.edit(FLAKY_TESTS, "def test_no_orders()", "def no_orders()")
    assert not check(commit, [f"{FLAKY_TESTS}::test_no_orders"]).passed


def test_newly_skipped_test_is_a_failure(flaky, check):
    verdict = check(flaky.edit(FLAKY_TESTS, "    assert orders_by_customer([]) == {}", "    pytest.skip('slow')"))
    assert not verdict.passed
    assert f"{FLAKY_TESTS}::test_no_orders: skipped" in verdict.detail


def test_wrong_edit_whose_only_test_depends_on_an_earlier_one_is_caught(ordered):
    wrong = ordered.edit("work.py", "sum(range(n))", "44")
    verdict = check_tests(ordered.target, ordered.start, wrong, take_baseline(ordered.target, ordered.start))
    assert not verdict.passed
    assert "test_work.py::test_uses_it: failed" in verdict.detail


def test_of_a_long_suite_the_files_of_failing_tests_are_run_again_and_that_is_said(ordered):
    long = take_baseline(ordered.target, ordered.start).model_copy(update={"seconds": 61.0})
    verdict = check_tests(ordered.target, ordered.start, ordered.edit("work.py", "sum(range(n))", "44"), long)
    assert not verdict.passed
    assert "run again: only test_work.py" in verdict.detail


def test_test_that_always_fails_in_a_part_of_the_suite_is_not_acquitted(ordered):
    baseline = take_baseline(ordered.target, ordered.start)
    wrong = ordered.edit("work.py", "sum(range(n))", "44")
    assert not check_tests(ordered.target, ordered.start, wrong, baseline, ["test_work.py::test_uses_it"]).passed


def test_expected_failure_that_fails_now_is_caught(outcomes):
    verdict = outcomes.check("xfail(raises=AssertionError)", "assert double(2) == 5", "2 * x", "2 * x + None")
    assert not verdict.passed


def test_passing_test_that_is_skipped_now_is_caught(outcomes):
    mark = "skipif(double(2) != 4, reason='x')"
    verdict = outcomes.check(mark, "assert double(3)", "2 * x", "2 * x + 1")
    assert not verdict.passed
    assert "test_work.py::test_double: skipped" in verdict.detail


def test_passing_test_that_is_expected_to_fail_now_is_caught(outcomes):
    verdict = outcomes.check("xfail(double(2) != 4, reason='x')", "assert double(2) == 4", "2 * x", "2 * x + 1")
    assert not verdict.passed
    assert "test_work.py::test_double: xfailed" in verdict.detail


def test_failure_that_no_test_shows_is_caught(subject_with):
    hook = "import work\n\ndef pytest_sessionfinish(session):\n    session.exitstatus = work.double(2) != 4\n"
    subject = subject_with(
        {
            "work.py": "def double(x):\n    return 2 * x\n",
            "conftest.py": hook,
            "test_work.py": "def test_nothing():\n    pass\n",
        }
    )
    baseline = take_baseline(subject.target, subject.start)
    verdict = check_tests(subject.target, subject.start, subject.edit("work.py", "2 * x", "3 * x"), baseline)
    assert not verdict.passed
    assert verdict.detail == "pytest reported a failure that no test shows"


@pytest.mark.parametrize("ending", ["sys.exit(0)", "os._exit(0)", "os.execv('/bin/true', ['true'])"])
@pytest.mark.parametrize("place", ["at import", "in a test"])
def test_process_that_ends_itself_never_reads_as_success(flaky, check, ending, place):
    if place == "at import":
        commit = flaky.edit(SHOP, "from __future__ import annotations\n", f"import os, sys\n{ending}\n")
    else:
        commit = flaky.edit(SHOP, "    orders = {}\n", f"    import os, sys\n    {ending}\n    orders = {{}}\n")
    assert not check(commit).passed


@pytest.mark.parametrize("forged", ["{}", "[]", "nonsense", None])
def test_result_that_the_candidate_writes_itself_does_not_count(flaky, known, check, forged):
    if forged is None:
        session = {name: {} for name in ("longest", "lines", "results")} | {"exit": 0, "errors": [], "benchmarks": []}
        forged = repr(session | {"tests": known.outcomes, "collected": [], "key": ""}).replace("'", '"')
    cheat = f"import os\n\nopen('/verispeed/results/output.json', 'w').write({forged!r})\nos._exit(0)\n"
    assert not check(flaky.edit(SHOP, "from __future__ import annotations\n", cheat)).passed


def test_candidate_with_which_the_suite_cannot_be_collected_is_caught(flaky, check):
    verdict = check(flaky.edit(SHOP, "def label(", "def labels("))
    assert not verdict.passed
    assert "cannot be collected" in verdict.detail
    assert "label" in verdict.detail


def test_benchmark_that_computes_something_else_is_caught_without_any_assertion(subject_with):
    subject = subject_with(
        {
            "work.py": "def total(n):\n    return sum(range(n))\n",
            "test_work.py": "from work import total\n\ndef test_bench(benchmark):\n    benchmark(total, 10)\n",
        }
    )
    baseline = take_baseline(subject.target, subject.start)
    verdict = check_tests(subject.target, subject.start, subject.edit("work.py", "sum(range(n))", "44"), baseline)
    assert not verdict.passed
    assert "test_bench computes" in verdict.detail
    assert " 44," in verdict.detail
    assert " 45 as before" in verdict.detail


def test_candidate_that_never_ends_is_caught(flaky, known):
    commit = flaky.edit(SHOP, "from __future__ import annotations\n", "while True:\n    pass\n")
    verdict = check_tests(flaky.limited(wall_seconds=3), flaky.start, commit, known)
    assert not verdict.passed
    assert "ran over its limit of time" in verdict.detail


# --- one run


def test_each_run_has_a_fresh_copy_that_it_may_write_to(subject_with):
    subject = subject_with({"test_a.py": "from pathlib import Path\n\ndef test_a():\n    Path('left').mkdir()\n"})
    for _ in range(2):
        assert run_tests(subject.target, subject.start, []).outcomes == {"test_a.py::test_a": "passed"}


def test_error_in_setup_and_failure_in_teardown_are_errors(subject_with):
    fixture = "import pytest\n\n@pytest.fixture\ndef broken():\n    {}1 / 0\n\ndef test_a(broken):\n    pass\n"
    subject = subject_with({"test_setup.py": fixture.format(""), "test_down.py": fixture.format("yield\n    ")})
    outcomes = run_tests(subject.target, subject.start, []).outcomes
    assert outcomes == {"test_setup.py::test_a": "error", "test_down.py::test_a": "error"}
