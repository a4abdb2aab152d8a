"""What should become faster: a command that the user names, or the target's pytest-benchmark tests."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from tools.profiling import python_arguments
from tools.values import Baseline, Benchmark, BenchmarkKind
from workspaces.errors import OptimizeError

NOT_SOURCE_FOLDERS = ("test", "tests", "testing", "benchmark", "benchmarks", "docs", "doc", "examples", ".github", ".ci")
NOT_SOURCE_NAMES = (
    *("conftest.py", "setup.py", "noxfile.py", "tasks.py", "tests.py"),
    *("sitecustomize.py", "usercustomize.py"),  # run by every interpreter that finds them as it starts
)
BENCHMARK_FOLDERS = ("benchmark", "benchmarks", "bench", "perf")
TAKES_BENCHMARK = re.compile(rb"^\s*(async )?def test\w*\([^)]*\bbenchmark\b", re.MULTILINE)
NOT_SOURCE_STARTS, NOT_SOURCE_ENDS = ("test_", "bench_", "benchmark_"), ("_test", "_bench", "_benchmark")


def find_benchmarks(command: str | None, baseline: Baseline) -> tuple[Benchmark, ...]:
    """The benchmarks of the workload; OptimizeError, naming what to add, if there is nothing to time."""
    if command is not None:
        try:
            words = tuple(shlex.split(command))
        except ValueError as error:
            raise OptimizeError(f"The workload `{command}` cannot be read: {error}.") from error
        if not words:
            raise OptimizeError('The workload is empty: give a command such as --workload "python bench.py".')
        python_arguments(words)  # refuses what Scalene could not run
        return (Benchmark(kind=BenchmarkKind.COMMAND, id=command, command=words),)
    usable = [node for node in baseline.benchmarks if baseline.outcomes.get(node) == "passed"]
    if not usable and baseline.benchmarks:
        raise OptimizeError(
            f"All {len(baseline.benchmarks)} benchmarks fail before anything was changed: mend them (python -m pytest "
            f"{baseline.benchmarks[0]} shows why), or name what should become faster with --workload."
        )
    if not usable:
        raise OptimizeError(
            "There is nothing to time: pytest collected no pytest-benchmark test. Add one where it looks for tests (with "
            "the `benchmark` fixture, calling benchmark(function, arguments)), or name what should become faster, "
            'for example --workload "python scripts/typical_use.py".'
        )
    return tuple(Benchmark(kind=BenchmarkKind.PYTEST, id=node) for node in usable)


def must_be_tested(baseline: Baseline, command: str | None) -> None:
    """OptimizeError, naming what to add, if there is not a single test, and no command whose calls can be recorded."""
    if not baseline.outcomes and not baseline.flaky and command is None:
        raise OptimizeError(
            "There are no tests: pytest collected none, so no edit could be checked. Add tests where it looks for them "
            "(files test_*.py, functions test_...) for the code that should become faster; benchmarks count too. Or name "
            'what should become faster with --workload "python ...": then edits are judged by its calls and by made-up ones.'
        )


def benchmark_files(files: Sequence[str], subfolder: str, read: Callable[[str], bytes]) -> tuple[str, ...]:
    """Files in folders for benchmarks that hold pytest-benchmark tests, relative to the project's own folder.

    Many projects keep them outside pytest's `testpaths`, or call them `bench_*.py`, and name the folder when they run them.
    """
    base = f"{subfolder}/" if subfolder else ""
    inside = [path.removeprefix(base) for path in files if path.startswith(base) and path.endswith(".py")]
    wanted = [path for path in inside if any(part in BENCHMARK_FOLDERS for part in PurePosixPath(path).parts[:-1])]
    return tuple(path for path in wanted if TAKES_BENCHMARK.search(read(base + path)))


def is_source(path: str) -> bool:
    """True for files that may be edited: never tests, benchmarks, conftest, configuration or anything that is not Python."""
    parts = PurePosixPath(path)
    if parts.suffix != ".py" or any(folder in NOT_SOURCE_FOLDERS for folder in parts.parts[:-1]):
        return False
    if parts.name in NOT_SOURCE_NAMES:
        return False
    return not parts.stem.startswith(NOT_SOURCE_STARTS) and not parts.stem.endswith(NOT_SOURCE_ENDS)


def source_roots(files: Sequence[str], subfolder: str) -> tuple[str, ...]:
    """Folders that come first on the path: `src` where packages lie there, and the project's own folder."""
    base = f"{subfolder}/" if subfolder else ""
    has_src = any(file.startswith(f"{base}src/") and file.endswith(".py") for file in files)
    return (f"{base}src", subfolder) if has_src else (subfolder,)


def oldest_python(read: Callable[[str], bytes], files: Sequence[str], subfolder: str) -> str:
    """The versions of Python that the project's metadata names (`requires-python`); empty where it names none."""
    path = f"{subfolder}/pyproject.toml" if subfolder else "pyproject.toml"
    if path not in files:
        return ""
    try:
        found = tomllib.loads(read(path).decode("utf-8")).get("project", {}).get("requires-python", "")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError):
        return ""
    return found if isinstance(found, str) else ""
