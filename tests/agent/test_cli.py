"""What the command line understands, and the one sentence that it says when it cannot go on."""

import json
import socket
import subprocess
import sys

import pytest

from tests.agent.command import Home, commit_all, flaky_target, refused

HEAVY = ("langgraph", "litellm", "openai", "git", "scipy", "pydantic_settings", "libcst", "rich.status")


@pytest.fixture
def home(tmp_path, cache):
    return Home(tmp_path / "state", cache)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A repository that nothing here changes."""
    return commit_all(flaky_target(tmp_path_factory.mktemp("shop") / "shop"))


@pytest.mark.parametrize("words", [["--help"], ["-h"], []])
def test_help_lists_the_commands(home, words):
    done = home.optimize(*words)
    assert done.returncode == (0 if words else 2)
    for command in ("run", "resume", "report", "runs", "doctor"):
        assert f" {command} " in done.stdout + done.stderr


def test_version_is_printed(home):
    done = home.optimize("--version")
    assert (done.returncode, done.stdout.split()[0]) == (0, "verispeed")


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom agent.cli import app\n"
        "try:\n    app(['--help'], prog_name='optimize')\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_bug_of_ours_ends_with_2_and_never_with_what_says_not_accepted():
    program = "import agent.cli as cli; cli.app = lambda **_: 1 / 0; cli.entry_points = lambda **_: (); cli.main()"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "ZeroDivisionError" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("optimize: this is a bug")


@pytest.mark.parametrize(
    "words", [["{}"], ["run", "{}"], ["--seed", "3", "{}"], ["{}", "--seed", "3"], ["run", "--seed", "3", "{}"]]
)
def test_path_alone_is_short_for_run(home, tmp_path, words):
    folder = tmp_path / "none"
    done = home.optimize(*(word.format(folder) for word in words))
    refused(done, home, f"{folder} does not exist", "give the path of a git repository")


def test_help_of_run_is_shown_for_a_path_too(home):
    assert home.optimize(".", "--help").stdout == home.optimize("run", "--help").stdout


@pytest.mark.parametrize("words", [["--no-such-option", "."], ["run", ".", "--seed", "many"], ["run"], ["report", "--no"]])
def test_words_that_are_not_understood_end_with_2(home, words):
    done = home.optimize(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert home.runs == []


@pytest.mark.parametrize("name", ["nonsense", "openai/"])
def test_unknown_model_is_refused_before_anything_runs(home, shop, name):
    done = home.optimize(shop, "--model", name)
    refused(done, home, "names look like openai/gpt-4o-mini")
    assert "sandbox" not in done.stderr


def test_missing_key_is_named(home, shop):
    refused(home.optimize(shop, "--model", "openai/gpt-4o-mini"), home, "OPENAI_API_KEY is not set", "--model rules")


def test_address_where_nobody_answers_is_named(home, shop):
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    base = f"http://127.0.0.1:{port}/v1"
    done = home.optimize(shop, "--model", "openai/x", OPENAI_API_BASE=base, OPENAI_API_KEY="sk-x")
    refused(done, home, f"No server answers at {base}")


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("[tool.optimize]\nmin-gian = 0.1", "Known settings: "),
        ("[tool.optimize]\nmin-gain = -1", "min_gain: "),
        ("[tool.optimize]\nattempts = 'many'", "attempts: "),
        ("[tool.optimize", "pyproject.toml cannot be read"),
        ("[tool]\noptimize = 3", "must be a table"),
        ("tool = 3", "must be a table"),
    ],
)
def test_settings_that_do_not_fit_are_named(home, tmp_path, text, remedy):
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(text)
    refused(home.optimize(commit_all(folder)), home, remedy)


def test_workload_that_scalene_could_not_run_is_refused(home, shop):
    done = home.optimize(shop, "--workload", "make fast")
    refused(done, home, "python")


def test_report_that_could_not_be_written_is_refused_before_anything_runs(home, shop, tmp_path):
    done = home.optimize(shop, "--json", tmp_path / "nowhere" / "report.json")
    refused(done, home, "give the name of a file in a folder that exists")
    assert "sandbox" not in done.stderr


def test_state_folder_that_cannot_be_written_is_named(home, shop, tmp_path):
    (tmp_path / "file").write_text("")
    done = home.optimize(shop, XDG_STATE_HOME=str(tmp_path / "file"))
    refused(done, home, "set XDG_STATE_HOME")


@pytest.mark.parametrize("command", ["resume", "report"])
def test_unknown_run_is_said_to_be_unknown(home, command):
    refused(home.optimize(command, "abcd"), home, "No run abcd is known", "optimize PATH")


def test_resume_without_the_key_keeps_the_run(home, shop):
    from agent.runs import new_run
    from agent.settings import Settings
    from workspaces.checkout import find_source

    record = new_run(find_source(shop), Settings(model=("openai/gpt-4o-mini",)), {"XDG_STATE_HOME": str(home.state)})
    done = home.optimize("resume")
    assert done.returncode == 2
    assert "OPENAI_API_KEY is not set" in done.stderr
    assert f"optimize resume {record.id}" in done.stderr
    assert json.loads((record.folder / "run.json").read_text())["id"] == record.id


def kept(home, shop, *, ended):
    """A run on the shop that can be resumed, or that has ended."""
    from agent.runs import new_run
    from agent.settings import Settings
    from workspaces.checkout import find_source

    record = new_run(find_source(shop), Settings(), {"XDG_STATE_HOME": str(home.state)})
    (record.folder / "state.sqlite").write_bytes(bytes(3_000_000))
    if ended:
        (record.folder / "report.json").write_text("{}")
    return record


def test_runs_are_listed_with_how_far_and_how_large_they_are(home, shop):
    assert home.optimize("runs").stdout == "no runs yet\n"
    known = {kept(home, shop, ended=ended).id: ended for ended in (True, False)}
    done = home.optimize("runs")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2
    for line in done.stdout.splitlines():
        run, rest = line.split(maxsplit=1)
        assert rest.split("  ")[0] == ("ended" if known[run] else "can be resumed")
        assert "3.0 MB" in rest
        assert rest.endswith(str(shop))
    assert len(home.runs) == 2


def test_pruning_removes_only_runs_that_have_ended(home, shop):
    ended, going = (kept(home, shop, ended=ended) for ended in (True, False))
    done = home.optimize("runs", "--prune")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines() if line.endswith("removed")] == [ended.id]
    assert home.runs == [going.folder]
    assert home.optimize("runs", "--prune").stdout.startswith(going.id)
    assert home.runs == [going.folder]
