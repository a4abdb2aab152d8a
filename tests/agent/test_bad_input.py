"""Everything that a user may point the command at and that is wrong or out of the ordinary, each line of the list once.

What cannot be optimized is refused: exit code 2, one sentence with the remedy, no folder left behind. What is merely unusual
works. The user's files stay as they are, whatever happens.

    not a git repository, no commits, a bare repository, git's own folder,
    a folder that is not committed, a branch that is in the way             test_repository_that_cannot_be_used
    no tests, no benchmark and no workload, collection errors,
    a suite that pytest cannot run, a dependency that cannot be installed,
    a Python that does not start, a benchmark or a workload that errors     test_project_that_cannot_be_optimized
    one benchmark of several that errors                                    test_benchmark_that_errors_...
    an empty Scalene profile                                                test_empty_profile_...
    no space left                                                           test_full_disk_..., test_disk_that_fills_up_...
    spaces and unicode, a subfolder, a submodule, in a submodule,
    a detached HEAD                                                         test_unusual_...
    a huge repository, a submodule that is not there                        test_huge_...

A branch that has the run's name and commits of its own: tests/workspaces/test_checkout.py.
"""

import json
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.agent.command import LIMIT_SECONDS, Home, Running, bytes_of, commit_all, git, refused, whole_of

TALLY = """def tally(words):
    counts = {}
    for word in words:
        counts[word] = words.count(word)
    return counts
"""
TESTS = """from tally import tally


def test_words_are_counted():
    assert tally(["a", "b", "a"]) == {"a": 2, "b": 1}
    assert list(tally(["b", "a", "b"])) == ["b", "a"]
"""
BENCHMARK = """from tally import tally


def test_bench_tally(benchmark):
    assert len(benchmark(tally, ["word %d" % (n % 200) for n in range(600)])) == 200
"""
SCRIPT = 'from tally import tally\n\ntally(["word %d" % (n % 500) for n in range(5000)])\n'
PROJECT = {"tally.py": TALLY, "test_tally.py": TESTS, "test_bench.py": BENCHMARK}
OPTION = "[pytest]\naddopts = "
MISSING = "verispeed-no-such-package-xyz"


@pytest.fixture
def home(tmp_path, cache):
    return Home(tmp_path / "state", cache)


def write(folder, files):
    """A small project with these files on top; None leaves one of its own out."""
    for path, text in {**PROJECT, **files}.items():
        if text is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
    return folder


def project(folder, files=None):
    """The same as a repository."""
    return commit_all(write(folder, files or {}))


# --- what is no repository, or none that can be used


def plain(folder):
    return write(folder, {})


def unborn(folder):
    git(write(folder, {}), "init", "--quiet")
    return folder


def bare(folder):
    git(project(folder.with_name("original")), "clone", "--quiet", "--bare", ".", str(folder))
    return folder


def inside_git(folder):
    return project(folder) / ".git" / "refs"


def uncommitted(folder):
    project(folder)
    (folder / "new").mkdir()
    (folder / "new" / "module.py").write_text("")
    return folder / "new"


def branch_in_the_way(folder):
    git(project(folder), "branch", "optimize")
    return folder


@pytest.mark.parametrize(
    ("made", "remedies"),
    [
        pytest.param(lambda folder: folder, ["does not exist", "give the path of a git repository"], id="nothing there"),
        pytest.param(plain, ["is not in a git repository", "make it one with: git -C"], id="not a git repository"),
        pytest.param(unborn, ["has no commits yet", "git add -A && git commit -m start"], id="no commits"),
        pytest.param(bare, ["is a bare repository", "git clone"], id="a bare repository"),
        pytest.param(inside_git, ["is git's own folder", "the files beside it"], id="git's own folder"),
        pytest.param(uncommitted, ["is not in the last commit", "commit it first"], id="a folder that is not committed"),
        pytest.param(
            branch_in_the_way, ["has a branch called `optimize`", "branch -m optimize optimize-old"], id="a branch"
        ),
    ],
)
def test_repository_that_cannot_be_used_is_refused_before_any_work(home, tmp_path, made, remedies):
    path = made(tmp_path / "my shop")
    before = bytes_of(tmp_path)
    done = home.optimize(path)
    refused(done, home, *remedies)
    assert len(done.stderr.splitlines()) == 1
    assert bytes_of(tmp_path) == before


# --- projects that cannot be tested, timed or installed


@dataclass(frozen=True)
class Case:
    """What is different from a project that works, and what must be said."""

    said: tuple[str, ...]
    files: dict[str, str | None] = field(default_factory=dict)
    words: tuple[str, ...] = ("--dry-run",)


WITHOUT_TESTS = {"test_tally.py": None, "test_bench.py": None, "script.py": SCRIPT}
CASES = {
    "no tests": Case(("There are no tests", "Add tests where it looks", "--workload"), WITHOUT_TESTS),
    "tests of another runner only": Case(
        ("There are no tests", "test_*.py"),
        {**WITHOUT_TESTS, "check.sh": "python tally.py\n", "README.md": ">>> tally([])\n{}\n"},
    ),
    "no benchmark and no workload": Case(
        ("There is nothing to time", "`benchmark` fixture", "--workload"), {"test_bench.py": None}
    ),
    "collection error: a module that is not installed": Case(
        ("test_more.py", "No module named 'nowhere_to_be_found'. Declare it in", "--python EXE"),
        {"test_more.py": "import nowhere_to_be_found\n"},
    ),
    "collection error: a syntax error": Case(
        ("test_more.py", "line 1", "SyntaxError", "Mend that first"), {"test_more.py": "def test_it(:\n    pass\n"}
    ),
    "collection error: the target's own filter of warnings": Case(
        ("TestIt", "PytestCollectionWarning", "The target turns that warning into an error", "pytest_options"),
        {
            "test_more.py": "class TestIt:\n    def __init__(self):\n        pass\n\n    def test_it(self):\n        pass\n",
            "pytest.ini": "[pytest]\nfilterwarnings = error\n",
        },
    ),
    "a suite with an option that pytest does not know": Case(
        ("--no-such-option", "pytest configuration"), {"pytest.ini": OPTION + "--no-such-option\n"}
    ),
    "a suite with options of a plugin that is not installed": Case(
        ("--dist", "pytest configuration", "--python EXE"), {"pytest.ini": OPTION + "--dist loadfile\n"}
    ),
    "a suite that loads a plugin that is not installed": Case(
        ("no_such_plugin", "pytest configuration", "--python EXE"), {"pytest.ini": OPTION + "-p no_such_plugin\n"}
    ),
    "a suite that exits": Case(
        ("ends the process", "sys.exit() in conftest.py"), {"conftest.py": "import sys\n\nsys.exit()\n"}
    ),
    "a suite that exits at once": Case(("ends the process",), {"conftest.py": "import os\n\nos._exit(0)\n"}),
    "a suite whose conftest fails": Case(
        ("RuntimeError: set SHOP_DATABASE", "Mend that first"), {"conftest.py": "raise RuntimeError('set SHOP_DATABASE')\n"}
    ),
    "a suite that hangs": Case(
        ("ran over its limit of time", "test_seconds"),
        {
            "test_more.py": "import time\n\n\ndef test_it():\n    time.sleep(1000)\n",
            "pyproject.toml": "[tool.optimize]\ntest-seconds = 1.5\n",
        },
    ),
    "a Python that does not start": Case(
        ("/bin/false", "does not start: it ended with code 1", "--python EXE"), words=("--python", "/bin/false")
    ),
    "a dependency that cannot be installed": Case(
        ("dependencies could not be installed", MISSING, "--python EXE"),
        {"pyproject.toml": f'[project]\nname = "tally"\nversion = "1"\ndependencies = ["{MISSING}"]\n'},
    ),
    "benchmarks that all error": Case(
        ("test_bench.py::test_bench_tally", "--workload"),
        {"test_bench.py": "def test_bench_tally(benchmark, table):\n    benchmark(sum, table)\n"},
    ),
    "a workload that fails": Case(
        ("`python -m nowhere` fails before anything was changed", "No module named nowhere", "another one with --workload"),
        words=("--workload", "python -m nowhere"),
    ),
    "a workload that runs nothing": Case(("`python` runs nothing", "bench.py"), words=("--workload", "python")),
}


@pytest.mark.parametrize("name", CASES)
def test_project_that_cannot_be_optimized_is_refused_with_the_remedy(home, tmp_path, name):
    case = CASES[name]
    repository = project(tmp_path / "shop", case.files)
    before = bytes_of(repository)
    refused(home.optimize(repository, *case.words), home, *case.said)
    assert bytes_of(repository) == before


# --- what is left out, or leaves nothing to do


def test_benchmark_that_errors_is_named_and_the_others_are_used(home, tmp_path):
    broken = "def test_broken(benchmark):\n    benchmark(lambda: 1 / 0)\n"
    repository = project(tmp_path / "shop", {"test_more.py": broken})
    before = bytes_of(repository)
    done = home.optimize(repository, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "failing before anything was changed: 1 test, test_more.py::test_broken" in done.stderr
    assert "tally.py:tally  (test_bench.py::test_bench_tally)" in done.stdout
    assert bytes_of(repository) == before


def test_empty_profile_is_said_to_be_empty(home, tmp_path):
    repository = project(tmp_path / "shop")
    before = bytes_of(repository)
    done = home.optimize(repository, "--dry-run", "--workload", "python -c pass")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Nothing to do: Scalene saw no time in functions of this repository")
    assert "too short" in done.stdout
    assert bytes_of(repository) == before


def test_empty_profile_ends_a_run_with_a_notice(home, tmp_path):
    repository = project(tmp_path / "shop")
    before = bytes_of(repository)
    done = home.optimize(repository, "--workload", "python -c pass", "--json", "-")
    assert done.returncode == 0, done.stderr
    (notice,) = json.loads(done.stdout)["notices"]
    assert "too short" in notice
    assert notice in done.stderr
    assert bytes_of(repository) == before


# --- no space left


class NoDisk(Exception):
    """Only root can mount one."""


@contextmanager
def small_disk(folder, size) -> Iterator[None]:
    """A disk of so many KiB, at a folder that is made for it."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        raise NoDisk(mounted.stderr.strip())
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder):
    """Leave no room at all."""
    file = folder / "rest"
    with suppress(OSError), file.open("ab", buffering=0) as rest:
        while True:
            rest.write(bytes(4096))
    return file


@pytest.fixture
def disk(tmp_path, request):
    """A small disk; skips where none can be mounted."""
    try:
        with small_disk(tmp_path / "small disk", getattr(request, "param", 64)):
            yield tmp_path / "small disk"
    except NoDisk as error:
        pytest.skip(f"a small disk can only be mounted by root: {error}")


@pytest.mark.parametrize(
    ("disk", "variable"),
    [
        pytest.param(64, "XDG_STATE_HOME", id="for the clone"),
        pytest.param(600, "XDG_STATE_HOME", id="for the tree"),
        pytest.param(2000, "XDG_CACHE_HOME", id="for what is built"),
    ],
    indirect=["disk"],
)
def test_full_disk_is_named_with_the_variable_that_names_another(tmp_path, cache, disk, variable):
    large = {"table.txt": "".join(random.Random(1).choices("0123456789", k=800_000))}
    repository = project(tmp_path / "shop", large)
    before = bytes_of(repository)
    home = Home(disk, cache) if variable == "XDG_STATE_HOME" else Home(tmp_path / "state", disk)
    refused(home.optimize(repository), home, f"There is no space left in {disk}/verispeed", "make room", f"set {variable}")
    assert bytes_of(repository) == before


def test_full_disk_is_named_from_the_start(tmp_path, cache, disk):
    repository = project(tmp_path / "shop")
    fill(disk)
    home = Home(disk, cache)
    refused(home.optimize(repository), home, str(disk), "No space left on device", "set XDG_STATE_HOME")


def test_full_disk_for_temporary_files_is_not_needed(home, tmp_path, disk):
    repository = project(tmp_path / "shop")
    fill(disk)
    assert home.optimize(repository, "--dry-run", TMPDIR=str(disk)).returncode == 0


# --- one run in which much is out of the ordinary: the repository is a submodule of another, its HEAD is detached, it has a
# submodule that its tests need, the project lies in a subfolder of strange name, beside files that are broken, and in the
# middle the disk is full


def add_submodule(repository, other, path):
    git(repository, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), path)
    git(repository, "commit", "--quiet", "--message=Add a submodule")


SHOP = "my täst 'shop' 東京 {100%}"
CONFTEST = """import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "vendor" / "words"))
"""


@dataclass(frozen=True)
class Unusual:
    """That run, and the repositories before it."""

    outer: Path
    repository: Path
    before: dict[Path, dict[str, str]]
    head: str
    stopped: str  # what it said when the disk was full; empty where no disk could be mounted
    report: dict[str, object]


@pytest.fixture(scope="module")
def unusual(tmp_path_factory, cache):
    top = tmp_path_factory.mktemp("unusual")
    library = project(top / "library", {"words.py": "LIMIT = 200\n"})
    files = {f"{SHOP}/{path}": text for path, text in PROJECT.items()}
    files[f"{SHOP}/conftest.py"] = CONFTEST
    files[f"{SHOP}/test_words.py"] = "from words import LIMIT\n\n\ndef test_limit():\n    assert LIMIT == 200\n"
    broken = {"other/test_broken.py": "def (\n", "other/pyproject.toml": "[[\n", "conftest.py": "raise RuntimeError\n"}
    inner = project(top / "inner", {**dict.fromkeys(PROJECT), **files, **broken})
    add_submodule(inner, library, "vendor/words")
    outer = project(top / "ümläuts & blanks")
    add_submodule(outer, inner, "parts/inner")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init", "--recursive")
    repository = outer / "parts" / "inner"
    git(repository, "checkout", "--quiet", "--detach")
    before = {one: whole_of(one) for one in (outer, repository, repository / "vendor" / "words")}
    head = git(repository, "rev-parse", "HEAD").strip()
    home = Home(top / "state of 東京", cache)
    try:
        with small_disk(home.state, 16000):
            stopped = until_the_disk_is_full(home, repository / SHOP, "--attempts", "1")
            assert {one: whole_of(one) for one in before} == before
            done = home.optimize("resume", "--json", "-")
    except NoDisk:
        stopped, done = "", home.optimize(repository / SHOP, "--attempts", "1", "--json", "-")
    assert done.returncode == 0, done.stderr
    return Unusual(outer, repository, before, head, stopped, json.loads(done.stdout))


def until_the_disk_is_full(home, *words):
    """Run until something was proposed and then on a disk without room, which is given back: what was said."""
    with Running.start(home, *words) as running:
        running.wait_until("cached")
        deadline = time.monotonic() + LIMIT_SECONDS
        while running.process.poll() is None and time.monotonic() < deadline:
            rest = fill(home.state)  # also what it gives back meanwhile
            time.sleep(0.05)
        assert running.process.wait(1) == 2
        running.listener.join(10)
    rest.unlink()
    return "".join(running.lines)


def test_unusual_folder_names_and_a_subfolder_work_from_end_to_end(unusual):
    (commit,) = unusual.report["commits"]
    assert commit["function"] == f"{SHOP}/tally.py:tally"
    changed = git(unusual.repository, "diff", "--name-only", "-z", unusual.head, commit["sha"])
    assert changed == f"{SHOP}/tally.py\0"


def test_unusual_state_of_a_repository_stays_as_it_was(unusual):
    for repository, before in unusual.before.items():
        assert whole_of(repository) == before


def test_disk_that_fills_up_in_the_middle_stops_a_run_that_can_be_resumed(unusual):
    if not unusual.stopped:
        pytest.skip("a small disk can only be mounted by root")
    assert "Traceback" not in unusual.stopped
    last = unusual.stopped.splitlines()[-1]
    assert last.startswith("optimize: There is no space left in ")
    for words in ("state of 東京/verispeed/runs", "make room", f"go on with: optimize resume {unusual.report['run']}"):
        assert words in last


def test_unusual_detached_head_gets_a_branch_from_its_commit(unusual):
    assert unusual.before[unusual.repository]["head"].strip() == unusual.head
    branch = unusual.report["branch"]
    assert git(unusual.repository, "rev-parse", f"{branch}^").strip() == unusual.head


def test_unusual_place_inside_another_repository_gets_nothing_of_it(unusual):
    assert "optimize" not in git(unusual.outer, "for-each-ref")
    assert git(unusual.repository, "notes", "--ref=optimize", "list")


# --- a huge repository, with a submodule that is not there


def test_huge_repository_works_without_the_submodule_that_is_not_there(home, tmp_path):
    library = project(tmp_path / "library")
    repository = project(tmp_path / "huge", {"table.bin": random.Random(1).randbytes(10_000_000).hex()})
    git(repository, "rm", "--quiet", "table.bin")
    for number in range(1000):
        module = repository / "pkg" / f"part{number % 30}" / f"module{number}.py"
        module.parent.mkdir(parents=True, exist_ok=True)
        module.write_text(f"NUMBER = {number}\n")
    add_submodule(commit_all(repository), library, "vendor/library")
    git(repository, "submodule", "--quiet", "deinit", "--force", "vendor/library")
    subprocess.run(["rm", "-r", str(repository / ".git" / "modules")], check=True)
    before = bytes_of(repository)
    done = home.optimize(repository, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "tally.py:tally" in done.stdout
    assert "submodule vendor/library is left empty" in done.stderr
    assert 'submodule update --init --recursive "vendor/library"' in done.stderr
    assert bytes_of(repository) == before
