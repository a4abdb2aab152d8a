"""Releases as repositories: byte for byte, once, and a sentence where they cannot be had."""

import git
import pytest

from evals.packages import sdists
from evals.packages.repositories import make_repository
from evals.packages.sdists import Release, unpacked
from workspaces.errors import OptimizeError

RELEASE = Release(name="nowhere-to-be-found", version="1.0")


def test_every_file_is_committed_as_it_is(tmp_path):
    tree = tmp_path / "a tree"
    (tree / "pkg").mkdir(parents=True)
    (tree / "pkg" / "_version.py").write_bytes(b"version = '1'\r\n")
    (tree / ".gitignore").write_text("_version.py\n")
    (tree / ".gitattributes").write_text("* text=auto\n")
    made = make_repository(tmp_path / "repositories" / "a tree", tree)
    with git.Repo(made) as repository:
        assert repository.git.show("HEAD:pkg/_version.py", strip_newline_in_stdout=False) == "version = '1'\r\n"
        assert not repository.is_dirty(untracked_files=True)
        first = repository.head.commit.hexsha
    make_repository(made, tree)
    with git.Repo(made) as repository:
        assert repository.head.commit.hexsha == first


def test_release_that_is_unpacked_is_not_downloaded_again(tmp_path):
    (tmp_path / "sdists" / RELEASE.id).mkdir(parents=True)
    assert unpacked(tmp_path, RELEASE, {}) == tmp_path / "sdists" / RELEASE.id


def test_release_that_cannot_be_had_is_an_error_of_the_user_and_leaves_nothing(tmp_path):
    with pytest.raises(OptimizeError, match=r"nowhere-to-be-found 1\.0 could not be downloaded: .*PIP_INDEX_URL"):
        unpacked(tmp_path, RELEASE, {"PIP_NO_INDEX": "1"})
    assert list((tmp_path / "sdists").iterdir()) == []


def test_pip_that_was_killed_is_not_called_a_missing_index(tmp_path, monkeypatch):
    monkeypatch.setattr(sdists, "_pip", lambda: ["sh", "-c", "kill -9 $$"])
    with pytest.raises(OptimizeError, match="pip was killed by signal 9"):
        unpacked(tmp_path, RELEASE, {})
