"""What others can see of a module, and which edits of it are noticed; more of it stands in test_suspicion.py."""

from __future__ import annotations

import pytest

from tools.breakages import breakages
from tools.surface import surface_changes

OLD = """from dataclasses import dataclass

__all__ = ["Point", "Shape", "TABLE", "scale"]
TABLE = {}


@dataclass
class Point:
    x: int = 1
    y: int = 2


class Base:
    pass


class Shape(Base, dict):
    size: int = 3

    def __init__(self, width, height):
        self.width = width
        self.height = height
        self._area = None

    @property
    def area(self) -> int:
        return self.width * self.height

    @staticmethod
    def unit(n=1):
        return n


def scale(shape, by=2):
    return shape


def unlisted(shape):
    yield shape
"""


def edited(old: str, new: str) -> tuple[str, ...]:
    assert OLD.count(old) == 1
    return surface_changes(OLD.encode(), OLD.replace(old, new).encode())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("by=2", "by=3", ("the parameter list of scale changed",)),
        ("n=1", "n=2", ("the parameter list of Shape.unit changed",)),
        ("self, width, height", "self, height, width", ("the parameter list of Shape.__init__ changed",)),
        ('"Shape", ', "", ("Shape is no longer in __all__",)),
        ('"scale"]\n', '"scale"]\n__all__.remove("TABLE")\n', ("TABLE is no longer in __all__",)),
        ("Shape(Base, dict)", "Shape(dict)", ("the bases of Shape changed",)),
        ("Shape(Base, dict)", "Shape", ("the bases of Shape changed",)),
        ("    @property\n", "", ("the decorators of Shape.area changed",)),
        ("    @staticmethod\n", "", ("the decorators of Shape.unit changed",)),
        ("yield shape", "return [shape]", ("the kind (plain, async, generator) of unlisted changed",)),
        ("def scale", "async def scale", ("the kind (plain, async, generator) of scale changed",)),
        # griffe's
        ("        self.height = height\n", "", ("Shape.height is gone",)),
        ("x: int = 1\n    y: int = 2", "y: int = 2\n    x: int = 1", ("the parameter list of Point.__init__ changed",)),
        ("x: int = 1", "x: int = 4", ("the parameter list of Point.__init__ changed",)),
        ("TABLE = {}", "def TABLE(): pass", ("TABLE is no longer of the kind attribute, but function",)),
    ],
)
def test_what_others_can_see_may_not_change_and_is_said_once(old: str, new: str, said: tuple[str, ...]) -> None:
    assert edited(old, new) == said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("TABLE = {}", "TABLE = dict()"),
        ("size: int = 3", "size: int = 1 + 2"),
        ("-> int", "-> float"),
        ("self._area = None", "pass"),
        ("        self.width = width\n        self.height = height\n", "        self.width, self.height = width, height\n"),
        ("        self.width = width\n", "        setattr(self, 'width', width)\n"),
        ('["Point", "Shape", "TABLE", "scale"]', '["scale", "TABLE"] + ["Shape"]\n__all__ += ["Point"]'),
        ('"scale"]\n', '"scale"]\n__all__.extend(["unlisted"])\n'),
    ],
)
def test_what_others_cannot_tell_may_change(old: str, new: str) -> None:
    assert edited(old, new) == ()


def test_list_of_names_that_hides_some_takes_them_from_star_imports() -> None:
    old, new = b"import os\nA = 1\nB = 2\n_C = 3\n", b"import os\n__all__ = ['A']\nA = 1\nB = 2\n_C = 3\n"
    assert surface_changes(old, new) == ("B is no longer in __all__",)


def test_what_is_gone_is_not_said_to_be_unlisted_too() -> None:
    assert surface_changes(b"__all__ = ['a', 'b']\na = b = 1\n", b"__all__ = ['a']\na = 1\n") == ("b is gone",)


def test_text_that_griffe_cannot_read_any_more_is_no_success() -> None:
    assert breakages("a = 1\n", "a = (\n", lambda _: False) == (("", "griffe can no longer read the module: LoadingError"),)
    assert breakages("a = (\n", "a = 1\n", lambda _: False) == ()


def test_nothing_is_printed_of_what_griffe_finds_odd(capsys: pytest.CaptureFixture[str]) -> None:
    deep = "x = " + " + ".join(["1"] * 900) + "\n"
    odd = "a = '\\d' is 1\n"
    assert breakages(deep, deep, lambda _: False) == breakages(odd, odd, lambda _: False) == ()
    assert capsys.readouterr().err == ""
