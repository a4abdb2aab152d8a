"""Describes any value as plain lists and texts that are equal for equal values, whatever process made them.

Strict on purpose: types, order of dicts and lists, signs of zero, every attribute and element, and which parts are one and
the same object. Texts are leaves, their first letter says what they are; lists are [kind, ...]. What cannot be described
(a lock, a function made on the fly) is ["opaque", type]: never equal, never different. Standard library, Python 3.9 syntax.
"""

import datetime
import hashlib
import json
import re
import sys
from collections import deque
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cached_property, partial
from io import BytesIO, StringIO
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType

MOST_PARTS = 300_000
MOST_DEPTH = 150
MOST_ITEMS = 10_000  # taken from an iterator
LONG_BITS = 10_000  # of a whole number: from here on Python refuses to write it in decimals
FLOATS_SHOWN = 2_000  # of an array; larger ones are compared by their bytes
ADDRESS = re.compile("0x[0-9a-f]{6,}")  # of an object: it is another one in each process
PLAIN_ITERATORS = tuple(type(iter(one)) for one in ([], (), {}, set(), "", b"", range(0), {}.values(), {}.items()))
ASKED = []  # names of cached properties that are computed anew just now
PATTERN, MATCH = type(re.compile("")), type(re.match("", ""))


class TooLarge(Exception):
    """More parts than anybody compares."""


class Describer:
    """Describes several values together: what they share is described once, and referred to by its number."""

    def __init__(self, drive=False, most=MOST_PARTS):
        self.most = most
        self.drive = drive  # iterators are driven to their end; else they are opaque, unless their state can be read
        self.numbers = {}
        self.held = []  # nothing that was numbered may go: another object could get its id
        self.parts = 0

    def describe(self, value, depth=0):
        """The description of one value."""
        self.parts += 1
        if self.parts > self.most or depth > MOST_DEPTH:
            raise TooLarge
        kind = type(value)
        leaf = LEAVES.get(kind)
        if leaf is not None:
            return leaf(value)
        if kind in (tuple, frozenset) and not value:
            return [kind.__name__]
        if kind is not tuple and kind is not frozenset:  # equal ones may be one object or two: nobody can change them
            number = self.numbers.setdefault(id(value), len(self.numbers))
            if number < len(self.held):
                return ["ref", number]
            self.held.append(value)
        return self.whole(kind, value, depth + 1)

    def whole(self, kind, value, depth):
        """The description of something that has parts."""
        if kind in (list, tuple, deque):
            return [kind.__name__, *[self.describe(item, depth) for item in value]]
        if kind is dict:
            return ["dict", *[[self.describe(key, depth), self.describe(item, depth)] for key, item in value.items()]]
        if kind in (set, frozenset):
            return [kind.__name__, *unordered(value)]
        if isinstance(value, Enum):
            return "e%s.%s" % (named(kind), value.name)
        if isinstance(value, type):
            return "c" + named(value)
        return self.special(kind, value, depth)

    def special(self, kind, value, depth):
        """Functions, iterators, arrays, exceptions, and objects of any class."""
        if isinstance(value, (FunctionType, BuiltinFunctionType, MethodType, partial)):
            return self.callable(kind, value, depth)
        if isinstance(value, ModuleType):
            return "m" + value.__name__
        if kind is PATTERN:
            return ["pattern", repr(value.pattern), value.flags]
        if kind is MATCH:
            return ["match", repr(value.re.pattern), repr(value.string), list(map(list, value.regs))]
        if kind in (StringIO, BytesIO):
            return ["closed"] if value.closed else ["buffer", kind.__name__, repr(value.getvalue()), value.tell()]
        if hasattr(value, "__next__") and hasattr(value, "__iter__"):
            return self.iterator(kind, value, depth)
        library = kind.__module__.partition(".")[0]
        if library in ("numpy", "pandas"):
            described = self.table(kind, value, depth)
            if described is not None:
                return described
        return self.object(kind, value, depth)

    def callable(self, kind, value, depth):
        """Functions that are found by their name; what is bound to something is described with it."""
        if kind is MethodType:
            return ["method", value.__func__.__qualname__, self.describe(value.__self__, depth)]
        if kind is partial:
            return ["partial", *[self.describe(one, depth) for one in (value.func, value.args, value.keywords)]]
        owner = getattr(value, "__self__", None)
        if kind is BuiltinFunctionType and owner is not None and not isinstance(owner, ModuleType):
            return ["method", value.__qualname__, self.describe(owner, depth)]
        found = sys.modules.get(value.__module__ or "")
        for part in value.__qualname__.split("."):
            found = getattr(found, part, None)
        return "F%s.%s" % (value.__module__, value.__qualname__) if found is value else ["opaque", named(kind)]

    def iterator(self, kind, value, depth):
        """Items until the end, or the state where nothing must be taken out."""
        if not self.drive:
            return self.reduced(kind, value, depth) if kind in PLAIN_ITERATORS else ["opaque", named(kind)]
        items, end = [], "end"
        try:
            for item in value:
                items.append(self.describe(item, depth))
                if len(items) >= MOST_ITEMS:
                    end = "more"
                    break
        except TooLarge:
            raise
        except Exception as error:
            end = ["raises", named(type(error)), message(error)]
        return ["iterator", named(kind), items, end]

    def table(self, kind, value, depth):
        """Arrays of numpy, series and frames of pandas; None for what else they have."""
        if kind.__name__ in ("DataFrame", "Series"):
            columns = [value[name] for name in value.columns] if kind.__name__ == "DataFrame" else [value]
            if kind.__name__ == "DataFrame" and not value.columns.is_unique:
                columns = [value.iloc[:, place] for place in range(value.shape[1])]
            names = self.describe(list(value.columns), depth) if kind.__name__ == "DataFrame" else repr(value.name)
            return [
                named(kind),
                names,
                self.describe(value.index, depth),
                *[[str(one.dtype), self.describe(one.to_numpy(), depth)] for one in columns],
            ]
        if hasattr(value, "to_numpy") and hasattr(value, "names"):  # an index
            return [named(kind), repr(value.names), str(value.dtype), self.describe(value.to_numpy(), depth)]
        if hasattr(value, "dtype") and hasattr(value, "shape") and hasattr(value, "tobytes"):
            head = [named(kind), str(value.dtype), list(value.shape)]
            if value.dtype.hasobject:
                return [*head, self.describe(value.tolist(), depth)]
            if value.dtype.kind == "f" and value.dtype.itemsize <= 8 and value.size <= FLOATS_SHOWN:
                self.parts += value.size
                return [*head, *["f%r" % one for one in value.ravel().tolist()]]
            return [*head, hashlib.sha256(value.tobytes()).hexdigest()]
        return None

    def object(self, kind, value, depth):
        """Attributes, and what a subclass of a builtin type holds; else whatever the type itself says for pickle."""
        content = self.content(value, depth)
        found = self.attributes(value, depth)
        if content is not None or found:
            return ["object", named(kind), content, found]
        return self.reduced(kind, value, depth)

    def content(self, value, depth):
        """What a subclass of a builtin type holds as such."""
        for base, plain in PLAIN.items():
            if isinstance(value, base):
                return LEAVES[base](plain(value))
        if isinstance(value, dict):
            return [
                [self.describe(key, depth), self.describe(dict.__getitem__(value, key), depth)] for key in dict.keys(value)
            ]
        if isinstance(value, (set, frozenset)):
            return unordered(value)
        if isinstance(value, list):
            return [self.describe(item, depth) for item in list.__iter__(value)]
        if isinstance(value, tuple):
            return [self.describe(item, depth) for item in tuple.__iter__(value)]
        if isinstance(value, BaseException):
            return [self.describe(value.args, depth)]
        return None

    def attributes(self, value, depth):
        """[name, description] of each, by name."""
        names = list(getattr(value, "__dict__", {}))
        for base in type(value).__mro__:
            slots = base.__dict__.get("__slots__", ())
            for name in [slots] if isinstance(slots, str) else list(slots):
                private = name.startswith("__") and not name.endswith("__")
                names.append("_%s%s" % (base.__name__.lstrip("_"), name) if private else name)
        found = []
        for name in sorted(set(names) - {"__dict__", "__weakref__", "__traceback__"}):
            try:
                part = object.__getattribute__(value, name)
            except AttributeError:  # an empty slot
                continue
            if not is_remembered(value, name, part):
                found.append([name, self.describe(part, depth)])
        return found

    def reduced(self, kind, value, depth):
        """What pickle would keep of a type that is written in C; plain objects without attributes are their type."""
        if kind.__flags__ & 1 << 9 and kind.__reduce_ex__ is object.__reduce_ex__ and not hasattr(value, "__getstate__"):
            return ["object", named(kind), None, []]
        try:
            found = value.__reduce_ex__(4)
        except Exception:  # "cannot pickle"
            return ["opaque", named(kind)]
        if isinstance(found, str):
            return ["object", named(kind), found, []]
        maker, arguments, *rest = found
        made = getattr(maker, "__qualname__", str(maker))
        parts = [self.describe(list(one) if one is not None and place else one, depth) for place, one in enumerate(rest)]
        return ["made", named(kind), made, self.describe(arguments, depth), *parts]


def is_remembered(value, name, part):
    """True if the attribute holds what a cached property of the class would give anew: it says nothing of its own then."""
    found = next((base.__dict__[name] for base in type(value).__mro__ if name in base.__dict__), None)
    if not isinstance(found, cached_property):
        return False
    if ASKED:  # such a property often holds its object again
        return True
    ASKED.append(name)
    try:
        return Describer().describe(found.func(value)) == Describer().describe(part)
    except Exception:  # whatever a class of the target makes of that
        return False
    finally:
        ASKED.pop()


def unordered(values):
    """Descriptions of the elements of a set, in an order of their own."""
    return sorted((Describer().describe(value) for value in values), key=json.dumps)


def named(kind):
    """Full name of a type."""
    return "%s.%s" % (kind.__module__, kind.__qualname__)


def message(error):
    """What an exception says, without addresses of objects."""
    try:
        return ADDRESS.sub("0x...", str(error))[:1000]
    except Exception:
        return "<no message>"


def shown(value, most=160):
    """For people."""
    try:
        return shortened(ADDRESS.sub("0x...", " ".join(repr(value).split())), most)
    except Exception:
        return "<%s>" % type(value).__name__


def shortened(text, most):
    """The text, without its middle where it is long."""
    return text if len(text) <= most else text[: most * 2 // 3] + "..." + text[-most // 3 :]


def fingerprint(description):
    """A short text that is equal for equal descriptions."""
    return hashlib.sha256(json.dumps(description).encode()).hexdigest()[:20]


def holds_opaque(description):
    """True if some part of it could not be described."""
    waiting = [description]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            if part and part[0] == "opaque":
                return True
            waiting += part
    return False


PLAIN = {  # values of subclasses as the type itself has them, whatever the subclass overrides
    int: int.__index__,
    float: float.__float__,
    complex: lambda value: complex.__add__(value, 0j),
    str: str.__str__,
    bytes: lambda value: bytes.__add__(value, b""),
    bytearray: lambda value: bytearray.__add__(value, b""),
}
LEAVES = {
    type(None): lambda value: "n",
    bool: lambda value: "T" if value else "N",
    int: lambda value: "i%d" % value if value.bit_length() < LONG_BITS else "h%x" % value,
    float: lambda value: "f%r" % value,
    complex: lambda value: "z%r" % value,
    str: lambda value: "s" + value,
    bytes: lambda value: "b" + value.hex(),
    bytearray: lambda value: "B" + value.hex(),
    range: lambda value: "r%r" % value,
    type(Ellipsis): lambda value: "E",
    type(NotImplemented): lambda value: "I",
    datetime.date: lambda value: "d%r" % value,
    datetime.timedelta: lambda value: "d%r" % value,
    Decimal: lambda value: "d%r" % value,
    Fraction: lambda value: "d%r" % value,
}
