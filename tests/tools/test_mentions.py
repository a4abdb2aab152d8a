"""Who reads a name, by the text of a module."""

import pytest

from tools.mentions import ELSEWHERE, attribute_readers, readers

COUNTER = """\
class Counter:
    __slots__ = ("_n", "_last")

    def __init__(self):
        self._n: int = 0
        self._last = None

    def count(self):
        self._n += 1
        self._n = max(self._n, 3)

    def {body}
"""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("other(self):\n        return 1", set()),
        ("other(self):\n        return self._n", {"Counter.other"}),
        ("other(self):\n        self._last = self._n", {"Counter.other"}),
        ("other(self):\n        del self._n", {"Counter.other"}),
        ("other(self):\n        return getattr(self, '_n')", {"Counter.other"}),
        ("other(self):\n        def inner():\n            return self._n\n        return inner", {"Counter.other"}),
        ("other(self, n=Counter._n):\n        return n", {ELSEWHERE}),
        ("other(self):\n        match self:\n            case Counter(_n=1):\n                return 1", {"Counter.other"}),
        ("other(self):\n        return 1\n\nprint(Counter()._n)", {ELSEWHERE}),
        ("other(self):\n        return 1\n\nclass Field:\n    _n: int", {ELSEWHERE}),
        ("other(self):\n        return 1\n\nclass Field:\n    _n = attr.ib()", {ELSEWHERE}),
        ("other(self:\n", {ELSEWHERE}),
    ],
)
def test_whoever_reads_an_attribute_is_found_and_whoever_only_keeps_it_is_not(body: str, found: set[str]) -> None:
    assert readers("_n", COUNTER.replace("{body}", body).encode()) == found


def test_a_module_that_hands_out_all_attributes_reads_each_of_them() -> None:
    source = COUNTER.replace("{body}", "other(self):\n        return vars(self)").encode()
    assert attribute_readers("_n", source) == {ELSEWHERE}
    by_any_name = COUNTER.replace("{body}", "other(self, name):\n        return getattr(self, '_' + name)").encode()
    assert attribute_readers("_n", by_any_name) == {ELSEWHERE}
    assert attribute_readers("_n", by_any_name.replace(b"'_' + name", b"'_last'")) == frozenset()
    assert readers("_n", source) == frozenset()


def test_functions_are_read_where_they_are_called_imported_or_named() -> None:
    source = b"from a import f\n\ndef g():\n    return f(1)\n\ndef h():\n    f = 1\n"
    assert readers("f", source) == {ELSEWHERE, "g"}
    assert readers("zz", source) == frozenset()
