"""How large an edit is, and what it may not touch."""

from __future__ import annotations

import pytest

from tools.scope import WIDE, changed_lines, skipped_but_changed

MARKED = b"def kept(n):  # optimize: skip\n    return n\n\ndef free(n):\n    return n + 1\n"


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        (b"a\nb\nc\n", b"a\nb\nc\n", 0),
        (b"a\nb\nc\n", b"a\nx\nc\n", 2),
        (b"a\nb\nc\n", b"a\nc\n", 1),
        (b"", b"a\nb\n", 2),
        (b"a\nb\n", b"", 2),
        (b"a\nb\nc\nd\n", b"b\nc\nd\na\n", 2),
        (b"a\r\nb\r\n", b"a\nb\n", 4),
    ],
)
def test_removed_and_added_lines_are_both_counted(old: bytes, new: bytes, count: int) -> None:
    assert changed_lines(old, new) == count


def test_file_that_is_turned_round_is_counted_at_once() -> None:
    lines = [b"%d\n" % number for number in range(int(WIDE**0.5) + 2)]
    assert changed_lines(b"".join(lines) + b"x\n", b"".join(reversed(lines))) == 1


def test_function_that_says_skip_may_not_change_and_its_neighbour_may() -> None:
    assert skipped_but_changed("m.py", MARKED, MARKED.replace(b"return n\n", b"return +n\n")) == "kept"
    assert skipped_but_changed("m.py", MARKED, MARKED.replace(b"n + 1", b"1 + n")) == ""
    assert skipped_but_changed("m.py", MARKED, b"import os\n\n" + MARKED) == ""


@pytest.mark.parametrize(
    "new",
    [
        MARKED.replace(b"  # optimize: skip", b""),
        MARKED.replace(b"kept", b"other"),
        MARKED.replace(b"def kept(n):  # optimize: skip\n    return n\n", b""),
    ],
)
def test_request_to_skip_cannot_be_taken_away(new: bytes) -> None:
    assert skipped_but_changed("m.py", MARKED, new) == "kept"


def test_request_above_a_function_cannot_be_taken_away() -> None:
    old = b"def f():\n    return 1\n\n# optimize: skip\ndef g():\n    return 2\n"
    assert skipped_but_changed("m.py", old, old.replace(b"# optimize: skip\n", b"")) == "g"


def test_file_that_says_skip_may_not_change_at_all() -> None:
    old = b"# optimize: skip\nSIZE = 1\n\ndef f():\n    return SIZE\n"
    assert skipped_but_changed("m.py", old, old.replace(b"= 1", b"= 2")) == "m.py"
    constants = b"SIZE = 1\n# optimize: skip\n"
    assert skipped_but_changed("m.py", constants, b"SIZE = 2\n# optimize: skip\n") == "m.py"
