"""What `optimize doctor` says of repositories, and that it changes nothing."""

import pytest

from tests.agent.command import Home, commit_all, copy_target, flaky_target, whole_of

ROUNDING = "tests/test_flakyshop.py::test_half_cents_are_rounded_up"


@pytest.fixture
def home(tmp_path, cache):
    return Home(tmp_path / "state", cache)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A repository with a known failure and tests that flake; nothing here changes it."""
    return commit_all(flaky_target(tmp_path_factory.mktemp("shop") / "shop"))


def findings(done):
    """Its lines by the name of what was looked at: (mark, text)."""
    assert "Traceback" not in done.stderr
    lines = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    assert len({name for _, name, _ in lines}) == len(lines)
    return {name: (mark, text) for mark, name, text in lines}


def test_repository_that_can_be_optimized_is_described_and_left_alone(home, shop, tmp_path):
    before = whole_of(shop)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = home.optimize("doctor", shop, TMPDIR=str(temporary))
    assert done.returncode == 0, done.stdout + done.stderr
    found = findings(done)
    assert list(found) == ["repository", "models", "sandbox", "python", "plugins", "tests", "workload"]
    assert found["models"] == ("ok", "rules")
    assert found["workload"] == ("ok", "1 pytest-benchmark tests")
    mark, text = found["tests"]
    assert mark == "!!"
    assert f"fail already, which is allowed: {ROUNDING}" in text
    assert "are flaky: tests/test_" in text
    assert whole_of(shop) == before
    assert home.runs == []
    assert [file for file in temporary.iterdir() if file.suffix != ".lock"] == []


def test_uncommitted_changes_are_said_to_be_left_out(home, tmp_path):
    folder = commit_all(copy_target("flaky", tmp_path / "shop"))
    (folder / "README.md").write_text("changed")
    found = findings(home.optimize("doctor", folder, "--python", "/bin/false"))
    assert found["repository"][1].endswith("uncommitted changes are left out")


def test_repository_with_nothing_to_time_is_told_what_to_add(home, tmp_path):
    folder = copy_target("flaky", tmp_path / "shop")
    (folder / "benchmarks" / "test_bench_flakyshop.py").unlink()
    done = home.optimize("doctor", commit_all(folder))
    assert done.returncode == 2
    mark, text = findings(done)["stopped"]
    assert mark == "!!"
    for remedy in ("There is nothing to time", "`benchmark` fixture", "--workload"):
        assert remedy in text
    assert done.stdout.splitlines()[-1].endswith(text)


@pytest.mark.parametrize(
    ("words", "last", "remedy"),
    [
        (["--python", "/bin/false"], "sandbox", "--python EXE"),
        (["--python", "/no/such/python"], "sandbox", "/no/such/python"),
        (["--model", "openai/gpt-4o-mini"], "repository", "OPENAI_API_KEY is not set"),
    ],
)
def test_what_stops_a_run_is_said_last_with_its_remedy(home, shop, words, last, remedy):
    done = home.optimize("doctor", shop, *words)
    assert done.returncode == 2
    found = findings(done)
    assert list(found)[-2:] == [last, "stopped"]
    assert remedy in found["stopped"][1]
    assert home.runs == []


def test_folder_without_repository_is_refused_as_by_a_run(home, tmp_path):
    done = home.optimize("doctor", tmp_path)
    assert done.returncode == 2
    assert "is not in a git repository" in done.stderr
