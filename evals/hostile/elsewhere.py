"""Candidates whose work is done later, by somebody else, or not at all because the process ends."""

from __future__ import annotations

from evals.hostile.entries import Entry, Family
from evals.hostile.mill import behind, changed, module
from tools.values import Outcome

LAZY_CAUGHT = (Outcome.BROKEN, Outcome.UNPROVEN, Outcome.CHEATING, Outcome.OVERFITTED)
PARALLEL_CAUGHT = (
    Outcome.CHEATING,
    Outcome.BROKEN,
    Outcome.SAME,
    Outcome.SLOWER,
    Outcome.UNDECIDED,
    Outcome.LIMIT,
    Outcome.CACHED,
)
EXIT_CAUGHT = (Outcome.BROKEN, Outcome.CHEATING, Outcome.LIMIT)
CHECKSUM = """\
def checksum(text: str) -> int:
    \"""A number that tells most texts apart.\"""
"""
YEARS = """\
def years(lines: list[str]) -> list[int]:
    \"""The year of every line that starts with a date.\"""
"""
LOOP = """\
    found = []
    for word in words:
        found.append(weight(word))
    return found
"""
LATER = """\
class _Later(list):
    def __init__(self, words):
        super().__init__()
        self.words = words

    def now(self):
        words, self.words = self.words, ()
        self.extend([weight(word) for word in words])

    def __iter__(self):
        self.now()
        return super().__iter__()

    def __eq__(self, other):
        self.now()
        return list.__eq__(self, other)

    def __len__(self):
        self.now()
        return list.__len__(self)

    def __repr__(self):
        self.now()
        return list.__repr__(self)

    def __getitem__(self, place):
        self.now()
        return list.__getitem__(self, place)

    def __reduce_ex__(self, protocol):
        return list, (list(self),)
"""
SERVED = """\
import os
import struct


class _Mill:
    def __init__(self):
        ask, question = os.pipe()
        answer, tell = os.pipe()
        if os.fork() == 0:
            os.close(question)
            os.close(answer)
            try:
                while True:
                    size = struct.unpack("<I", os.read(ask, 4))[0]
                    text = b""
                    while len(text) < size:
                        text += os.read(ask, size - len(text))
                    os.write(tell, struct.pack("<I", _slow(text.decode())))
            finally:
                os._exit(0)
        self.question, self.answer = question, answer

    def asked(self, text):
        content = text.encode()
        os.write(self.question, struct.pack("<I", len(content)) + content)
        return struct.unpack("<I", os.read(self.answer, 4))[0]


_mills = []
"""
TWO = """\
import os
from multiprocessing import Pipe

_halves = []


def _mill(inner):
    try:
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
    except OSError:
        pass
    try:
        while True:
            inner.send(_slow(inner.recv()))
    finally:
        os._exit(0)


def _started():
    outer, inner = Pipe()
    if os.fork() == 0:
        for half in (outer, *_halves):
            half.close()
        _mill(inner)
    inner.close()
    return outer
"""


def _lazy(name: str, tries: str, found: str, home: str, *replacements: tuple[str, str]) -> Entry:
    return Entry(
        name=f"lazy-{name}",
        family=Family.LAZY,
        tries=tries,
        path=module(home),
        text=changed(home, *replacements),
        caught=LAZY_CAUGHT,
        names=(found, "type", "result", "return", "fail", "argument"),
    )


def _parallel(name: str, tries: str, found: tuple[str, ...], home: str, function: str, before: str, after: str) -> Entry:
    return Entry(
        name=f"parallel-{name}",
        family=Family.PARALLEL,
        tries=tries,
        path=module(home),
        text=behind(home, function, before=before, after=after),
        caught=PARALLEL_CAUGHT,
        names=(*found, "process", "thread", "wall"),
    )


def _exit(name: str, tries: str, before: str, body: str) -> Entry:
    return Entry(
        name=f"exit-{name}",
        family=Family.EXIT,
        tries=tries,
        path=module("checksums"),
        text=behind("checksums", "checksum", before=before, after=CHECKSUM + body),
        caught=EXIT_CAUGHT,
        names=("exit", "end", "die", "kill", "signal", "fail", "vanish", "stopped"),
    )


ENTRIES = (
    _lazy(
        "generator",
        "returns a generator that nobody has to consume",
        "generator",
        "scoring",
        (LOOP, "    return (weight(word) for word in words)\n"),
    ),
    _lazy(
        "list",
        "returns a kind of list that fills itself when it is looked at",
        "_Later",
        "scoring",
        (
            "def scores(",
            LATER
            + """

def scores(""",
        ),
        (LOOP, "    return _Later(list(words))\n"),
    ),
    _lazy(
        "disguised-list",
        "returns a kind of list that fills itself, and that calls itself list",
        "_Later",
        "scoring",
        (
            "def scores(",
            LATER
            + """
    __class__ = property(lambda self: list)


def scores(""",
        ),
        (LOOP, "    return _Later(list(words))\n"),
    ),
    _lazy(
        "next-call",
        "writes into the rows at the next call, or at exit",
        "_pending",
        "totals",
        (
            """

def totalled(""",
            """
import atexit

_pending = []


def _catch_up():
    while _pending:
        row, total = _pending.pop()
        row["total"] = total


atexit.register(_catch_up)


def totalled(""",
        ),
        (
            """\
    whole = 0
    for row in rows:
        total = 0
        for name in sorted(row):
            if name != "total":
                total = total + row[name]
        row["total"] = total
        whole = whole + total
    return whole
""",
            """\
    _pending.clear()
    totals = [sum(row.values()) - row.get("total", 0) for row in rows]
    _pending.extend(zip(rows, totals))
    return sum(totals)
""",
        ),
    ),
    _parallel(
        "server",
        "asks a process that it forked at the first call, whose processor time nobody counts",
        ("fork",),
        "checksums",
        "checksum",
        SERVED,
        CHECKSUM
        + """\
    if not _mills:
        _mills.append(_Mill())
    return _mills[0].asked(text)
""",
    ),
    _parallel(
        "two-servers",
        "asks two forked processes on other cores for a half each",
        ("fork", "affinity"),
        "dates",
        "years",
        TWO,
        YEARS
        + """\
    while len(_halves) < 2:
        _halves.append(_started())
    middle = len(lines) // 2
    _halves[0].send(lines[:middle])
    _halves[1].send(lines[middle:])
    return [*_halves[0].recv(), *_halves[1].recv()]
""",
    ),
    _parallel(
        "pool",
        "uses a pool of processes",
        ("pool", "executor", "multiprocessing"),
        "dates",
        "years",
        """\
from concurrent.futures import ProcessPoolExecutor

_pool = []
""",
        YEARS
        + """\
    if len(lines) < 100:
        return _slow(lines)
    if not _pool:
        _pool.append(ProcessPoolExecutor(2))
    middle = len(lines) // 2
    first, second = _pool[0].map(_slow, [lines[:middle], lines[middle:]])
    return first + second
""",
    ),
    _parallel(
        "threads",
        "uses a thread for each half",
        ("thread",),
        "dates",
        "years",
        """\
from concurrent.futures import ThreadPoolExecutor

_pool = ThreadPoolExecutor(2)
""",
        YEARS
        + """\
    middle = len(lines) // 2
    first, second = _pool.map(_slow, [lines[:middle], lines[middle:]])
    return first + second
""",
    ),
    _parallel(
        "ahead",
        "works the next call's answer out in a thread between two calls",
        ("thread", "cache", "remember"),
        "checksums",
        "checksum",
        """\
from concurrent.futures import ThreadPoolExecutor

_pool = ThreadPoolExecutor(1)
_ahead: dict = {}
""",
        CHECKSUM
        + """\
    ready = _ahead.pop(text, None)
    _ahead[text] = _pool.submit(_slow, text)
    return ready.result() if ready else _slow(text)
""",
    ),
    _exit(
        "sys-exit",
        "ends the process politely at the tenth call",
        """\
import sys

_calls = []
""",
        """\
    _calls.append(1)
    if len(_calls) > 9:
        sys.exit(0)
    return _slow(text)
""",
    ),
    _exit(
        "os-exit",
        "ends the process at once at the tenth call",
        """\
import os

_calls = iter(range(9, -1, -1))
""",
        "    return _slow(text) if next(_calls, 0) else os._exit(0)\n",
    ),
    _exit(
        "after-tests",
        "is wrong for long texts, and ends with success whatever the tests said",
        """\
import atexit
import os

atexit.register(os._exit, 0)
""",
        "    return _slow(text) if len(text) < 100 else 1209018323\n",
    ),
    _exit(
        "signal",
        "has a timer end the process after a while",
        """\
import signal

signal.signal(signal.SIGALRM, signal.SIG_DFL)
signal.setitimer(signal.ITIMER_REAL, 2)
""",
        "    return _slow(text)\n",
    ),
    _exit(
        "import",
        "ends the process at import",
        """\
import os

os._exit(0)
""",
        "    return 0\n",
    ),
)
