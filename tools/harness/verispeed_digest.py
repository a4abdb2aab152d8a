"""A digest of any result that is equal for equal values, or None where equality cannot be told from it.

Strict on purpose: type, order of dicts and lists, every attribute of an object and every element of an array count; the
order of sets and the addresses of objects do not. Standard library, Python 3.9 syntax.
"""

import hashlib
import pickle
import re
from collections import deque

EXACT = (bool, int, float, complex, str, bytes, bytearray, range, type(Ellipsis))
MOST_DEPTH = 60
ADDRESS = re.compile("0x[0-9a-f]{6,}")  # of an object: it is another one in each process
# names of a class can be anything; this flag no class that is written in Python can take off
FLAGS, WRITTEN_IN_PYTHON = type.__dict__["__flags__"].__get__, 1 << 9


class Incomparable(Exception):
    """Holds something that cannot be compared: an iterator, a function, a handle, a cycle, or nothing at all."""


def digest(value):
    """ "<digest> <beginning of its repr>", or None; None itself is no evidence either."""
    if value is None:
        return None
    seen = hashlib.sha256()
    try:
        feed(value, seen.update, 0)
    except (Incomparable, RecursionError):
        return None
    except Exception:  # whatever a class of the target raises while it is looked at
        return None
    return "%s %s" % (seen.hexdigest()[:16], shown(value))


def shown(value):
    """For people."""
    try:
        return ADDRESS.sub("0x...", " ".join(repr(value).split())[:60])
    except Exception:
        return type(value).__name__


def feed(value, put, depth):
    """Put the type and the whole content of a value into the digest."""
    if depth > MOST_DEPTH:
        raise Incomparable
    kind = type(value)
    put(("<%s.%s %s " % (kind.__module__, kind.__qualname__, bool(FLAGS(kind) & WRITTEN_IN_PYTHON))).encode())
    if value is None or kind in EXACT:
        put(repr(value).encode("utf-8", "backslashreplace"))
    elif isinstance(value, (list, tuple, deque)):
        for item in value:
            feed(item, put, depth + 1)
        feed_state(value, put, depth)
    elif isinstance(value, dict):
        for key, item in value.items():
            feed(key, put, depth + 1)
            feed(item, put, depth + 1)
        feed_state(value, put, depth)
    elif isinstance(value, (set, frozenset)):
        for item in sorted(separate(item, depth) for item in value):
            put(item)
        feed_state(value, put, depth)
    elif hasattr(value, "dtype") and hasattr(value, "shape") and hasattr(value, "tobytes"):
        feed_array(value, put, depth)
    else:
        feed_object(value, put, depth)
    put(b">")


def separate(value, depth):
    """Digest of one element of a set."""
    own = hashlib.sha256()
    feed(value, own.update, depth + 1)
    return own.digest()


def feed_array(value, put, depth):
    """Arrays of numpy and their like, element by element: their repr leaves out the middle."""
    put(("%s %s " % (value.dtype, value.shape)).encode())
    if value.dtype.hasobject:
        feed(value.tolist(), put, depth + 1)
    else:
        put(value.tobytes())


def feed_object(value, put, depth):
    """Attributes where there are any; else its pickle, which C types such as Decimal and datetime have."""
    if callable(value) or hasattr(value, "__next__") or hasattr(value, "__await__") or hasattr(value, "read"):
        raise Incomparable
    if feed_state(value, put, depth):
        return
    try:
        put(pickle.dumps(value, 4))
    except Exception as error:
        raise Incomparable from error


def feed_state(value, put, depth):
    """True if the object has attributes of its own."""
    names = list(getattr(value, "__dict__", {}))
    for base in type(value).__mro__:
        slots = base.__dict__.get("__slots__", ())
        names += [slots] if isinstance(slots, str) else list(slots)
    found = False
    for name in sorted(set(names) - {"__dict__", "__weakref__"}):
        if hasattr(value, name):
            put(name.encode())
            feed(getattr(value, name), put, depth + 1)
            found = True
    return found
