"""What `optimize doctor` says of repositories, and that it changes nothing."""

import json

import pytest

from tests.agent.command import Home, commit_all, copy_target, flaky_target, whole_of
from tests.agent.openai_server import OpenAIServer, error_answer, text_answer

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
    names = ["repository", "models", "sandbox", "python", "plugins", "layout", "compiled", "tests", "workload"]
    assert list(found) == names
    assert found["compiled"] == ("ok", "nothing is needed")
    assert found["layout"][1].startswith("flakyshop from flakyshop/__init__.py, in the tree of each side")
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


def test_findings_are_printed_as_json_for_programs(home, shop):
    done = home.optimize("doctor", shop, "--json", "--python", "/bin/false")
    assert done.returncode == 2
    found = json.loads(done.stdout)
    assert [one["name"] for one in found] == ["repository", "models", "sandbox", "stopped"]
    assert found[0]["ok"] is True
    assert found[-1]["ok"] is False
    assert "--python EXE" in found[-1]["text"]


def test_what_git_does_not_hold_and_what_fits_with_nothing_is_named_with_the_remedy(home, tmp_path):
    folder = copy_target("flaky", tmp_path / "shop")
    (folder / "flakyshop" / "fast.c").write_text("int fast;\n")
    metadata = (folder / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(
        metadata.replace('name = "flakyshop"', 'name = "flakyshop"  # not setuptools-scm')
    )
    found = findings(home.optimize("doctor", commit_all(folder)))
    assert found["compiled"][0] == "!!"
    assert "flakyshop/fast.c" in found["compiled"][1]
    assert '--build "CMD"' in found["compiled"][1]
    assert found["version"][0] == "!!"
    assert "git fetch --tags" in found["version"][1]


def test_build_that_fails_is_said_before_the_tests_are_run(home, shop):
    done = home.optimize("doctor", shop, "--build", "python -c 'raise SystemExit(5)'")
    assert done.returncode == 2
    found = findings(done)
    assert list(found)[-2:] == ["plugins", "stopped"]
    assert "build command fails before anything was changed" in found["stopped"][1]
    assert "code 5" in found["stopped"][1]


def test_python_that_the_project_names_by_a_relative_path_is_looked_for_in_the_project(home, tmp_path):
    folder = copy_target("flaky", tmp_path / "shop")
    (folder / "pyproject.toml").write_text((folder / "pyproject.toml").read_text() + 'python = "no/python"\n')
    text = findings(home.optimize("doctor", commit_all(folder)))["stopped"][1]
    assert text.startswith(f"The Python at {folder}/no/python ([tool.optimize] python) does not start")


def test_folder_without_repository_is_refused_as_by_a_run(home, tmp_path):
    done = home.optimize("doctor", tmp_path)
    assert done.returncode == 2
    assert "is not in a git repository" in done.stderr


def test_each_model_is_asked_a_tiny_question(home, shop):
    words = ("--python", "/bin/false", "--model", "openai/small", "--model", "rules")
    with OpenAIServer(text_answer("ready", tokens=(14, 2))) as server:
        found = findings(home.optimize("doctor", shop, *words, OPENAI_API_BASE=server.base))
        (request,) = server.requests
    mark, text = found["openai/small"]
    assert mark == "ok"
    assert text.endswith("14 + 2 tokens, price unknown")
    assert len(str(request.body["messages"])) < 200


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (error_answer(401, "bad key"), "refuses the key"),
        (error_answer(404, "no such model"), "knows no openai/small"),
        (text_answer("", finish_reason="length"), "max_output_tokens"),
    ],
)
def test_model_that_does_not_work_is_said_and_the_rest_is_looked_at(home, shop, answer, said):
    with OpenAIServer(answer) as server:
        found = findings(
            home.optimize("doctor", shop, "--python", "/bin/false", "--model", "openai/small", OPENAI_API_BASE=server.base)
        )
    assert found["openai/small"][0] == "!!"
    assert said in found["openai/small"][1]
    assert "sandbox" in found
