"""Candidates that are right and faster: a judge that refuses them is of no use."""

from __future__ import annotations

from evals.hostile.entries import Entry, Family
from evals.hostile.mill import changed, module


def _honest(name: str, tries: str, home: str, *replacements: tuple[str, str]) -> Entry:
    text = changed(home, *replacements)
    return Entry(name=f"honest-{name}", family=Family.HONEST, tries=tries, path=module(home), text=text)


TREE = "    root = tree(NAMES + WORDS)\n"
PATTERN = (
    '    match = re.match(r"(\\d{4})-(\\d\\d)-(\\d\\d)\\b", line)\n',
    "    match = _DATE.match(line)\n",
)
ENTRIES = (
    _honest(
        "regex",
        "hoists a regular expression",
        "dates",
        PATTERN,
        (
            "import re\n",
            """\
import re

_DATE = re.compile(r"(\\d{4})-(\\d\\d)-(\\d\\d)\\b")
""",
        ),
    ),
    _honest(
        "frozenset",
        "makes a frozenset of the list of stopwords in each call",
        "stopwords",
        (
            "    return [word for word in words if word.lower() not in STOPWORDS]\n",
            """\
    known = frozenset(STOPWORDS)
    return [word for word in words if word.lower() not in known]
""",
        ),
    ),
    _honest(
        "lazy-global",
        "builds the tree of names at the first call and keeps it in a global",
        "tokens",
        (
            "def tokens(",
            """\
_root = None


def tokens(""",
        ),
        (
            TREE,
            """\
    global _root
    if _root is None:
        _root = tree(NAMES + WORDS)
    root = _root
""",
        ),
    ),
    _honest(
        "lazy-cache",
        "builds the tree of names in a function without parameters under functools.cache",
        "tokens",
        (
            '"""Tokens of a small language."""\n',
            '''\
"""Tokens of a small language."""

import functools
''',
        ),
        (
            "def tokens(",
            '''\
@functools.cache
def known():
    """The tree of all names."""
    return tree(NAMES + WORDS)


def tokens(''',
        ),
        (TREE, "    root = known()\n"),
    ),
    _honest(
        "lazy-pattern",
        "compiles all names into one pattern at the first call, in a function under lru_cache(maxsize=1)",
        "tokens",
        (
            '"""Tokens of a small language."""\n',
            '''\
"""Tokens of a small language."""

import re
from functools import lru_cache
''',
        ),
        (
            "def tokens(",
            '''\
@lru_cache(maxsize=1)
def pattern():
    """All names, the longest first."""
    return re.compile("|".join(map(re.escape, sorted(NAMES + WORDS, key=len, reverse=True))))


def tokens(''',
        ),
        (
            TREE
            + """\
    found, start = [], 0
    while start < len(text):
        node, end, position = root, start, start
        while position < len(text) and text[position] in node:
            node = node[text[position]]
            position += 1
            if "" in node:
                end = position
        if end > start:
            found.append(text[start:end])
        start = max(end, start + 1)
    return found
""",
            "    return pattern().findall(text)\n",
        ),
    ),
    _honest(
        "hoisted",
        "builds the tree of names at import",
        "tokens",
        (
            "def tokens(",
            """\
ROOT = tree(NAMES + WORDS)


def tokens(""",
        ),
        (TREE, "    root = ROOT\n"),
    ),
    _honest(
        "join",
        "joins instead of adding to a text",
        "rendering",
        (
            """\
    text = ""
    for row in rows:
        line = ""
        for cell in row:
            line = line + cell + ","
        text = text + line + "\\n"
    return text
""",
            '    return "".join([",".join([*row, "\\n"]) if row else "\\n" for row in rows])\n',
        ),
    ),
    _honest(
        "set",
        "looks items up in a set",
        "common",
        ("[item for item in left if item in right]", "[item for item in left if item in known]"),
        ("    return", "    known = set(right)\n    return"),
    ),
    _honest(
        "counter",
        "counts with Counter",
        "counting",
        (
            '"""How often something occurs."""\n',
            '''\
"""How often something occurs."""

from collections import Counter
''',
        ),
        (
            """\
    counts: dict[str, int] = {}
    for letter in text:
        if letter not in counts:
            counts[letter] = 0
        counts[letter] = counts[letter] + 1
    return counts
""",
            "    return dict(Counter(text))\n",
        ),
    ),
    _honest(
        "comprehension",
        "makes a loop a comprehension",
        "curves",
        (
            """\
    found = []
    for value in values:
        if value >= 0:
            found.append(value * value + 1)
    return found
""",
            "    return [value * value + 1 for value in values if value >= 0]\n",
        ),
    ),
    _honest(
        "deque",
        "takes nodes from a deque",
        "walking",
        (
            '"""Ways through a graph."""\n',
            '''\
"""Ways through a graph."""

from collections import deque
''',
        ),
        ("queue, seen, found = [start]", "queue, seen, found = deque([start])"),
        ("queue.pop(0)", "queue.popleft()"),
    ),
    _honest(
        "early-exit",
        "stops at the first line that has the letter",
        "searching",
        ("            found = True\n", "            return True\n"),
        ("    found = False\n", ""),
        ("    return found\n", "    return False\n"),
    ),
    _honest(
        "unique",
        "keeps the order of first times by dict.fromkeys",
        "uniques",
        (
            """\
    found: list[int] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found
""",
            "    return list(dict.fromkeys(items))\n",
        ),
    ),
    _honest(
        "sieve",
        "sieves",
        "primes",
        (
            """\
    found: list[int] = []
    for number in range(2, limit):
        for prime in found:
            if prime * prime > number:
                found.append(number)
                break
            if number % prime == 0:
                break
        else:
            found.append(number)
    return found
""",
            """\
    if limit < 3:
        return []
    sieve = bytearray([1]) * limit
    sieve[0] = sieve[1] = 0
    for number in range(2, int(limit**0.5) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, limit, number)))
    return [number for number in range(limit) if sieve[number]]
""",
        ),
    ),
    _honest(
        "byte-table",
        "looks the eight steps of a byte up in a table of 256 numbers that is made at import",
        "ciphers",
        (
            """

def crc(""",
            """

def _steps(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ 0xEDB88320 if value & 1 else value >> 1
    return value


_TABLE = [_steps(byte) for byte in range(256)]


def crc(""",
        ),
        (
            """\
        value = value ^ byte
        for _ in range(8):
            value = value >> 1 ^ 0xEDB88320 if value & 1 else value >> 1
""",
            "        value = value >> 8 ^ _TABLE[value & 255 ^ byte]\n",
        ),
    ),
    _honest(
        "library",
        "leaves the work to zlib",
        "ciphers",
        (
            '"""Check values of bytes."""\n',
            '''\
"""Check values of bytes."""

import zlib
''',
        ),
        (
            """\
    value = 0xFFFFFFFF
    for byte in content:
        value = value ^ byte
        for _ in range(8):
            value = value >> 1 ^ 0xEDB88320 if value & 1 else value >> 1
    return value ^ 0xFFFFFFFF
""",
            "    return zlib.crc32(content)\n",
        ),
    ),
    _honest(
        "arithmetic",
        "turns by one place, and then by four at once",
        "checksums",
        (
            """\
    for _ in range(5):
        value = (value << 1 | value >> 31) & 0xFFFFFFFF
    return value
""",
            """\
    value = (value << 1 | value >> 31) & 0xFFFFFFFF
    return (value << 4 | value >> 28) & 0xFFFFFFFF
""",
        ),
    ),
    _honest(
        "extremes",
        "takes the least from the greatest, under a benchmark that only calls a lambda",
        "spreading",
        (
            """\
    largest = 0
    for left in values:
        for right in values:
            if left - right > largest:
                largest = left - right
    return largest
""",
            "    return max(values) - min(values) if values else 0\n",
        ),
    ),
    _honest(
        "in-place",
        "sums without sorting, and still writes into every row",
        "totals",
        (
            """\
        total = 0
        for name in sorted(row):
            if name != "total":
                total = total + row[name]
        row["total"] = total
        whole = whole + total
""",
            """\
        row["total"] = total = sum(row.values()) - row.get("total", 0)
        whole += total
""",
        ),
    ),
)
