"""Finds inputs for functions of the target: from recorded calls, examples in docstrings, types, and by altering those.

    python explore.py SPEC.json

SPEC: as replay.py's, and for each of the entries: calls (packages that were recorded), seen (true: somebody called it, and
what types it takes is no guess), literals (constants of the code), ordered (true: lists that are sorted stay so), kinds
(types that the code tells apart), called (parameters that it calls); and companions ({id: [[id of another method of its
class, package]]}), fresh (true: look for inputs in docstrings and types too), fewest (recorded calls from which on types
are not asked), seconds (for each of them), most (inputs kept that are worth several calls), wide (further inputs), made_up
(false: recorded calls only), failing (how many of them may fail by accident) and endless (how many may not end in their
time). An input is kept when the function returns, or raises on purpose; few others are. What reaches new steps of the code
is altered again (coverage-guided, as AFL does). Standard library and the overlay's hypothesis; Python 3.9 syntax.
"""

import base64
import inspect
import json
import os
import random
import sys
import tempfile
import time

from verispeed_altering import Alterer, crossed, may_widen, small
from verispeed_calling import CLOCK, TOO_LONG, Depth, Subjects, TookTooLong, call, is_deliberate
from verispeed_describing import MOST_ITEMS, MOST_PARTS, Describer, TooLarge, named
from verispeed_feeding import add_overlay, add_sources, forget_for_program, leave_out_ours
from verispeed_guessing import documented, guessed, typed
from verispeed_noting import Notes
from verispeed_packing import FUNCTIONS, CannotPack, pack, unpack, unpack_whole
from verispeed_tracing import Tracer

leave_out_ours()

CPU = time.process_time  # a busy machine must not make the search shorter
LIMIT, SLOW_SECONDS = 0.5, 0.015  # of a call that was made up
RECORDED_LIMIT = 4.0
SHORT = 0.4  # of the calls that are altered
FILES_ALTERED = 0.7  # of calls that name files
MADE_UP_PARTS = 3_000  # of a result
MOST_BYTES = 200_000
MOST_TOTAL = 2_000_000  # bytes of all inputs of a function
MADE_UP = ("varied", "widened")
MOST_CROSSED = 200
AFTER_ANOTHER = 0.2  # of the calls of methods that are altered
SIZES = (10, 40, 100, 220, 600)
SLOW_SIZED, MOST_SIZED = 0.15, 50  # calls for each second of the search
SLOW_NEAR, MOST_NEAR = 0.4, 8
SLOW = {"sized": SLOW_SIZED, "near": SLOW_NEAR}  # what is called without being traced
TRACED = 6  # how much longer a call takes when its lines are written down
AGAIN, AGAIN_NEW = 0.05, 0.3  # of the inputs that reach nothing new are altered again; where the path as a whole is new
WRITTEN_EVERY = 0.5  # seconds


def main():
    """Exit code 0 if the inputs were written down."""
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = json.load(file)
    os.unlink(sys.argv[1])  # it holds the key
    output = os.open(spec["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    add_overlay(spec)
    subjects = Subjects(spec["tree"], spec["entries"])
    subjects.watch()
    Depth.most = spec["recursion"]
    notes = Notes({}, subjects.tree)
    if spec["fresh"]:
        wanted = {}
        for entry in spec["entries"]:
            wanted.setdefault(os.path.join(subjects.tree, entry["path"]), {})[entry["name"]] = entry["id"]
        notes.wanted = wanted
        notes.watch()
    add_sources(spec, os.getcwd())
    sys.path.extend(entry for entry in spec["path"] if entry not in sys.path)
    forget_for_program(spec, "hypothesis")
    os.chdir(tempfile.mkdtemp())
    missing = subjects.load()
    report = Report(output, spec["key"], missing)
    for entry in spec["entries"]:
        if entry["id"] not in missing and entry.get("calls") is not None:
            Search(subjects, entry, spec, notes, report).run()
    report.write(None)
    os._exit(0)


class Report:
    """What was found, written down again and again: an input may end the process."""

    def __init__(self, output, key, missing):
        self.output, self.key, self.missing, self.found = output, key, missing, {}
        self.written = CLOCK()

    def write(self, calling):
        """All of it; `calling` is what is being called, None at the end."""
        self.written = CLOCK()
        found = {name: search.result() for name, search in self.found.items()}
        content = json.dumps({"key": self.key, "missing": self.missing, "found": found, "calling": calling}).encode()
        os.lseek(self.output, 0, os.SEEK_SET)
        os.ftruncate(self.output, 0)
        while content:
            content = content[os.write(self.output, content) :]


class Search:
    """The search for one function."""

    def __init__(self, subjects, entry, spec, notes, report):
        self.subjects, self.entry, self.spec, self.notes, self.report = subjects, entry, spec, notes, report
        self.identity = entry["id"]
        report.found[self.identity] = self
        self.source = random.Random("%s %s" % (spec["seed"], self.identity))
        known = spec["companions"].get(self.identity, ())
        self.companions = [(name, base64.b64decode(one)) for name, one in known if name not in report.missing]
        self.tracer = Tracer(subjects.files)
        self.features, self.paths = set(), set()  # steps that were reached; which of them together
        self.corpus = []  # (package, where it comes from)
        self.kept = {}  # package -> [origin, seconds, how it ended, whether it reached anything new, its path]
        self.failing = self.endless = self.sized = 0
        self.lost = 0
        self.returned = 0
        self.notes.busy = True  # what we call is not recorded

    def run(self):
        """Fill `kept`."""
        seconds = self.spec["seconds"]
        recorded = sorted((base64.b64decode(one) for one in self.entry["calls"]), key=len)
        for package in recorded[-1:]:  # the longest is what is timed, most of all, and its time is not that of the others
            self.try_out(package, "recorded", RECORDED_LIMIT)
        end = CPU() + seconds / 2
        for package in recorded[:-1]:
            if CPU() > end:
                break
            self.try_out(package, "recorded", RECORDED_LIMIT)
        if not self.spec["made_up"]:
            return
        end = CPU() + seconds / 4
        for package in recorded:
            if CPU() > end:
                break
            self.try_small(package)
        self.try_crossed(recorded, CPU() + seconds / 4)
        if self.spec["fresh"]:
            for package in self.examples():
                self.try_out(package, "docstring")
            if len(self.corpus) < self.spec["fewest"]:
                self.from_types()
        if not self.corpus and self.spec["fresh"] and not self.entry["seen"]:
            self.from_guesses()
        self.try_functions()
        alterer = self.alterer()
        self.try_boundaries(alterer, CPU() + seconds / 2)
        self.try_near(alterer, CPU() + seconds / 2)
        self.try_sizes(alterer, CPU() + seconds / 3)
        self.try_after_others(alterer, CPU() + seconds / 4)
        self.alter_until(alterer, CPU() + seconds)

    def result(self):
        """{"inputs": [[package, origin, seconds, end, deep]], "lost": recorded calls that cannot be used here}."""
        inputs = [[base64.b64encode(package).decode(), *about] for package, about in self.chosen()]
        return {"inputs": inputs, "lost": self.lost}

    def try_small(self, package):
        """The same with less of everything that is long."""
        try:
            arguments, keywords = unpack(package)
            less = pack(
                (tuple(small(one) for one in arguments), {name: small(keywords[name]) for name in keywords}), MOST_BYTES
            )
        except CannotPack:
            return
        except Exception:  # whatever a class of the target makes of that
            return
        if less != package:
            self.try_out(less, "varied")

    def try_crossed(self, recorded, end):
        """One argument of a recorded call in another one: objects that nobody knows how to make meet as they never did."""
        if len(recorded) < 2:
            return
        for _ in range(MOST_CROSSED):
            if CPU() > end:
                return
            one, other = self.source.sample(recorded, 2)
            try:
                package = crossed(one, other, self.source, MOST_BYTES)
            except CannotPack:
                continue
            if package not in self.kept:
                self.try_out(package, "varied")

    def examples(self):
        """Calls that the examples in docstrings make."""
        self.notes.busy = False
        try:
            documented(self.entry["module"], self.entry["name"])
        finally:
            self.notes.busy = True
        return self.notes.calls.get(self.identity, [])

    def from_types(self):
        """Calls made from annotations, or from what the docstring says of types."""
        for function in self.subjects.candidates(self.identity)[-1:]:
            for package in typed(
                function, self.subjects.owner(self.identity), self.entry["name"], self.source.randrange(2**31)
            ):
                self.try_out(package, "typed")

    def from_guesses(self):
        """Calls with arguments of common types, where the function takes most of them."""
        for function in self.subjects.candidates(self.identity)[-1:]:
            best = []
            for packages in guessed(function, self.subjects.owner(self.identity), self.source):
                ended = [self.outcome(package, LIMIT) for package in packages]
                good = sum(1 for one in ended if one is not None and one[0] == "returns")
                steps = set().union(*[one[2] for one in ended if one is not None])
                if good * 2 >= len(packages):
                    best.append((len(steps), packages))
            for _, packages in sorted(best, key=lambda one: -one[0])[:3]:
                for package in packages:
                    self.try_out(package, "guessed")

    def try_boundaries(self, alterer, end):
        """Boundaries of each argument of a short call and of another one."""
        shortest = sorted((package for package, _ in self.corpus), key=len)
        for package in shortest[: 1 + (len(shortest) > 4)] + shortest[len(shortest) // 2 :][:1]:
            arguments, keywords, files = unpack_whole(package)
            for changed in alterer.boundaries(arguments, keywords):
                if CPU() > end:
                    return
                try:
                    self.try_out(pack(changed, MOST_BYTES, files), "boundary")
                except CannotPack:
                    continue

    def try_functions(self):
        """Functions for parameters that the code calls and that were None."""
        shortest = sorted((package for package, _ in self.corpus), key=len)
        for package in [*shortest[:2], *shortest[len(shortest) // 2 :][:1]]:
            for changed in with_functions(self.subjects.candidates(self.identity)[-1:], package, self.entry["called"]):
                self.try_out(changed, "boundary")

    def try_near(self, alterer, end):
        """The slowest recorded call with a little changed: a table of answers knows it by its size, or its first part."""
        slow = [(about[1], package) for package, about in self.kept.items() if about[0] == "recorded"]
        slow = [(seconds, package) for seconds, package in slow if SLOW_SECONDS / 2 < seconds < SLOW_NEAR]
        for _ in range(MOST_NEAR if slow else 0):
            if CPU() > end:
                return
            try:
                arguments, keywords, files = unpack_whole(max(slow)[1])
                changed = tuple(alterer.near(one) for one in arguments), keywords
                self.try_out(pack(changed, MOST_BYTES, files), "near")
            except CannotPack:
                continue
            except Exception:  # whatever a class of the target makes of that
                continue

    def try_sizes(self, alterer, end):
        """Everything long in a call at several sizes: some shortcuts are wrong from a size on."""
        shortest = sorted((package for package, _ in self.corpus), key=len)
        chosen = [*shortest[len(shortest) // 2 :][:1], *shortest[:2]]
        sizes = list(SIZES)
        while chosen and CPU() < end and self.sized < MOST_SIZED * self.spec["seconds"]:
            try:
                arguments, keywords, files = unpack_whole(self.source.choice(chosen))
                size = self.source.choice(sizes)
                grown = [alterer.grown(one, size) for one in arguments]
                if self.source.random() < 0.5 and len(grown) > 1:
                    alterer.relate(grown, turned=self.source.random() < 0.5)
                started = CPU()
                self.try_out(pack((tuple(grown), keywords), MOST_BYTES, files), "sized")
                if CPU() - started > SLOW_SIZED / 3 and len(sizes) > 1:
                    sizes = [one for one in sizes if one <= size]  # what is larger would take too long
            except CannotPack:
                continue
            except Exception:  # whatever a class of the target makes of that
                continue

    def try_after_others(self, alterer, end):
        """Short calls, each after one or a few calls of other methods."""
        shortest = [one for one, _ in sorted(self.corpus, key=lambda one: len(one[0]))[:12]]
        while self.companions and shortest and CPU() < end:
            try:
                *call, files = unpack_whole(self.source.choice(shortest))
                for _ in range(self.source.choice((1, 1, 2, 3))):
                    call = self.after_another(alterer, call)
                self.try_out(pack(call, MOST_BYTES, files), "varied")
            except CannotPack:
                continue
            except Exception:  # whatever a class of the target makes of that
                continue

    def after_another(self, alterer, given):
        """The call after another method of its object, called as somebody did or with other values."""
        identity, package = self.source.choice(self.companions)
        arguments, keywords = unpack(package)
        if not arguments or not given[0] or type(arguments[0]) is not type(given[0][0]):
            return given
        if self.source.random() < 0.8:
            rest, keywords = alterer.altered(arguments[1:], keywords)
            arguments = (arguments[0], *rest)
        function = self.subjects.function(identity, arguments, keywords)
        if function is not None:
            ended = call(function, (given[0][0], *arguments[1:]), keywords, LIMIT)
            if ended.error is not None:
                raise CannotPack("the other method failed")
        return given

    def alterer(self):
        """Makes calls from what is known now."""
        calls = [package for package, _ in self.corpus]
        known = [may_widen(one) for one in self.subjects.candidates(self.identity)]
        wide = set.intersection(*map(set, known)) if known else ()
        return Alterer(self.source, self.entry["literals"], calls, self.entry["ordered"], wide, self.entry["kinds"])

    def alter_until(self, alterer, end):
        """Alter what is known until the time is over."""
        if not self.corpus:
            return
        while CPU() < end:
            half = self.source.random() < 0.5
            place = self.source.randrange(max(1, len(self.corpus) - 20) if half else len(self.corpus))
            if self.source.random() < SHORT:  # of a few the shortest: it takes less time, and little hides in it
                others = [self.source.randrange(len(self.corpus)) for _ in range(2)]
                place = min(place, *others, key=lambda one: len(self.corpus[one][0]))
            try:
                alterer.done = []
                *call, files = unpack_whole(self.corpus[place][0])
                if files and self.source.random() < FILES_ALTERED:
                    name = self.source.choice(list(files))
                    files[name] = alterer.bytes(files[name])
                elif self.companions and self.source.random() < AFTER_ANOTHER:
                    for _ in range(self.source.choice((1, 1, 2, 3))):
                        call = self.after_another(alterer, call)
                else:
                    call = alterer.altered(*call)
                package = pack(call, MOST_BYTES, files)
            except CannotPack:
                continue
            except Exception:  # whatever a class of the target makes of that
                continue
            if package not in self.kept:
                endless = self.endless
                wider = self.corpus[place][1] == "widened" or "widened" in alterer.done
                self.try_out(package, "widened" if wider else "varied")
                if self.endless > endless:
                    alterer.calm_down()
                alterer.calls = [one for one, _ in self.corpus[-200:]]

    def try_out(self, package, origin, limit=LIMIT):
        """Call with it, and keep it if it says something; what is known keeps its origin."""
        if package in self.kept:
            return
        if CLOCK() - self.report.written > WRITTEN_EVERY:
            self.report.write([self.identity, base64.b64encode(package).decode()])
        ended = self.outcome(package, limit, origin not in SLOW)
        if origin == "sized":
            self.sized += 1
        if ended is None:
            self.lost += origin == "recorded"
            return
        end, seconds, features = ended
        if end == TOO_LONG:
            self.endless += 1
            if self.endless > self.spec["endless"]:
                return
        elif seconds > SLOW.get(origin, SLOW_SECONDS) and origin != "recorded":
            return
        new, path = features - self.features, hash(frozenset(features))
        if end == "fails":
            if self.failing >= self.spec["failing"] and origin != "recorded":
                return
            self.failing += 1
        self.returned += end == "returns"
        seconds *= TRACED if origin in SLOW else 1
        if new and end in ("returns", "raises"):
            self.features |= new
            self.corpus.append((package, origin))
        elif end == "returns" and len(self.corpus) < 400:
            again = AGAIN if path in self.paths else AGAIN_NEW
            if origin not in MADE_UP or self.source.random() < again:  # several steps away from anything known
                self.corpus.append((package, origin))
        self.paths.add(path)
        self.kept[package] = [origin, seconds, end, bool(new), path]

    def outcome(self, package, limit, traced=True):
        """(how it ended, seconds, what it reached); None where it cannot be called."""
        try:
            arguments, keywords = unpack(package)
        except CannotPack:
            return None
        function = self.subjects.function(self.identity, arguments, keywords)
        if function is None:
            return None
        if traced:
            self.tracer.start()
        try:
            ended = call(function, arguments, keywords, limit, drain if limit == LIMIT else drain_long)
        finally:
            if traced:
                self.tracer.stop()
        features = self.tracer.features() if traced else set()
        if ended.error is TOO_LONG:
            return TOO_LONG, ended.seconds, features
        if ended.error is None:
            started = CLOCK()
            if is_large(ended.value, MADE_UP_PARTS if limit == LIMIT else MOST_PARTS):
                return TOO_LONG, ended.seconds, features
            ended.seconds += CLOCK() - started
            return "returns", ended.seconds, features | {("returns", named(type(ended.value)), is_empty(ended.value))}
        ours = is_deliberate(ended.error, self.subjects.tree, self.spec["named"])
        return "raises" if ours else "fails", ended.seconds, features | {("raises", named(type(ended.error)))}

    def chosen(self):
        """Inputs to compare on: first those that were given or reach something new, then as many paths as there is room for.

        The last part of each says whether it is worth more than one call.
        """
        first = [package for package, about in self.kept.items() if about[0] not in MADE_UP or about[3]]
        rest = [package for package in self.kept if package not in set(first)]
        random.Random(11).shuffle(rest)
        rest = by_turns(rest, [self.kept[package][4] for package in rest])
        total, deep, wide = 0, self.spec["most"], self.spec["wide"]
        for number, package in enumerate([*first[: deep * 2 // 3], *rest, *first[deep * 2 // 3 :]]):
            total += len(package)
            if number >= deep + wide or total > MOST_TOTAL:
                break
            yield package, [*self.kept[package][:3], number < deep]


def with_functions(functions, package, called):
    """Packed calls with a function for one of these parameters, where it is None."""
    arguments, keywords, files = unpack_whole(package)
    for function in functions:
        try:
            names = list(inspect.signature(function).parameters)
            bound = inspect.signature(function).bind(*arguments, **keywords)
        except (TypeError, ValueError):
            return
        bound.apply_defaults()
        for name in called:
            place = names.index(name) if name in names else len(names)
            if bound.arguments.get(name, False) is not None:
                continue
            for one in FUNCTIONS:
                if place < len(arguments):
                    changed = (*arguments[:place], one, *arguments[place + 1 :]), keywords
                else:
                    changed = arguments, {**keywords, name: one}
                try:
                    yield pack(changed, MOST_BYTES, files)
                except CannotPack:
                    continue


def by_turns(values, groups):
    """One value of each group, then a second one of each, and so on."""
    seen, turns = {}, []
    for group in groups:
        seen[group] = seen.get(group, 0) + 1
        turns.append(seen[group])
    return [values[place] for place in sorted(range(len(values)), key=turns.__getitem__)]


def is_empty(value):
    """True for what is false."""
    try:
        return not value
    except Exception:  # arrays, for one, say nothing
        return None


def is_large(value, most):
    """True if nobody compares so large a result."""
    try:
        Describer(most=most).describe(value)
    except TooLarge:
        return True
    except Exception:  # a class of the target that cannot be looked at
        return False
    return False


def drain(value, most=2_000):
    """Take items of an iterator until the end: the body of a generator runs only then; endless ones take too long."""
    if hasattr(value, "__next__"):
        for number, _ in enumerate(value):
            if number >= most:
                raise TookTooLong


def drain_long(value):
    """As many as are compared."""
    drain(value, MOST_ITEMS)


if __name__ == "__main__":
    main()
