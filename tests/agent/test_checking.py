"""Candidates on their way up the ladder: which rung refuses which, on real targets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agent.checking import Checked, check, check_files
from tests.tools.conftest import AUTHOR, Subject, python, subject_of, subject_with
from tools.source import find_function
from tools.testing import take_baseline
from tools.values import Baseline, Candidate, Edit, Outcome

__all__ = ["python", "subject_of", "subject_with"]  # fixtures

WORK = """import functools


def total(n):
    return sum(range(n))


def other(n):
    return n + 1


def timed(n):
    return iter([n])


def expected(n):
    return n


def by_hand(n):  # optimize: skip
    return id(n)
"""
TESTS = """import pytest
from work import expected, timed, total


def test_total(benchmark):
    assert benchmark(total, 10) == 45


def test_total_of_nothing():
    assert total(0) == 0


def test_timed(benchmark):
    benchmark(timed, 1)


@pytest.mark.xfail
def test_expected():
    assert expected(1) == 2
"""
Checker = Callable[..., Checked]


@pytest.fixture(scope="module")
def subject(subject_with: Callable[..., Subject]) -> Subject:
    return subject_with({"work.py": WORK, "test_work.py": TESTS})


@pytest.fixture(scope="module")
def baseline(subject: Subject) -> Baseline:
    return take_baseline(subject.target, subject.start)


@pytest.fixture
def checked(subject: Subject, baseline: Baseline) -> Checker:
    """What becomes of edits (old and new text) that aim at `name`."""

    def run(*edits: tuple[str, str], name: str = "total", known: Baseline = baseline, **settings: Any) -> Checked:
        hotspot = find_function("work.py", WORK.encode(), name)
        assert hotspot is not None
        parts = tuple(Edit(path="work.py", search=old, replace=new) for old, new in edits)
        candidate = Candidate(hotspot=hotspot, edits=parts, model="rules", title="x")
        return check(subject.target, subject.start, candidate, known, AUTHOR, **settings)

    return run


FASTER = ("return sum(range(n))", "return max(n * (n - 1) // 2, 0)")


def refused(checked: Checked) -> tuple[Outcome | None, str, str]:
    return checked.failed, checked.checks[-1].rung, checked.checks[-1].detail


def test_right_edit_climbs_all_rungs(checked: Checker) -> None:
    done = checked(FASTER)
    assert done.failed is None
    read = ["scope", "syntax", "cache", "surface", "suspicion", "dangers", "imports"]
    assert [one.rung for one in done.checks] == [*read, "origin", "attempts", "tests"]
    assert done.change is not None
    assert done.change.new == done.commit
    assert [one.name for one in done.change.functions] == ["total"]


def test_right_edit_climbs_all_rungs_of_a_long_suite(checked: Checker, baseline: Baseline) -> None:
    done = checked(FASTER, known=baseline.model_copy(update={"seconds": 6.0}))
    assert done.failed is None
    assert [one.rung for one in done.checks][-2:] == ["tests", "tests"]


def test_new_helper_needs_no_test_of_its_own(checked: Checker) -> None:
    helper = "def _sum(n):\n    return sum(range(n))\n\n\ndef other"
    assert checked(("return sum(range(n))", "return _sum(n)"), ("def other", helper)).failed is None


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("def total(n):", "def total(n, m=0):"), "the parameter list of total changed"),
        (("def total(n):", "@staticmethod\ndef total(n):"), "the decorators of total changed"),
        (("return sum(range(n))", "yield sum(range(n))"), "the kind (plain, async, generator) of total changed"),
        (("import functools\n", ""), "functools is gone"),
        (("return sum(range(n))", "return (sum(range(n))"), "syntax error"),
    ],
)
def test_changed_surface_is_broken(checked: Checker, edit: tuple[str, str], said: str) -> None:
    outcome, rung, detail = refused(checked(edit))
    assert (outcome, rung) == (Outcome.BROKEN, "syntax" if "syntax error" in said else "surface")
    assert said in detail


def test_too_large_a_change_is_refused_with_its_size(checked: Checker) -> None:
    outcome, rung, detail = refused(checked(("    return sum(range(n))", "    x = n\n" * 301 + "    return sum(range(x))")))
    assert (outcome, rung) == (Outcome.BROKEN, "scope")
    assert detail == "303 lines of work.py changed, more than max_changed_lines = 300"
    assert refused(checked(FASTER, max_changed_lines=1))[:2] == (Outcome.BROKEN, "scope")


def test_change_of_somebody_may_be_of_any_size_unless_a_limit_is_set(subject: Subject, baseline: Baseline) -> None:
    long = WORK.replace("    return n + 1", "    n + 1\n" * 301 + "    return n + 1").encode()
    judged = check_files(subject.target, subject.start, {"work.py": long}, baseline, AUTHOR)
    assert judged.checks[0].detail == "nothing else changes; 301 lines of work.py changed"
    assert judged.failed is None
    limited = check_files(subject.target, subject.start, {"work.py": long}, baseline, AUTHOR, max_changed_lines=300)
    assert refused(limited)[:2] == (Outcome.BROKEN, "scope")


def test_what_says_skip_is_left_alone_by_candidates_but_not_by_somebodys_change(
    checked: Checker, subject: Subject, baseline: Baseline
) -> None:
    outcome, rung, detail = refused(checked(("return id(n)", "return id(+n)")))
    assert (outcome, rung) == (Outcome.BROKEN, "scope")
    assert detail == "it changes by_hand, which says `# optimize: skip`"
    new = WORK.replace("return id(n)", "return id(+n)").encode()
    judged = check_files(subject.target, subject.start, {"work.py": new}, baseline, AUTHOR)
    assert judged.checks[0].passed


def test_new_dependency_is_refused_unless_new_imports_are_allowed(checked: Checker) -> None:
    edit = ("return sum(range(n))", "import pytest_benchmark\n    return sum(range(n))")
    outcome, rung, detail = refused(checked(edit))
    assert (outcome, rung, detail) == (
        Outcome.BROKEN,
        "imports",
        "newly imports pytest_benchmark, which the project does not declare",
    )
    assert checked(edit, allow_new_imports=True).checks[6].passed


def test_newly_dangerous_call_is_unproven(checked: Checker) -> None:
    edit = ("return sum(range(n))", "import hashlib\n    return sum(range(n)) + len(hashlib.md5().digest()) - 16")
    outcome, rung, detail = refused(checked(edit))
    assert (outcome, rung) == (Outcome.UNPROVEN, "dangers")
    assert detail.startswith("work.py, line 6: Probable use of insecure hash functions")
    assert "S324" in detail


def test_edit_that_reads_the_environment_is_cheating(checked: Checker) -> None:
    outcome, rung, detail = refused(checked(("return sum(range(n))", "import os\n    return os.environ and sum(range(n))")))
    assert (outcome, rung, detail) == (Outcome.CHEATING, "suspicion", "newly uses os.environ")


def test_edit_that_starts_processes_is_unproven(checked: Checker) -> None:
    outcome, rung, detail = refused(checked(("return sum", "import multiprocessing\n    return sum")))
    assert (outcome, rung) == (Outcome.UNPROVEN, "suspicion")
    assert detail == "newly uses multiprocessing: work in other processes or threads is not measured yet"


def test_cache_is_refused_with_its_line_unless_caching_is_allowed(checked: Checker) -> None:
    cache = (
        ("    return sum(range(n))", "    return _sum(n)"),
        ("def other", "_sum = functools.cache(lambda n: sum(range(n)))\n\n\ndef other"),
    )
    outcome, rung, detail = refused(checked(*cache))
    assert (outcome, rung) == (Outcome.CACHED, "cache")
    assert detail == "line 8 keeps results between calls: functools.cache"
    assert checked(*cache, allow_caching=True).failed is None
