"""What a change must show beyond its tests: the same behaviour wherever it was called, and that what changed did run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.checking import check_files
from agent.comparison import Wanted
from agent.proving import Proof, prove, prove_again, seen_closer
from tests.tools.conftest import AUTHOR, Subject, python, subject_of, subject_with
from tools.testing import take_baseline
from tools.values import Baseline, Behaviour, Candidate, Check, Function, Outcome, Verdict

__all__ = ["python", "subject_of", "subject_with"]  # fixtures

WORK = """\
def total(n):
    return sum(range(n))


def untested(n: int) -> int:
    return n + 1


def _inner(handle):
    return handle.read(3) + "!"


def shout(path: str):
    with open(path) as handle:
        return _inner(handle)


def nobody_knows(handle):
    return handle.read(3)


def rare(n):
    if n == 987654:
        return -1
    return n


def _sum_of_first(values, count):
    found = 0
    for place in range(count):
        found += values[place]
    return found


def sum_of(values: list[int]) -> int:
    return _sum_of_first(values, len(values))


def _half(values, count):
    return sum(values[:count]) / 2


def half_of(values: list[int]) -> float:
    return _half(values, len(values))
"""
OTHER = "from work import _half\n\n\ndef other():\n    return _half([1, 2], 1)\n"
TESTS = """\
import work


def test_total():
    assert work.total(4) == 6


def test_shout():
    assert work.shout(__file__) == "imp!"


def test_rare():
    assert work.rare(2) == 2


def test_sums():
    assert work.sum_of([1, 2, 3]) == 6
    assert work.half_of([1, 2, 3]) == 3
"""
METADATA = '[project]\nname = "work"\nversion = "1"\n'


@pytest.fixture(scope="module")
def subject(subject_with) -> Subject:
    return subject_with({"work.py": WORK, "other.py": OTHER, "test_work.py": TESTS, "pyproject.toml": METADATA})


@pytest.fixture(scope="module")
def baseline(subject: Subject) -> Baseline:
    return take_baseline(subject.target, subject.start)


@pytest.fixture
def proved(subject: Subject, baseline: Baseline) -> Callable[..., Proof]:
    def judge(*edits: tuple[str, str], every: bool = True) -> Proof:
        text = WORK
        for old, new in edits:
            assert text.count(old) == 1
            text = text.replace(old, new)
        checked = check_files(subject.target, subject.start, {"work.py": text.encode()}, baseline, AUTHOR)
        assert checked.change is not None
        return prove(subject.target, checked.change, baseline, Wanted(every, search_seconds=0.1))

    return judge


def test_function_without_any_test_is_compared_on_made_up_inputs(proved) -> None:
    found = proved(("return n + 1", "return 1 + n"))
    assert found.failed is None
    assert [one.rung for one in found.checks] == ["behaviour", "executed"]
    assert "typed" in found.checks[0].detail
    assert found.checks[1].detail.startswith("1 of 1 changed statements ran")
    assert found.behaviour.statements == (1, 1)


def test_wrong_edit_of_it_is_broken_with_the_smallest_counterexample(proved) -> None:
    found = proved(("return n + 1", "return abs(n) + 1"))
    assert found.failed is Outcome.BROKEN
    assert found.checks[-1].detail.startswith("untested(-")


def test_function_that_cannot_be_called_by_itself_is_compared_through_its_callers(proved) -> None:
    assert proved(('handle.read(3) + "!"', '"".join([handle.read(3), "!"])')).failed is None
    assert proved(('handle.read(3) + "!"', '"".join([handle.read(2), "!"])')).failed is Outcome.BROKEN


def test_function_that_nobody_can_call_is_unproven(proved) -> None:
    found = proved(("    return handle.read(3)\n\n\ndef rare", "    return handle.read(1 + 2)\n\n\ndef rare"))
    assert found.failed is Outcome.UNPROVEN
    assert "could not be compared on nobody_knows" in found.checks[-1].detail
    named = proved(
        ("    return handle.read(3)\n\n\ndef rare", "    return handle.read(1 + 2)\n\n\ndef rare"),
        ("return n + 1", "return 1 + n"),
        every=False,
    )
    assert named.failed is None
    assert [one.name for one in named.not_shown] == ["nobody_knows"]


def test_changed_statement_that_nothing_executes_is_unproven_and_the_codes_own_constants_are_tried(proved) -> None:
    assert proved(("        return -1\n", "        return 0 - 1\n")).failed is None
    found = proved(("    return n\n", '    if str(n) == "no number":\n        return 5\n    return n\n'))
    assert found.failed is Outcome.UNPROVEN
    assert "`return 5`" in found.checks[-1].detail


LOOP = "    found = 0\n    for place in range(count):\n        found += values[place]\n    return found\n"


def test_helper_of_one_module_need_not_do_the_same_with_what_its_callers_never_pass(proved) -> None:
    found = proved((LOOP, "    return sum(values)\n"))
    assert found.failed is None, found
    assert "_sum_of_first compared through callers only" in found.checks[0].detail
    assert found.behaviour.statements == (1, 1)


def test_helper_that_is_wrong_with_what_its_callers_pass_is_broken(proved) -> None:
    found = proved((LOOP, "    return sum(values) if values else -1\n"))
    assert found.failed is Outcome.BROKEN
    assert "_of" in found.checks[0].detail


def test_helper_that_another_module_uses_must_do_the_same_with_everything(proved) -> None:
    found = proved(("    return sum(values[:count]) / 2\n", "    return sum(values) / 2\n"))
    assert found.failed is Outcome.BROKEN
    assert "_half(" in found.checks[0].detail


def accepted(**more) -> Verdict:
    function = Function(path="work.py", name="total", first_line=1, last_line=2)
    checks = (Check(rung="tests", passed=True, detail="3 tests"), Check(rung="behaviour", passed=True, detail="10 inputs"))
    values = {"candidate": Candidate(hotspot=function, edits=(), model="rules", title="t"), "base": "0" * 40}
    behaviour = Behaviour(origins={"typed": 10}, statements=(2, 2))
    return Verdict(**values, outcome=Outcome.FASTER, reason="faster: 2x", checks=checks, behaviour=behaviour, **more)


def test_longer_search_that_finds_a_difference_takes_the_verdict_back() -> None:
    proof = Proof((Check(rung="behaviour", passed=False, detail="total(7) gives 1, not 2"),), Outcome.BROKEN, Behaviour())
    found = seen_closer(accepted(), proof)
    assert (found.outcome, found.reason) == (Outcome.BROKEN, "total(7) gives 1, not 2")
    assert [(one.rung, one.passed) for one in found.checks] == [("tests", True), ("behaviour", False)]


def test_longer_search_that_finds_rounding_takes_the_verdict_back() -> None:
    proof = Proof((Check(rung="behaviour", passed=True, detail="90 inputs"),), None, Behaviour(), rounding="1e-16")
    assert seen_closer(accepted(), proof).outcome is Outcome.ROUNDING


def test_longer_search_adds_its_inputs_and_keeps_what_ran_before() -> None:
    checks = (
        Check(rung="behaviour", passed=True, detail="90 inputs"),
        Check(rung="executed", passed=False, detail="nothing executes line 3"),
    )
    found = seen_closer(accepted(), Proof(checks, Outcome.UNPROVEN, Behaviour(origins={"varied": 90}, statements=(1, 2))))
    assert found.accepted
    assert [one.detail for one in found.checks] == ["3 tests", "90 inputs"]
    assert (found.behaviour.origins, found.behaviour.statements) == ({"varied": 90}, (2, 2))


def test_longer_search_that_cannot_compare_is_no_acceptance() -> None:
    proof = Proof((Check(rung="behaviour", passed=False, detail="could not be compared"),), Outcome.UNPROVEN, Behaviour())
    assert seen_closer(accepted(), proof).outcome is Outcome.UNPROVEN


def test_longer_search_looks_longer_and_elsewhere(monkeypatch) -> None:
    asked = []
    monkeypatch.setattr("agent.proving.prove", lambda *given: asked.append(given))
    prove_again("target", "change", "baseline", Wanted(every=True, seed=3, search_seconds=0.5))
    assert asked == [("target", "change", "baseline", Wanted(every=True, seed=4, search_seconds=2.0))]
