"""The repository that the judge looks at: generated, calibrated for this machine, and kept for the next time."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import git

from evals.judging.cases import CASES, EFFECT_UNITS, Case
from tools.benchmarking import Sides
from tools.rooms import Target
from tools.workload import source_roots
from workspaces.checkout import clone_source, find_source
from workspaces.errors import OptimizeError
from workspaces.installing import cache_folder
from workspaces.interpreter import Interpreter, find_interpreter
from workspaces.overlays import overlay
from workspaces.sandbox import Mode, find_sandbox

AUTHOR = ("Verispeed", "verispeed@localhost")
CALIBRATION_SECONDS = 120.0
AMOUNTS = "amounts.py"
ASSIGNMENT = "AMOUNTS = "
README = "Functions that do a known amount of work.\n"
TESTS = """\
import pytest

from amounts import AMOUNTS
from work import KINDS


def work(name):
    kind, units, steps = AMOUNTS[name]
    return KINDS[kind](units, steps)


@pytest.mark.parametrize("name", list(AMOUNTS))
def test_work(benchmark, name):
    benchmark(work, name)
"""
PROJECT = """\
[project]
name = "judged"
version = "1"
requires-python = ">=3.9"

[tool.setuptools]
py-modules = ["work", "amounts"]

[dependency-groups]
dev = ["pytest>=7", "pytest-benchmark>=4"]

[tool.pytest.ini_options]
testpaths = ["."]
"""


@dataclass(frozen=True)
class Subject:
    """The target and the commits that are compared with its start."""

    target: Target
    start: str
    identical: str  # another README, the same code
    changed: str  # fewer units in the functions with an effect

    def sides(self, case: Case) -> Sides:
        """What the judge is asked to compare; the edited file must have been loaded where one was edited."""
        return Sides(self.start, self.changed, (AMOUNTS,)) if case.effect else Sides(self.start, self.identical)


def open_subject(folder: Path, python: str | None, environment: Mapping[str, str]) -> Subject:
    """The subject in `folder`, made at the first time; OptimizeError if its Python cannot be had."""
    repository, cache = folder / "target", cache_folder(environment)
    made = repository.exists()
    files = repository if made else _write_files(folder / "target.partial")
    interpreter = find_interpreter(files, files, python, environment, cache)
    if not made:
        _commit(files, interpreter)
        files.rename(repository)
    source = find_source(repository)
    checkout = clone_source(source, folder / "run")
    target = Target(
        checkout=checkout,
        interpreter=interpreter,
        sandbox=find_sandbox(Mode.AUTO),
        overlays={"check": overlay(interpreter, "check", environment, cache)},
        subfolder="",
        source_roots=source_roots(checkout.files(source.commit), ""),
    )
    before = checkout.read(source.commit, AMOUNTS).decode()
    return Subject(
        target=target,
        start=source.commit,
        identical=checkout.write(source.commit, {"README.md": f"{README}The same.\n".encode()}, "Say more", AUTHOR),
        changed=checkout.write(source.commit, {AMOUNTS: with_effects(before).encode()}, "Do less", AUTHOR),
    )


def amounts_text(seconds_per_step: Mapping[str, float]) -> str:
    """The module that says how much each function does at baseline."""
    amounts = {case.name: [case.kind, *case.amounts(seconds_per_step)] for case in CASES}
    return f"{ASSIGNMENT}{json.dumps(amounts, indent=1)}\n"


def with_effects(before: str) -> str:
    """The same module for the candidate: functions with an effect do EFFECT_UNITS, the others what they did."""
    amounts = json.loads(before.removeprefix(ASSIGNMENT))
    for case in CASES:
        if case.effect:
            amounts[case.name][1] = EFFECT_UNITS
    return f"{ASSIGNMENT}{json.dumps(amounts, indent=1)}\n"


def _write_files(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
    folder.mkdir(parents=True)
    for name, text in (("README.md", README), ("test_work.py", TESTS), ("pyproject.toml", PROJECT)):
        (folder / name).write_text(text)
    shutil.copyfile(Path(__file__).with_name("work.py"), folder / "work.py")
    return folder


def _commit(folder: Path, interpreter: Interpreter) -> None:
    (folder / AMOUNTS).write_text(amounts_text(_calibrate(folder, interpreter)))
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    with git.Repo.init(folder, initial_branch="main") as repository:
        repository.index.add(names)
        author = git.Actor(*AUTHOR)
        repository.index.commit("Start", author=author, committer=author, skip_hooks=True)


def _calibrate(folder: Path, interpreter: Interpreter) -> dict[str, float]:
    """Seconds of a step of each kind of work, by the target's own Python."""
    command = [str(interpreter.executable), "-I", "-B", str(folder / "work.py")]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL, timeout=CALIBRATION_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise OptimizeError(
            f"{interpreter.executable} could not time a little work ({error}): name another --python."
        ) from error
    found = json.loads(done.stdout)
    return {str(kind): float(seconds) for kind, seconds in found.items()}
