import json
import re
import stat
from pathlib import Path

import pytest

from agent.errors import OptimizeError
from agent.runs import RunRecord, find_run, new_run, runs_folder
from agent.settings import Settings
from workspaces.checkout import Source

SOURCE = Source(
    Path("/home/ada/my shop 東京"), "a" * 40, "main", "services/x", dirty=True, author=("Ada", "ada@example.org")
)


@pytest.fixture
def environment(tmp_path):
    return {"XDG_STATE_HOME": str(tmp_path / "state")}


def made(environment, name):
    """A run of a name of our choice: the real ones differ by the second at best."""
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


def test_newest_run_is_meant_where_none_is_named(environment):
    made(environment, "20250102-000000-aaaa")
    made(environment, "20250101-000000-bbbb")
    assert find_run(None, environment).id == "20250102-000000-aaaa"


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
