"""Second copies of the target in its environment: hidden where that is possible, noticed where it is not."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from uv import find_uv_bin

from tools.examining import examine
from tools.origin import copies, hiding_copies, rewritten, second_copies, stand_ins
from tools.testing import run_tests, take_baseline
from workspaces.errors import OptimizeError
from workspaces.interpreter import inspect
from workspaces.sandbox import Mode, find_sandbox

FILES = {
    "src/shop/__init__.py": "WHERE = 'checkout'\n",
    "src/shop/text.py": "def shout(text):\n    return ''.join(c.upper() for c in text)\n",
    "src/single.py": "WHERE = 'checkout'\n",
    "tests/test_shop.py": "import shop.text\nimport single\n\n\n"
    "def test_shout():\n    assert shop.text.shout('a') == 'A'\n\n\n"
    "def test_where():\n    assert (shop.WHERE, single.WHERE) == ('checkout', 'checkout')\n",
}
INSISTING = "import site, sys\n\nsys.path[:0] = [entry for entry in sys.path if entry.endswith('copy/site-packages')]\n"


@pytest.fixture(scope="module")
def copied(python, tmp_path_factory):
    """The environment of all targets with the package installed in it, not editable: (interpreter, its site-packages)."""
    folder = tmp_path_factory.mktemp("environment")
    base = python.interpreter.executable
    subprocess.run([find_uv_bin(), "venv", "--quiet", "--python", base.resolve(), folder / "env"], check=True)
    (site,) = (folder / "env").glob("lib/python*/site-packages")
    own = folder / "env" / "copy" / "site-packages"
    for path, text in FILES.items():
        if path.startswith("src/"):
            place = own / path.removeprefix("src/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text.replace("checkout", "copy"))
    (own / "shop-1.0.dist-info").mkdir()
    (own / "shop-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: shop\nVersion: 1.0\n")
    (theirs,) = base.parent.parent.glob("lib/python*/site-packages")
    (site / "more.pth").write_text(f"{own}\n{theirs}\n")
    return inspect(folder / "env" / "bin" / "python", "test", tmp_path_factory.mktemp("project"), {}), own


@pytest.fixture(scope="module")
def subject_in(subject_with, copied):
    """A subject in that environment."""

    def make(files, **other):
        subject = subject_with(files)
        target = replace(subject.target, interpreter=copied[0], **other)
        return replace(subject, target=hiding_copies(target, subject.start))

    return make


def test_copies_are_found_by_their_path_in_the_package(copied):
    found = second_copies(copied[0], list(FILES), ("src", ""), confined=True)
    assert found == (copied[1] / "shop", copied[1] / "single.py")
    assert second_copies(copied[0], ["shop/other.py", "os.py", "email/__init__.py"], ("",), confined=True) == ()


def test_what_pytest_itself_is_made_of_is_never_hidden(copied, python):
    files = ["src/pluggy/__init__.py", "src/_pytest/__init__.py", "src/packaging/__init__.py"]
    assert second_copies(copied[0], files, ("src",), confined=True) == ()


def test_copy_in_the_environment_is_hidden_and_its_metadata_is_not(subject_in, copied):
    look = (
        "import importlib.metadata, importlib.util, sys\n"
        "sys.path[:] = [entry for entry in sys.path if not entry.startswith('/checkout')]\n"
        "def test_look():\n    assert importlib.metadata.version('shop') == '1.0'\n"
        "    assert importlib.util.find_spec('single') is None\n"
        "    assert importlib.util.find_spec('shop').origin is None\n"
    )
    subject = subject_in({**FILES, "tests/test_look.py": look})
    assert run_tests(subject.target, subject.start, ["tests/test_look.py"]).outcomes == {
        "tests/test_look.py::test_look": "passed"
    }
    assert copies(subject.target) == f"the copy at {copied[1] / 'shop'}, {copied[1] / 'single.py'} is hidden"
    assert sorted(path.name for path in (copied[1] / "shop").iterdir()) == ["__init__.py", "text.py"]


def test_code_of_the_checkout_runs_though_conftest_prefers_the_copy(subject_in):
    subject = subject_in({**FILES, "tests/conftest.py": INSISTING})
    assert set(run_tests(subject.target, subject.start, []).outcomes.values()) == {"passed"}


def test_without_a_sandbox_the_target_that_prefers_the_copy_is_refused_with_a_remedy(subject_in):
    subject = subject_in({**FILES, "tests/conftest.py": INSISTING}, sandbox=find_sandbox(Mode.OFF))
    with pytest.raises(
        OptimizeError, match=r"run another copy of the project: shop.* comes from .*copy.*uninstall the copy"
    ):
        take_baseline(subject.target, subject.start)


def test_without_a_sandbox_it_is_said_that_the_copy_was_not_imported(subject_in):
    subject = subject_in(FILES, sandbox=find_sandbox(Mode.OFF))
    baseline = take_baseline(subject.target, subject.start)
    assert baseline.failing == ()
    assert "nothing was imported from the copy at" in baseline.origin
    faster = subject.edit("src/shop/text.py", "''.join(c.upper() for c in text)", "text.upper()")
    done = examine(subject.target, subject.start, faster, baseline, ["src/shop/text.py"])
    assert done.failed is None
    assert "src/shop/text.py ran from the tree of this commit: sha256 " in done.checks[0].detail
    assert "nothing was imported from the copy at" in done.checks[0].detail


def test_new_file_that_would_stand_in_for_something_installed_is_found(subject_with):
    subject = subject_with(FILES)
    added = [
        "pytest_cov/plugin.py",
        "src/coverage.py",
        "src/random.py",
        "src/shop/random.py",
        "src/fresh/text.py",
        "src/new.py",
    ]
    assert stand_ins(subject.target, subject.start, added) == tuple(added[:3])


def test_file_that_was_changed_replaced_or_led_elsewhere_is_noticed(subject_with, tmp_path):
    subject = subject_with(FILES)
    checkout, path = subject.target.checkout, "src/shop/text.py"

    def noticed(change):
        tree = tmp_path / "tree"
        shutil.copytree(checkout.export(subject.start), tree)
        change(tree / path)
        found = rewritten(checkout, subject.start, tree, [path, "src/single.py"])
        shutil.rmtree(tree)
        return found

    def lead_elsewhere(file: Path):
        (tmp_path / "same.py").write_bytes(file.read_bytes())
        file.unlink()
        file.symlink_to(tmp_path / "same.py")

    assert noticed(lambda file: None) == ()
    assert noticed(lambda file: file.write_text("x = 1\n")) == (path,)
    assert noticed(lambda file: file.unlink()) == (path,)
    assert noticed(lead_elsewhere) == (path,)
