"""Calls one function of the target by itself and tells everything that came of it.

Result or exception, what became of the arguments, what was printed, warned about and logged, and how many random numbers
were used. Whatever is needed is taken before any code of the target is imported. Standard library, Python 3.9 syntax.
"""

import asyncio
import contextlib
import dis
import importlib
import inspect
import io
import logging
import os
import random
import signal
import sys
import time
import warnings
from collections import deque

from verispeed_describing import Describer, TooLarge, fingerprint, holds_opaque, message, named, shown
from verispeed_noting import Caught
from verispeed_packing import CannotPack, files_named, unpack
from verispeed_spoiling import bend, spoil
from verispeed_waiting import waiting_for_core

CLOCK = time.perf_counter
DELAY = waiting_for_core()  # a busy machine must not make a call slow
RAISING = tuple(code for name, code in dis.opmap.items() if name in ("RAISE_VARARGS", "RERAISE"))
UNPACKING = tuple(code for name, code in dis.opmap.items() if name.startswith("UNPACK"))
MOST_PRINTED = 20_000
MOST_HELD = 200  # containers in the arguments of which is seen whether they stay what they are
PLAIN = (type(None), bool, int, float, complex, str, bytes)
TOO_LONG = "too long"


class TookTooLong(BaseException):
    """The call did not end in its time; no `except Exception` of the target catches it."""


def alarm(signum, frame):
    """Ends a call."""
    raise TookTooLong


class Subjects:
    """The functions of one side: {id: function as it is before any decorator}."""

    def __init__(self, tree, entries):
        self.entries = {entry["id"]: entry for entry in entries}
        self.tree = os.path.realpath(tree)
        wanted = {}
        for entry in entries:
            wanted.setdefault(os.path.join(self.tree, entry["path"]), set()).add(entry["name"])
        self.caught = Caught(wanted)
        self.files = set(wanted)

    def watch(self):
        """Before anything of the target is imported."""
        self.caught.watch()

    def load(self):
        """Import their modules; {id: reason} of those that cannot be had."""
        missing = {}
        for identity, entry in self.entries.items():
            try:
                importlib.import_module(entry["module"])
            except BaseException as error:
                missing[identity] = "%s cannot be imported: %s: %s" % (entry["module"], type(error).__name__, message(error))
                continue
            if not self.candidates(identity):
                missing[identity] = "%s is not there any more" % entry["name"]
        return missing

    def candidates(self, identity):
        """All functions of that name, as often as it is defined."""
        entry = self.entries[identity]
        found = self.caught.functions.get((os.path.join(self.tree, entry["path"]), entry["name"]), [])
        if found:
            return found
        place = sys.modules.get(entry["module"])
        for part in entry["name"].split("."):
            place = getattr(place, part, None)
        return [place] if callable(place) else []

    def function(self, identity, arguments, keywords):
        """The one that takes these arguments, the last one where there are several; None where none does."""
        for function in reversed(self.candidates(identity)):
            try:
                inspect.signature(function).bind(*arguments, **keywords)
            except TypeError:
                continue
            except ValueError:  # no signature to be had
                return function
            return function
        return None

    def owner(self, identity):
        """The class that the function is a method of, None for other functions."""
        entry = self.entries[identity]
        place = sys.modules.get(entry["module"])
        for part in entry["name"].split(".")[:-1]:
            place = getattr(place, part, None)
        return place if isinstance(place, type) else None


class Depth:
    """How many frames a call may need, in the whole of this process."""

    most = None


class Outcome:
    """What came of one call."""

    def __init__(self, value, error, seconds, said):
        self.value, self.error, self.seconds, self.said = value, error, seconds, said


def frames():
    """How deep we are."""
    frame, count = sys._getframe(), 0
    while frame is not None:
        frame, count = frame.f_back, count + 1
    return count


def call(function, arguments, keywords, limit, finish=None):
    """The outcome of a call that may take `limit` seconds; coroutines are run, exceptions are outcomes.

    `finish(value)` is called with the result while its output is still caught and the clock runs: iterators do their work
    there.
    """
    seed()
    printed, log = io.StringIO(), Log()
    logging.getLogger().addHandler(log)
    level, threads = logging.getLogger().level, len(sys._current_frames())
    error = value = None
    usual = sys.getrecursionlimit()
    started, waited = CLOCK(), DELAY()
    with redirected(printed), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        previous = signal.signal(signal.SIGALRM, alarm)
        signal.setitimer(signal.ITIMER_REAL, limit)
        try:
            if Depth.most is not None:
                sys.setrecursionlimit(Depth.most + frames())
            value = function(*arguments, **keywords)
            if inspect.iscoroutine(value):
                value = asyncio.run(value)
            sys.setrecursionlimit(usual)
            if finish is not None:
                finish(value)
        except TookTooLong:
            error = TOO_LONG
        except BaseException as caught:
            error = caught
        finally:
            sys.setrecursionlimit(usual)
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous)
    seconds = max(0.0, CLOCK() - started - (DELAY() - waited) / 1e9)
    logging.getLogger().removeHandler(log)
    logging.getLogger().setLevel(level)
    warned = [[named(one.category), str(one.message)[:300]] for one in warned if one.category is not ResourceWarning]
    more = len(sys._current_frames()) - threads
    started = [["threads", more]] if more > 0 else []
    return Outcome(value, error, seconds, [printed.getvalue()[:MOST_PRINTED], warned, log.said, started, drawn()])


@contextlib.contextmanager
def redirected(printed):
    """What is printed goes there."""
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        yield


class Log(logging.Handler):
    """Keeps what is logged."""

    def __init__(self):
        super().__init__()
        self.said = []

    def emit(self, record):
        """One message."""
        try:
            self.said.append([record.name, record.levelno, record.getMessage()[:300]])
        except Exception:
            self.said.append([record.name, record.levelno])


def seed():
    """The same random numbers for every call."""
    random.seed(20240229)
    numpy = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "random"):
        numpy.random.seed(20240229)


def drawn():
    """What tells how many random numbers were taken."""
    numpy = sys.modules.get("numpy")
    state = [hash(random.getstate()[1])]
    if numpy is not None and hasattr(numpy, "random"):
        state.append(fingerprint([str(part) for part in numpy.random.get_state()[1:3]]))
    return state


def is_deliberate(error, tree, named_types):
    """True for what a `raise` of the target raises, or for types that its tests or documentation name.

    Those of values that cannot be unpacked are never meant.
    """
    step = last_step(error, tree)
    return step in RAISING or (type(error).__name__ in named_types and step not in UNPACKING)


def written_here(error, tree):
    """True if a `raise` statement in the tree raised it: then its message is the target's own."""
    return last_step(error, tree) in RAISING


def last_step(error, tree):
    """The instruction that raised it, where that is one of the tree's code; else None."""
    trace = error.__traceback__
    if trace is None:
        return None
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    if not code.co_filename.startswith(tree + os.sep) or not 0 <= trace.tb_lasti < len(code.co_code):
        return None
    return code.co_code[trace.tb_lasti]


class Observed:
    """One call and descriptions of all that came of it: how it ended, result or exception, arguments, output."""

    def __init__(self, function, arguments, keywords, limit, tree, named_types):
        self.given = arguments, keywords
        self.held = containers([*arguments, *keywords.values()])
        self.describer = Describer()
        self.what = self.after = self.later = None
        self.returned = False
        self.outcome = call(function, arguments, keywords, limit, self.finish)
        self.value = self.outcome.value
        self.told = self.tell(tree, named_types)

    def finish(self, value):
        """Arguments first: a result that is one of them, or shares something with them, is told as such."""
        self.returned = True
        self.after = self.arguments()
        self.describer.drive = True
        self.what = self.describer.describe(value)
        if hasattr(value, "__next__"):  # its work was done just now
            self.describer = Describer()
            self.later = self.arguments()

    def arguments(self):
        """Descriptions of the arguments as they are now, of what was in them, for others may hold it, and of their files."""
        arguments, keywords = self.given
        files = files_named([*arguments, *keywords.values()])
        described = [self.describer.describe(list(arguments)), self.describer.describe(keywords)]
        described.append(["object", "others", None, [["held", [self.describer.describe(one) for one in self.held]]]])
        return [*described, {own_name(path): fingerprint(files[path].hex()) for path in files}] if files else described

    def tell(self, tree, named_types):
        """{"end", "what", "after", "said", "opaque", "shown"}."""
        error = self.outcome.error
        if error is TOO_LONG:
            return nothing(TOO_LONG)
        if isinstance(error, TooLarge):
            return nothing("too large")
        if self.returned:
            if error is not None:  # a class of the target that cannot be looked at
                return nothing("opaque")
            told = {"end": "returns", "what": self.what, "shown": shown(self.value)}
        else:
            ours = written_here(error, tree)
            told = {"end": "raises" if is_deliberate(error, tree, named_types) else "fails"}
            told["what"] = [named(type(error)), message(error) if ours else None]
            told["shown"] = "raises %s: %s" % (type(error).__name__, message(error)[:160])
            try:
                self.after = self.arguments()
            except Exception:  # too large, or a class of the target that cannot be looked at
                return nothing("opaque")
        after = self.after if self.later is None else [self.after, self.later]
        return {**told, "after": after, "said": self.outcome.said, "opaque": holds_opaque(told["what"])}


def own_name(path):
    """A path as one says it in the current folder, which each process has of its own."""
    here = os.getcwd() + os.sep
    return path[len(here) :] if path.startswith(here) else path


def containers(values):
    """Containers that can be reached from these values, through each other and through public attributes."""
    found, seen, waiting = [], set(), [(value, 0) for value in reversed(values)]
    while waiting and len(found) < MOST_HELD:
        value, depth = waiting.pop()
        kind = type(value)
        if depth > 4 or kind in PLAIN or id(value) in seen:
            continue
        seen.add(id(value))
        if kind in (list, dict, set, bytearray, deque):
            found.append(value)
        if kind in (list, tuple, deque):
            inside = list(value)[:MOST_HELD]
        elif kind is dict:
            inside = list(value.values())[:MOST_HELD]
        elif isinstance(getattr(value, "__dict__", None), dict) and not isinstance(value, (type, type(sys))):
            inside = [part for name, part in vars(value).items() if not name.startswith("_")]
        else:
            continue
        waiting += [(part, depth + 1) for part in reversed(inside)]
    return found


def nothing(end):
    """What is told of a call of which nothing can be compared."""
    return {"end": end, "what": None, "after": None, "said": None, "opaque": end != TOO_LONG, "shown": end}


def looks(arguments, keywords):
    """The arguments as a call shows them."""
    named_ones = ["%s=%s" % (name, shown(value)) for name, value in keywords.items()]
    return ", ".join([shown(one) for one in arguments] + named_ones)


class Stages:
    """One input, called in several ways: alone, again after its result was spoiled, with bent arguments, after others."""

    def __init__(self, subjects, limit, named_types):
        self.subjects, self.limit, self.named_types = subjects, limit, named_types

    def run(self, identity, packed, companion, whole, once):
        """[what was told] of each stage; [] where the input cannot be unpacked here; with `once` the first one alone."""
        try:
            first = unpack(packed)
        except CannotPack:
            return []
        self.call = looks(*first) if whole else ""
        function = self.subjects.function(identity, *first)
        if function is None:
            return [
                {
                    "end": "fails",
                    "what": ["TypeError", None],
                    "after": None,
                    "said": None,
                    "opaque": False,
                    "shown": "takes other arguments",
                }
            ]
        found = [self.stage(function, first)]
        if once or found[0]["end"] in (TOO_LONG, "too large"):
            return found
        if self.value is not None:
            try:
                spoil(self.value)
            except Exception:  # whatever a class of the target makes of that
                pass
        try:
            second = unpack(packed)
        except CannotPack:  # the first call keeps it from being made
            return [*found, nothing("cannot be made twice")]
        found.append(self.stage(function, second))
        self.value = None
        bent = False
        try:
            bent = sum(bend(one) for one in [*second[0], *second[1].values()]) > 0  # each of them
        except Exception:  # whatever a class of the target makes of that
            pass
        other = self.companion(companion, second)
        if bent or other or self.subjects.owner(identity):
            found.append(self.stage(function, second))
        return found

    def stage(self, function, given):
        """Call and tell."""
        arguments, keywords = given
        seen = Observed(function, arguments, keywords, self.limit, self.subjects.tree, self.named_types)
        self.value = seen.value
        return seen.told

    def companion(self, companion, given):
        """Call another method of the same object, as somebody did who was recorded; True if that was done."""
        if companion is None or not given[0]:
            return False
        identity, packed = companion
        try:
            arguments, keywords = unpack(packed)
        except CannotPack:
            return False
        function = self.subjects.function(identity, arguments, keywords)
        if function is None or not arguments or type(arguments[0]) is not type(given[0][0]):
            return False
        call(function, (given[0][0], *arguments[1:]), keywords, self.limit)
        return True
