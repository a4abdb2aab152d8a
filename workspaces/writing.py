"""Files that are there as a whole or not at all, whenever the process or the machine stops."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

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
