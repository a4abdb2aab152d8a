"""Targets to run tools on: real clones in the real sandbox, run by the Python that runs these tests."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tools.origin import hiding_copies
from tools.rooms import Target
from tools.values import Baseline, Benchmark, BenchmarkKind
from tools.workload import source_roots
from workspaces.checkout import clone_source, find_source
from workspaces.interpreter import Interpreter, find_interpreter
from workspaces.overlays import PLUGINS, overlay
from workspaces.process import Limits
from workspaces.sandbox import Sandbox

TARGETS = Path(__file__).parents[1] / "targets"
AUTHOR = ("Ada Author", "ada@example.org")


@dataclass(frozen=True)
class Subject:
    """A target and the commit that it starts from."""

    target: Target
    start: str

    def write(self, files: Mapping[str, str]) -> str:
        """A commit on the start in which these files have this content."""
        return self.target.checkout.write(self.start, {path: text.encode() for path, text in files.items()}, "x", AUTHOR)

    def edit(self, path: str, old: str, new: str) -> str:
        """A commit on the start in which one text of a file is another."""
        before = self.target.checkout.read(self.start, path).decode()
        assert before.count(old) == 1, f"{old!r} must stand in {path} once"
        return self.write({path: before.replace(old, new)})

    def limited(self, wall_seconds: float) -> Target:
        """The same target, where every run has that limit of time; what stops it does not stop the other."""
        return replace(self.target, limits=Limits(wall_seconds=wall_seconds), stop=threading.Event())


@dataclass(frozen=True)
class Python:
    """An interpreter with its overlays; one is enough for all targets here."""

    interpreter: Interpreter
    overlays: Mapping[str, Path]


@pytest.fixture(scope="session")
def python(cache: Path) -> Python:
    """The environment of the improvable target."""
    folder, environment = TARGETS / "improvable", {**os.environ, "VIRTUAL_ENV": ""}
    interpreter = find_interpreter(folder, folder, None, environment, cache)
    return Python(interpreter, {name: overlay(interpreter, name, environment, cache) for name in PLUGINS})


@pytest.fixture(scope="session")
def subject_of(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, python: Python) -> Callable[[Path], Subject]:
    """Makes a folder a git repository, clones it and gives the target."""

    def make(folder: Path) -> Subject:
        identity = ["-c", f"user.name={AUTHOR[0]}", "-c", f"user.email={AUTHOR[1]}"]
        for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--no-gpg-sign", "--message=Start"]):
            subprocess.run(["git", *identity, *words], cwd=folder, check=True, stdin=subprocess.DEVNULL)
        source = find_source(folder)
        checkout = clone_source(source, tmp_path_factory.mktemp("run"))
        roots = source_roots(checkout.files(source.commit), "")
        made = Target(
            checkout=checkout,
            interpreter=python.interpreter,
            sandbox=sandbox,
            overlays=python.overlays,
            subfolder="",
            source_roots=roots,
        )
        return Subject(hiding_copies(made, source.commit), source.commit)

    return make


@pytest.fixture(scope="session")
def subject_with(tmp_path_factory: pytest.TempPathFactory, subject_of) -> Callable[[Mapping[str, str]], Subject]:
    """A target that consists of the given files."""

    def make(files: Mapping[str, str]) -> Subject:
        folder = tmp_path_factory.mktemp("files")
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        return subject_of(folder)

    return make


def copied(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repositories") / name
    shutil.copytree(TARGETS / name, folder, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache", ".benchmarks"))
    return folder


@pytest.fixture(scope="session")
def improvable(tmp_path_factory: pytest.TempPathFactory, subject_of) -> Subject:
    """tests/targets/improvable."""
    return subject_of(copied("improvable", tmp_path_factory))


@pytest.fixture(scope="session")
def target(improvable: Subject) -> Target:
    """A target on a copy of tests/targets/improvable."""
    return improvable.target


@pytest.fixture(scope="session")
def flaky(tmp_path_factory: pytest.TempPathFactory, subject_of) -> Subject:
    """tests/targets/flaky, with a courier whose luck is the hash seed: the same in every run of these tests."""
    folder = copied("flaky", tmp_path_factory)
    tests = folder / "tests" / "test_flakyshop.py"
    luck = 'int(__import__("os").environ["PYTHONHASHSEED"]) % 2 == 1'
    assert "random.random() < 0.5" in tests.read_text()
    tests.write_text(tests.read_text().replace("random.random() < 0.5", luck))
    return subject_of(folder)


@pytest.fixture(scope="session")
def baseline_of() -> Callable[..., Baseline]:
    """A baseline with nothing in it but what is given."""

    def make(**known) -> Baseline:
        nothing = {
            "outcomes": {},
            "flaky": (),
            "failing": (),
            "benchmarks": (),
            "running": {},
            "results": {},
            "seconds": 1.0,
        }
        return Baseline(**{**nothing, **known})

    return make


@pytest.fixture(scope="session")
def timed_test() -> Callable[[str], Benchmark]:
    """The benchmark of a node id."""
    return lambda node: Benchmark(kind=BenchmarkKind.PYTEST, id=node)
