"""Whole runs of the real command, from the path to the report; each is shared by many tests."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.agent.command import Home, commit_all, copy_target, flaky_target, git, whole_of
from tests.agent.openai_server import OpenAIServer, text_answer
from tools.values import Verdict

KEY = "sk-secret-0123456789abcdef"
FUNCTION = "orders_by_customer"
MODULE = "flakyshop/__init__.py"


@dataclass(frozen=True)
class Done:
    """A run that ended, and the repository before and after it."""

    code: int
    stdout: str
    stderr: str
    repository: Path
    before: dict[str, str]
    after: dict[str, str]
    report: dict[str, object]
    run: Path | None  # folder of the run

    @property
    def tip(self):
        return self.report["commits"][-1]["sha"]

    def message(self):
        return git(self.repository, "log", "-1", "--format=%B", self.tip)

    def evidence(self):
        return json.loads(git(self.repository, "notes", "--ref=optimize", "show", self.tip))


@pytest.fixture(scope="module")
def home(tmp_path_factory, cache):
    return Home(tmp_path_factory.mktemp("state"), cache)


def run_on(home, repository, *words, at="", **more):
    before = whole_of(repository)
    done = home.optimize(repository / at, *words, "--json", "-", **more)
    after = whole_of(repository)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    run = home.state / "verispeed" / "runs" / report["run"]
    return Done(done.returncode, done.stdout, done.stderr, repository, before, after, report, run)


def trailers(message):
    last = message.strip().split("\n\n")[-1]
    return dict(line.split(": ", 1) for line in last.splitlines())


# --- the rules on a suite with a known failure and flaky tests, in a folder with blanks and umlauts, with a stash


@pytest.fixture(scope="module")
def flaky(home, tmp_path_factory):
    folder = tmp_path_factory.mktemp("my täst 東京") / "my shop"
    repository = commit_all(flaky_target(folder))
    (repository / "README.md").write_text("half done\n")
    git(repository, "stash")
    git(repository, "worktree", "add", "--quiet", "-b", "elsewhere", str(folder.parent / "other tree"))
    # the model's cap is reached before its first question, at an address where nobody would answer
    words = ["--attempts", "1", "--model", "rules", "--model", "openai/small", "--max-tokens", "1000"]
    return run_on(home, repository, *words, OPENAI_API_BASE="http://127.0.0.1:9/v1", OPENAI_API_KEY=KEY)


def test_cap_that_is_reached_ends_the_questions_and_keeps_what_was_verified(flaky):
    assert any("--max-tokens 1000 is reached" in one for one in flaky.report["notices"])
    assert "asking openai/small: up to" in flaky.stderr
    assert (flaky.report["tokens"], len(flaky.report["commits"])) == (0, 1)


def test_slow_function_becomes_one_verified_commit(flaky):
    (commit,) = flaky.report["commits"]
    assert commit["function"] == f"{MODULE}:{FUNCTION}"
    assert commit["speedup"] >= commit["interval"][0] > 1.05
    assert flaky.report["combined"]["commits"] == [commit["sha"]]
    assert flaky.report["branch"] == f"optimize/{flaky.report['run']}"
    assert git(flaky.repository, "rev-parse", flaky.report["branch"]).strip() == commit["sha"]
    assert git(flaky.repository, "rev-list", "--count", f"main..{flaky.report['branch']}").strip() == "1"


def test_known_failure_and_flaky_tests_are_named(flaky):
    notices = flaky.report["notices"]
    assert any("failing before anything was changed" in one and "test_half_cents_are_rounded_up" in one for one in notices)
    assert any("flaky" in one and "test_luck" in one for one in notices)
    markdown = (flaky.run / "report.md").read_text()
    for notice in notices:
        assert notice in markdown
        assert notice in flaky.stderr


def test_commit_changes_nothing_but_the_one_source_file(flaky):
    changed = git(flaky.repository, "diff", "--name-status", flaky.report["start"], flaky.tip).split()
    assert changed == ["M", MODULE]


def test_commit_is_made_in_the_name_of_the_user(flaky):
    assert git(flaky.repository, "log", "-1", "--format=%an <%ae>", flaky.tip).strip() == "Ada Author <ada@example.org>"


def test_trailers_say_what_was_measured(flaky):
    (commit,) = flaky.report["commits"]
    found = trailers(flaky.message())
    assert set(found) == {"Speedup", "Confidence", "Benchmark", "Candidate", "Proposed-by", "Evidence"}
    assert found["Speedup"] == f"{commit['speedup']:.2f}"
    assert found["Benchmark"] == "benchmarks/test_bench_flakyshop.py::test_bench_orders_by_customer"
    assert found["Candidate"] == commit["candidate"]
    assert found["Proposed-by"].startswith("rules (")


def test_git_reads_the_trailers_as_trailers(flaky):
    read = git(flaky.repository, "log", "-1", "--format=%(trailers:key=Candidate,valueonly)", flaky.tip).strip()
    assert read == flaky.report["commits"][0]["candidate"]


def test_evidence_holds_the_raw_samples_that_its_digest_in_the_commit_vouches_for(flaky):
    evidence = flaky.evidence()
    verdict = Verdict.model_validate(evidence["verdict"])
    pairs = verdict.measurements[0].pairs
    assert len(pairs) == verdict.measurements[0].figure.pairs
    assert all(pair.baseline.samples and pair.candidate.samples for pair in pairs)
    found = hashlib.sha256(verdict.model_dump_json().encode()).hexdigest()[:16]
    assert found == evidence["digest"] == trailers(flaky.message())["Evidence"]


def test_evidence_names_versions_and_settings(flaky):
    environment = flaky.evidence()["environment"]
    assert {"verispeed", "python", "packages", "sandbox", "processor"} <= set(environment)
    assert "pytest-benchmark" in environment["packages"]
    assert (environment["sandbox"]["network"], environment["sandbox"]["limits"]["processes"]) == (False, 256)
    assert flaky.evidence()["settings"]["attempts"] == 1


def test_repository_is_as_it_was_but_for_branch_and_notes(flaky):
    assert flaky.after == flaky.before
    assert "stash@{0}" in flaky.after["stashes"]
    assert "other tree" in flaky.after["worktrees"]
    ours = git(flaky.repository, "for-each-ref", "--format=%(refname)", "refs/heads/optimize", "refs/notes").split()
    assert ours == [f"refs/heads/{flaky.report['branch']}", "refs/notes/optimize"]


def test_json_on_standard_output_is_one_object_and_nothing_else(flaky):
    assert flaky.stdout.startswith("{")
    assert json.loads((flaky.run / "report.json").read_text()) == flaky.report


def test_report_of_the_run_can_be_read_again(flaky, home):
    suffix = flaky.report["run"][-4:]
    assert json.loads(home.optimize("report", suffix, "--json").stdout) == flaky.report
    assert home.optimize("report", suffix).stdout == (flaky.run / "report.md").read_text()


def test_run_that_ended_leaves_no_trees_behind(flaky):
    assert not (flaky.run / "trees").exists()
    assert not (flaky.run / "scratch").exists()


def test_resuming_a_run_that_ended_changes_nothing(flaky, home):
    done = home.optimize("resume", flaky.report["run"], "--json", "-")
    assert done.returncode == 0, done.stderr
    again = json.loads(done.stdout)
    assert again["commits"] == flaky.report["commits"]
    assert whole_of(flaky.repository) == flaky.after
    assert git(flaky.repository, "rev-parse", flaky.report["branch"]).strip() == flaky.tip


# --- nothing to gain


@pytest.fixture(scope="module")
def tight(home, tmp_path_factory):
    repository = commit_all(copy_target("tight", tmp_path_factory.mktemp("tight") / "tight"))
    return run_on(home, repository, "--attempts", "1")


def test_code_that_is_fast_already_is_left_alone(tight):
    assert tight.report["commits"] == []
    assert tight.report["branch"] is None
    assert tight.report["combined"] is None
    assert git(tight.repository, "for-each-ref", "--format=%(refname)").split() == ["refs/heads/main"]
    assert tight.after == tight.before


def test_report_says_that_nothing_was_found_and_where_the_time_went(tight, home):
    markdown = home.optimize("report", tight.report["run"]).stdout
    assert markdown.startswith("# Nothing worth changing was found")
    assert "tightcount/__init__.py:bands" in markdown


# --- a model that is wrong in three ways before it is right


def edit(title, search, replace):
    return text_answer(
        f"TITLE: {title}\nWHY: It counts once.\n\n{MODULE}\n```python\n<<<<<<< SEARCH\n{search}\n=======\n{replace}\n"
        ">>>>>>> REPLACE\n```\n"
    )


LOOP = "    for customer in customers:\n        orders[customer] = customers.count(customer)"
# right for the benchmark, which holds no customer without a name
WRONG = edit("Count who has a name", LOOP, "    for customer in filter(None, customers):\n" + LOOP.partition("\n")[2])
WRONG_AGAIN = edit(
    "PLAN_AGAIN: count who has a name",
    LOOP,
    "    for customer in [one for one in customers if one]:\n" + LOOP.partition("\n")[2],
)
MISSING = edit("Edit what is not there", "    for nobody in nowhere:\n        pass", "    pass")
PROSE = text_answer("I would rather talk about the weather, which is fine today.")
RIGHT = edit("Count in one pass", LOOP, LOOP.replace("customers.count(customer)", "orders.get(customer, 0) + 1"))


PLANS = text_answer(
    "OBSERVATIONS:\n- every customer is counted anew\n\nPLAN 1: Leave out who has no name\n\nPLAN 2: Edit something else\n\n"
    "PLAN 3: Talk of the weather instead\n"
)
GIVEN_UP = text_answer("NO CHANGE: it cannot be made right.")


def answer(request):
    """Plans; for each of them something that is wrong in its own way; no good repair; and then what is right."""
    *before, last = [message["content"] for message in request.messages]
    if "That answer could not be used" in last:
        return PLANS if "PLANs" in before[1] else GIVEN_UP
    if "The judge refused that edit" in last:
        return WRONG_AGAIN if "broken" in last and "PLAN_AGAIN" not in "".join(before) else GIVEN_UP
    if "PLANs" in last:
        return PROSE
    answers = {"Leave out who": WRONG, "Edit something": MISSING, "Talk of the": PROSE}
    plan = last.partition("# The plan to carry out")[2]
    return next((answers[name] for name in answers if name in plan), RIGHT)


@pytest.fixture(scope="module")
def hosted(home, tmp_path_factory):
    repository = commit_all(flaky_target(tmp_path_factory.mktemp("hosted") / "shop"))
    with OpenAIServer(answer) as server:
        words = ["--model", "openai/scripted", "--function", FUNCTION, "--attempts", "4"]
        done = run_on(home, repository, *words, OPENAI_API_BASE=server.base, OPENAI_API_KEY=KEY)
        return done, server.requests


def prompt(request):
    return "\n".join(message["content"] for message in request.body["messages"])


def test_wrong_edit_is_refused_with_the_test_that_failed(hosted):
    refused = next(one for one in hosted[0].report["rejected"] if one["title"] == "Count who has a name")
    assert refused["outcome"] == "broken"
    assert "tests/test_flakyshop.py::test_customers_are_told_apart_exactly: failed" in refused["reason"]
    assert refused["speedup"] is None


def test_edit_of_text_that_is_not_there_is_unapplicable(hosted):
    refused = next(one for one in hosted[0].report["rejected"] if one["title"] == "Edit what is not there")
    assert refused["outcome"] == "unapplicable"


def test_prose_without_an_edit_is_shown_to_the_model_once_more(hosted):
    notices = [
        one for one in hosted[0].report["notices"] if "openai/scripted on flakyshop/__init__.py:orders_by_customer" in one
    ]
    assert any("begins with PLAN. Asked once more." in one for one in notices)
    assert any("no SEARCH/REPLACE block was found. Asked once more." in one for one in notices)
    assert len(hosted[0].report["rejected"]) == 3


def test_wrong_edits_are_repaired_at_most_twice_with_what_the_judge_said(hosted):
    report, requests = hosted
    repairs = [one for one in requests if "The judge refused that edit" in one.messages[-1]["content"]]
    assert len(repairs) == 3  # the wrong one twice, for its first repair was wrong too, and the one that did not apply
    reasons = [one["reason"] for one in report.report["rejected"]]
    assert all(any(reason in one.messages[-1]["content"] for reason in reasons) for one in repairs)
    assert all("<<<<<<< SEARCH" in one.messages[-2]["content"] for one in repairs)


def test_right_edit_is_committed_in_the_name_of_the_model(hosted):
    (commit,) = hosted[0].report["commits"]
    assert (commit["title"], commit["model"]) == ("Count in one pass", "openai/scripted")
    assert trailers(hosted[0].message())["Proposed-by"] == "openai/scripted"
    assert hosted[0].message().startswith("Count in one pass\n")


def test_model_is_told_what_became_of_its_first_answers(hosted):
    report, requests = hosted[0].report, hosted[1]
    reasons = [one["reason"] for one in report["rejected"] if one["outcome"] == "broken"]
    assert "What was tried before" not in prompt(requests[0])
    for reason in reasons:
        assert f"broken. {reason}" in prompt(requests[-1])
    assert "Edit what is not there: unapplicable." in prompt(requests[-1])


def test_model_sees_function_and_benchmark_but_nothing_of_this_machine(hosted):
    first = prompt(hosted[1][0])
    assert "customers.count(customer)" in first
    assert "def test_bench_orders_by_customer" in first
    assert str(hosted[0].repository) not in first


def test_tokens_are_counted_and_an_unknown_price_is_said_to_be_unknown(hosted):
    assert len(hosted[1]) == 10  # plans twice, three edits, one of them once more, three repairs, and the last edit
    assert hosted[0].report["tokens"] == 10 * 1100
    assert hosted[0].report["cost"] is None
    assert "11000 tokens, price unknown" in (hosted[0].run / "report.md").read_text()


def test_key_stands_neither_in_the_output_nor_in_any_file_of_the_run(hosted):
    done = hosted[0]
    assert KEY not in done.stdout + done.stderr + done.message()
    for file in [*done.run.rglob("*"), *(done.repository / ".git").rglob("*")]:
        assert not file.is_file() or KEY.encode() not in file.read_bytes()
    assert KEY not in json.dumps(done.evidence())


# --- a command as the workload, in a subfolder of a repository with uncommitted changes

TALLY = '''"""Tallies."""


def tally(words):
    """Return how often each word occurs."""
    counts = {}
    for word in words:
        counts[word] = words.count(word)
    return counts
'''
SCRIPT = """from tally import tally

words = [f"word {number % 700}" for number in range(3000)]
print(sum(tally(words).values()))
"""
TEST = """from tally import tally


def test_words_are_counted():
    assert tally(["a", "b", "a"]) == {"a": 2, "b": 1}
    assert list(tally(["b", "a", "b"])) == ["b", "a"]
    assert tally([]) == {}
"""


@pytest.fixture(scope="module")
def command(home, tmp_path_factory):
    repository = tmp_path_factory.mktemp("command") / "all"
    project = repository / "services" / "tally"
    (project / "tests").mkdir(parents=True)
    (repository / "notes.txt").write_text("committed\n")
    (project / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')
    (project / "tally.py").write_text(TALLY)
    (project / "script.py").write_text(SCRIPT)
    (project / "tests" / "test_tally.py").write_text(TEST)
    commit_all(repository)
    (project / "tally.py").write_text(TALLY + "\n\nraise SystemExit('half done')\n")
    (repository / "notes.txt").write_text("staged\n")
    git(repository, "add", "notes.txt")
    (repository / "new.txt").write_text("untracked\n")
    return run_on(home, repository, "--workload", "python script.py", "--attempts", "1", at="services/tally")


def test_command_becomes_faster_as_a_whole(command):
    (commit,) = command.report["commits"]
    assert commit["function"] == "services/tally/tally.py:tally"
    assert commit["benchmark"] == "python script.py"
    assert trailers(command.message())["Benchmark"] == "python script.py"
    assert git(command.repository, "diff", "--name-only", "main", command.tip).split() == ["services/tally/tally.py"]


def test_uncommitted_changes_are_left_out_and_left_alone(command):
    assert "uncommitted changes are left out: HEAD is optimized" in command.stderr
    assert command.after == command.before
    assert "raise SystemExit" in (command.repository / "services" / "tally" / "tally.py").read_text()
    assert "half done" not in git(command.repository, "show", f"{command.tip}:services/tally/tally.py")
