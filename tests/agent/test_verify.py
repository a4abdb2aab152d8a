"""`optimize verify` on changes of other people, through the real command."""

import json
import re

import pytest

from tests.agent.command import Home, commit_all, flaky_target, git, whole_of
from workspaces.changes import PatchRefused, patch_change, revision_change, worktree_change
from workspaces.checkout import find_source
from workspaces.errors import OptimizeError

MODULE = "flakyshop/__init__.py"
SLOW = "        orders[customer] = customers.count(customer)\n"
FAST = "        orders[customer] = orders.get(customer, 0) + 1\n"
WRONG = "        orders[customer] = 1\n"
OUTSIDE = """\
from flakyshop import label, orders_by_customer


def test_many(benchmark):
    assert benchmark(orders_by_customer, [f"c{i % 40}" for i in range(900)])


def test_label(benchmark):
    assert benchmark(label, "some name " * 200)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory, cache):
    return Home(tmp_path_factory.mktemp("state"), cache)


def replaced(repository, old, new):
    file = repository / MODULE
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def commit(repository, subject):
    git(repository, "commit", "--quiet", "--all", f"--message={subject}")
    return git(repository, "rev-parse", "HEAD").strip()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A history: slow, fast, slow again."""
    repository = commit_all(flaky_target(tmp_path_factory.mktemp("my shop") / "shop"))
    replaced(repository, SLOW, FAST)
    (repository / ".github").mkdir()
    (repository / ".github" / "ci.yml").write_text("on: push\n")
    git(repository, "add", "--all")
    commit(repository, "Count orders as they come")
    replaced(repository, FAST, SLOW)
    commit(repository, "Count orders anew for each customer")
    return repository


@pytest.fixture
def judged(home, shop):
    def run(*words, code):
        before = whole_of(shop)
        done = home.optimize("verify", shop, *words, "--json")
        assert done.returncode == code, done.stderr
        assert whole_of(shop) == before
        assert home.runs == []
        return json.loads(done.stdout) if code < 2 else done.stderr.strip().splitlines()[-1]

    return run


def test_commit_that_is_faster_is_accepted_with_its_figures(judged):
    found = judged("HEAD~1", code=0)
    assert found["accepted"] is True
    assert found["outcome"] == "faster"
    assert 2 < found["interval"][0] <= found["speedup"] <= found["interval"][1]
    assert found["pairs"] >= 8
    assert [one["id"] for one in found["benchmarks"]] == [
        "benchmarks/test_bench_flakyshop.py::test_bench_orders_by_customer"
    ]
    assert all(check["passed"] for check in found["checks"])
    assert {"syntax", "cache", "surface", "suspicion", "executed", "tests"} <= {check["rung"] for check in found["checks"]}
    assert found["not_judged"] == [".github/ci.yml"]


def test_its_reverse_is_not_accepted(judged):
    found = judged("HEAD", code=1)
    assert (found["accepted"], found["outcome"]) == (False, "slower")
    assert found["interval"][1] < 1


def test_working_tree_is_judged_without_a_revision(judged, shop):
    replaced(shop, SLOW, WRONG)
    try:
        found = judged(code=1)
    finally:
        git(shop, "checkout", "--quiet", "--", ".")
    assert found["outcome"] == "broken"
    assert found["speedup"] is None
    assert "test" in found["reason"]


def test_change_has_no_say_in_how_it_is_judged(judged, shop):
    replaced(shop, "def orders_by_customer", "import functools\n\n\n@functools.cache\ndef orders_by_customer")
    project = shop / "pyproject.toml"
    project.write_text(project.read_text() + "allow_caching = true\nmin_gain = 0\n")
    try:
        found = judged(code=1)
    finally:
        git(shop, "checkout", "--quiet", "--", ".")
    assert found["outcome"] == "cached"
    assert "pyproject.toml" in found["not_judged"]


def test_benchmark_file_from_elsewhere_decides(judged, tmp_path):
    (tmp_path / "my bench.py").write_text(OUTSIDE)
    found = judged("HEAD~2..HEAD~1", "--benchmark", tmp_path / "my bench.py", code=0)
    assert len([one for one in found["benchmarks"] if one["id"].startswith("verispeed_benchmarks/")]) == 2
    assert len(found["benchmarks"]) == 3  # its own benchmark may not become slower either
    assert next(one["id"] for one in found["benchmarks"] if one["decides"]).startswith("verispeed_benchmarks/")
    assert "test_many" in found["reason"]


def test_patch_is_judged_on_its_base(judged, shop, tmp_path):
    patch = tmp_path / "faster.patch"
    patch.write_text(git(shop, "diff", "HEAD~2", "HEAD~1", "--", MODULE))
    limited = judged("--patch", patch, "--tests", "tests/test_flakyshop.py", code=0)
    assert limited["outcome"] == "faster"
    tests = next(check["detail"] for check in limited["checks"] if check["rung"] == "tests")
    flaky = re.search(r"(\d+) flaky", tests)
    assert flaky is None or flaky[1] == "1"  # the many others stand in another file
    found = judged("--patch", patch, "--base", "HEAD~1", code=1)
    assert found["outcome"] == "unapplicable"
    assert "does not apply" in found["reason"]


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["nothing-of-that-name"], "has no revision nothing-of-that-name"),
        (["HEAD~2"], "is the first commit"),
        (["HEAD", "--patch", "x.patch"], "not both"),
        (["--base", "HEAD"], "goes with --patch"),
        (["--patch", "no such file.patch"], "cannot be read"),
        ([], "changes no Python source file"),
        (["HEAD~1", "--benchmark", "nothing_here.py"], "no such test in the repository"),
    ],
    ids=["no revision", "first commit", "both", "base alone", "no patch", "nothing changed", "no benchmark"],
)
def test_what_could_not_be_judged_is_said_with_what_to_do(judged, words, remedy):
    assert remedy in judged(*words, code=2)


# --- what a change is


def test_changes_of_the_working_tree_include_new_and_deleted_files_and_not_ignored_ones(shop, tmp_path):
    repository = tmp_path / "copy"
    git(tmp_path, "clone", "--quiet", str(shop), str(repository))
    (repository / ".gitignore").write_text("*.log\n")
    (repository / "noise.log").write_text("x")
    (repository / "new ö.py").write_text("x = 1\n")
    (repository / "link").symlink_to("new ö.py")
    (repository / MODULE).unlink()
    change = worktree_change(find_source(repository))
    assert dict(change.files) == {".gitignore": b"*.log\n", "new ö.py": b"x = 1\n", MODULE: None}
    assert change.special == ("link",)


def test_range_is_what_its_end_changed_since_both_parted(shop):
    source = find_source(shop)
    change = revision_change(source, "HEAD~2..HEAD~1")
    assert set(change.files) == {MODULE, ".github/ci.yml"}
    assert change.base == git(shop, "rev-parse", "HEAD~2").strip()
    assert revision_change(source, "HEAD~1..").files.keys() == {MODULE}


def test_patch_that_does_not_apply_is_refused(shop, tmp_path):
    (tmp_path / "x.patch").write_text("nonsense\n")
    with pytest.raises(PatchRefused):
        patch_change(find_source(shop), None, tmp_path / "x.patch", tmp_path / "clone")
    with pytest.raises(OptimizeError, match="has no revision"):
        patch_change(find_source(shop), "nowhere", tmp_path / "x.patch", tmp_path / "clone2")
