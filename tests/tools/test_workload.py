"""What is timed, what may be edited, and what is said where there is nothing to time."""

import pytest

from tools.profiling import python_arguments
from tools.values import BenchmarkKind
from tools.workload import find_benchmarks, is_source, oldest_python, source_roots
from workspaces.errors import OptimizeError

BENCH = "benchmarks/test_b.py::test_bench"


# --- benchmarks


def test_benchmark_tests_that_pass_are_the_workload(baseline_of):
    baseline = baseline_of(outcomes={BENCH: "passed", "b.py::test_broken": "failed", "t.py::test": "passed"},
                           benchmarks=(BENCH, "b.py::test_broken"))  # fmt: skip
    (benchmark,) = find_benchmarks(None, baseline)
    assert (benchmark.kind, benchmark.id, benchmark.command) == (BenchmarkKind.PYTEST, BENCH, ())


def test_command_takes_the_place_of_benchmark_tests(baseline_of):
    baseline = baseline_of(outcomes={BENCH: "passed"}, benchmarks=(BENCH,))
    (benchmark,) = find_benchmarks("python bench.py --size 'two words'", baseline)
    assert benchmark.kind is BenchmarkKind.COMMAND
    assert benchmark.command == ("python", "bench.py", "--size", "two words")


def test_nothing_to_time_names_both_remedies(baseline_of):
    with pytest.raises(OptimizeError, match=r"(?s)benchmark\(function, arguments\).*--workload"):
        find_benchmarks(None, baseline_of(outcomes={"t.py::test": "passed"}))


def test_benchmarks_that_all_fail_are_to_be_mended(baseline_of):
    with pytest.raises(OptimizeError, match="All 1 benchmarks fail before anything was changed: mend them"):
        find_benchmarks(None, baseline_of(outcomes={BENCH: "failed"}, benchmarks=(BENCH,)))


@pytest.mark.parametrize("command", ["", "   "])
def test_empty_command_is_refused_with_an_example(baseline_of, command):
    with pytest.raises(OptimizeError, match=r'--workload "python bench\.py"'):
        find_benchmarks(command, baseline_of())


def test_command_with_an_open_quotation_mark_is_refused_with_a_sentence(baseline_of):
    with pytest.raises(OptimizeError, match=r"python 'bench\.py"):
        find_benchmarks("python 'bench.py", baseline_of())


def test_command_that_is_no_python_is_refused_with_an_example(baseline_of):
    with pytest.raises(OptimizeError, match=r'must start with python or pytest.*--workload "python -m make"'):
        find_benchmarks("make bench", baseline_of())


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (("python", "bench.py", "-n", "3"), ["bench.py", "-n", "3"]),
        (("/usr/bin/python3.12", "-m", "bench"), ["-m", "bench"]),
        (("pytest", "-k", "fast"), ["-m", "pytest", "-k", "fast"]),
        (("py.test",), ["-m", "pytest"]),
    ],
)
def test_arguments_of_python_are_what_follows_it(command, arguments):
    assert python_arguments(command) == arguments


def test_python_without_arguments_is_no_workload():
    with pytest.raises(OptimizeError, match="runs nothing: name a script or a module"):
        python_arguments(("python",))


# --- files


@pytest.mark.parametrize("path", ["a.py", "src/pkg/text.py", "pkg/contest.py", "pkg/attest.py", "pkg/latest/core.py"])
def test_modules_of_the_package_may_be_edited(path):
    assert is_source(path)


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_a.py",
        "tests/helpers.py",
        "pkg/test/data.py",
        "pkg/test_a.py",
        "pkg/a_test.py",
        "app/tests.py",
        "conftest.py",
        "pkg/conftest.py",
        "benchmarks/run.py",
        "bench_text.py",
        "setup.py",
        "docs/conf.py",
        "noxfile.py",
        ".github/scripts/x.py",
        "pyproject.toml",
        "pkg/fast.pyx",
        "pkg/data.json",
        "pkg/py",
    ],
)
def test_tests_benchmarks_configuration_and_other_languages_may_not_be_edited(path):
    assert not is_source(path)


def test_src_comes_first_on_the_path_where_packages_lie_there():
    assert source_roots(["src/pkg/a.py", "setup.py"], "") == ("src", "")
    assert source_roots(["pkg/a.py"], "") == ("",)


def test_src_without_python_does_not_count():
    assert source_roots(["src/main.c", "pkg/a.py"], "") == ("",)


def test_roots_of_a_subfolder_lie_below_it():
    assert source_roots(["libs/one/src/one/a.py", "src/other.py"], "libs/one") == ("libs/one/src", "libs/one")
    assert source_roots(["libs/one/a.py", "src/other.py"], "libs/one") == ("libs/one",)


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ('[project]\nrequires-python = ">=3.9"\n', ">=3.9"),
        ("[project]\nname = 'x'\n", ""),
        ("project = 3\n", ""),
        ("[project]\nrequires-python = 3\n", ""),
        ("[project", ""),
    ],
)
def test_versions_of_python_that_a_project_supports_are_read_from_its_metadata(text, versions):
    assert oldest_python(lambda _: text.encode(), ["sub/pyproject.toml"], "sub") == versions
    assert oldest_python(lambda _: text.encode(), ["other.toml"], "sub") == ""
