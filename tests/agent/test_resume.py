"""A run that is killed, or that something outside stops, goes on with nothing lost, doubled or paid twice.

Kills at every effect and at random moments: evals/faults.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from langgraph.checkpoint.base import empty_checkpoint
from pydantic import SecretStr

from agent import loop
from agent.models import Completion, Message, ModelSettings, open_model
from agent.paid import PaidOnce
from agent.state import checkpoints, first_state
from evals.faults.serving import RecordedModels
from evals.faults.target import FILES, WORDS, reply_to
from evals.faults.victim import Orders
from tests.agent.command import Home, Running, bytes_of, commit_all, git
from tools.values import Usage
from workspaces.checkout import NOTES_REF, clone_source, find_source, publish
from workspaces.errors import OptimizeError
from workspaces.faults import Effect, watching

KEY = "sk-secret-0123456789abcdef"
ASKED = (Message(role="user", content="faster, please"),)


# --- replies are paid once


class Paid:
    """A model that counts."""

    name = "openai/counting"

    def __init__(self):
        self.asked = 0

    def complete(self, messages):
        self.asked += 1
        return Completion(text=f"reply {self.asked}", usage=Usage(prompt_tokens=7), finish_reason="stop", model="x")


def test_reply_that_is_on_the_disk_is_not_asked_for_again(tmp_path):
    model = Paid()
    first = PaidOnce(model, tmp_path, 1).complete(ASKED)
    assert PaidOnce(model, tmp_path, 1).complete(ASKED) == first
    assert first.usage.prompt_tokens == 7  # what was paid is said again, too
    assert model.asked == 1


def test_same_question_asked_on_purpose_or_another_one_gets_an_answer_of_its_own(tmp_path):
    model = Paid()
    PaidOnce(model, tmp_path, 1).complete(ASKED)
    assert PaidOnce(model, tmp_path, 2).complete(ASKED).text == "reply 2"
    assert PaidOnce(model, tmp_path, 1).complete((Message(role="user", content="x"),)).text == "reply 3"


def test_reply_is_on_the_disk_as_soon_as_the_call_is_over(tmp_path):
    seen = []
    with watching(lambda effect, moment: seen.append((effect, moment, len(list(tmp_path.glob("*.json")))))):
        PaidOnce(Paid(), tmp_path, 1).complete(ASKED)
    assert seen == [(Effect.CALL, "before", 0), (Effect.CALL, "after", 1)]


def test_key_changes_neither_the_name_nor_the_content_of_a_reply(tmp_path):
    with RecordedModels(lambda prompt, model: "recorded") as models:
        for key in (KEY, "another"):
            base = models.base.replace("http://", f"http://user:{key}@")
            settings = ModelSettings(api_key=SecretStr(key), api_base=base)
            PaidOnce(open_model("openai/x", settings), tmp_path, 1).complete(ASKED)
        assert models.answered == 1
    (file,) = tmp_path.iterdir()
    assert KEY not in file.read_text()


# --- the clock


class Killed(Exception):
    pass


def test_run_that_was_killed_right_after_its_first_checkpoint_has_not_begun(tmp_path):
    def kill(kind, moment):
        if (kind, moment) == (Effect.CHECKPOINT, "after"):
            raise Killed

    with checkpoints(tmp_path / "state.sqlite") as saver, watching(kill), pytest.raises(Killed):
        loop.build(saver).invoke(first_state("abc"), {"configurable": {"thread_id": "run"}}, durability="sync")
    with closing(sqlite3.connect(tmp_path / "state.sqlite")) as content, content:  # as a real kill would have left it
        content.execute("DELETE FROM checkpoints WHERE rowid > (SELECT min(rowid) FROM checkpoints)")
        content.execute("DELETE FROM writes")
    with checkpoints(tmp_path / "state.sqlite") as saver:
        assert saver.get({"configurable": {"thread_id": "run"}}) is not None
        assert loop.state_of(loop.build(saver), "run") is None


def test_checkpoint_that_was_written_last_counts_though_the_clock_was_set_back(tmp_path):
    config = {"configurable": {"thread_id": "run", "checkpoint_ns": ""}}
    with checkpoints(tmp_path / "state.sqlite") as saver:
        for number, day in enumerate(("2", "1", "0")):  # ids are made from the time of day
            checkpoint = {**empty_checkpoint(), "id": f"1f{day}00000-0000-6000-8000-000000000000"}
            config = saver.put(config, checkpoint, {"source": "loop", "step": number}, {})
    with checkpoints(tmp_path / "state.sqlite") as saver:
        found = saver.get_tuple({"configurable": {"thread_id": "run", "checkpoint_ns": ""}})
    assert found.metadata["step"] == 2


# --- whole runs

DISTINCT = """\
def distinct(words):
    found = []
    for word in words:
        if word not in found:
            found.append(word)
    return found
"""
# the fault target with a second slow function, about which both models say the same
FILES_OF_TWO = {
    **FILES,
    "distinct.py": DISTINCT,
    "test_distinct.py": "from distinct import distinct\n\ndef test_each_once():\n    assert distinct('bab') == ['b', 'a']\n",
    "work.py": FILES["work.py"] + "from distinct import distinct\n\nassert len(distinct(WORDS)) == len(WORDS)\n",
}
LEAVING_OUT = """\
TITLE: Let a dict leave out what it has
WHY: It does less.

distinct.py
```python
<<<<<<< SEARCH
    found = []
    for word in words:
        if word not in found:
            found.append(word)
    return found
=======
    return list(dict.fromkeys(words))
>>>>>>> REPLACE
```
"""


def reply_to_both(prompt, model):
    return LEAVING_OUT if "def distinct(" in prompt else reply_to(prompt, model)


@pytest.fixture
def home(tmp_path, cache):
    return Home(tmp_path / "state", cache)


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "words"
    folder.mkdir()
    for name, text in FILES_OF_TWO.items():
        (folder / name).write_text(text)
    return commit_all(folder)


def asking(models):
    return {"OPENAI_API_BASE": models.base, "OPENAI_API_KEY": KEY}


def killed(home, repository, effect, occurrence, moment, **more):
    """Run until then."""
    orders = Orders(effect=effect, occurrence=occurrence, moment=moment).model_dump_json()
    command = [sys.executable, "-I", "-m", "evals.faults.victim", orders, str(repository), *WORDS]
    done = subprocess.run(command, env=home.environment(**more), capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == -signal.SIGKILL, done.stderr
    (run,) = home.runs
    return run.name


def ended(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_run_that_was_killed_is_listed_taken_up_once_and_then_prints_its_report(home, repository):
    with RecordedModels(reply_to_both) as models:
        run = killed(home, repository, Effect.REF, 1, "after", **asking(models))
        (listed,) = json.loads(home.optimize("runs", "--json").stdout)
        assert (listed["run"], listed["state"], listed["repository"]) == (run, "can be resumed", str(repository))
        assert listed["bytes"] > 0
        assert listed["age_seconds"] >= 0
        with Running.start(home, "resume", **asking(models)) as running:
            running.wait_until("run 2")
            refused = home.optimize("resume", run, **asking(models))
            assert refused.returncode == 2
            assert f"Run {run} is at work (process {running.process.pid})" in refused.stderr
            assert "running" in home.optimize("runs", "--prune").stdout
            assert running.process.wait(200) == 0
        assert models.answered == 4
    again = home.optimize("resume", "--json", "-")
    assert f"run {run} has ended" in again.stderr
    report = ended(again)
    assert [one["title"] for one in report["commits"]] == ["Count in one pass", "Let a dict leave out what it has"]
    assert report["tokens"] == 4 * 1100
    assert len(git(repository, "notes", "--ref=optimize", "list").splitlines()) == 2
    assert home.optimize("resume").stdout == (home.runs[0] / "report.md").read_text()
    assert "removed" in home.optimize("runs", "--prune").stdout
    assert home.runs == []


@contextmanager
def read_only(folder):
    """Even for root."""
    mount = ["mount", "--bind", "-o", "ro", str(folder), str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root can make a folder read-only for himself")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_run_goes_on_when_the_model_is_back_and_brings_its_branch_when_the_repository_can_be_written(home, repository):
    before = bytes_of(repository)
    gone = threading.Event()

    def reply_to_the_first(prompt, model):
        if "def distinct(" in prompt:
            gone.wait(100)
            raise ConnectionAbortedError
        return reply_to(prompt, model)

    with read_only(repository):
        with RecordedModels(reply_to_the_first) as models:
            running = Running.start(home, repository, *WORDS, **asking(models))
            running.wait_until("committed")
        gone.set()
        with running:
            assert running.process.wait(100) == 2
        (run,) = home.runs
        go_on = f"go on with: optimize resume {run.name}"
        early = next(number for number, line in enumerate(running.lines) if "cannot be written" in line)
        assert early < next(number for number, line in enumerate(running.lines) if "running the test suite" in line)
        assert str(run / "clone.git") in running.lines[early]
        assert running.lines[early].rstrip().endswith(go_on)
        assert "No server answers at http://127.0.0.1" in running.lines[-1]
        assert running.lines[-1].rstrip().endswith(go_on)
        assert git(run / "clone.git", "log", "-1", "--format=%s", f"optimize/{run.name}").strip() == "Count in one pass"
        with RecordedModels(reply_to_both) as models:
            stopped = home.optimize("resume", **asking(models))
            assert models.answered == 2
        assert stopped.returncode == 2, stopped.stderr
        assert f"They are kept in {run / 'clone.git'}, branch optimize/{run.name}." in stopped.stderr
        assert stopped.stderr.rstrip().endswith(go_on)
    assert bytes_of(repository) == before
    report = ended(home.optimize("resume", "--json", "-", OPENAI_API_KEY=KEY, OPENAI_API_BASE="http://127.0.0.1:9/v1"))
    assert len(report["commits"]) == 2
    assert git(repository, "rev-parse", report["branch"]).strip() == report["commits"][-1]["sha"]


# --- two runs on one repository


def test_branches_and_notes_of_runs_that_end_at_the_same_moment_all_arrive(repository, tmp_path):
    source = find_source(repository)
    checkouts = [clone_source(source, tmp_path / f"run {number}") for number in range(4)]
    tips = []
    for number, checkout in enumerate(checkouts):
        tip = checkout.write(source.commit, {"new.py": b"%d" % number}, f"Run {number}", source.author)
        checkout.move_branch(f"optimize/{number}", tip)
        checkout.note(tip, "{}", source.author)
        tips.append(tip)
    start = threading.Barrier(len(checkouts))
    troubles = []

    def bring(number):
        start.wait()
        try:
            publish(checkouts[number], source, f"optimize/{number}")
        except OptimizeError as error:
            troubles.append(error)

    threads = [threading.Thread(target=bring, args=(number,)) for number in range(len(checkouts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    branches = git(repository, "for-each-ref", "--format=%(objectname)", "refs/heads/optimize").split()
    assert sorted(branches) == sorted(tips)
    noted = [line.split()[1] for line in git(repository, "notes", f"--ref={NOTES_REF}", "list").splitlines()]
    assert sorted(noted) == sorted(tips)


HOLDER = """
import sys, time
from tools.benchmarking import timing_core
with timing_core(lambda: print("waits", flush=True)):
    print("has it", flush=True)
    time.sleep(60)
"""


def test_timing_slot_is_the_machines_and_dies_with_its_holder(tmp_path):
    with ExitStack() as stack:
        holders = []
        for number in range(2):
            environment = {**os.environ, "TMPDIR": str(tmp_path / str(number))}  # each session may have one of its own
            (tmp_path / str(number)).mkdir()
            command = [sys.executable, "-c", HOLDER]
            holder = stack.enter_context(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True))
            stack.callback(holder.kill)
            holders.append(holder)
            if number == 0:
                while "has it" not in holder.stdout.readline():  # somebody else on this machine may be timing
                    pass
        assert holders[1].stdout.readline() == "waits\n"
        holders[0].kill()
        assert holders[1].stdout.readline() == "has it\n"
        holders[1].kill()
    assert [file for folder in Path(tmp_path).iterdir() for file in folder.iterdir()] == []
