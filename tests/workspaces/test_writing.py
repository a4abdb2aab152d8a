"""Files that are there as a whole, folders that are gone as a whole."""

import os
import tempfile
from pathlib import Path

from workspaces.writing import remove_folder, write_whole


def test_file_takes_the_place_of_another_one_and_leaves_nothing_beside_it(tmp_path):
    write_whole(tmp_path / "new" / "file.txt", "one")
    write_whole(tmp_path / "new" / "file.txt", "two")
    assert [(path.name, path.read_text()) for path in (tmp_path / "new").iterdir()] == [("file.txt", "two")]


def test_folders_that_forbid_it_are_removed_all_the_same():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        child = os.fork()
        if not child:
            if os.geteuid() == 0:  # modes do not hold root back
                os.setuid(54321)
            os._exit(int(remains(Path(folder) / "top")))
        assert os.waitpid(child, 0)[1] == 0


def remains(top):
    """True, also where that raises, if a folder is still there after it was removed."""
    try:
        inner = top / "locked" / "inner"
        inner.mkdir(parents=True)
        (inner / "file").write_text("x")
        inner.chmod(0)
        inner.parent.chmod(0o500)
        remove_folder(top)
        return top.exists()
    except BaseException:  # noqa: BLE001  a child has no test to fail
        return True


def test_folder_that_is_not_there_is_no_trouble(tmp_path):
    remove_folder(tmp_path / "nothing")
    remove_folder(tmp_path / "nothing" / "below")
