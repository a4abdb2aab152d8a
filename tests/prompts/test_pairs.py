"""The pairs that are shown as examples: they are what they say, and the ones most like the code are found."""

import copy
import re
import shutil
import subprocess
import tomllib
from collections import Counter
from pathlib import Path
from types import FunctionType

import pytest

import prompts
from prompts.pairs import Pair, features, pairs, similar

FILES = sorted((Path(prompts.__file__).parent / "examples").glob("*.toml"))
PYTHON = [file for file in FILES if tomllib.loads(file.read_text())["language"] == "python"]
CPP = [file for file in FILES if file not in PYTHON]


def named(file):
    return file.stem


def outcome(text, call):
    """What the last function of a text makes of a call, with what becomes of its arguments."""
    space = {"__name__": "pair"}
    exec(text, space)
    functions = [one for name, one in space.items() if isinstance(one, FunctionType) and not name.startswith("_")]
    function = [one for one in functions if one.__module__ == "pair"][-1]
    arguments = copy.deepcopy(call)
    try:
        found = function(*arguments)
        found = list(found) if hasattr(found, "__next__") else found
        said = type(found).__name__, repr(found)
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        said = type(error).__name__, str(error)
    return said, re.sub(r" at 0x\w+", "", repr(arguments))


def test_there_are_enough_of_every_category_and_in_both_languages():
    assert len(pairs()) == len(FILES) >= 20
    assert set(Counter(one.category for one in pairs())) == {"algorithm", "data structure", "input/output", "loop", "memory"}
    assert min(Counter(one.category for one in pairs()).values()) >= 3
    assert len(PYTHON) >= 14
    assert len(CPP) >= 6
    assert all(len(one.title) <= 60 for one in pairs())


@pytest.mark.parametrize("file", PYTHON, ids=named)
def test_both_sides_of_a_python_pair_do_the_same(file):
    written = tomllib.loads(file.read_text())
    calls = eval(written["check"].strip())
    assert len(calls) >= 8
    for call in calls:
        assert outcome(written["fast"], call) == outcome(written["slow"], call), call


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
@pytest.mark.parametrize("file", CPP, ids=named)
def test_both_sides_of_a_cpp_pair_do_the_same(file, tmp_path):
    written = tomllib.loads(file.read_text())
    for side in ("slow", "fast"):
        (tmp_path / f"{side}.cpp").write_text(written[side])
        subprocess.run(["g++", "-O1", "-std=c++17", "-o", side, f"{side}.cpp"], cwd=tmp_path, check=True)
    for text in written["check"]:
        said = [
            subprocess.run([tmp_path / side], input=text, capture_output=True, text=True, check=True).stdout
            for side in ("slow", "fast")
        ]
        assert said[0] == said[1]


@pytest.mark.parametrize("one", [one for one in pairs() if one.language == "python"], ids=lambda one: one.name)
def test_a_pair_is_most_like_itself(one):
    assert similar(one.slow, 2)[-1] == one


def test_other_names_and_numbers_change_nothing():
    pair = next(one for one in pairs() if one.language == "python")
    other = pair.slow.replace("count", "tally").replace("day", "night")
    assert pair in similar(other, 3)


def test_a_method_is_read_with_its_indentation():
    assert similar("    def has(self, name):\n        return [one for one in self.names if one in self.known]\n", 2)


@pytest.mark.parametrize("source", ["", "def broken(:\n", "X = 1\n"])
def test_what_cannot_be_read_or_is_like_nothing_finds_nothing(source):
    assert similar(source, 2) == ()


def test_loops_around_a_thing_are_counted():
    assert features("for a in b:\n    for c in d:\n        e.append(c)\n")["call append in 2 loops"] == 1


def test_cpp_is_not_shown_to_python():
    pair = Pair("a", "cpp", "loop", "t", "w", "for x in y:\n    f(x)\n", "g(y)\n")
    assert similar("for x in y:\n    f(x)\n", 2, [pair]) == ()
