"""What is made of errors on a full disk, and of errors that only look like one."""

import errno
import os
from pathlib import Path

import pytest

from workspaces.errors import OptimizeError
from workspaces.space import Place, naming_full_disk


@pytest.fixture
def places(tmp_path: Path) -> tuple[Place, ...]:
    return Place(tmp_path / "state" / "runs", "XDG_STATE_HOME"), Place(tmp_path / "cache", "XDG_CACHE_HOME")


def full(path: object) -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def test_folder_of_the_file_that_could_not_be_written_is_named(places: tuple[Place, ...]) -> None:
    with pytest.raises(OptimizeError) as refused, naming_full_disk(places):
        raise full(places[1].folder / "environments" / "x")
    assert str(refused.value) == (
        f"There is no space left in {places[1].folder} (No space left on device): make room there, or move it to a larger "
        "disk and set XDG_CACHE_HOME to its new place."
    )


def test_error_of_the_target_is_not_taken_for_a_full_disk_of_ours(places: tuple[Place, ...]) -> None:
    with pytest.raises(OptimizeError, match="test_x fails: OSError: No space left on device"), naming_full_disk(places):
        raise OptimizeError("test_x fails: OSError: No space left on device: '/tmp/x'")


@pytest.mark.parametrize("error", [OSError(errno.EACCES, "Permission denied"), OptimizeError("no tests"), ValueError("bug")])
def test_everything_else_flies(places: tuple[Place, ...], error: Exception) -> None:
    with pytest.raises(type(error)) as flown, naming_full_disk(places):
        raise error
    assert flown.value is error
