"""Candidates by people who knew the list of tricks and not the judge, each batch over a package of its own.

A batch is a folder: `target/`, the package with its thin tests, and `candidates.jsonl`, one object a line: what the
candidate is called, what it tries, what must catch it, and its edits of one module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from evals.hostile.entries import Entry
from tools.values import Edit

FOLDER = Path(__file__).with_name("batches")
EDITS = TypeAdapter(tuple[Edit, ...])


@cache
def batch_files(batch: str) -> Mapping[str, str]:
    """{path: text} of the package that the candidates of a batch change."""
    target = FOLDER / batch / "target"
    found = sorted(path for path in target.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(target).as_posix(): path.read_text("utf-8") for path in found}


def batch_entries(batch: str) -> tuple[Entry, ...]:
    """The candidates of a batch, in the order of the file."""
    lines = (FOLDER / batch / "candidates.jsonl").read_text("utf-8").splitlines()
    return tuple(_entry(batch, json.loads(line)) for line in lines)


def names() -> tuple[str, ...]:
    """All batches."""
    return tuple(sorted(folder.name for folder in FOLDER.iterdir() if (folder / "candidates.jsonl").exists()))


def _entry(batch: str, written: dict[str, object]) -> Entry:
    edits = EDITS.validate_python(written.pop("edits"))
    path = edits[0].path
    text = _edited(batch_files(batch)[path], edits)
    return Entry.model_validate({**written, "batch": batch, "path": path, "text": text})


def _edited(old: str, edits: Sequence[Edit]) -> str:
    """The text with each `search`, which stands in `old` exactly once, replaced as it is."""
    text = old
    for edit in sorted(edits, key=lambda edit: -old.index(edit.search)):
        place = old.index(edit.search)
        text = text[:place] + edit.replace + text[place + len(edit.search) :]
    return text
