"""Targets whose files have the names of what interpreter, harness and pytest import: none of it runs in their place."""

import os
import random
import subprocess
import sys
from functools import partial

import pytest

from tools.benchmarking import Sides, measure_all
from tools.profiling import hotspots, profile
from tools.rooms import HARNESS_FOLDER, run_pytest
from tools.testing import run_tests
from tools.values import Benchmark, BenchmarkKind
from tools.workload import is_source

SHADOWS = (
    *("json", "types", "random", "time", "resource", "struct", "hashlib", "glob", "string", "pickle", "ctypes", "base64"),
    *("sitecustomize", "usercustomize", "coverage", "scalene", "command", "pytest_session"),
    *("verispeed_digest", "verispeed_count", "verispeed_feeding", "verispeed_attempts"),
)
WORK = "def total(n):\n    found = 0\n    for i in range(n):\n        found += i % 7\n    return found\n"
TESTS = """\
from work import total


def test_total():
    assert total(8) == 21


def test_speed(benchmark):
    benchmark(total, 20000)
"""
PROGRAM = "from work import total\n\nfor _ in range(60):\n    total(100000)\n"
TRAP = "raise SystemExit('a file of the target ran in place of {name}')\n"
NODE = "test_work.py::test_speed"


@pytest.fixture(scope="module")
def trapped(subject_with):
    traps = {f"{name}.py": TRAP.format(name=name) for name in SHADOWS}
    return subject_with({**traps, "work.py": WORK, "test_work.py": TESTS, "program.py": PROGRAM})


@pytest.mark.parametrize("coverage", [False, True])
def test_tests_run_beside_files_with_the_names_of_what_runs_them(trapped, coverage):
    found = run_tests(trapped.target, trapped.start, [], coverage=coverage)
    assert found.outcomes == {"test_work.py::test_total": "passed", NODE: "passed"}
    assert bool(found.lines) is coverage


def test_benchmarks_are_timed_beside_them(trapped, timed_test):
    sides = Sides(trapped.start, trapped.start, ("work.py",))
    assert measure_all(trapped.target, sides, [timed_test(NODE)], pairs=1, random_source=random.Random(1))


def found_by(subject, benchmark):
    profiles = profile(subject.limited(60), subject.start, [benchmark], {}, 0.05)
    found = hotspots(profiles, {}, partial(subject.target.checkout.read, subject.start), is_source)
    return [one.function.id for one in found]


def test_benchmarks_are_profiled_beside_them(trapped, timed_test):
    assert found_by(trapped, timed_test(NODE)) == ["work.py:total"]


def test_commands_are_timed_and_profiled_beside_them(trapped):
    command = Benchmark(kind=BenchmarkKind.COMMAND, id="python program.py", command=("python", "program.py"))
    assert found_by(trapped, command) == ["work.py:total"]
    sides = Sides(trapped.start, trapped.start)
    assert measure_all(trapped.target, sides, [command], pairs=1, random_source=random.Random(1))


# --- what the target sees afterwards

LOOK = """\
import json, multiprocessing, os, random, subprocess, sys


def double(x):
    return 2 * x


def test_own_module_of_a_name_that_others_use_too():
    import resource

    assert resource.OWN == "the target's"


def test_path_begins_with_the_current_folder_and_the_sources():
    here = os.getcwd()
    assert sys.path[:3] == [here, os.path.join(here, "src"), here]
    assert not [entry for entry in sys.path if "harness" in entry]
    assert not [name for name in sys.modules if "verispeed" in name]


def test_command_line_is_that_of_pytest():
    assert sys.argv[0].endswith("/pytest/__main__.py")
    assert sys.modules["__main__"].__spec__.name == "pytest.__main__"
    assert not [word for word in sys.argv if "session" in word or "spec" in word]


def test_children_find_the_sources_and_run_no_sitecustomize_of_the_checkout():
    program = "import part, sys; print(part.OWN, [entry for entry in sys.path if 'verispeed' in entry])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "the target's []\\n", done.stderr


def test_processes_that_are_spawned_find_their_function():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(double, [2]) == [4]
"""


def test_target_sees_what_a_plain_run_of_pytest_shows_it(subject_with):
    own = 'OWN = "the target\'s"\n'
    files = {"resource.py": own, "src/part.py": own, "sitecustomize.py": "print('ran')\n", "test_look.py": LOOK}
    subject = subject_with(files)
    with subject.target.room(subject.start, writable=True) as room:
        written, _ = run_pytest(subject.target, room, "test", [])
    assert written["longest"] == {}
    assert set(written["tests"].values()) == {"passed"}
    assert len(written["tests"]) == LOOK.count("def test_")


def test_guard_hands_over_to_the_sitecustomize_of_the_environment(tmp_path):
    for name in ("environment", "checkout"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "sitecustomize.py").write_text(f"print('ran that of the {name}')\n")
    (tmp_path / "checkout" / "part.py").write_text("OWN = 1\n")
    guard = HARNESS_FOLDER / "guard"

    def started(*path):
        variables = {"PYTHONPATH": os.pathsep.join(map(str, path)), "VERISPEED_SOURCES": str(tmp_path / "checkout")}
        program = "import part, sys; print(part.OWN, [entry for entry in sys.path if entry.endswith('guard')])"
        return subprocess.run([sys.executable, "-c", program], env=variables, capture_output=True, text=True, check=True)

    done = started(guard, tmp_path / "environment")
    assert (done.stdout, done.stderr) == ("ran that of the environment\n1 []\n", "")
    done = started(guard)
    assert (done.stdout, done.stderr) == ("1 []\n", "")
