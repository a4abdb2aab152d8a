"""Changes the target's modules while they are imported: chosen functions note their calls, or can be had undecorated.

The change is one statement at the beginning of a function, or one innermost decorator: what the function is, its
signature, its lines and who else holds it stay as they are. Standard library, Python 3.9 syntax.
"""

import ast
import base64
import builtins
import itertools
import os
import random
import sys
import time
from importlib.machinery import SourceFileLoader
from types import GeneratorType

from verispeed_packing import CannotPack, pack

NOTE, CATCH = "__verispeed_note__", "__verispeed_catch__"
MOST_CALLS = 60  # kept of one function
MOST_BYTES = 1_500_000  # of one call
MOST_TOTAL = 6_000_000  # of all calls of one function
MOST_SECONDS = 1.5  # spent on copying, for one function
CALLERS_OF = 20  # calls of which the callers are written down
MOST_DEPTH = 12  # frames
MOST_TAKEN = 2_000  # items of a generator that is an argument
LAZY = (GeneratorType, map, filter, zip, enumerate)
CLOCK = time.perf_counter
CHANGES = []  # (wanted files, change), one for each that watches


def change_modules(wanted, change):
    """From here on `change(tree, path)` may alter the tree of every wanted file (absolute path) before it is compiled."""
    CHANGES.append((wanted, change))
    if len(CHANGES) > 1:
        return
    inherited = SourceFileLoader.get_code

    def get_code(loader, name):
        path = os.path.realpath(loader.path)
        changes = [change for wanted, change in CHANGES if path in wanted]
        if not changes:
            return inherited(loader, name)
        tree = ast.parse(loader.get_data(loader.path), loader.path)
        for change in changes:
            change(tree, path)
        return compile(ast.fix_missing_locations(tree), loader.path, "exec", dont_inherit=True)

    SourceFileLoader.get_code = get_code


def definitions(tree):
    """(qualified name, node) of every function outside of functions, in the order of the text."""
    waiting = [(node, "") for node in reversed(tree.body)]
    while waiting:
        node, prefix = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + node.name, node
        elif not isinstance(node, ast.Lambda):
            inside = prefix + node.name + "." if isinstance(node, ast.ClassDef) else prefix
            waiting += [(child, inside) for child in reversed(list(ast.iter_child_nodes(node)))]


def called(name, *arguments):
    """A call of one of our functions, which are builtins of a name that nobody else has."""
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


class Notes:
    """Calls of the wanted functions: {path: {qualified name: id}}, as copies of their arguments."""

    def __init__(self, wanted, tree):
        self.wanted, self.tree, self.random = wanted, tree, random.Random(7)
        self.calls = {}  # id -> list of packed calls
        self.seen = {}  # id -> number of calls
        self.failed = {}  # id -> calls that could not be copied, with the last reason
        self.spent = {}  # id -> seconds
        self.bytes = {}  # id -> bytes kept
        self.modules = {}  # id -> name of the module
        self.callers = {}  # id -> set of (path, line)
        self.busy = False

    def watch(self):
        """Note what is imported from here on."""
        setattr(builtins, NOTE, self.note)
        change_modules(self.wanted, self.change)

    def change(self, tree, path):
        """Let the wanted functions begin with a note."""
        for name, node in definitions(tree):
            identity = self.wanted[path].get(name)
            if identity is None:
                continue
            arguments = node.args
            plain = [one.arg for one in [*arguments.posonlyargs, *arguments.args]]
            starred = arguments.vararg.arg if arguments.vararg else None
            keywords = [one.arg for one in arguments.kwonlyargs]
            rest = arguments.kwarg.arg if arguments.kwarg else None
            given = [loaded(one) for one in plain] + ([ast.Starred(loaded(starred), ast.Load())] if starred else [])
            named = ast.Dict(
                [ast.Constant(one) for one in keywords] + ([None] if rest else []),
                [loaded(one) for one in keywords] + ([loaded(rest)] if rest else []),
            )
            call = called(NOTE, ast.Constant(identity), ast.Tuple(given, ast.Load()), named, ast.Constant(len(plain)))
            stored = [ast.Tuple([ast.Name(one, ast.Store()) for one in plain], ast.Store())]
            statement = ast.Assign(stored, call) if plain else ast.Expr(call)
            first = 1 if ast.get_docstring(node, clean=False) is not None else 0
            place = node.body[first] if len(node.body) > first else node.body[-1]
            for part in ast.walk(statement):
                ast.copy_location(part, place)
            node.body.insert(first, statement)

    def note(self, identity, arguments, keywords, plain):
        """One call, if it is to be kept: the first ones, and a sample of the later ones; gives the plain arguments back."""
        if self.busy:
            return arguments[:plain]
        self.busy = True
        try:
            arguments = (*map(taken, arguments[:plain]), *arguments[plain:])
            self.keep(identity, arguments, keywords)
        finally:
            self.busy = False
        return arguments[:plain]

    def keep(self, identity, arguments, keywords):
        """Reservoir sampling (Vitter, ACM TOMS 1985, algorithm R), within limits of time and size."""
        number = self.seen[identity] = self.seen.get(identity, 0) + 1
        kept = self.calls.setdefault(identity, [])
        if number <= CALLERS_OF:
            frame = sys._getframe(3)
            self.modules.setdefault(identity, sys._getframe(2).f_globals.get("__name__", ""))
            self.callers.setdefault(identity, set()).update(self.above(frame))
        place = number - 1 if number <= MOST_CALLS else self.random.randrange(number)
        if place >= MOST_CALLS or self.spent.get(identity, 0.0) > MOST_SECONDS:
            return
        started = CLOCK()
        try:
            found = pack((arguments, keywords), MOST_BYTES)
            if found in kept or self.bytes.get(identity, 0) + len(found) > MOST_TOTAL:
                return
            self.bytes[identity] = self.bytes.get(identity, 0) + len(found)
            if place < len(kept):
                self.bytes[identity] -= len(kept[place])
                kept[place] = found
            else:
                kept.append(found)
        except CannotPack as error:
            times, _ = self.failed.get(identity, (0, ""))
            self.failed[identity] = (times + 1, str(error)[:200])
        finally:
            self.spent[identity] = self.spent.get(identity, 0.0) + CLOCK() - started

    def written(self):
        """Everything as JSON: calls in base64, by the id of their function; and the path on which they were made."""
        return {
            "calls": {name: [base64.b64encode(one).decode() for one in calls] for name, calls in self.calls.items()},
            "seen": self.seen,
            "failed": {name: list(said) for name, said in self.failed.items()},
            "modules": self.modules,
            "callers": {name: sorted(map(list, places)) for name, places in self.callers.items()},
            "path": [entry for entry in sys.path if isinstance(entry, str)],
        }

    def above(self, frame):
        """(path relative to the tree, line) of the frames above that run code of the tree."""
        for _ in range(MOST_DEPTH):
            if frame is None:
                return
            file = frame.f_code.co_filename
            if file.startswith(self.tree + os.sep):
                yield os.path.relpath(file, self.tree), frame.f_lineno
            frame = frame.f_back


def taken(value):
    """What a generator and the like still has, as an iterator that can be copied; anything else, or endless, as it is."""
    if type(value) not in LAZY:
        return value
    items = list(itertools.islice(value, MOST_TAKEN))
    return iter(items) if len(items) < MOST_TAKEN else itertools.chain(items, value)


def loaded(name):
    """A name as it is read."""
    return ast.Name(name, ast.Load())


class Caught:
    """The functions themselves, as they are before any decorator: {(path, qualified name): [functions]}."""

    def __init__(self, wanted):
        self.wanted = wanted  # {path: names}
        self.functions = {}

    def watch(self):
        """Catch what is imported from here on."""
        setattr(builtins, CATCH, self.catch)
        change_modules(self.wanted, self.change)

    def change(self, tree, path):
        """Let the innermost decorator of the wanted functions be ours, which hands them on as they are."""
        for name, node in definitions(tree):
            if name in self.wanted[path]:
                decorator = called(CATCH, ast.Constant(path), ast.Constant(name))
                for part in ast.walk(decorator):
                    part.lineno = part.end_lineno = node.lineno
                    part.col_offset = part.end_col_offset = node.col_offset
                node.decorator_list.append(decorator)

    def catch(self, path, name):
        """A decorator."""

        def caught(function):
            self.functions.setdefault((path, name), []).append(function)
            return function

        return caught
