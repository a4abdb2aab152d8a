"""Route notes: wrapping them, counting their keywords, finding place names."""
from __future__ import annotations

import unicodedata

_PUNCTUATION = ".,;:!?\"'()[]"


def wrap_note(text: str, width: int = 60) -> list[str]:
    """Wrap a note to lines of at most ``width`` characters.

    Any run of white space separates two words.  A word longer than a line
    stands alone on its line and is never broken.
    """
    if width < 1:
        raise ValueError(f"width must be at least 1, not {width}")
    words: list[str] = []
    word = ""
    for ch in text:
        if ch.isspace():
            if word != "":
                words = words + [word]
            word = ""
        else:
            word = word + ch
    if word != "":
        words = words + [word]
    lines: list[str] = []
    line = ""
    for word in words:
        if line == "":
            line = word
        elif len(line) + 1 + len(word) <= width:
            line = line + " " + word
        else:
            lines = lines + [line]
            line = word
    if line != "":
        lines = lines + [line]
    return lines


def _plain(word: str) -> str:
    """The word in lower case, without accents and the punctuation around it."""
    kept = ""
    for ch in unicodedata.normalize("NFD", word.lower()):
        if not unicodedata.combining(ch):
            kept = kept + ch
    while kept and kept[0] in _PUNCTUATION:
        kept = kept[1:]
    while kept and kept[-1] in _PUNCTUATION:
        kept = kept[:-1]
    return kept


def keyword_counts(notes: list[str], ignore: list[str]) -> dict[str, int]:
    """Count the words of all notes, except those to ignore.

    The words come in the order in which they first appear.
    """
    names: list[str] = []
    counts: list[int] = []
    for note in notes:
        for word in note.split():
            word = _plain(word)
            if word == "" or word in ignore:
                continue
            if word in names:
                counts[names.index(word)] += 1
            else:
                names.append(word)
                counts.append(1)
    result = {}
    for i in range(len(names)):
        result[names[i]] = counts[i]
    return result


def find_mentions(text: str, names: list[str]) -> list[tuple[int, str]]:
    """All the places where one of the names stands in the text.

    Upper and lower case do not matter.  Gives pairs of the position in the
    text and the name, by position and then in the order of ``names``.
    """
    found = []
    for start in range(len(text)):
        for name in names:
            if name == "":
                continue
            if text[start:start + len(name)].lower() == name.lower():
                found.append((start, name))
    return found
