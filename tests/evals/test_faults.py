"""The runner that kills: what it plans, what it notices, and one real kill."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from agent.models import Message, ModelSettings, open_model
from agent.progress import Progress
from agent.running import current_environment
from evals import cli
from evals.faults.looking import bytes_of, evidence_trouble, files_left, processes_left
from evals.faults.page import as_markdown
from evals.faults.running import PAGE, ROWS, SUMMARY, Wanted, differences, run
from evals.faults.serving import RecordedModels
from evals.faults.summary import summarise
from evals.faults.target import ANSWERS, HASTY, SWIFT, reply_to
from evals.faults.trials import Outcome, Part, Row, Undisturbed, plan
from evals.faults.victim import Orders, Watcher
from evals.rows import read_rows
from tests.agent.command import commit_all, git
from workspaces.errors import OptimizeError
from workspaces.faults import Effect, effect, watching
from workspaces.holding import held

EDITS = (("tree 1", "Count"), ("tree 2", "Leave out"))
OUTCOME = Outcome(edits=EDITS, tree="tree 2", verdicts=("Count: faster", "Guess: broken", "Leave out: faster"), tokens=3300)
UNDISTURBED = Undisturbed(
    target="abc",
    outcome=OUTCOME,
    effects=(Effect.RECORD, Effect.CHECKPOINT, Effect.CALL, Effect.CHECKPOINT),
    requests=3,
    seconds=10.0,
)


def row(trial, *problems, **more):
    known = {"killed": True, "stage": "profiling", "resumes": 1, "in_flight": 0, "seconds": 2.0}
    return Row(trial=trial, target="abc", problems=problems, **{**known, **more})


# --- what is planned


def test_every_effect_is_killed_before_and_after_each_time_it_happens():
    trials = plan(UNDISTURBED, [Part.EFFECTS], 60, 0)
    assert [trial.name for trial in trials] == [
        *("before run record 1", "after run record 1", "before checkpoint 1", "after checkpoint 1"),
        *("before model call 1", "after model call 1", "before checkpoint 2", "after checkpoint 2"),
    ]


def test_random_moments_lie_in_the_run_and_are_those_of_the_seed():
    trials = plan(UNDISTURBED, [Part.RANDOM], 60, 1)
    assert len({trial.seconds for trial in trials}) == 60
    assert all(0 <= trial.seconds <= 10 for trial in trials)
    assert trials == plan(UNDISTURBED, [Part.RANDOM], 60, 1)
    assert trials != plan(UNDISTURBED, [Part.RANDOM], 60, 2)


# --- who kills


def test_process_kills_itself_at_the_moment_that_was_ordered():
    lines = (
        "from evals.faults.victim import Orders, Watcher; from workspaces.faults import Effect, effect, watching\n"
        "with watching(Watcher(Orders(effect=Effect.NOTE, occurrence=2, moment='after'))):\n"
        "    for number in range(3):\n"
        "        with effect(Effect.REF): pass\n"
        "        with effect(Effect.NOTE): print(number, flush=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-9, "0\n1\n")


def test_effects_are_written_down_once_they_are_over(tmp_path):
    with watching(Watcher(Orders(log=tmp_path / "log"))):
        with effect(Effect.CLONE):
            pass
        with pytest.raises(KeyError), effect(Effect.NOTE):
            raise KeyError
    assert (tmp_path / "log").read_text() == "clone\n"


def test_nobody_is_told_of_an_effect_when_nobody_watches():
    told = []
    with watching(lambda *moment: told.append(moment)):
        pass
    with effect(Effect.NOTE):
        assert told == []


# --- recorded answers


def test_every_question_has_its_recorded_answer_and_is_counted():
    with RecordedModels(reply_to) as models:
        for (asked, name), text in ANSWERS.items():
            model = open_model(name, ModelSettings(api_base=models.base))
            assert model.complete([Message(role="user", content=f"Here is {asked}words)")]).text == text
        assert models.answered == 2
    assert {name for _, name in ANSWERS} == {SWIFT, HASTY}


# --- what is noticed


@pytest.mark.parametrize(
    ("change", "noticed"),
    [
        ({}, []),
        ({"edits": EDITS[:1]}, ["lost: Leave out"]),
        ({"edits": (*EDITS, ("tree 3", "More"))}, ["not in the undisturbed run: More"]),
        ({"edits": (*EDITS, EDITS[1])}, ["the edits come in another order or number"]),
        ({"edits": EDITS[::-1]}, ["the edits come in another order or number"]),
        ({"tree": "tree 3"}, ["the branch ends with tree tree 3, not tree 2"]),
        ({"verdicts": (*OUTCOME.verdicts, "Guess: broken")}, ["other verdicts: some of them twice"]),
        ({"verdicts": OUTCOME.verdicts[:2]}, ["other verdicts: ['Leave out: faster']"]),
        ({"tokens": 4400}, ["4400 tokens are reported in place of 3300"]),
    ],
)
def test_difference_to_the_undisturbed_run_is_noticed(change, noticed):
    found = list(differences(OUTCOME, OUTCOME.model_copy(update=change)))
    assert len(found) == len(noticed)
    assert all(one.startswith(beginning) for one, beginning in zip(found, noticed, strict=True))


@pytest.fixture
def repository(tmp_path):
    """A repository with a branch of a run, one commit and its note."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "a.py").write_text("A = 1\n")
    commit_all(folder)
    git(folder, "checkout", "--quiet", "-b", "optimize/run")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=Count\n\nEvidence: 1234")
    git(folder, "notes", "--ref=optimize", "add", "-m", json.dumps({"digest": "1234"}), "HEAD")
    git(folder, "checkout", "--quiet", "main")
    return folder


def troubles(repository):
    report = {"start": git(repository, "rev-parse", "main").strip(), "branch": "optimize/run"}
    return " ".join(evidence_trouble(repository, report))


def test_note_that_is_lost_belongs_to_another_commit_or_is_another_is_noticed(repository):
    assert troubles(repository) == ""
    git(repository, "notes", "--ref=optimize", "add", "-m", "{}", "main")
    assert "1 commits, and notes for 1 of them and 1 others" in troubles(repository)
    git(repository, "notes", "--ref=optimize", "remove", "main", "optimize/run")
    assert "notes for 0 of them" in troubles(repository)
    git(repository, "notes", "--ref=optimize", "add", "-m", json.dumps({"digest": "9"}), "optimize/run")
    assert "is not the one that it names" in troubles(repository)
    git(repository, "branch", "optimize/another", "main")
    assert "branches are" in troubles(repository)


def test_only_branch_notes_and_objects_may_be_new_in_the_repository_of_the_user(repository):
    before = bytes_of(repository)
    git(repository, "branch", "optimize/another")
    git(repository, "notes", "--ref=optimize", "remove", "optimize/run")
    assert bytes_of(repository) == before
    git(repository, "branch", "mine")
    assert set(bytes_of(repository)) - set(before) == {".git/refs/heads/mine", ".git/logs/refs/heads/mine"}


def test_files_and_locks_that_are_left_are_noticed(tmp_path):
    state, temporary, cache = (tmp_path / name for name in ("state", "temporary", "cache"))
    run_folder = state / "verispeed" / "runs" / "1"
    for folder in (
        run_folder / "replies",
        state / "verispeed" / "temporary",
        temporary,
        cache / "verispeed" / "overlays" / "x",
    ):
        folder.mkdir(parents=True)
    (cache / "verispeed" / "overlays" / "x" / ".complete").touch()
    (run_folder / "run.json").touch()
    assert list(files_left(state, temporary, cache)) == []
    bad = [
        temporary / "x",
        run_folder / "index-1",
        run_folder / "replies" / ".a.partial",
        state / "verispeed" / "temporary" / "y",
    ]
    for file in bad:
        file.touch()
    (cache / "verispeed" / "overlays" / "x" / ".complete").unlink()
    with held(run_folder / "run.lock"):
        found = list(files_left(state, temporary, cache))
    assert len(found) == 6
    assert all(any(str(file) in one for one in found) for file in [*bad, run_folder / "run.lock"])


def test_process_that_has_to_do_with_a_folder_is_noticed_as_long_as_it_is_there(tmp_path):
    with subprocess.Popen(["sleep", "60"], env={"STATE": str(tmp_path)}) as process:
        try:
            for _ in range(500):  # while a program starts, its environment is empty for a moment
                if processes_left(tmp_path, 0):
                    break
                time.sleep(0.01)
            assert processes_left(tmp_path, 0.5) == ["sleep 60"]
        finally:
            process.kill()
    assert processes_left(tmp_path) == []


# --- what is said


def test_summary_passes_only_if_all_trials_were_made_and_none_is_bad():
    trials = plan(UNDISTURBED, list(Part), 2, 0)
    good = [row(trial) for trial in trials]
    assert summarise(UNDISTURBED, trials, good).passed
    assert not summarise(UNDISTURBED, trials, good[1:]).passed
    assert not summarise(UNDISTURBED, trials, [*good[1:], row(trials[0], "lost: Count")]).passed


def test_page_counts_by_effect_and_says_what_went_wrong_and_what_nobody_could_keep():
    trials = plan(UNDISTURBED, list(Part), 2, 0)
    rows = [
        row(trials[0], "lost: Count"),
        *(row(trial) for trial in trials[1:-1]),
        row(trials[-1], in_flight=1, killed=False),
    ]
    page = as_markdown(summarise(UNDISTURBED, trials, rows))
    assert "10 of 10 trials made" in page
    assert "9 were resumed to the same accepted edits" in page
    assert "**not reached**" in page
    assert "| checkpoint | 4 | 4 | 4 |" in page
    assert "| before run record 1 | lost: Count |" in page
    assert "1 replies were on their way" in page
    assert "1 of the random moments came after the end" in page


def test_name_of_an_effect_that_there_is_not_is_refused_with_the_known_ones():
    with pytest.raises(OptimizeError, match="--effect nap: give one of run record, clone"):
        CliRunner().invoke(cli.evals, ["faults", "x", "--effect", "nap"], catch_exceptions=False)


# --- one real kill


def test_run_that_is_killed_is_resumed_to_the_same_and_rows_are_kept(tmp_path, sandbox):
    quiet = Progress(Console(quiet=True))
    wanted = Wanted(parts=(Part.EFFECTS,), effects=(Effect.PUBLICATION,))
    summary = run(tmp_path / "faults", wanted, current_environment(), quiet)
    assert summary.passed, summary.bad
    assert [one.trial.name for one in summary.rows] == ["before publication 1", "after publication 1"]
    assert len(summary.undisturbed.outcome.edits) == 1
    assert sorted(verdict.partition(": ")[2] for verdict in summary.undisturbed.outcome.verdicts) == ["broken", "faster"]
    assert set(summary.undisturbed.effects) == set(Effect)
    rows = (tmp_path / "faults" / ROWS).read_text()
    assert run(tmp_path / "faults", wanted, current_environment(), quiet) == summary
    assert (tmp_path / "faults" / ROWS).read_text() == rows
    assert len(read_rows(tmp_path / "faults" / ROWS, Row)) == 2
    assert Path(tmp_path / "faults" / PAGE).read_text() == as_markdown(summary)
    assert json.loads((tmp_path / "faults" / SUMMARY).read_text())["wanted"] == 2
