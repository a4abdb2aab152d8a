"""Ctrl-C at every station: nothing is left running, nothing is changed, and `resume` goes on."""

import json

import pytest

from tests.agent.command import Home, Running, commit_all, flaky_target, git, whole_of
from tests.agent.openai_server import Answer, OpenAIServer

RULES = ["--attempts", "1"]
HOSTED = ["--model", "openai/silent", "--attempts", "1"]
SENTENCE = "Go on with: optimize resume "


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    return commit_all(flaky_target(tmp_path_factory.mktemp("interrupted") / "shop"))


@pytest.fixture
def home(tmp_path, cache):
    return Home(tmp_path / "state", cache)


def pairs_are_timed(home):
    """The two processes of a pair take turns through pipes of these names."""
    return lambda: any(list(run.glob("scratch/results-*/go")) for run in home.runs)


def interrupted(home, repository, station, *words, **more):
    before = whole_of(repository)
    with Running.start(home, repository, *words, **more) as running:
        running.wait_until(station)
        code, said, left = running.interrupt()
    assert code == 130, said
    assert said.rstrip().splitlines()[-1].startswith("interrupted; ")
    assert SENTENCE in said
    assert "Traceback" not in said
    assert left == set()
    assert whole_of(repository) == before
    (run,) = home.runs
    assert said.rstrip().endswith(run.name)
    assert not (run / "scratch").exists()
    return run


def resumed(home, repository):
    done = home.optimize("resume", "--json", "-")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert len(report["commits"]) == 1, done.stderr
    (commit,) = report["commits"]
    assert git(repository, "rev-parse", report["branch"]).strip() == commit["sha"]
    return report


def test_interrupt_while_the_suite_runs(home, repository):
    interrupted(home, repository, "running the test suite unchanged", *RULES)


def test_interrupt_while_profiling(home, repository):
    interrupted(home, repository, "with Scalene", *RULES)


def test_interrupt_while_waiting_for_a_model(home, repository):
    with OpenAIServer(Answer(b"", never=True)) as server:
        interrupted(
            home, repository, lambda: bool(server.requests), *HOSTED, OPENAI_API_BASE=server.base, OPENAI_API_KEY="sk-x"
        )


def test_interrupt_while_two_models_are_asked(home, repository):
    with OpenAIServer(Answer(b"", never=True)) as server:
        words = [*HOSTED, "--model", "openai/silent-too", "--route", "all"]
        asked = lambda: len(server.requests) == 2  # noqa: E731  said in one place
        interrupted(home, repository, asked, *words, OPENAI_API_BASE=server.base, OPENAI_API_KEY="sk-x")


def test_interrupt_while_pairs_are_timed_and_resume(home, repository):
    run = interrupted(home, repository, pairs_are_timed(home), *RULES)
    report = resumed(home, repository)
    assert report["run"] == run.name


def test_interrupt_in_the_combined_check_keeps_the_commit(home, repository):
    run = interrupted(home, repository, "checking all commits together", *RULES)
    made = git(run / "clone.git", "rev-parse", f"optimize/{run.name}").strip()
    assert f"optimize/{run.name}" not in git(repository, "branch", "--list", "optimize/*")
    (commit,) = resumed(home, repository)["commits"]
    assert commit["sha"] == made
