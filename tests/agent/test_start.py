"""Nothing of the repository at hand gets into our process, and the wheel holds all that we need to run."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.agent.command import OPTIMIZE, Home, commit_all, copy_target, git

PROJECT = Path(__file__).parents[2]
KEY = "sk-secret-0123456789abcdef"
PLANT = """import os, sys
with open({marker!r}, "a") as file:
    file.write({name!r} + (" isolated" if sys.flags.isolated else " at start") + "\\n")
print(dict(os.environ))
"""
OURS = ("agent", "tools", "prompts", "workspaces", "evals")


@pytest.fixture
def home(tmp_path, cache):
    return Home(tmp_path / "state", cache)


@pytest.fixture
def planted(tmp_path):
    """A repository that has modules of our names, and modules that Python imports by itself; and what they wrote."""
    folder = copy_target("flaky", tmp_path / "planted")
    marker = tmp_path / "imported"
    for name in (*(f"{package}/__init__" for package in OURS), "agent/cli", "agent/settings", "tools/values"):
        plant(folder / f"{name}.py", name, marker)
    for name in ("sitecustomize", "usercustomize", "typer", "pydantic", "git"):
        plant(folder / f"{name}.py", name, marker)
    return commit_all(folder), marker


def plant(file, name, marker):
    file.parent.mkdir(exist_ok=True)
    file.write_text(PLANT.format(name=name, marker=str(marker)))


def written(marker):
    return set(marker.read_text().splitlines()) if marker.exists() else set()


@pytest.mark.parametrize("words", [["--help"], ["--version"], [".", "--model", "openai/"], ["resume"]])
def test_modules_of_the_current_folder_stay_out_of_our_process(planted, home, words):
    folder, marker = planted
    done = home.optimize(*words, folder=folder, PYTHONPATH=".", OPENAI_API_KEY=KEY)
    assert done.returncode in (0, 2), done.stderr
    assert "Traceback" not in done.stderr
    # Python itself imports sitecustomize and usercustomize from PYTHONPATH before any code of ours can forbid it: that
    # much whoever sets PYTHONPATH has agreed to. After the new start neither is imported again, and nothing else ever.
    assert written(marker) <= {"sitecustomize at start", "usercustomize at start"}


def test_run_in_a_folder_with_modules_of_our_names_profiles_it(planted, home):
    folder, marker = planted
    # these the target's own processes would import in place of the real ones, which is the target's affair
    for name in ("sitecustomize", "usercustomize", "typer", "pydantic", "git"):
        (folder / f"{name}.py").unlink()
    git(folder, "commit", "--quiet", "--all", "--message=Less")
    done = home.optimize(
        ".", "--dry-run", "--function", "orders_by_customer", folder=folder, PYTHONPATH=".", OPENAI_API_KEY=KEY
    )
    assert done.returncode == 0, done.stderr
    assert "flakyshop/__init__.py:orders_by_customer" in done.stdout
    assert "would ask rules about 1 function" in done.stdout
    assert KEY not in done.stdout + done.stderr
    assert written(marker) == set()
    assert home.runs == []
    assert git(folder, "for-each-ref", "--format=%(refname)").split() == ["refs/heads/main"]


def test_new_start_is_isolated_and_knows_no_variable_of_python(home, tmp_path):
    script = """
import os, sys
import verispeed_start as start
def show(path, words, environment):
    print(path == sys.executable, "-I" in words, sorted(name for name in environment if name.startswith(("PYTHON", "GIT_"))))
os.execve = show
start.main()
"""
    more = {
        "PYTHONPATH": str(tmp_path),
        "PYTHONSTARTUP": "x",
        "PYTHONWARNINGS": "ignore",
        "GIT_DIR": "y",
        "GIT_WORK_TREE": "z",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], env=home.environment(**more), capture_output=True, text=True, check=True
    )
    assert done.stdout.split(maxsplit=2) == ["True", "True", "['GIT_CONFIG_GLOBAL']\n"]


@pytest.mark.parametrize("variable", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"])
def test_variables_of_git_do_not_lead_us_to_another_repository(home, tmp_path, variable):
    folder = tmp_path / "no-repository"
    folder.mkdir()
    done = home.optimize(folder, **{variable: str(PROJECT / ".git")})
    assert done.returncode == 2
    assert "is not in a git repository" in done.stderr


# --- the wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    from uv import find_uv_bin

    command = [find_uv_bin(), "build", "--wheel", "--out-dir", str(folder), str(PROJECT)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    built = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (file,) = folder.glob("*.whl")
    return file


def test_wheel_holds_everything_that_is_read_at_run_time(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "verispeed_start.py" in names
    for package in OURS:
        assert f"{package}/__init__.py" in names
    for pattern in ("prompts/*.j2", "workspaces/etc/*", "workspaces/*.py", "tools/harness/*.py", "agent/*.py", "tools/*.py"):
        wanted = {file.relative_to(PROJECT).as_posix() for file in PROJECT.glob(pattern)} - {"agent/start.py"}
        assert wanted
        assert not wanted - names


def test_wheel_holds_no_tests_and_nothing_compiled(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if name.startswith(("tests/", ".")) or name.endswith((".pyc", ".sqlite"))]


def test_command_from_the_unpacked_wheel_answers(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    start = f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); from verispeed_start import main; main()"
    done = subprocess.run([sys.executable, "-I", "-c", start, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "resume" in done.stdout


def test_console_script_is_the_start_and_nothing_of_a_common_name():
    assert "verispeed_start" in OPTIMIZE.read_text()
