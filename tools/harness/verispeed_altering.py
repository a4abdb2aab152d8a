"""Other inputs from known ones: values change, types and shapes stay, boundaries and the code's own literals are tried.

One alteration changes one place of a call, and now and then a second one. Standard library, Python 3.9 syntax.
"""

import dataclasses
import datetime
import enum
import inspect
import math
import re
from collections import OrderedDict, deque
from decimal import Decimal
from fractions import Fraction

from verispeed_packing import pack, unpack_whole

MOST_LENGTH = 3_000  # of a container or text that is made longer
WHOLE = (
    0,
    1,
    -1,
    2,
    3,
    7,
    10,
    16,
    31,
    64,
    100,
    127,
    128,
    255,
    256,
    1000,
    -2,
    -7,
    -100,
    65537,
    2**31 - 1,
    -(2**31),
    2**63,
    10**12,
    2**53 + 1,  # no float
    94906267**2 - 1,  # its root as a float is a whole number too large
    2**64 - 1,
)
REAL = (
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    0.1,
    2.5,
    1e-9,
    1e-300,
    1e16,
    -1e16,
    1e308,
    math.inf,
    -math.inf,
    math.nan,
    3.0,
    1 / 3,
)
LETTERS = (
    *" \t\n\r\x0b\x0c\x00\x1f\x85\xa0aAzZ09_-.,;:!?'\"()[]{}<>/\\|@#$%&*+=~^`",
    # what letters do that ASCII has not: other lengths in the other case, forms by place, digits that are none
    *("\xe9", "\xdf", "\u1e9e", "\u0130", "\u0131", "\ufb01", "\u4e2d", "\U0001f600", "e\u0301"),
    *("\u0663", "\xb2", "\u2028", "\u03c2", "\u03a3", "A\u03a3", "\u01c5", "\ud800"),
)
WORDS = (
    "",
    " ",
    "a",
    "A",
    "ab",
    "aa",
    "None",
    "0",
    "-1",
    "1.5",
    "1e5",
    "nan",
    "True",
    "\xfcber",
    "\u0130stanbul",
    "x" * 100,
    "a b",
    "a,b",
    "  a  ",
    "a\n",
)
SALTED, WIDENED, MET = 0.08, 0.08, 0.12  # of the calls
SALT = {
    int: (0, 1, -1, 2),
    float: (0.0, -0.0, 1.0, math.inf, -math.inf, math.nan),
    str: ("", " ", "a", "\u03a3", "0"),
    bool: (True, False),
}
EDGES = {int: WHOLE, float: REAL, str: WORDS, bool: (True, False), bytes: (b"", b"\0", b"a", b"\xff\n")}
FOREIGN = (None, 1, 1.5, "a", b"a", ["a"], ("a", 1), {"a": 1}, True)
KINDS = {"int": int, "float": float, "str": str, "bool": bool, "bytes": bytes}
OTHER_KIND = 0.1  # of the values that are altered
BORROWED, BORROWING = (int, float, str), 0.12
MOST_PLAIN = 60
WORD, MOST_READ = re.compile(r"\W?\w+\W?"), 2_000  # characters
UNSAID = ("list", "dict", "tuple", "List", "Dict", "Tuple", "Sequence", "Iterable", "Iterator", "Mapping", "Any", "object")
SEPARATORS = "\n,;\t:|/ -.="
LIST_ITERATOR = type(iter([]))
MOST_ATTRIBUTES = 40


class Alterer:
    """Makes calls from calls; `literals` are constants of the code, `calls` packed calls that parts are taken from.

    `wide` are the places and names of arguments of which nobody says that their numbers are whole.
    """

    def __init__(self, source, literals, calls, ordered=False, wide=(), kinds=()):
        self.source, self.ordered, self.wide, self.kinds = source, ordered, wide, list(kinds)
        self.whole = [one for one in literals if type(one) is int]
        self.real = [one for one in literals if type(one) is float]
        self.texts = [one for one in literals if type(one) is str]
        self.raw = [one for one in literals if type(one) is bytes]
        self.lengths = sorted({one + by for one in self.whole for by in (-1, 0, 1) if 0 < one + by <= MOST_LENGTH})
        self.calls = calls
        self.largest = None  # whole number that is tried; lowered where large ones take too long
        self.done = []  # names of what was done to the last call
        self.plain = []  # numbers and texts of the call at hand

    def altered(self, arguments, keywords):
        """Another call."""
        self.done = []
        self.plain = list(plain_parts((arguments, keywords)))
        arguments, keywords = list(arguments), dict(keywords)
        if self.wide and self.source.random() < WIDENED:
            self.done.append("widened")
            made = [self.widened(one) if place in self.wide else one for place, one in enumerate(arguments)]
            return tuple(made), {name: self.widened(one) if name in self.wide else one for name, one in keywords.items()}
        if self.source.random() < SALTED:
            self.done.append("salted")
            return tuple(self.salted(one) for one in arguments), {name: self.salted(keywords[name]) for name in keywords}
        if len(self.plain) > 1 and self.source.random() < MET:
            count = [self.source.randrange(len(self.plain))]
            made = [self.met(one, count) for one in arguments]
            return tuple(made), {name: self.met(one, count) for name, one in keywords.items()}
        for _ in range(self.source.choice((1, 1, 1, 1, 2, 2, 3))):
            places = [*range(len(arguments)), *keywords]
            if not places:
                break
            place = self.source.choice(places)
            holder = arguments if isinstance(place, int) else keywords
            roll = self.source.random()
            if roll < 0.08 and self.calls:
                self.take_over(holder, place)
            elif roll < 0.11 and len(arguments) > 1:
                self.share(arguments)
            elif roll < 0.17 and len(arguments) > 1:
                self.relate(arguments)
            else:
                holder[place] = self.value(holder[place])
        return tuple(arguments), keywords

    def salted(self, value, depth=0, pinch=None):
        """The same with zeros, ones, infinities and nothing at all in many places at once: what only meets is seen so.

        Some parts take few different values and in every place: whole rows of zeros, pairs of equals.
        """
        kind = type(value)
        if kind in (list, tuple, dict) and depth < 5:
            if pinch is None or self.source.random() < 0.3:
                pinch = self.source.choice((0.4, 0.4, 0.8, 1.0)), self.source.choice((1, 2, 6)), self.source.randrange(6)
            if kind is dict:
                return {key: self.salted(one, depth + 1, pinch) for key, one in value.items()}
            return kind(self.salted(one, depth + 1, pinch) for one in value)
        share, many, first = pinch or (0.4, 6, 0)
        if kind in SALT and self.source.random() < share:
            return SALT[kind][(first + self.source.randrange(many)) % len(SALT[kind])]
        return value

    def boundaries(self, arguments, keywords):
        """Calls with one argument at a boundary of its type: empty, one, zero, negative, huge, not a number."""
        for place, value in [*enumerate(arguments), *keywords.items()]:
            # code that tells types apart may refuse some of them, on purpose
            kinds = [one for one in FOREIGN if self.kinds and type(one) is not type(value)]
            for other in [*self.edges(value), *[one for one in self.named(value) if type(one) is type(value)], *kinds]:
                if isinstance(place, int):
                    yield (*arguments[:place], other, *arguments[place + 1 :]), keywords
                else:
                    yield arguments, {**keywords, place: other}

    def named(self, value):
        """Constants of the code of the type of a value, and their neighbours."""
        if type(value) is int:
            return [one + by for one in self.whole[:15] for by in (-1, 0, 1)]
        return {str: self.texts, float: self.real}.get(type(value), [])[:30]

    def edges(self, value):
        """Boundaries of the type of a value."""
        kind = type(value)
        if kind in EDGES:
            return EDGES[kind]
        if kind in (list, tuple, set, frozenset, deque) and value:
            items = list(value)
            sizes = [] if kind is tuple and len(items) < 5 else [kind(), kind(items[:1]), kind(items[:2])]
            return [*sizes, kind(items[::-1]), kind([items[0]] * len(items)), kind([items[-1], *items[1:]])]
        if kind is dict and value:
            pairs = list(value.items())
            return [{}, dict(pairs[:1]), dict(reversed(pairs)), dict.fromkeys(value, pairs[0][1])]
        return []

    def widened(self, value, depth=0):
        """The same with floats for whole numbers: who says nothing of types may be given either."""
        kind = type(value)
        if kind in (list, tuple) and depth < 5:
            return kind(self.widened(one, depth + 1) for one in value)
        if kind is dict and depth < 5:
            return {key: self.widened(one, depth + 1) for key, one in value.items()}
        if kind is int and abs(value) < 2**53:
            return self.source.choice(SALT[float]) if self.source.random() < 0.2 else value + self.source.choice((0.0, 0.5))
        return value

    def take_over(self, holder, place):
        """The same argument of another call."""
        self.done.append("taken")
        arguments, keywords, _ = unpack_whole(self.source.choice(self.calls))
        other = arguments if isinstance(place, int) else keywords
        if (isinstance(place, int) and place < len(other)) or (not isinstance(place, int) and place in other):
            holder[place] = other[place]

    def share(self, arguments):
        """One object in two places."""
        first, second = self.source.sample(range(len(arguments)), 2)
        if type(arguments[first]) is type(arguments[second]):
            self.done.append("shared")
            arguments[second] = arguments[first]

    def relate(self, arguments, turned=False):
        """One argument nearly as another one, or the same with its beginning at the end."""
        first, second = self.source.sample(range(len(arguments)), 2)
        if type(arguments[first]) is type(arguments[second]) and type(arguments[first]) in (str, bytes, list, tuple):
            self.done.append("related")
            whole = arguments[first]
            place = self.source.randrange(1 + self.source.choice((len(whole), len(whole), min(len(whole), 50))))
            arguments[second] = whole[place:] + whole[:place] if turned else self.value(whole[:])

    def value(self, value):
        """A value of the same type, or of one that the code tells apart."""
        if self.kinds and self.source.random() < OTHER_KIND:
            return self.other_kind(value)
        if self.plain and type(value) in BORROWED and self.source.random() < BORROWING:
            return self.borrowed(value)
        for kind, alter in ALTERING.items():
            if type(value) is kind:
                self.done.append(kind.__name__)
                return alter(self, value)
        return self.other(value)

    def met(self, value, left, depth=0):
        """The same with one number or text, after so many others, taken from elsewhere in the call."""
        kind = type(value)
        if kind in BORROWED:
            left[0] -= 1
            return self.borrowed(value) if left[0] == -1 else value
        if kind in (list, tuple) and depth < 5 and left[0] >= 0:
            some = [self.met(one, left, depth + 1) for one in value[:8]]
            return kind([*some, *value[8:]])
        if kind is dict and depth < 5 and left[0] >= 0:
            pairs = list(value.items())
            # a key is as good a place as a value, though not another's
            some = [(self.met(key, left, depth + 1), self.met(one, left, depth + 1)) for key, one in pairs[:8]]
            return dict([*some, *pairs[8:]])
        return value

    def borrowed(self, value):
        """What stands elsewhere in the call: the same, or put into a text: keys that are met again, parts of others."""
        fitting = [one for one in self.plain if type(one) is type(value)]
        if not fitting:
            return value
        self.done.append("borrowed")
        other = self.source.choice(fitting)
        if type(value) is not str or self.source.random() < 0.3:
            return other
        part = self.source.choice((self.part, self.part, self.around, self.around, self.between, str))(other)
        place = self.source.randrange(len(value) + 1)
        return self.source.choice((value[:place] + part + value[place:], value + part, part, part + value))

    def part(self, value):
        """Some of a text: a word with what stands at its sides, or what lies between two places."""
        words = WORD.findall(value[:MOST_READ])
        if words and self.source.random() < 0.6:
            return self.source.choice(words)
        first, last = sorted((self.source.randrange(len(value) + 1), self.source.randrange(len(value) + 1)))
        return value[first:last]

    def around(self, value):
        """A text with what stands at its sides where another text of the call holds it: a key in its braces."""
        holders = [one for one in self.plain if type(one) is str and len(one) > len(value) and value in one]
        if not holders or not value:
            return value
        holder = self.source.choice(holders)
        place = holder.index(value)
        wide = self.source.choice((1, 1, 2))
        return holder[max(0, place - wide) : place + len(value) + wide]

    def between(self, value):
        """A text between constants of the code, as the code itself may put it together."""
        if not self.texts:
            return value
        return self.source.choice(self.texts) + value + self.source.choice([*self.texts, ""])

    def other_kind(self, value):
        """The value in a container, or one of another type; for code that calls itself, an argument of some call."""
        self.done.append("kind")
        kind = self.source.choice(self.kinds)
        if kind == "itself":
            arguments, keywords, _ = unpack_whole(self.source.choice(self.calls))
            return self.source.choice([*arguments, *keywords.values(), value])
        if kind in ("set", "frozenset"):
            try:
                return {"set": set, "frozenset": frozenset}[kind]([value])
            except TypeError:  # it has no hash
                return value
        inside = self.source.choice(([value], [value, value], []))
        made = {"list": inside, "tuple": tuple(inside), "dict": {"a": value} if inside else {}}
        return made[kind] if kind in made else self.source.choice(EDGES[KINDS[kind]])

    def grown(self, value, size, depth=0):
        """Lists, texts and dicts as long as that, of the elements that they have, some of them changed."""
        kind = type(value)
        if depth > 1 or not isinstance(value, (list, str, bytes, tuple, dict)) or not value:
            return value
        if kind in (str, bytes):
            if self.source.random() < 0.5:
                places = [self.source.randrange(len(value)) for _ in range(size)]
                return value[:0].join(value[place : place + 1] for place in places)
            return (value * (size // len(value) + 1))[:size]
        if kind is list:
            made = (value * (size // len(value) + 1))[:size]
            made = [self.value(one) if is_fixed(one) and self.source.random() < 0.5 else one for one in made]
            return sorted(made) if self.ordered and value == sorted(value) else made
        if kind is dict and self.source.random() < 0.5 and any(leads_to(value, one) for one in list(value.values())[:20]):
            return chain(value, size * 3)
        if kind is dict:
            made = dict(value)
            for key in list(value) * (size // len(value)):
                made[self.value(key)] = value[key]
            return made
        return kind(self.grown(one, size, depth + 1) for one in value) if kind is tuple else value

    def near(self, value, depth=0):
        """Nearly the same, as large: another order, two parts exchanged, one part somewhere changed."""
        kind = type(value)
        if kind in (list, tuple) and len(value) > 1:
            made, roll = list(value), self.source.randrange(4)
            if roll == 0 and kind is list:
                self.source.shuffle(made)
            elif roll == 1 and all(type(one) is list for one in made):
                made = [self.source.sample(one, len(one)) for one in made]
            elif roll == 2 and kind is list:
                one, other = self.source.randrange(len(made)), self.source.randrange(len(made))
                made[one], made[other] = made[other], made[one]
            else:
                place = self.source.randrange(len(made))
                made[place] = self.near(made[place], depth + 1)
            return sorted(made) if kind is list and self.ordered and value == sorted(value) else kind(made)
        if kind is dict and value:
            key = self.source.choice(list(value))
            return {**value, key: self.near(value[key], depth + 1)}
        if kind is str and len(value) > 1:
            place = self.source.randrange(len(value) - 1)
            return value[:place] + value[place + 1] + value[place] + value[place + 2 :]
        return self.value(value) if depth else value  # a number beside the data says how much there is to do

    def calm_down(self):
        """Large numbers take too long: try smaller ones from here on."""
        self.largest = max(64, (self.largest or 10**6) // 10)

    def int(self, value):
        """Another whole number."""
        found = self.any_int(value)
        return found if self.largest is None or abs(found) <= self.largest else found % self.largest

    def any_int(self, value):
        """Another whole number, however large."""
        roll = self.source.randrange(9)
        if roll < 2:
            return value + self.source.choice((-1, 1))
        if roll == 2:
            return -value
        if roll == 3:
            return value * self.source.choice((2, 3, 10)) + self.source.choice((0, 1))
        if roll == 4 and self.whole:
            return self.source.choice(self.whole) + self.source.choice((-1, 0, 0, 1))
        if roll == 5:
            return self.source.choice(WHOLE)
        if roll == 6:
            return self.source.randint(-2 * abs(value) - 3, 2 * abs(value) + 3)
        return self.source.randint(0, 12)

    def float(self, value):
        """Another float."""
        roll = self.source.randrange(8)
        if roll == 0:
            return -value
        if roll == 1:
            return value * self.source.uniform(0.5, 2)
        if roll == 2:
            return value + self.source.choice((-1, 1))
        if roll == 3 and (self.real or self.whole):
            return float(self.source.choice(self.real or self.whole)) + self.source.choice((0, 0, 1e-9, -1e-9))
        if roll == 4 and math.isfinite(value):
            return float(round(value, self.source.randrange(3)))
        if roll == 5:
            return self.source.uniform(-100, 100)
        return self.source.choice(REAL)

    def complex(self, value):
        """Another complex number."""
        return complex(self.float(value.real), self.float(value.imag))

    def bool(self, value):
        """The other truth value."""
        return not value

    def str(self, value):
        """Another text."""
        roll, size = self.source.randrange(21), len(value)
        place = self.source.randrange(size + 1)
        if roll == 0:
            return self.source.choice(WORDS)
        if roll >= 18:
            return self.pieces(value)
        if roll <= 2:
            return value[:place] + self.source.choice(LETTERS) + value[place:]
        if roll == 3:
            return value[:place] + value[place + self.source.choice((1, 1, 2, 5)) :]
        if roll == 4:
            return value[:place] + self.source.choice(LETTERS) + value[place + 1 :]
        if roll == 5:
            return self.source.choice((value.upper, value.lower, value.swapcase, value.title, value.strip))()
        if roll == 6:
            return value[::-1]
        if roll == 7:
            return self.resized(value)
        if roll <= 9 and self.texts:
            return value[:place] + self.source.choice(self.texts) + value[place + self.source.choice((0, 1)) :]
        if roll == 10 and self.texts:
            return self.source.choice(self.texts)
        if roll == 11 and size:
            return value.replace(value[place - 1], self.source.choice(LETTERS))
        if roll == 12:
            return value[:place] + value[place : place + 3] * 2 + value[place + 3 :]
        if roll == 13:
            return self.source.choice((" ", "\t", "\n", "  ")) + value + self.source.choice(("", " ", "\n"))
        if roll == 14:
            return value[: self.source.choice((1, 2, place))]
        if roll == 15:
            digit = self.source.choice("0123456789")
            return "".join(digit if one.isdigit() and self.source.random() < 0.4 else one for one in value)
        if roll == 16:
            return value[place:] + value[:place]
        letters = list(value)
        if size > 1:
            first, second = self.source.randrange(size), self.source.randrange(size)
            letters[first], letters[second] = letters[second], letters[first]
        return "".join(letters)

    def pieces(self, value):
        """The lines, words or fields of a text, some of them gone, doubled, empty, moved or altered."""
        separator = self.source.choice([one for one in SEPARATORS if one in value] or [" "])
        parts = value.split(separator)
        for _ in range(self.source.choice((1, 2, 3))):
            if parts and self.source.random() < 0.3:
                parts.insert(self.source.randrange(len(parts) + 1), self.source.choice(("", " ")))
            else:
                parts = self.items(parts)
        return separator.join(parts)

    def bytes(self, value):
        """Other bytes."""
        text = self.str(value.decode("latin-1"))
        made = text.encode("latin-1", "replace")
        return value + self.source.choice(self.raw) if self.raw and self.source.random() < 0.2 else made

    def bytearray(self, value):
        """Other bytes, as an array."""
        return bytearray(self.bytes(bytes(value)))

    def resized(self, value):
        """A text or list of another length, which the code may name."""
        if not value:
            return value
        if self.lengths and self.source.random() < 0.6:
            length = self.source.choice(self.lengths)
        else:
            length = self.source.choice((1, 2, 3, len(value) * 2, len(value) * 10, 17, 33, 65, 129))
        length = min(length, MOST_LENGTH)
        return (value * (length // len(value) + 1))[:length]

    def list(self, value):
        """Another list; a sorted one stays sorted where the code counts on that."""
        made = self.items(list(value))
        try:
            return sorted(made) if self.ordered and list(value) == sorted(value) else made
        except Exception:
            return made

    def items(self, value):
        """Other items: fewer, more, in another order, one of them changed."""
        roll, size = self.source.randrange(17), len(value)
        if not size:
            return value
        if roll == 16:
            value[self.source.randrange(size)] = self.value(value[self.source.randrange(size)])  # akin to another one
            return value
        place = self.source.randrange(size)
        if roll == 0:
            return []
        if roll == 1:
            return value[:1]
        if roll == 2:
            return value[:place] + value[place + 1 :]
        if roll <= 4:
            value.insert(self.source.randrange(size + 1), value[place])  # the very same object, twice
            return value
        if roll == 5:
            return value[::-1]
        if roll == 6:
            self.source.shuffle(value)
            return value
        if roll == 7:
            return self.resized(value) if all(is_fixed(one) for one in value[:50]) else value * 2
        if roll == 8:
            return [value[place]] * size
        if roll == 9:
            try:
                return sorted(value, reverse=self.source.random() < 0.5)
            except Exception:
                return value
        if roll == 10:
            value[self.source.randrange(size)] = value[place]
            return value
        if roll == 11:
            return value[: max(1, place)]
        if roll == 12 and all(is_fixed(one) for one in value[:50]):
            return [self.value(one) if self.source.random() < 0.5 else one for one in value]
        value[place] = self.value(value[place])
        return value

    def tuple(self, value):
        """Another tuple; its length stays, as a rule."""
        made = list(value)
        if not made:
            return value
        alike = len({type(one) for one in made}) == 1
        if (alike and len(made) > 4) or (alike and self.source.random() < 0.1):
            return tuple(self.items(made))
        place, other = self.source.randrange(len(made)), self.source.randrange(len(made))
        same = type(made[place]) is type(made[other]) and self.source.random() < 0.15
        made[place] = made[other] if same else self.value(made[place])
        return tuple(made)

    def deque(self, value):
        """Another deque."""
        return deque(self.items(list(value)), value.maxlen)

    def dict(self, value):
        """Another dict: other keys, values or order."""
        roll = self.source.randrange(9)
        pairs = list(value.items())
        if not pairs:
            return value
        place = self.source.randrange(len(pairs))
        key, item = pairs[place]
        if roll == 0:
            pairs = []
        elif roll == 1:
            del pairs[place]
        elif roll == 2:
            pairs.reverse()
        elif roll == 3:
            self.source.shuffle(pairs)
        elif roll == 4:
            pairs.append((self.value(key), item))
        elif roll == 5:
            pairs[place] = self.value(key), item
        elif roll == 6:
            pairs[place] = key, self.source.choice(pairs)[1]
        else:
            pairs[place] = key, self.value(item)
        return type(value)(pairs)

    def set(self, value):
        """Another set."""
        made = set(self.items(list(value)))
        if value and self.source.random() < 0.4:
            made.add(self.value(next(iter(value))))
        return made

    def frozenset(self, value):
        """Another frozen set."""
        return frozenset(self.set(set(value)))

    def range(self, value):
        """Another range."""
        return range(value.start, self.int(value.stop), value.step)

    def decimal(self, value):
        """Another decimal."""
        return self.source.choice(
            (-value, Decimal(0), value + 1, value / 3, value * 10, Decimal("NaN"), Decimal("-0"), value.normalize())
        )

    def fraction(self, value):
        """Another fraction."""
        return self.source.choice(
            (-value, Fraction(0), value + 1, value / 3, Fraction(self.int(value.numerator), value.denominator))
        )

    def timedelta(self, value):
        """Another span of time."""
        return self.source.choice(
            (
                -value,
                datetime.timedelta(0),
                value * 2,
                value + datetime.timedelta(days=1),
                value + datetime.timedelta(microseconds=1),
            )
        )

    def date(self, value):
        """Another day."""
        fixed = ((2000, 2, 29), (1900, 3, 1), (1999, 12, 31), (2024, 1, 1), (1, 1, 1), (9999, 12, 31))
        if self.source.random() < 0.4:
            year, month, day = self.source.choice(fixed)
            return value.replace(year=year, month=month, day=day)
        try:
            return value + datetime.timedelta(days=self.source.choice((-1, 1, 7, 31, 365, -400)))
        except OverflowError:
            return value

    def datetime(self, value):
        """Another moment."""
        if self.source.random() < 0.5:
            return self.date(value)
        return value.replace(
            hour=self.source.randrange(24),
            minute=self.source.choice((0, 59)),
            second=self.source.choice((0, 59)),
            microsecond=self.source.choice((0, 1, 999999)),
        )

    def time(self, value):
        """Another time of day."""
        return value.replace(hour=self.source.randrange(24), minute=self.source.choice((0, 30, 59)))

    def other(self, value):
        """Objects of other types: enumerations, records, arrays, and what its own constructor makes from its attributes."""
        kind = type(value)
        if isinstance(value, enum.Enum):
            return self.source.choice(list(kind))
        if kind is LIST_ITERATOR:
            return iter(self.items(list(value)))
        library = kind.__module__.partition(".")[0]
        if library in ("numpy", "pandas"):
            return self.table(value)
        if isinstance(value, dict) and kind.__module__ == "collections":
            return self.mapping(value)
        try:
            return self.remade(kind, value)
        except Exception:  # whatever a constructor of the target says to other values
            return value

    def mapping(self, value):
        """Counters, default dicts and the like, which keep what else they know."""
        made = self.dict(dict(value))
        kept = value.copy()
        kept.clear()
        for key, item in made.items():
            kept[key] = item
        return kept

    def remade(self, kind, value):
        """The same kind of record with one field changed."""
        if isinstance(value, tuple) and hasattr(kind, "_make"):
            self.done.append("record")
            fields = list(value)
            place = self.source.randrange(len(fields))
            fields[place] = self.value(fields[place])
            return kind._make(fields)
        if dataclasses.is_dataclass(value):
            names = [one.name for one in dataclasses.fields(value) if one.init]
            if not names:
                return value
            self.done.append("record")
            name = self.source.choice(names)
            return dataclasses.replace(value, **{name: self.value(getattr(value, name))})
        given = made_from(kind, value)
        if not given:
            return value
        self.done.append("record")
        name = self.source.choice(list(given))
        given[name] = self.value(given[name])
        return kind(**given)

    def table(self, value):
        """Arrays and frames with other elements, or fewer; the kind of elements stays."""
        kind = type(value).__name__
        self.done.append(kind)
        if kind == "ndarray":
            return self.array(value)
        if kind == "DataFrame" and value.shape[0] and value.shape[1]:
            roll = self.source.random()
            if roll < 0.15:
                return value.iloc[: self.source.choice((0, 1, max(1, len(value) // 2)))]
            if roll < 0.3:
                return value.iloc[::-1]
            if roll < 0.45:
                return value.iloc[[0, *range(len(value))]]
            made = value.copy()
            place = self.source.randrange(value.shape[1])
            made.isetitem(place, self.column(value.iloc[:, place]))
            return made
        if kind == "Series" and len(value):
            return value.iloc[: max(1, len(value) // 2)] if self.source.random() < 0.2 else self.column(value)
        if hasattr(value, "item") and hasattr(value, "dtype"):  # a scalar
            return type(value)(self.value(value.item()))
        return value

    def column(self, series):
        """Another series of the same type."""
        made = series.copy()
        values = series.tolist()
        place = self.source.randrange(len(values))
        made.iloc[place] = self.value(values[place])
        return made

    def array(self, value):
        """Another array of the same type: elements, or rows of it."""
        made = value.copy()
        if not made.size:
            return made
        roll = self.source.random()
        if roll < 0.15 and made.ndim:
            return made[: self.source.choice((0, 1, max(1, len(made) // 2)))]
        if roll < 0.25 and made.ndim:
            return made[::-1].copy()
        flat = made.reshape(-1)
        for _ in range(self.source.choice((1, 1, 3, 10))):
            place = self.source.randrange(flat.size)
            changed = self.value(flat[place].item())
            try:
                flat[place] = changed
            except (OverflowError, ValueError, TypeError):
                pass
        return flat.reshape(made.shape)


ALTERING = {
    bool: Alterer.bool,
    int: Alterer.int,
    float: Alterer.float,
    complex: Alterer.complex,
    str: Alterer.str,
    bytes: Alterer.bytes,
    bytearray: Alterer.bytearray,
    list: Alterer.list,
    tuple: Alterer.tuple,
    dict: Alterer.dict,
    set: Alterer.set,
    frozenset: Alterer.frozenset,
    deque: Alterer.deque,
    range: Alterer.range,
    OrderedDict: Alterer.dict,
    Decimal: Alterer.decimal,
    Fraction: Alterer.fraction,
    datetime.timedelta: Alterer.timedelta,
    datetime.datetime: Alterer.datetime,
    datetime.date: Alterer.date,
    datetime.time: Alterer.time,
}


def plain_parts(value, depth=0):
    """Numbers and texts in a call, the first ones of each container."""
    if type(value) in BORROWED:
        yield value
    elif type(value) in (list, tuple, dict) and depth < 5:
        some = [*value.items()][:8] if type(value) is dict else value[:8]
        for number, one in enumerate(part for item in some for part in plain_parts(item, depth + 1)):
            if number >= MOST_PLAIN:
                return
            yield one


def leads_to(graph, value):
    """True if a value of a dict holds keys of it, as the neighbours in a graph do."""
    if type(value) not in (list, tuple, set, frozenset, dict):
        return False
    for one in list(value)[:20]:
        first = one[0] if type(one) is tuple and one else one
        if is_fixed(first) and first in graph:
            return True
    return False


def chain(graph, size):
    """A graph as a single long way, of the kind of nodes and neighbours that `graph` has."""
    node, neighbours = next((key, value) for key, value in graph.items() if leads_to(graph, value))
    names = [number if type(node) is int else "%s%d" % (node, number) for number in range(size)]
    kind, one = type(neighbours), next(iter(neighbours))
    made = {}
    for place, follower in enumerate(names[1:]):
        if kind is dict:
            made[names[place]] = {follower: neighbours[one]}
        else:
            made[names[place]] = kind([(follower, *one[1:]) if type(one) is tuple else follower])
    made[names[-1]] = kind()
    return made


def may_widen(function):
    """Places and names of parameters whose annotations do not say of what type the numbers in them are."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return ()
    found = set()
    for place, one in enumerate(parameters):
        bare = issubclass(type(one.annotation), type)  # and not list[int]
        said = one.annotation.__name__ if bare else str(one.annotation)
        if one.annotation is one.empty or said.rpartition(".")[2] in UNSAID:
            found |= {one.name, place}
            if one.kind is one.VAR_POSITIONAL:
                found |= set(range(place, place + 20))
    return found


def is_fixed(value):
    """True for what nobody can change: it may stand in several places without being shared."""
    return value is None or type(value) in (bool, int, float, complex, str, bytes)


def made_from(kind, value):
    """What the constructor of an object took, where its attributes tell: parameters and attributes of the same names."""
    if kind.__init__ is object.__init__ or len(getattr(value, "__dict__", {})) > MOST_ATTRIBUTES:
        return {}
    found = {}
    for name, parameter in list(inspect.signature(kind.__init__).parameters.items())[1:]:
        attribute = next((one for one in (name, "_" + name) if one in getattr(value, "__dict__", {})), None)
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if attribute is None:
            if parameter.default is parameter.empty:
                return {}
            continue
        found[name] = getattr(value, attribute)
    return found


def crossed(one, other, source, most_bytes):
    """A packed call with one argument of another one, of the same place."""
    arguments, keywords, files = unpack_whole(one)
    others, named, _ = unpack_whole(other)
    places = [*range(min(len(arguments), len(others))), *(name for name in keywords if name in named)]
    if places:
        place = source.choice(places)
        if isinstance(place, int):
            arguments = (*arguments[:place], others[place], *arguments[place + 1 :])
        else:
            keywords = {**keywords, place: named[place]}
    return pack((arguments, keywords), most_bytes, files)


def small(value, most=8, depth=0):
    """The beginning of everything long in a call: what takes milliseconds becomes what takes microseconds."""
    kind = type(value)
    if depth > 6:
        return value
    if kind in (list, tuple):
        return kind(small(one, most, depth + 1) for one in value[:most])
    if kind in (set, frozenset):
        return kind(list(value)[:most])
    if kind is dict:
        return {key: small(value[key], most, depth + 1) for key in list(value)[:most]}
    if kind in (str, bytes):
        return value[: most * 6]
    if kind.__name__ in ("ndarray", "DataFrame", "Series") and hasattr(value, "shape") and value.shape:
        return value[:most]
    return value
