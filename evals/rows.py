"""One row a verdict, appended as it comes: what was killed goes on where it ended."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from tools.values import Value
from workspaces.errors import OptimizeError

Row = TypeVar("Row", bound=Value)


def read_rows(file: Path, kind: type[Row]) -> list[Row]:
    """All whole rows; OptimizeError if the file holds something else. A torn last row is as if it had not been made."""
    if not file.exists():
        return []
    lines = file.read_bytes().split(b"\n")  # bytes: a row may be torn in the middle of a letter
    try:
        return [kind.model_validate_json(line) for line in lines[:-1]]
    except ValidationError as error:
        raise OptimizeError(f"{file} holds rows of another version: name another folder. {error}") from error


def append_row(file: Path, row: Value) -> None:
    """One more row, on the disk when this returns; a torn one before it must have been mended."""
    with file.open("ab") as rows:
        rows.write(row.model_dump_json().encode() + b"\n")
        rows.flush()
        os.fsync(rows.fileno())


def mend(file: Path) -> None:
    """Take away a last row that a kill tore."""
    if file.exists():
        content = file.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            with file.open("r+b") as rows:
                rows.truncate(whole)
