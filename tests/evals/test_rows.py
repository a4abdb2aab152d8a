"""Files of rows: what comes back, what a kill may have left, and what is refused."""

import pytest

from evals.rows import append_row, mend, read_rows
from tools.values import Value
from workspaces.errors import OptimizeError


class Answer(Value):
    """Any row."""

    name: str
    seconds: float | None = None


ROWS = [Answer(name="first", seconds=0.1), Answer(name="zweite Zeile: grün\n"), Answer(name="third")]
TORN = ROWS[1].model_dump_json().encode()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "rows.jsonl"


def write(file, rows):
    for row in rows:
        append_row(file, row)


def test_rows_are_read_back_as_they_were_written(file):
    write(file, ROWS)
    assert read_rows(file, Answer) == ROWS


def test_there_are_no_rows_where_there_is_no_file(file):
    mend(file)
    assert read_rows(file, Answer) == []
    assert not file.exists()


@pytest.mark.parametrize("length", range(len(TORN) + 1))
def test_row_torn_anywhere_is_as_if_it_had_not_been_made(file, length):
    write(file, ROWS[:1])
    with file.open("ab") as torn:
        torn.write(TORN[:length])
    assert read_rows(file, Answer) == ROWS[:1]
    mend(file)
    write(file, ROWS[2:])
    assert read_rows(file, Answer) == [ROWS[0], ROWS[2]]


def test_only_row_that_was_torn_leaves_an_empty_file(file):
    file.write_bytes(TORN[:5])
    mend(file)
    assert file.read_bytes() == b""


def test_whole_file_needs_no_mending(file):
    write(file, ROWS)
    before = file.read_bytes()
    mend(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "line", [b'{"label": "old"}', b'{"name": "new", "more": 1}', b"name,seconds", b"", b"\xff\xfe", b'{"name": "\xfc"}']
)
def test_file_of_something_else_is_refused(file, line):
    write(file, ROWS[:1])
    with file.open("ab") as rows:
        rows.write(line + b"\n")
    with pytest.raises(OptimizeError, match=r"rows\.jsonl holds rows of another version: name another folder"):
        read_rows(file, Answer)
