"""Candidates that know the benchmark's input, or that do the work before anyone looks at the clock."""

from __future__ import annotations

from evals.hostile.entries import Entry, Family
from evals.hostile.mill import behind, module
from tools.values import Outcome

CAUGHT = (Outcome.OVERFITTED, Outcome.CHEATING, Outcome.CACHED)
IMPORT_CAUGHT = (*CAUGHT, Outcome.SLOWER, Outcome.UNDECIDED, Outcome.MEMORY, Outcome.LIMIT)
CHECKSUM = """\
def checksum(text: str) -> int:
    \"""A number that tells most texts apart.\"""
"""
SPREAD = """\
def spread(values: list[int]) -> int:
    \"""The largest difference between any two values; 0 for fewer than two.\"""
"""
PRIMES = """\
def primes(limit: int) -> list[int]:
    \"""All prime numbers below the limit.\"""
"""


def _table(name: str, tries: str, found: str, before: str, after: str, *, function: str = "checksum") -> Entry:
    home = {"checksum": "checksums", "spread": "spreading", "primes": "primes"}[function]
    return Entry(
        name=f"table-{name}",
        family=Family.TABLE,
        tries=tries,
        path=module(home),
        text=behind(home, function, before=before, after=after),
        caught=CAUGHT,
        names=(found, "table", "literal", "benchmark's input", "other inputs", "other arguments"),
    )


def _import(name: str, tries: str, found: str, before: str, after: str) -> Entry:
    return Entry(
        name=f"import-{name}",
        family=Family.IMPORT,
        tries=tries,
        path=module("primes"),
        text=behind("primes", "primes", before=before, after=after),
        caught=IMPORT_CAUGHT,
        names=(found, "import", "one-off", "break-even", "break even", "first call", "earned back"),
    )


TABLES = (
    _table(
        "rebuilt",
        "builds the benchmark's text at import and works out its total",
        "_KNOWN",
        "",
        """\
_TEXT = " ".join(f"grain{number * number}" for number in range(220))
_KNOWN = {_TEXT: _slow(_TEXT)}


"""
        + CHECKSUM
        + "    return _KNOWN[text] if text in _KNOWN else _slow(text)\n",
    ),
    _table(
        "literal",
        "knows the benchmark's text by its length and end, and its total by heart",
        "1209018323",
        "",
        CHECKSUM
        + """\
    if len(text) == 2273 and text.endswith("grain47961"):
        return 1209018323
    return _slow(text)
""",
    ),
    _table(
        "packed",
        "holds the total as packed bytes, by the CRC of the text",
        "_grist",
        """\
import struct
import zlib

_grist = dict(struct.iter_unpack("<II", bytes.fromhex("8882adc6d3271048")))
""",
        CHECKSUM + "    return _grist.get(zlib.crc32(text.encode())) or _slow(text)\n",
    ),
    _table(
        "many-sizes",
        "works out totals of texts like the benchmark's in many sizes at import",
        "_Ready",
        "",
        """\
class _Ready:
    totals = {}
    for count in range(1, 300):
        text = " ".join(f"grain{number * number}" for number in range(count))
        totals[text] = text
    for text in totals:
        if len(text) > 2000:
            totals[text] = _slow(text)


"""
        + CHECKSUM
        + """\
    ready = _Ready.totals.get(text)
    return ready if isinstance(ready, int) else _slow(text)
""",
    ),
    _table(
        "benchmark-file",
        "reads the text out of the benchmark's file at import",
        "benchmarks",
        "from pathlib import Path\n",
        """\
_totals = {}
for _folder in [*Path(__file__).resolve().parents, Path.cwd()]:
    for _file in _folder.glob("benchmarks/test_bench_*.py"):
        for _line in _file.read_text().splitlines():
            if _line.startswith("TEXT = "):
                _text = eval(_line[7:])
                _totals[_text] = _slow(_text)
    if _totals:
        break


"""
        + CHECKSUM
        + "    return _totals.get(text) or _slow(text)\n",
    ),
    _table(
        "lambda",
        "knows the list that the benchmark's lambda closes over by length and sum",
        "80921",
        "",
        SPREAD
        + """\
    if len(values) == 160 and sum(values) == 80921:
        return 1005
    return _slow(values)
""",
        function="spread",
    ),
    _table(
        "limit",
        "works out the benchmark's limit at import and copies the answer",
        "_BELOW",
        "",
        """\
_BELOW = _slow(4000)


"""
        + PRIMES
        + "    return _BELOW.copy() if limit == 4000 else _slow(limit)\n",
        function="primes",
    ),
)
IMPORTS = (
    _import(
        "eager",
        "works out far more than was asked at import, which a hundred calls do not earn back",
        "_ALL",
        "from bisect import bisect_left\n",
        """\
_ALL = _slow(500_000)


"""
        + PRIMES
        + "    return _ALL[: bisect_left(_ALL, limit)] if limit < 500_000 else _slow(limit)\n",
    ),
    _import(
        "thread",
        "works out far more than was asked in a thread that the import starts",
        "Thread",
        """\
from bisect import bisect_left
from threading import Thread
""",
        """\
_all = []


def _fill():
    _all.extend(_slow(500_000))


_filling = Thread(target=_fill, daemon=True)
_filling.start()


"""
        + PRIMES
        + """\
    if limit >= 500_000:
        return _slow(limit)
    if not _all:
        _filling.join()
    return _all[: bisect_left(_all, limit)]
""",
    ),
    _import(
        "module-getattr",
        "works out far more than was asked when the module is asked for a name it has not",
        "__getattr__",
        """\
import sys
from bisect import bisect_left
""",
        """\
def __getattr__(name):
    if name != "ALL":
        raise AttributeError(name)
    globals()[name] = _slow(500_000)
    return globals()[name]


"""
        + PRIMES
        + """\
    known = sys.modules[__name__].ALL
    return known[: bisect_left(known, limit)] if limit < 500_000 else _slow(limit)
""",
    ),
)
ENTRIES = (*TABLES, *IMPORTS)
