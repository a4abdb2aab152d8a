"""Other arguments of the same types and shapes: what tells work that is done faster from results that are remembered.

Numbers move by a few percent, letters and digits become others of their kind, containers keep their size, keys and order
(sorted lists stay sorted); truth values, None, keyword texts and objects of other types stay as they are. What was equal
stays equal, so that there is as much to do as before. A list of which nothing else can change takes another order.
Standard library, Python 3.9 syntax.
"""

import random
import string
import time

PART = 0.05  # of the letters of a text, and of a number
MOST = 200  # inputs in one batch
TRIES = 3  # for each input that is wanted: some come out as one that was there
ENOUGH_SECONDS, MOST_SECONDS = 0.05, 3.0  # of making them
LETTERS = (string.ascii_lowercase, string.ascii_uppercase, string.digits)

# taken before code of the target runs; CPU time, so that a busy machine makes as many
CLOCK, SOURCE = time.process_time, random.Random


def variants(arguments, keywords, wanted, seed, fewest=1):
    """Up to `wanted` distinct (arguments, keywords), none of them the given one; empty if nothing in them can be varied.

    After some time `fewest` of them are enough.
    """
    source, started = SOURCE(seed), CLOCK()
    seen, found = {shown(arguments, keywords)}, []
    for _ in range(min(wanted, MOST) * TRIES):
        known = {}
        made = (
            tuple(vary(one, source, known) for one in arguments),
            {name: vary_keyword(keywords[name], source, known) for name in keywords},
        )
        mark = shown(*made)
        if mark not in seen:
            seen.add(mark)
            found.append(made)
        if CLOCK() - started > MOST_SECONDS:
            break
        if len(found) >= min(wanted, MOST) or (CLOCK() - started > ENOUGH_SECONDS and len(found) >= fewest):
            break
    return found


def shown(arguments, keywords):
    """The arguments as a call shows them."""
    named = ["%s=%r" % pair for pair in keywords.items()]
    return ", ".join([repr(one) for one in arguments] + named)


def vary_keyword(value, source, known):
    """Keyword texts name a mode more often than they are data."""
    return value if isinstance(value, str) else vary(value, source, known)


def vary(value, source, known):
    """A value of the same type and shape, made anew; `known`: what became of those that were met before."""
    kind = type(value)
    if kind in (int, float, str):
        mark = kind, value
        if mark not in known:
            known[mark] = vary_plain(value, source)
        return known[mark]
    if kind is list:
        made = [vary(item, source, known) for item in value]
        if is_sorted(value):
            return sorted(made)
        if len(made) > 1 and all(map(is_same, made, value)):
            source.shuffle(made)
        return made
    if kind is tuple:
        return tuple(vary(item, source, known) for item in value)
    if kind is dict:
        return {key: vary(item, source, known) for key, item in value.items()}
    return value


def is_same(one, other):
    """True for a value that did not change."""
    return one is other or (type(one) is str and one == other)


def vary_plain(value, source):
    """Another number or text."""
    if type(value) is int:
        return value + source.randint(-spread(value), spread(value)) if abs(value) > 1 else value
    if type(value) is float:
        return value * (1 + source.uniform(-PART, PART)) if abs(value) < 1e300 else value
    return "".join(vary_text(value, source))


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
