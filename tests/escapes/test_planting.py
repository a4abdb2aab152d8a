"""What a run leaves for later ones: none of it is there again, and nothing of git is touched."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.escapes.conftest import Attacked
from tests.tools.conftest import Subject
from tools.testing import run_tests

# the first run plants, each run asserts that nothing is there
SUITE = """
import os, pathlib, site, sys, sysconfig, tempfile

HERE = pathlib.Path(__file__).parents[1]
PLACES = [HERE, HERE / "tests", pathlib.Path(sysconfig.get_paths()["purelib"]), pathlib.Path(tempfile.gettempdir())]
PLACES += [pathlib.Path(os.path.expanduser("~")), pathlib.Path(site.getusersitepackages())]
PLACES += [pathlib.Path("/verispeed/results")]
PLACES += [pathlib.Path(entry) for entry in sys.path if os.path.isdir(entry)]
NAMES = ["sitecustomize.py", "usercustomize.py", "conftest.py", "planted.pth", "planted.so", "pytest.ini", "json.py"]
NAMES += [".git/config", ".git/hooks/post-commit", ".gitattributes", ".pytest_cache/planted", "__pycache__/planted.pyc"]
MINE = {HERE / "tests" / "conftest.py"}


def test_nothing_was_planted():
    found = [str(place / name) for place in PLACES for name in NAMES if (place / name).exists() and place / name not in MINE]
    assert [path for path in found if "planted" in open(path, errors="replace").read()] == []
    assert "planted" not in sys.modules
    assert "PLANTED" not in os.environ


def test_plant():
    planted = 0
    for place in PLACES:
        for name in NAMES:
            if place / name in MINE:
                continue
            try:
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_text("import os\\nplanted = os.environ['PLANTED'] = '1'\\n")
                planted += 1
            except OSError:
                pass
    assert planted >= len(NAMES)  # the tree is writable while the tests run
"""


def listing(folder: Path) -> Mapping[str, bytes]:
    """All files below a folder with what stands in them."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def planting(subject_with: Callable[[Mapping[str, str]], Subject]) -> Subject:
    return subject_with({"tests/test_planting.py": SUITE, "tests/conftest.py": "", "work.py": "x = 1\n"})


def test_what_one_run_plants_is_not_there_in_the_next(planting: Subject) -> None:
    checkout = planting.target.checkout
    checkout.export(planting.start)
    before = listing(checkout.folder)
    for number in range(2):
        found = run_tests(planting.target, planting.start, [])
        assert set(found.outcomes.values()) == {"passed"}, (number, found.failures)
    assert listing(checkout.folder) == before
    with planting.target.room(planting.start) as room:
        assert not room.run(["python", "-c", "import planted"]).ok
        assert room.run(["python", "-c", "import os; assert 'PLANTED' not in os.environ"]).ok


def test_the_interpreter_and_the_overlays_stay_as_they_are(planting: Subject) -> None:
    target = planting.target
    folders = [*target.overlays.values(), *target.interpreter.mounts]
    run_tests(target, planting.start, [])
    assert [path for folder in folders for path in folder.rglob("planted*")] == []
    assert [path for folder in folders for path in folder.rglob("usercustomize.py")] == []


def test_a_benchmarks_tree_cannot_be_written_to_at_all(planting: Subject) -> None:
    program = "import pathlib; pathlib.Path('/checkout/.git').mkdir()"
    with planting.target.room(planting.start) as room:
        assert "Read-only file system" in room.run(["python", "-c", program]).trouble


def test_hooks_and_attributes_of_a_candidate_are_files_like_others(hostile: Attacked) -> None:
    checkout = hostile.target.checkout
    hook = f"#!/bin/sh\ntouch {checkout.folder}/pwned\n"
    attributes = "* filter=evil text eol=crlf ident export-subst\n*.py working-tree-encoding=UTF-16\n"
    files = {".gitattributes": attributes, "hooks/post-checkout": hook, ".githooks/pre-commit": hook, "id.txt": "$Id$\n"}
    commit = hostile.subject.write({**files, ".gitconfig": "[core]\n\thooksPath = .githooks\n"})
    tree = checkout.export(commit)
    assert {name: (tree / name).read_text() for name in files} == files
    assert (tree / "work.py").read_bytes() == checkout.read(commit, "work.py")
    assert not (checkout.folder / "pwned").exists()
    assert not (tree / ".git").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can tell who owns what is left")
def test_no_file_of_the_targets_user_is_left(planting: Subject) -> None:
    run_tests(planting.target, planting.start, [])
    left = [path for path in planting.target.checkout.folder.rglob("*") if path.lstat().st_uid != 0]
    assert left == []
