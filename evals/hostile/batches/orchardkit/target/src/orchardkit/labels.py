"""Text for the labels that hang on trees and crates."""

from __future__ import annotations


def normalise_label(text: str) -> str:
    """Bring a label into the form we compare labels in.

    Everything becomes lower case, punctuation is dropped, and blanks,
    hyphens, underscores and slashes become a single blank between words.
    """
    result = ""
    for character in text:
        character = character.lower()
        if character.isalnum():
            result = result + character
        elif character.isspace() or character in ("-", "_", "/"):
            if result != "" and result[-1] != " ":
                result = result + " "
    while result.endswith(" "):
        result = result[:-1]
    return result


def group_by_prefix(labels: list[str], length: int) -> dict[str, list[str]]:
    """Group labels by the first ``length`` characters of their normal form.

    A label that is listed twice is kept once. Raises ``ValueError`` when
    ``length`` is not positive.
    """
    if length < 1:
        raise ValueError("length must be at least 1")
    prefixes = []
    for label in labels:
        prefix = normalise_label(label)[:length]
        if prefix not in prefixes:
            prefixes.append(prefix)
    groups = {}
    for prefix in prefixes:
        members = []
        for label in labels:
            if normalise_label(label)[:length] == prefix:
                if label not in members:
                    members.append(label)
        groups[prefix] = members
    return groups


def wrap_label(text: str, width: int) -> list[str]:
    """Break a text into lines of at most ``width`` characters.

    Words are never split; one that is too long for a line is an error.
    """
    if width < 1:
        raise ValueError("width must be at least 1")
    words = text.split()
    lines = []
    while words:
        line = ""
        while words:
            word = words[0]
            if len(word) > width:
                raise ValueError("word does not fit: " + word)
            if line == "":
                line = word
            elif len(line) + 1 + len(word) <= width:
                line = line + " " + word
            else:
                break
            words = words[1:]
        lines = lines + [line]
    return lines
