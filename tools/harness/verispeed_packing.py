"""Copies of arguments that another process can unpack: pickle, and a few kinds that pickle leaves out.

A call is packed as one whole, so that what is one object twice stays one object. Packages are untrusted: they are only
ever unpacked in the sandbox. Standard library, Python 3.9 syntax.
"""

import contextlib
import io
import marshal
import os
import pickle
import re
import sys
import tempfile
import threading
from types import CodeType, FunctionType, MappingProxyType, ModuleType

PROTOCOL = 4
TEMPORARY = tempfile.gettempdir()
MOST_FILES, MOST_FILE_BYTES = 10, 100_000
MATCH = type(re.match("", ""))
LOCK, RECURSIVE_LOCK = type(threading.Lock()), type(threading.RLock())
KEYS, VALUES, ITEMS = type({}.keys()), type({}.values()), type({}.items())


class CannotPack(Exception):
    """Something in a call cannot be copied: a generator, an open file, a class made inside a function."""


class Packer(pickle.Pickler):
    """Also takes functions made inside functions, classes made by calls, modules, locks and views of dicts."""

    def persistent_id(self, value):
        """Our own functions by their names: the target's process does not know this module by its name."""
        return value.__name__ if type(value) is FunctionType and value.__globals__ is globals() else None

    def reducer_override(self, value):
        """How to make the value anew, where pickle does not know it."""
        kind = type(value)
        if kind is FunctionType and not is_importable(value):
            return rebuilt_function, packed_function(value)
        if isinstance(value, type) and not is_importable(value):
            place = place_among_subclasses(value)
            return (subclass_at, place) if place else NotImplemented
        if kind is CodeType:
            return marshal.loads, (marshal.dumps(value),)
        if kind is ModuleType:
            return imported, (value.__name__,)
        if kind is MATCH:
            return rebuilt_match, packed_match(value)
        if kind is MappingProxyType:
            return MappingProxyType, (dict(value),)
        if kind is LOCK:
            return threading.Lock, ()
        if kind is RECURSIVE_LOCK:
            return threading.RLock, ()
        if kind is KEYS:
            return dict.keys, (dict.fromkeys(value),)
        if kind is VALUES:
            return dict.values, (dict(enumerate(value)),)
        if kind is ITEMS:
            return dict.items, (dict(value),)
        return NotImplemented


class Unpacker(pickle.Unpickler):
    """The other way round."""

    def persistent_load(self, name):
        """One of our functions."""
        return globals()[name]


def pack(call, most_bytes, files=None):
    """(arguments, keywords) as bytes; CannotPack where that is impossible, or more than `most_bytes`.

    With them go the files that arguments name: {path: content}, as they are now where `files` is None.
    """
    written = io.BytesIO()
    arguments, keywords = call
    try:
        kept = files_named([*arguments, *keywords.values()], absent=True) if files is None else files
        Packer(written, PROTOCOL).dump((arguments, keywords, kept))
    except Exception as error:  # whatever a class of the target raises while it is copied
        raise CannotPack("%s: %s" % (type(error).__name__, error)) from error
    found = written.getvalue()
    if len(found) > most_bytes:
        raise CannotPack("more than %d bytes" % most_bytes)
    return found


def unpack(packed):
    """(arguments, keywords), made anew, and the files that they name; CannotPack where that is impossible here."""
    arguments, keywords, files = unpack_whole(packed)
    for path, content in files.items():
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if content is None:  # to be written; an earlier call may have done so
                with contextlib.suppress(FileNotFoundError):
                    os.remove(path)
                continue
            with open(path, "wb") as file:
                file.write(content)
        except OSError as error:
            raise CannotPack("%s: %s" % (path, error)) from error
    return arguments, keywords


def files_named(values, absent=False):
    """{path: content} of the files in temporary folders that these values name.

    With `absent` also those that could be written there: their content is None.
    """
    found = {}
    for value in values:
        if isinstance(value, (list, tuple)) and len(value) <= MOST_FILES:
            found.update(files_named([one for one in value if not isinstance(one, (list, tuple))], absent))
        elif isinstance(value, (str, os.PathLike)) and len(found) < MOST_FILES:
            path = os.path.abspath(os.fspath(value)) if len(str(value)) < 500 else ""
            if not isinstance(path, str) or not path.startswith(TEMPORARY + os.sep):
                continue
            if os.path.isfile(path) and os.path.getsize(path) <= MOST_FILE_BYTES:
                with open(path, "rb") as file:
                    found[path] = file.read()
            elif absent and os.path.isabs(value) and not os.path.lexists(path) and os.path.isdir(os.path.dirname(path)):
                found[path] = None
    return found


def unpack_whole(packed):
    """(arguments, keywords, files), made anew; CannotPack where that is impossible here."""
    try:
        return Unpacker(io.BytesIO(packed)).load()
    except Exception as error:  # whatever a class of the target raises while it is made
        raise CannotPack("%s: %s" % (type(error).__name__, error)) from error


def is_importable(value):
    """True for functions and classes that pickle finds by their name."""
    found = sys.modules.get(value.__module__)
    for part in value.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is value


def packed_match(found):
    """(pattern, text, start, end, method) that find the same again."""
    for name, start in (("match", found.pos), ("search", found.pos), ("fullmatch", found.pos), ("match", found.start())):
        again = getattr(found.re, name)(found.string, start, found.endpos)
        if again is not None and again.regs == found.regs:
            return found.re, found.string, start, found.endpos, name
    raise CannotPack("a match that is not found again")


def rebuilt_match(pattern, text, start, end, name):
    """The match."""
    return getattr(pattern, name)(text, start, end)


def last_of(*arguments, **keywords):
    """A function for parameters that take one."""
    return arguments[-1] if arguments else None


def yes(*arguments, **keywords):
    """A function for parameters that take one."""
    return True


def no(*arguments, **keywords):
    """A function for parameters that take one."""
    return False


def text_of(*arguments, **keywords):
    """A function for parameters that take one."""
    return str(arguments[-1]) if arguments else ""


FUNCTIONS = (last_of, yes, no, text_of)


def place_among_subclasses(kind):
    """(base, name, number): where a class that has no name of its own in its module is found; None where it is not."""
    for base in kind.__mro__[1:]:
        if base is not object and is_importable(base):
            same = [one for one in base.__subclasses__() if one.__qualname__ == kind.__qualname__]
            return (base, kind.__qualname__, same.index(kind)) if kind in same else None
    return None


def subclass_at(base, name, number):
    """The class of that name that was made as the number-th from a base: where modules are imported, always the same."""
    return [one for one in base.__subclasses__() if one.__qualname__ == name][number]


def packed_function(function):
    """What makes a function anew in another process of the same interpreter."""
    closure = tuple(cell.cell_contents for cell in function.__closure__ or ())
    named = (function.__module__, function.__name__, function.__qualname__)
    return (marshal.dumps(function.__code__), named, function.__defaults__, function.__kwdefaults__, closure)


def rebuilt_function(code, named, defaults, keyword_defaults, closure):
    """A function around the globals of its module."""
    module, name, qualified = named
    cells = tuple(map(cell_around, closure))
    made = FunctionType(marshal.loads(code), imported(module).__dict__, name, defaults, cells or None)
    made.__kwdefaults__, made.__qualname__, made.__module__ = keyword_defaults, qualified, module
    return made


def cell_around(value):
    """A closure's cell."""
    return (lambda: value).__closure__[0]


def imported(name):
    """A module by its name."""
    __import__(name)
    return sys.modules[name]
