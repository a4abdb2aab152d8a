"""Helpers for plain text notes."""


def word_counts(text):
    """Count the words of a text, in order of first appearance, ignoring case."""
    words = []
    current = ""
    for ch in text:
        if ch.isalnum() or ch == "'":
            current = current + ch.lower()
        else:
            if current != "":
                words = words + [current]
            current = ""
    if current != "":
        words = words + [current]
    counts = {}
    for word in words:
        total = 0
        for other in words:
            if other == word:
                total = total + 1
        counts[word] = total
    return counts


def squeeze_spaces(text):
    """Replace each run of white space by one space and trim both ends."""
    if not isinstance(text, str):
        raise TypeError("text must be a string, not " + type(text).__name__)
    result = ""
    for position in range(len(text)):
        ch = text[position]
        if ch.isspace():
            before = text[max(0, position - 40):position]
            seen_word = False
            for b in result:
                if b != " ":
                    seen_word = True
                    break
            if before != "" and not before[-1].isspace() and seen_word:
                result = result + " "
        else:
            result = result + ch
    while result.endswith(" "):
        result = result[:-1]
    return result


def wrap_words(text: str, width: int) -> list:
    """Break a text into lines no longer than width; long words get their own line."""
    if width < 1:
        raise ValueError("width must be positive")
    lines = []
    words = text.split(" ")
    current = []
    for word in words:
        if len(" ".join(current + [word])) > width and len(current) > 0:
            lines = lines + [" ".join(current)]
            current = [word]
        else:
            current = current + [word]
    if len(current) > 0:
        lines = lines + [" ".join(current)]
    return lines


def is_anagram(left: str, right: str) -> bool:
    """Tell whether two texts have the same letters, ignoring case and spaces."""
    rest = [c for c in right.lower() if c != " "]
    for c in left.lower():
        if c == " ":
            continue
        if c not in rest:
            return False
        rest.remove(c)
    return len(rest) == 0
