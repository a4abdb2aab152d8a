import json
import os
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agent.errors import OptimizeError
from agent.runs import (
    RunRecord,
    Stage,
    all_runs,
    find_run,
    holding,
    new_run,
    remove_ended,
    runs_folder,
    stage_of,
    temporary_folder,
)
from agent.settings import Settings
from workspaces.checkout import Source
from workspaces.faults import watching

SOURCE = Source(
    Path("/home/ada/my shop 東京"), "a" * 40, "main", "services/x", dirty=True, author=("Ada", "ada@example.org")
)


@pytest.fixture
def environment(tmp_path):
    return {"XDG_STATE_HOME": str(tmp_path / "state")}


def made(environment, name):
    """A run of a name of our choice, as if the clock had said so."""
    record = new_run(SOURCE, Settings(), environment)
    folder = record.folder.with_name(name)
    record.folder.rename(folder)
    content = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**content, "id": name}))
    return name


def test_new_run_has_a_folder_of_its_own_and_a_branch(environment):
    first, second = (new_run(SOURCE, Settings(), environment) for _ in range(2))
    assert first.id != second.id
    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}", first.id)
    assert first.branch == f"optimize/{first.id}"
    assert stat.S_ISDIR(first.folder.stat().st_mode)
    assert first.folder.parent == runs_folder(environment)


def test_run_is_found_again_as_it_was_asked_for(environment):
    record = new_run(SOURCE, Settings(model=("openai/x",), min_gain=0.2, only=("*.py",)), environment)
    assert find_run(record.id, environment) == record
    assert isinstance(find_run(None, environment), RunRecord)


def test_last_four_characters_name_a_run(environment):
    made(environment, "20250101-000000-aaaa")
    made(environment, "20250102-000000-bbbb")
    assert find_run("aaaa", environment).id == "20250101-000000-aaaa"


def test_newest_run_is_meant_where_none_is_named_though_the_clock_was_set_back(environment):
    made(environment, "20250102-000000-aaaa")
    made(environment, "20250101-000000-bbbb")
    assert find_run(None, environment).id == "20250101-000000-bbbb"
    assert [run.id for run in all_runs(environment)] == ["20250102-000000-aaaa", "20250101-000000-bbbb"]


def test_runs_that_start_at_the_same_moment_have_folders_and_numbers_of_their_own(environment):
    with ThreadPoolExecutor(8) as pool:
        started = list(pool.map(lambda _: new_run(SOURCE, Settings(), environment), range(16)))
    assert len({run.folder for run in started}) == 16
    assert sorted(run.number for run in started) == list(range(1, 17))


def test_record_is_there_as_a_whole_or_not_at_all(environment):
    seen = []
    with watching(lambda effect, moment: seen.append((moment, [run.id for run in all_runs(environment)]))):
        record = new_run(SOURCE, Settings(), environment)
    assert seen == [("before", []), ("after", [record.id])]


# --- what killed processes left


def litter(folder):
    """What a run that is killed while it measures leaves."""
    for path in (
        "trees/abc/x.py",
        "scratch/results-1/go",
        "clone-x.partial/HEAD",
        "prepared/x",
        "clone.git/refs/heads/a.lock",
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("")
    for name in ("index-1", "tmpabc", ".report.md-12.partial", "state.sqlite", "confirmations.txt"):
        (folder / name).write_text("")
    (folder / "replies").mkdir()
    (folder / "replies" / ".abc.json-1234.partial").write_text("")
    return {path.name for path in folder.iterdir()}


def test_next_start_clears_dead_runs_and_leaves_live_ones_alone(environment):
    dead, alive = (new_run(SOURCE, Settings(), environment) for _ in range(2))
    unborn = runs_folder(environment) / "20990101-000000-dddd"
    unborn.mkdir()
    litter(dead.folder)
    with holding(alive):
        before = litter(alive.folder)
        new_run(SOURCE, Settings(), environment)
        assert {path.name for path in alive.folder.iterdir()} == before
    kept = {"run.json", "clone.git", "replies", "state.sqlite", "confirmations.txt"}
    assert {path.name for path in dead.folder.iterdir()} == kept
    assert not (dead.folder / "clone.git/refs/heads/a.lock").exists()
    assert list((dead.folder / "replies").iterdir()) == []
    assert not unborn.exists()


def test_run_is_cleared_when_it_is_taken_up_again(environment):
    record = new_run(SOURCE, Settings(), environment)
    litter(record.folder)
    with holding(record):
        assert not (record.folder / "scratch").exists()


def test_run_at_work_cannot_be_taken_up_by_another(environment):
    record = new_run(SOURCE, Settings(), environment)
    assert stage_of(record) is Stage.RESUMABLE
    with holding(record):
        assert stage_of(record) is Stage.RUNNING
        with (
            pytest.raises(OptimizeError, match=rf"Run {record.id} is at work \(process {os.getpid()}\): wait"),
            holding(record),
        ):
            pass
    assert stage_of(record) is Stage.RESUMABLE
    record.json_report.write_text("{}")
    assert stage_of(record) is Stage.ENDED


def test_lock_of_a_process_that_is_killed_is_free(environment):
    record = new_run(SOURCE, Settings(), environment)
    held_elsewhere = (
        "import sys, time; from pathlib import Path; from workspaces.holding import held\n"
        "with held(Path(sys.argv[1])): print(flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", held_elsewhere, record.folder / "run.lock"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        assert stage_of(record) is Stage.RUNNING
        process.kill()
    assert stage_of(record) is Stage.RESUMABLE


def test_temporary_folder_is_gone_at_its_end_and_that_of_a_killed_process_at_the_next_start(environment):
    with temporary_folder("doctor", environment) as one, temporary_folder("verify", environment) as two:
        assert {one.exists(), two.exists()} == {True}
        assert one.is_relative_to(runs_folder(environment).parent)
        killed = one.with_name("verify-of-a-killed-process")
        (killed / "run").mkdir(parents=True)
        with temporary_folder("doctor", environment):
            assert one.exists()
            assert not killed.exists()
    assert list(one.parent.iterdir()) == []


def test_only_runs_that_have_ended_are_removed(environment):
    ended, killed, alive = (new_run(SOURCE, Settings(), environment) for _ in range(3))
    ended.json_report.write_text("{}")
    with holding(alive):
        assert [remove_ended(run, environment) for run in (ended, killed, alive)] == [True, False, False]
    assert all_runs(environment) == [killed, alive]


def test_unknown_run_is_answered_with_the_known_ones(environment):
    made(environment, "20250101-000000-aaaa")
    with pytest.raises(OptimizeError, match=r"No run cccc is known in .*: there are 20250101-000000-aaaa"):
        find_run("cccc", environment)


def test_without_any_run_the_way_to_start_one_is_said(environment):
    with pytest.raises(OptimizeError, match=r"No run is known in .*/verispeed/runs: start one with `optimize PATH`"):
        find_run(None, environment)


def test_folder_without_a_record_is_no_run(environment):
    (runs_folder(environment) / "20990101-000000-dddd").mkdir(parents=True)
    made(environment, "20250101-000000-aaaa")
    assert find_run(None, environment).id == "20250101-000000-aaaa"


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"XDG_STATE_HOME": "/var/state", "HOME": "/home/ada"}, "/var/state/verispeed/runs"),
        ({"XDG_STATE_HOME": "", "HOME": "/home/ada"}, "/home/ada/.local/state/verispeed/runs"),
        ({"HOME": "/home/ada"}, "/home/ada/.local/state/verispeed/runs"),
    ],
)
def test_runs_are_kept_under_the_state_folder_of_the_user(environment, folder):
    assert runs_folder(environment) == Path(folder)


def test_folder_that_cannot_be_made_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OptimizeError, match="set XDG_STATE_HOME to a folder that can"):
        new_run(SOURCE, Settings(), {"XDG_STATE_HOME": str(tmp_path / "file")})
