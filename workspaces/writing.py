"""Files that are there as a whole or not at all, whenever the process or the machine stops; folders that are gone."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

PARTIAL = ".partial"


def write_whole(file: Path, text: str) -> None:
    """Put a file in place, or in the place of another; on the disk when this returns."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}-{secrets.token_hex(4)}{PARTIAL}")
    try:
        with partial.open("x", encoding="utf-8") as content:
            content.write(text)
            content.flush()
            os.fsync(content.fileno())
        partial.replace(file)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)  # the name too
    finally:
        os.close(folder)


def remove_folder(folder: Path) -> None:
    """Take a folder away with all that is in it, as far as it is ours, whatever its modes forbid."""

    def open_up(remove: Callable[..., Any], path: str, _: object) -> None:  # Any: whatever the call that failed returns
        with suppress(OSError):
            for closed in (Path(path).parent, Path(path)):
                if closed.is_dir() and not closed.is_symlink():
                    closed.chmod(0o700)
            if remove in (os.unlink, os.rmdir):
                remove(path)
            else:
                shutil.rmtree(path, ignore_errors=True)

    shutil.rmtree(folder, onerror=open_up)  # onexc is of Python 3.12
