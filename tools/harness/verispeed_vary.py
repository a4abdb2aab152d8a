"""Other arguments of the same types and shapes: what tells work that is done faster from results that are remembered.

Numbers move by a few percent, letters and digits become others of their kind, containers keep their size, keys and order
(sorted lists stay sorted); truth values, None, keyword texts and objects of other types stay as they are. Standard
library, Python 3.9 syntax.
"""

import random
import string
import time

PART = 0.05  # of the letters of a text, and of a number
MOST = 200  # inputs in one batch
TRIES = 3  # for each input that is wanted: some come out as one that was there
ENOUGH_SECONDS = 0.05  # of making them
LETTERS = (string.ascii_lowercase, string.ascii_uppercase, string.digits)

CLOCK, SOURCE = time.perf_counter, random.Random  # taken before code of the target runs


def variants(arguments, keywords, wanted, seed):
    """Up to `wanted` distinct (arguments, keywords), none of them the given one; empty if nothing in them can be varied."""
    source, started = SOURCE(seed), CLOCK()
    seen, found = {shown(arguments, keywords)}, []
    for _ in range(min(wanted, MOST) * TRIES):
        made = (
            tuple(vary(one, source) for one in arguments),
            {name: vary_keyword(keywords[name], source) for name in keywords},
        )
        mark = shown(*made)
        if mark not in seen:
            seen.add(mark)
            found.append(made)
        if len(found) >= min(wanted, MOST) or (CLOCK() - started > ENOUGH_SECONDS and found):
            break
    return found


def shown(arguments, keywords):
    """The arguments as a call shows them."""
    named = ["%s=%r" % pair for pair in keywords.items()]
    return ", ".join([repr(one) for one in arguments] + named)


def vary_keyword(value, source):
    """Keyword texts name a mode more often than they are data."""
    return value if isinstance(value, str) else vary(value, source)


def vary(value, source):
    """A value of the same type and shape, made anew."""
    kind = type(value)
    if kind is int:
        return value + source.randint(-spread(value), spread(value)) if abs(value) > 1 else value
    if kind is float:
        return value * (1 + source.uniform(-PART, PART)) if abs(value) < 1e300 else value
    if kind is str:
        return "".join(vary_text(value, source))
    if kind is list:
        made = vary_all(value, source)
        return sorted(made) if is_sorted(value) else made
    if kind is tuple:
        return tuple(vary_all(list(value), source))
    if kind is dict:
        return dict(zip(value, vary_all(list(value.values()), source)))  # noqa: B905  Python 3.9 has no strict
    return value


def spread(number):
    """How far a whole number may move without changing its sign or becoming 0."""
    return max(1, min(abs(number) - 1, int(abs(number) * PART)))


def vary_text(text, source):
    """Characters, some of which became others of their kind."""
    found = list(text)
    for _ in range(count(len(found))):
        place = source.randrange(len(found))
        for alphabet in LETTERS:
            if found[place] in alphabet:
                found[place] = source.choice(alphabet)
    return found


def vary_all(items, source):
    """Items made anew: all of them, or what remembers items would gain from any that it has met."""
    return [vary(item, source) for item in items]


def count(size):
    """How many of so many change."""
    return max(1, int(size * PART)) if size else 0


def copied(value):
    """Plain containers made anew, all else as it is."""
    kind = type(value)
    if kind in (list, tuple):
        return kind(copied(one) for one in value)
    return {key: copied(one) for key, one in value.items()} if kind is dict else value


def is_plain(value):
    """True for what `copied` makes anew as a whole, or what nobody can change."""
    kind = type(value)
    if kind in (list, tuple):
        return all(is_plain(one) for one in value)
    if kind is dict:
        return all(is_plain(part) for pair in value.items() for part in pair)
    return value is None or kind in (bool, int, float, complex, str, bytes)


def is_sorted(items):
    """True for a list of numbers or of texts in ascending order: what searches in it counts on that."""
    kinds = {type(item) for item in items}
    if len(items) < 3 or not (kinds <= {int, float} or kinds == {str}):
        return False
    return all(one <= other for one, other in zip(items, items[1:]))  # noqa: B905
