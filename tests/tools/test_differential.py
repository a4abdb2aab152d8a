"""Old code against new code: what is seen as a difference, what is fair, and what nobody can tell. Real processes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tools.conftest import Subject, python, subject_of, subject_with
from tools.differential import Compared, Pair, compare
from tools.literals import exceptions_expected
from tools.recording import Recorded, callers_of, module_name, record
from tools.source import find_function, functions

__all__ = ["python", "subject_of", "subject_with"]  # fixtures

PATH = "shop.py"
SHOP = '''\
import random
import time

SEEN = []


def total(values: list[int]) -> int:
    found = 0
    for value in values:
        found += value
    return found


def largest(values):
    """The largest one.

    >>> largest([3, 5])
    5
    """
    best = values[0]
    for value in values:
        if value > best:
            best = value
    return best


def mean(values: list[float]) -> float:
    found = 0.0
    for value in values:
        found += value
    return found / len(values) if values else 0.0


def cents(text):
    if not text.isdigit():
        raise ValueError(f"not a number: {text!r}")
    return int(text) * 100


def tagged(items):
    for item in items:
        item["tag"] = True
    return items


def pairs(items):
    for item in items:
        yield item, item


def stamp(value: int) -> tuple:
    return value, time.time_ns()


def chosen(items: list[int]) -> list[int]:
    return [item for item in items if random.random() < 0.5]


def letters(text: str) -> list[str]:
    return list(set(text))


def make(number):
    return lambda: number


class Cart:
    def __init__(self, prices):
        self.prices = list(prices)

    def add(self, price):
        self.prices.append(price)

    def sum(self):
        found = 0
        for price in self.prices:
            found += price
        return found


def unknown(thing):
    return thing.secret + 1


def doubled(value):
    if not isinstance(value, (int, float)):
        raise TypeError(f"a number, not {type(value).__name__}")
    return value * 2


def reached(steps: dict[int, int], start: int) -> int:
    count, place = 0, start
    while place in steps and count <= len(steps):
        count, place = count + 1, steps[place]
    return count


def keyed(texts, key=None):
    return [text if key is None else key(text) for text in texts]
'''
TESTS = """\
import pytest
import shop


def test_most():
    assert shop.cents("12") == 1200
    with pytest.raises(ValueError):
        shop.cents("x")
    assert shop.tagged([{"a": 1}]) == [{"a": 1, "tag": True}]
    assert list(shop.pairs([1])) == [(1, 1)]
    assert shop.doubled(2) == 4
    assert shop.reached({number: number + 1 for number in range(400)}, 0) == 400
    assert shop.keyed(["a", "bc"]) == ["a", "bc"]


def test_cart():
    cart = shop.Cart([1, 2])
    cart.add(4)
    assert cart.sum() == 7
"""
BODY = "    found = 0\n    for value in values:\n        found += value\n    return found\n\n\ndef largest"
PRICES = "        found = 0\n        for price in self.prices:\n            found += price\n        return found\n"
WAY = SHOP[SHOP.index("    count, place = 0, start") : SHOP.index("    return count\n") + len("    return count\n")]
DEEP = """\
    def more(place, count):
        return more(steps[place], count + 1) if place in steps and count <= len(steps) else count

    return more(start, 0)
"""
LONG = "    return sum(values[:250]) + sum(values[270:])\n\n\ndef largest"
STALE = "        self._sum = self.__dict__.get('_sum') or sum(self.prices)\n        return self._sum\n"
NODES = ["test_shop.py::test_most", "test_shop.py::test_cart"]


@pytest.fixture(scope="module")
def shop(subject_with) -> Subject:
    return subject_with({PATH: SHOP, "test_shop.py": TESTS, "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n'})


@pytest.fixture(scope="module")
def recorded(shop: Subject) -> Recorded:
    return record(shop.target, shop.start, functions(PATH, SHOP.encode()), NODES)


@pytest.fixture
def judged(shop: Subject, recorded: Recorded):
    """Compares a function of the shop with what an edit makes of it."""

    def judge(name: str, old: str, new: str, tolerance: float = 0.0) -> Compared:
        commit = shop.edit(PATH, old, new)
        texts = {PATH: (SHOP.encode(), SHOP.replace(old, new).encode())}
        function = find_function(PATH, SHOP.encode(), name)
        companions = {f"{PATH}:Cart.sum": [f"{PATH}:Cart.add"]}
        return compare(
            shop.target,
            Pair(shop.start, commit, texts),
            [function],
            recorded,
            named=exceptions_expected(TESTS),
            companions=companions,
            tolerance=tolerance,
            search_seconds=0.2,  # what is wrong here is plain
        )

    return judge


def test_calls_are_recorded_with_who_made_them(shop, recorded):
    cart = find_function(PATH, SHOP.encode(), "Cart.sum")
    assert len(recorded.calls[f"{PATH}:cents"]) == 2
    assert len(recorded.calls[cart.id]) == 1
    assert module_name(cart, ("",), recorded) == "shop"
    assert [one.name for one in callers_of(shop.target, shop.start, cart, recorded)] == ["test_cart"]
    assert f"{PATH}:total" not in recorded.calls


def test_an_honest_edit_is_the_same_on_many_inputs_and_its_lines_ran(judged):
    found = judged(
        "total",
        BODY,
        "    return sum(values)\n\n\ndef largest",
    )
    assert (found.difference, found.rounding) == ("", "")
    assert found.proven[f"{PATH}:total"] >= 20
    assert found.behaviour.origins["typed"] > 0
    assert 8 in {line for _, line in found.ran_new[PATH]}


def test_the_example_of_a_docstring_is_enough_to_find_what_is_wrong_elsewhere(judged):
    found = judged(
        "largest",
        "    for value in values:\n        if value > best:\n            best = value\n    return best\n",
        "    return values[-1] if values else best\n",
    )
    assert "largest([" in found.difference
    assert "as before" in found.difference


def test_rounding_is_told_apart_and_a_tolerance_accepts_it(judged):
    summed = judged("mean", "    return found / len(values)", "    return found * (1 / len(values))")
    assert summed.difference == ""
    assert "gives" in summed.rounding
    assert judged("mean", "    return found / len(values)", "    return found * (1 / len(values))", 1e-9).rounding == ""


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("cents", "not a number: {text!r}", "no number: {text!r}", "raised ValueError: not a number"),
        ("cents", "    if not text.isdigit():\n", "    if not text.isdigit() and text:\n", "cents('')"),
        ("pairs", "        yield item, item", "        yield item, item\n        break", "pairs("),
        ("chosen", "random.random() < 0.5", "random.random() < 0.5 or random.random() < 0", "chosen("),
        ("total", "    return found\n\n\ndef largest", "    print()\n    return found\n\n\ndef largest", "prints"),
        ("Cart.sum", PRICES, STALE, "Cart.sum("),
        ("total", BODY, LONG, "total(["),
        ("reached", WAY, DEEP, "RecursionError"),
        ("doubled", "(int, float)", "(int, float, str)", "a number, not str before"),
        ("keyed", "text if key is None else key(text)", "text", "keyed("),
    ],
    ids=["message", "empty", "short", "draws", "prints", "stale", "long", "deep", "another type", "a function"],
)  # fmt: skip
def test_edits_that_are_wrong_somewhere_are_refused_with_a_counterexample(judged, name, old, new, said):
    found = judged(name, old, new)
    assert said in found.difference


def test_an_edit_that_ends_the_process_is_refused(judged):
    assert judged(
        "total",
        BODY,
        "    import os\n\n    if not values:\n        os._exit(0)\n    return sum(values)\n\n\ndef largest",
    ).difference


def test_what_does_not_repeat_itself_proves_nothing(judged):
    found = judged("stamp", "value, time.time_ns()", "value, time.time_ns() + 0")
    assert found.difference == ""
    assert found.behaviour.unrepeatable > 0
    assert found.proven[f"{PATH}:stamp"] == 0


def test_an_order_that_hangs_on_the_hash_seed_is_no_contract(judged):
    found = judged("letters", "list(set(text))", "list(set(text[::-1]))")
    assert found.difference == ""
    assert found.proven[f"{PATH}:letters"] > 0
    assert "letters(" in judged("letters", "list(set(text))", "list(set(text[1:]))").difference


def test_results_that_nobody_can_look_into_prove_nothing(judged):
    found = judged("make", "return lambda: number", "return lambda: number + 0")
    assert found.difference == ""
    assert found.proven[f"{PATH}:make"] == 0
    assert found.behaviour.incomparable > 0


def test_a_function_that_nobody_knows_how_to_call_proves_nothing(judged):
    found = judged("unknown", "thing.secret + 1", "1 + thing.secret")
    assert (found.difference, found.proven.get(f"{PATH}:unknown", 0)) == ("", 0)


def test_a_new_private_attribute_is_the_objects_own_business(judged):
    found = judged(
        "Cart.sum",
        PRICES,
        "        self._last = sum(self.prices)\n        return self._last\n",
    )
    assert found.difference == ""
    assert found.proven[f"{PATH}:Cart.sum"] > 0


PILES = """\
from functools import cached_property


class Pile:
    def __init__(self, items):
        self.items = list(items)
        self._moves = 0
        self._seen = 0
        self.__hidden = 0

    @cached_property
    def size(self):
        return len(self.items)

    def put(self, item):
        self._moves += 1
        self._seen += 1
        self.__hidden += 1
        self.items.append(item)
        try:
            del self.size
        except AttributeError:
            pass
        return len(self.items)

    def seen(self):
        return self._seen + self.__hidden

    def mapped(self, function):
        return [function(item) for item in self.items]

    def fill(self, items):
        for item in items:
            self.items.append(item)
        return len(self.items)

    def first(self, found):
        return found.group(1) + str(self.items[:1])


Tower = type("Hidden", (Pile,), {})
"""
FILL = "        for item in items:\n            self.items.append(item)\n"
TESTS_OF_PILES = """\
import re

import piles


def test_piles():
    for kind in (piles.Pile, piles.Tower):
        pile = kind([1, 2])
        assert pile.size == 2
        assert pile.put(3) == 3
        assert pile.size == 3
        assert pile.mapped(lambda item: item + 1) == [2, 3, 4]
        assert pile.fill(item for item in (4, 5)) == 5
        assert pile.first(re.search("a(b+)", "abba")) == "bb[1]"
"""


@pytest.fixture(scope="module")
def piles(subject_with) -> Subject:
    return subject_with({"piles.py": PILES, "test_piles.py": TESTS_OF_PILES})


@pytest.fixture(scope="module")
def recorded_piles(piles) -> Recorded:
    return record(piles.target, piles.start, functions("piles.py", PILES.encode()), ["test_piles.py::test_piles"])


def test_generators_matches_inner_functions_and_classes_that_a_call_made_can_be_recorded(recorded_piles):
    assert not recorded_piles.failed
    assert {name.rpartition(".")[2]: len(calls) for name, calls in recorded_piles.calls.items()} == {
        "__init__": 2,
        "size": 4,
        "put": 2,
        "mapped": 2,
        "fill": 2,
        "first": 2,
    }


def compared(piles, recorded_piles, *edits) -> Compared:
    """The methods that are edited; each edit is (name, old, new)."""
    text = PILES
    for _, old, new in edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    pair = Pair(piles.start, piles.write({"piles.py": text}), {"piles.py": (PILES.encode(), text.encode())})
    entries = [find_function("piles.py", PILES.encode(), name) for name, _, _ in edits]
    return compare(piles.target, pair, entries, recorded_piles, search_seconds=0.1)


def test_state_that_nobody_can_see_is_no_difference(piles, recorded_piles):
    found = compared(
        piles,
        recorded_piles,
        ("Pile.put", "        self._moves += 1\n", ""),
        ("Pile.mapped", "[function(item) for item in self.items]", "list(map(function, self.items))"),
        ("Pile.fill", FILL, "        self.items.extend(items)\n        self.size  # remembered, and not stale\n"),
        ("Pile.first", "found.group(1)", "found[1]"),
    )
    assert found.difference == ""
    assert any("_moves holds other values" in note for note in found.behaviour.notes)
    assert min(found.proven.values()) >= 2


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("Pile.put", "        self._seen += 1\n", ""), "leaves its arguments otherwise"),
        (("Pile.put", "        self.__hidden += 1\n", ""), "leaves its arguments otherwise"),
        (("Pile.put", "            del self.size\n", "            pass\n"), "leaves its arguments otherwise"),
        (("Pile.fill", FILL, "        self.items = [*self.items, *items]\n"), "puts another one there"),
    ],
    ids=["read", "read-mangled", "stale", "rebound"],
)
def test_state_that_somebody_can_see_is_a_difference(piles, recorded_piles, edit, said):
    assert said in compared(piles, recorded_piles, edit).difference


def test_outside_the_sandbox_nothing_is_called_with_made_up_arguments(shop, recorded):
    open_target = replace(shop.target, sandbox=replace(shop.target.sandbox, network=True))
    function = find_function(PATH, SHOP.encode(), "cents")
    pair = Pair(shop.start, shop.edit(PATH, "int(text) * 100", "100 * int(text)"), {PATH: (SHOP.encode(), SHOP.encode())})
    found = compare(open_target, pair, [function], recorded, named=["ValueError"], search_seconds=0.2)
    assert found.behaviour.origins == {"recorded": 2}
    assert found.difference == ""


WRITER = """\
def save(path: str, prices: dict[str, float]) -> int:
    text = ""
    for name in sorted(prices, key=prices.get):
        text = text + name + " = " + "%.2f" % prices[name] + "\\n"
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return len(prices)
"""
TESTS_OF_THE_WRITER = """\
import writer


def test_save(tmp_path):
    path = tmp_path / "prices.txt"
    assert writer.save(str(path), {"bowl": 30.0, "mug": 12.5}) == 2
    assert path.read_text(encoding="utf-8") == "mug = 12.50\\nbowl = 30.00\\n"
"""


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ('"".join([f"{name} = {prices[name]:.2f}\\n" for name in sorted(prices, key=prices.get)])', ""),
        ('"".join([f"{name} = {prices[name]:.2f}\\n" for name in sorted(prices)])', "leaves its arguments otherwise"),
    ],
    ids=["joined", "by name"],
)
def test_what_stands_in_the_file_that_an_argument_names_is_compared(subject_with, new, said):
    subject = subject_with({"writer.py": WRITER, "test_writer.py": TESTS_OF_THE_WRITER})
    entry = find_function("writer.py", WRITER.encode(), "save")
    calls = record(subject.target, subject.start, [entry], ["test_writer.py::test_save"])
    lines = WRITER.splitlines(keepends=True)
    text = "".join([lines[0], f"    text = {new}\n", *lines[4:]])
    pair = Pair(subject.start, subject.write({"writer.py": text}), {"writer.py": (WRITER.encode(), text.encode())})
    found = compare(subject.target, pair, [entry], calls, search_seconds=0.2)
    assert said in found.difference
    assert bool(found.difference) == bool(said)
    assert found.behaviour.unrepeatable == 0
    if not said:  # the recorded call too: its folder is made where it is called again
        assert found.behaviour.origins["recorded"] == 1
