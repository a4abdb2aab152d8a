"""What the text of a function says about inputs."""

import pytest

from tools.literals import (
    ITSELF,
    exceptions_expected,
    exceptions_named,
    kinds_named,
    literals,
    newly_recursive,
    parameters_called,
    speaks_of_order,
    tolerates,
)
from tools.source import functions
from tools.values import Function

TEXT = b'''\
"""Module 1."""

LIMIT = 250


def cut(text):
    """At most 10 words.

    Raises ValueError and shop.ShopError for bad ones.
    """
    if len(text) > 77 or text == "stop" or text is True:
        return text[:-3]
    return 0.5


def other():
    return 9
'''
CUT = Function(path="a.py", name="cut", first_line=6, last_line=13)


def test_constants_of_the_function_come_first_and_documents_are_no_constants():
    assert set(literals(CUT, [TEXT])[:4]) == {77, "stop", 3, 0.5}
    assert {250, 9} <= set(literals(CUT, [TEXT]))
    assert "Module 1." not in literals(CUT, [TEXT])


def test_constants_of_a_new_text_are_taken_too():
    assert 13 in literals(CUT, [TEXT, TEXT.replace(b"77", b"13")])
    assert literals(CUT, [b"def cut(:"]) == []


def test_documented_and_expected_exceptions_are_found():
    assert exceptions_named(TEXT.decode()) == ("ValueError", "ShopError")
    assert exceptions_expected("with pytest.raises((KeyError, shop.ShopError)):\n with self.assertRaises(OSError)") == (
        "KeyError",
        "ShopError",
        "OSError",
    )


def test_a_function_that_counts_on_order_says_so():
    assert not speaks_of_order(CUT, TEXT)
    assert speaks_of_order(CUT, TEXT.replace(b"At most 10 words", b"Of sorted words"))


def test_tests_with_a_tolerance_are_seen():
    assert tolerates("assert mean([1]) == pytest.approx(1.0)")
    assert not tolerates("assert mean([1]) == 1.0")


KINDS = b"""
def walk(part, depth=0):
    if isinstance(part, (list, tuple)) or type(part) is dict:
        return [walk(one) for one in part]
    match part:
        case str():
            return depth
    return isinstance(part, Number)


def flat(part):
    return walk(part)
"""


def test_types_that_a_function_tells_apart_are_found_and_whether_it_calls_itself():
    walk, flat = functions("a.py", KINDS)
    assert set(kinds_named(walk, KINDS)) == {"list", "tuple", "dict", "str", ITSELF}
    assert kinds_named(flat, KINDS) == ()
    assert kinds_named(walk, b"def walk(:") == ()


def test_parameters_that_are_called_are_found():
    text = b"def f(items, key=None, other=None):\n    return [key(one) for one in items] + sorted(other)\n"
    assert parameters_called(functions("a.py", text)[0], text) == ("key",)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("def f(x):\n    return x\n", "def f(x):\n    return f(x - 1) if x else 0\n", True),
        (
            "def f(x):\n    return x\n",
            "def f(x):\n    def g(y):\n        return g(y - 1) if y else 0\n    return g(x)\n",
            True,
        ),
        ("class A:\n    def f(self):\n        return 1\n", "class A:\n    def f(self):\n        return self.f()\n", True),
        ("def f(x):\n    return f(x)\n", "def f(x):\n    return 1 + f(x)\n", False),
        ("def f(x):\n    return x\n", "def f(x):\n    return x.f()\n", False),
        ("def f(:\n", "def f(:\n", False),
    ],
)
def test_function_that_newly_calls_itself_is_seen(old, new, found):
    assert newly_recursive(old.encode(), new.encode()) is found
