"""Messages between ships and the harbour."""

from typing import Dict

FLAGS = [
    ("A", "Alfa"), ("B", "Bravo"), ("C", "Charlie"), ("D", "Delta"), ("E", "Echo"),
    ("F", "Foxtrot"), ("G", "Golf"), ("H", "Hotel"), ("I", "India"), ("J", "Juliett"),
    ("K", "Kilo"), ("L", "Lima"), ("M", "Mike"), ("N", "November"), ("O", "Oscar"),
    ("P", "Papa"), ("Q", "Quebec"), ("R", "Romeo"), ("S", "Sierra"), ("T", "Tango"),
    ("U", "Uniform"), ("V", "Victor"), ("W", "Whiskey"), ("X", "Xray"), ("Y", "Yankee"),
    ("Z", "Zulu"), (" ", "(break)"),
]


def word_counts(text: str) -> Dict[str, int]:
    """How often each word occurs in a message, in any case of letters."""
    words = text.lower().split()
    seen = []
    for word in words:
        if word not in seen:
            seen.append(word)
    counts = {}
    for word in seen:
        counts[word] = words.count(word)
    return counts


def _flag(char):
    """Name of the flag for one character."""
    for letter, name in FLAGS:
        if letter == char.upper():
            return name
    raise ValueError("no flag for %r" % char)


def spell(text: str) -> str:
    """Names of the flags that spell a text, with blanks between them.

    Raises ValueError for a character that has no flag.
    """
    result = ""
    for char in text:
        result += " " + _flag(char)
    return result[1:]


def unique_lines(lines):
    """Yield (number, line) for each line that was not there before.

    Lines count from 1.  Blanks around a line and the case of its letters
    make no difference.
    """
    seen = []
    number = 0
    for line in lines:
        number += 1
        key = line.strip().lower()
        if key not in seen:
            seen.append(key)
            yield number, line
