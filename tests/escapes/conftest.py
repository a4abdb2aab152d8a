"""Targets for hostile code: a small suite, narrow limits, and a look at what is left of a run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.tools.conftest import Subject, python, subject_of, subject_with  # noqa: F401  fixtures
from tests.workspaces.conftest import NO_SANDBOX
from tools.rooms import Target
from tools.testing import check_tests, take_baseline
from tools.values import Baseline, Check
from workspaces.process import Limits
from workspaces.sandbox import Sandbox

MIB = 1024**2
# far below what a run may have, so that a bomb ends when it is still small
NARROW = Limits(
    wall_seconds=60,
    memory_bytes=300 * MIB,
    output_bytes=200_000,
    file_bytes=20 * MIB,
    processes=40,
    written_bytes=60 * MIB,
    temporary_bytes=40 * MIB,
)
WORK = "def total(values):\n    return sum(values)\n"
SUITE = "from work import total\n\n\ndef test_total():\n    assert total([1, 2, 3]) == 6\n"


@dataclass(frozen=True)
class Attacked:
    """A target with a baseline, whose candidates are hostile."""

    subject: Subject
    target: Target
    baseline: Baseline

    def judged(self, work: str, **limits: float) -> Check:
        """The tests rung for a candidate whose work.py is that; nothing of the run may be left."""
        narrow = replace(NARROW, **limits)  # type: ignore[arg-type]  # numbers of Limits
        target = replace(self.target, limits=narrow, stop=threading.Event())
        before = self.files()
        found = check_tests(target, self.subject.start, self.subject.write({"work.py": work}), self.baseline)
        assert self.left_over() == []
        assert self.files() == before
        return found

    def files(self) -> set[str]:
        """What stands in the run folder, without the trees that are exported there and git's objects."""
        folder = self.target.checkout.folder
        found = (path.relative_to(folder) for path in folder.rglob("*"))
        return {str(path) for path in found if path.parts[0] != "trees" and "objects" not in path.parts}

    def left_over(self) -> list[int]:
        """Processes that still have to do with the run folder: they see it, work in it or have it on their command line."""
        name = "/".join(self.target.checkout.folder.parts[-2:])
        deadline = time.monotonic() + 5
        while (found := _processes(name)) and time.monotonic() < deadline:
            time.sleep(0.05)  # the kernel takes a namespace apart after its first process has ended
        return found


def _processes(name: str) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            seen = (folder / "mountinfo").read_text() + (folder / "cmdline").read_text() + str((folder / "cwd").readlink())
        except OSError:  # it has ended, or is not ours to look at
            continue
        if name in seen:
            found.append(int(folder.name))
    return found


@pytest.fixture(scope="session")
def hostile(subject_with: Callable[[Mapping[str, str]], Subject]) -> Attacked:  # noqa: F811  the fixture
    """A target of one function and one test."""
    subject = subject_with({"work.py": WORK, "tests/test_work.py": SUITE, "conftest.py": ""})
    return Attacked(subject, subject.target, take_baseline(subject.target, subject.start))


@pytest.fixture(params=["sandboxed", "plain"])
def attacked(request: pytest.FixtureRequest, hostile: Attacked) -> Attacked:
    """The same target in the sandbox and without one."""
    plain: Sandbox = NO_SANDBOX
    return hostile if request.param == "sandboxed" else replace(hostile, target=replace(hostile.target, sandbox=plain))
