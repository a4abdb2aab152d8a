"""What tree-sitter finds in source files, whole and broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.source import find_function, function_at, functions, is_skipped, syntax_error, text_of

MODULE = b'''\
"""A module."""


def plain(x):
    return x


class Index:
    @property
    def size(self):
        return 0

    class Entry:
        def key(self): return 1

    async def load(self):
        def inner(row):
            return [
                row,
            ]

        return inner


if True:
    @first
    @second(
        option=1,
    )
    async def decorated():
        # the end
        pass

late = lambda: 0
'''


def found(source):
    return [(function.name, function.first_line, function.last_line) for function in functions("m.py", source)]


def named(source, name):
    function = find_function("m.py", source, name)
    assert function is not None
    return function


def test_functions_come_with_qualified_names_and_lines_decorators_included():
    assert found(MODULE) == [
        ("plain", 4, 5),
        ("Index.size", 9, 11),
        ("Index.Entry.key", 14, 14),
        ("Index.load", 16, 22),
        ("Index.load.<locals>.inner", 17, 20),
        ("decorated", 26, 32),
    ]


def test_class_in_a_function_is_part_of_the_qualified_name():
    source = b"def make():\n    class Made:\n        def go(self):\n            pass\n    return Made\n"
    assert [name for name, _, _ in found(source)] == ["make", "make.<locals>.Made.go"]


def test_functions_under_conditions_loops_and_with_are_found():
    source = b"try:\n    def a(): ...\nexcept E:\n    def a(): ...\nwith x:\n    for y in z:\n        def b(): ...\n"
    assert found(source) == [("a", 2, 2), ("a", 4, 4), ("b", 7, 7)]


def test_identifier_stays_when_lines_move():
    moved = functions("src/m.py", b"\n\n" + MODULE)
    assert [function.id for function in moved] == [function.id for function in functions("src/m.py", MODULE)]
    assert moved[1].id == "src/m.py:Index.size"


def test_names_may_be_unicode():
    assert found("def größe():\n    pass\n".encode()) == [("größe", 1, 2)]


def test_empty_file_has_no_functions():
    assert functions("m.py", b"") == ()


def test_functions_around_a_syntax_error_are_still_found():
    names = [
        name for name, _, _ in found(b"def good():\n    return 1\n\ndef bad():\n    x = = 1\n\ndef last():\n    return 2\n")
    ]
    assert names == ["good", "bad", "last"]


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(source):
    for function in functions("m.py", source):
        assert function.first_line <= function.last_line
    syntax_error(source)


def test_very_long_expressions_can_be_read():
    source = b"def f():\n    return " + b" + ".join([b"'a'"] * 5000) + b"\n\ndef g():\n    pass\n"
    assert found(source) == [("f", 1, 2), ("g", 4, 5)]
    assert syntax_error(source) is None
    assert syntax_error(source + b"def h(:\n") is not None


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (5, "plain"),
        (9, "Index.size"),
        (18, "Index.load.<locals>.inner"),
        (16, "Index.load"),
        (22, "Index.load"),
        (29, "decorated"),
    ],
)
def test_line_belongs_to_the_innermost_function_around_it(line, name):
    function = function_at("m.py", MODULE, line)
    assert function is not None
    assert function.name == name


@pytest.mark.parametrize("line", [1, 8, 13, 25, 34, 999])
def test_line_outside_of_functions_belongs_to_none(line):
    assert function_at("m.py", MODULE, line) is None


def test_last_of_two_definitions_counts():
    assert named(b"def f():\n    return 1\n\ndef f():\n    return 2\n", "f").first_line == 4


def test_unknown_name_is_not_found():
    assert find_function("m.py", MODULE, "size") is None


def test_text_of_a_function_is_its_lines_with_decorators():
    assert text_of(MODULE, named(MODULE, "Index.size")) == "    @property\n    def size(self):\n        return 0\n"


@pytest.mark.parametrize("character", ["\x0c", "\x1c", "\x85", "\u2028"])
def test_only_line_feeds_end_a_line(character):
    source = f"x = 1{character}\n# {character}\n\ndef f():\n    return 2\n".encode()
    assert text_of(source, named(source, "f")) == "def f():\n    return 2\n"


def test_carriage_returns_stay_in_the_text():
    source = b"x = 1\r\n\r\ndef f():\r\n    return 2\r\n"
    assert text_of(source, named(source, "f")) == "def f():\r\n    return 2\r\n"


def test_text_of_a_last_line_without_a_line_feed_has_none():
    source = b"def f():\n    return 2"
    assert text_of(source, named(source, "f")) == source.decode()


def test_bytes_that_are_not_utf8_do_not_hinder():
    source = b"# caf\xe9\ndef f():\n    return 'caf\xe9'\n"
    assert text_of(source, named(source, "f")).startswith("def f():")


# --- "# optimize: skip"


def test_function_with_the_pragma_is_skipped_and_its_neighbour_is_not():
    source = b"def f():  # optimize: skip\n    return 1\n\ndef g():\n    return 2\n"
    assert is_skipped(source, named(source, "f"))
    assert not is_skipped(source, named(source, "g"))


def test_pragma_may_stand_anywhere_in_the_function():
    source = b"def f():\n    x = 1\n    # optimize: skip\n    return x\n"
    assert is_skipped(source, named(source, "f"))


def test_pragma_on_the_line_above_a_function_is_for_that_function_only():
    source = b"def f():\n    return 1\n\n# optimize: skip\ndef g():\n    return 2\n\ndef h():\n    return 3\n"
    assert [is_skipped(source, function) for function in functions("m.py", source)] == [False, True, False]


def test_pragma_at_the_end_of_a_function_is_not_for_the_next():
    source = b"def f():\n    return 1  # optimize: skip\ndef g():\n    return 2\n"
    assert [is_skipped(source, function) for function in functions("m.py", source)] == [True, False]


def test_pragma_before_the_first_function_is_for_the_whole_file():
    source = b'"""Doc."""\n# optimize: skip\nimport os\n\ndef f():\n    return 1\n\ndef g():\n    return 2\n'
    assert all(is_skipped(source, function) for function in functions("m.py", source))


def test_other_comments_skip_nothing():
    source = b"# optimized by hand\ndef f():\n    return 1  # skip\n"
    assert not is_skipped(source, named(source, "f"))


# --- syntax errors


def test_valid_source_has_no_syntax_error():
    assert syntax_error(MODULE) is None
    assert syntax_error(b"") is None


def test_first_line_with_an_error_is_named():
    assert syntax_error(b"x = 1\ny = (2\nz = 3\n") in (2, 3)
    assert syntax_error(b"def f(:\n    pass\n") == 1
