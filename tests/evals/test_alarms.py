"""Functions compared with themselves: which ones, what counts as an alarm, and what the goal is."""

from rich.console import Console
from typer.testing import CliRunner

from agent.progress import Progress
from agent.proving import Proof
from evals import cli
from evals.alarms import choosing, running
from evals.alarms.choosing import MOST, Chosen, choose
from evals.alarms.packages import PACKAGES, Package
from evals.alarms.page import as_markdown
from evals.alarms.rows import Row
from evals.alarms.running import CHOSEN, PAGE, ROWS, Wanted, as_row, run
from evals.alarms.summary import summarise
from evals.packages.sdists import Release
from evals.rows import append_row
from tools.values import Baseline, Behaviour, Check, Function, Outcome
from workspaces.errors import OptimizeError

RELEASE = Release(name="grain", version="1.0")
FILES = {
    "grain/__init__.py": b"""
def a(n): return 1
class B:
    def __init__(self, n): pass
    def b(self, n): pass
    def c(self): pass
""",
    "grain/more.py": b"\n".join(b"def f%d(n):\n    def inner(): pass\n    return inner\n" % number for number in range(40)),
    "tests/test_grain.py": b"def test_a(): pass\n",
}


def function(name, path="grain/__init__.py"):
    return Function(path=path, name=name, first_line=1, last_line=2)


def row(number=0, **given):
    return Row(
        **{"release": RELEASE, "function": function(f"f{number}"), "seed": 0, "alarm": "", "why": "", "seconds": 1.0}
        | {"compared": 30, "returned": 25}
        | given
    )


def rows(count):
    return [row(number) for number in range(count)]


class FakeTarget:
    @property
    def checkout(self):
        return self

    def files(self, commit):
        return tuple(FILES)

    def read(self, commit, path):
        return FILES[path]


def baseline(outcome="passed"):
    names = [f"grain/more.py:f{number}" for number in range(40)] + ["grain/more.py:f1.<locals>.inner"]
    names += [
        "grain/__init__.py:a",
        "grain/__init__.py:B.b",
        "grain/__init__.py:B.c",
        "grain/__init__.py:B.__init__",
        "tests/test_grain.py:test_a",
    ]
    return Baseline(
        outcomes={"t": outcome},
        flaky=(),
        failing=(),
        benchmarks=(),
        running=dict.fromkeys(names, ("t",)),
        results={},
        seconds=1.0,
    )


# --- which


def test_functions_that_tests_execute_are_chosen_from_all_files_in_turn():
    chosen = choose(FakeTarget(), "HEAD", baseline(), 0, RELEASE)
    assert len(chosen) == MOST
    assert {one.name for one in chosen if one.path == "grain/__init__.py"} == {"a", "B.b"}
    assert {one.path for one in chosen[:2]} == {"grain/__init__.py", "grain/more.py"}
    assert not any("<locals>" in one.name for one in chosen)


def test_the_same_seed_chooses_the_same_and_another_one_others():
    chosen = [choose(FakeTarget(), "HEAD", baseline(), seed, RELEASE) for seed in (0, 0, 1)]
    assert chosen[0] == chosen[1] != chosen[2]


def test_functions_whose_tests_fail_are_not_chosen():
    assert choose(FakeTarget(), "HEAD", baseline("failed"), 0, RELEASE) == ()


def test_there_are_packages_for_200_functions_and_some_to_spare():
    assert len(PACKAGES) * choosing.MOST > 250
    assert len({package.release.name for package in PACKAGES}) == len(PACKAGES)


# --- what counts


def proof(failed, detail="it differs", **given):
    return Proof((Check(rung="behaviour", passed=failed is None, detail=detail),), failed, Behaviour(**given))


def test_a_difference_is_an_alarm_and_so_is_one_of_rounding():
    assert as_row(proof(Outcome.BROKEN), RELEASE, function("f"), 0, 1.0).alarm == "it differs"
    rounding = Proof((), None, Behaviour(origins={"typed": 30}, returned=30), rounding="f(1) gives 2.0, not 1.9")
    assert as_row(rounding, RELEASE, function("f"), 0, 1.0).alarm.startswith("f(1)")


def test_nothing_shown_is_no_alarm():
    found = as_row(proof(Outcome.UNPROVEN), RELEASE, function("f"), 0, 1.0)
    assert (found.alarm, found.why, found.undetermined, found.enough) == ("", "it differs", False, False)
    assert as_row(proof(Outcome.UNPROVEN, unrepeatable=40), RELEASE, function("f"), 0, 1.0).undetermined


def test_inputs_on_which_it_raises_are_not_enough():
    assert not row(compared=100, returned=19).enough
    assert row(compared=20, returned=20).enough


# --- the goal


def test_goal_is_no_alarm_170_of_200_compared_well_and_at_most_10_undetermined():
    few = [row(number, returned=3) for number in range(170, 190)]
    moody = [row(number, why="it differs from itself", unrepeatable=9, returned=0) for number in range(190, 200)]
    assert summarise(200, [*rows(170), *few, *moody], {}).passed
    assert not summarise(200, [*rows(169), row(169, returned=19), *few, *moody], {}).passed
    assert not summarise(200, [*rows(171), *few[1:9], *moody, *moody, row(1)], {}).passed
    assert not summarise(200, [*rows(199), row(199, alarm="f(1) gives 2, not 1")], {}).passed
    assert not summarise(200, rows(199), {}).passed


def test_page_names_every_alarm_and_all_that_was_hardly_compared():
    found = [row(0), row(1, alarm="f(1) gives 2,\nnot 1"), row(2, returned=3, trouble="no more | inputs")]
    page = as_markdown(summarise(4, found, {"oat-1.0": "no network"}))
    assert "`grain/__init__.py:f1`: 25 inputs. f(1) gives 2, not 1" in page
    assert "`grain/__init__.py:f2`: 3 inputs. no more | inputs" in page
    assert "oat-1.0 was left out: no network" in page


# --- going on


def test_command_says_by_its_exit_code_whether_there_was_an_alarm(tmp_path):
    first = PACKAGES[0].release
    for one in (row(0, release=first), row(1, release=first, alarm="it differs")):
        append_row(tmp_path / ROWS, one)
    append_row(tmp_path / CHOSEN, Chosen(release=first, seed=0, functions=(function("f0"), function("f1"))))
    done = CliRunner().invoke(cli.evals, ["alarms", str(tmp_path), "--functions", "1"])
    assert done.exit_code == 0
    assert done.stdout == (tmp_path / PAGE).read_text() + "\n"
    assert CliRunner().invoke(cli.evals, ["alarms", str(tmp_path), "--functions", "2"]).exit_code == 1


def test_package_that_cannot_be_had_is_left_out_and_tried_again(tmp_path, monkeypatch):
    tried = []

    def unavailable(folder, release, environment):
        tried.append(release)
        raise OptimizeError("no network")

    monkeypatch.setattr(running, "unpacked", unavailable)
    wanted = Wanted(functions=2, packages=(Package(RELEASE), Package(Release(name="oat", version="2"))))
    for _ in range(2):
        summary = run(tmp_path, wanted, {}, Progress(Console(quiet=True)))
        assert summary.unusable == {"grain-1.0": "no network", "oat-2": "no network"}
        assert not summary.passed
    assert len(tried) == 4


def test_rows_beyond_those_that_are_wanted_do_not_count(tmp_path):
    for one in rows(3):
        append_row(tmp_path / ROWS, one)
    append_row(tmp_path / CHOSEN, Chosen(release=RELEASE, seed=0, functions=tuple(one.function for one in rows(3))))
    summary = run(tmp_path, Wanted(functions=2, packages=(Package(RELEASE),)), {}, Progress(Console(quiet=True)))
    assert [one.function.name for one in summary.rows] == ["f0", "f1"]
