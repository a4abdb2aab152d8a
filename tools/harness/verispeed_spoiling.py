"""Changes results and arguments in place, as a caller may: what a cache hands out again, or works on, shows it.

Standard library, Python 3.9 syntax.
"""

import sys
from collections import deque


def spoil(value, depth=0):
    """Change a result in place, as a caller may: what is handed out again must not show it."""
    kind = type(value)
    if depth > 3:
        return
    if kind is list:
        for one in value[:5]:
            spoil(one, depth + 1)
        value.append("spoiled")
        value.reverse()
    elif kind is dict:
        for one in list(value.values())[:5]:
            spoil(one, depth + 1)
        value["spoiled"] = "spoiled"
    elif kind is set:
        value.add("spoiled")
    elif kind is bytearray:
        value += b"spoiled"
    elif kind is deque:
        value.append("spoiled")
    elif kind is tuple:
        for one in value[:5]:
            spoil(one, depth + 1)
    elif kind.__name__ == "ndarray" and kind.__module__ == "numpy":
        if value.size and not value.dtype.hasobject and value.flags.writeable:
            value[...] = 77
    elif hasattr(value, "__dict__") and not isinstance(value, (type, type(sys))):
        for name, one in list(vars(value).items())[:10]:
            if not name.startswith("_"):
                spoil(one, depth + 1)


def bend(value, depth=0):
    """Change plain parts of arguments in place, without changing which objects they are; True if anything changed."""
    kind = type(value)
    if depth > 3:
        return False
    if kind is list and value:
        found = [bend(one, depth + 1) for one in value[:3]]
        if any(found):
            return True
        if len(value) > 1:
            value[0], value[-1] = value[-1], value[0]
        value.append(value[0])
        return True
    if kind is dict and value:
        if sum(bend(one, depth + 1) for one in list(value.values())[:3]):  # each of them
            return True
        keys = list(value)
        value[keys[0]] = value[keys[-1]]
        return len(keys) > 1
    if kind is set and len(value) > 1:
        value.discard(min(value, key=repr))
        return True
    if kind is bytearray and value:
        value.append(value[0])
        return True
    if kind is deque and value:
        value.rotate(1)
        return len(value) > 1
    if kind is tuple:
        return sum(bend(one, depth + 1) for one in value[:5]) > 0  # each of them
    if kind.__name__ == "ndarray" and kind.__module__ == "numpy" and value.size > 1 and value.flags.writeable:
        value[...] = value[::-1].copy()
        return True
    return False
