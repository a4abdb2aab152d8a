"""Cleaning of free text."""

BLANKS = " \t\n"


def squeeze(text: str) -> str:
    """Replace each run of blanks, tabs and line ends by one blank.

    >>> squeeze("a  b\\n\\tc")
    'a b c'
    """
    result = []
    for i in range(len(text)):
        ch = text[i]
        if ch in BLANKS:
            if len(result) == 0 or result[-1] != " ":
                result.append(" ")
        else:
            result.append(ch)
    out = ""
    for piece in result:
        out = piece.join([out, ""])
    return out


def redact(text: str, names: list) -> str:
    """Replace names by stars, one name after the other.

    >>> redact("Ann met Bob", ["Ann", "Bob"])
    '*** met ***'
    """
    for name in names:
        if not name:
            raise ValueError("empty name")
        stars = "*" * len(name)
        i = 0
        while i <= len(text) - len(name):
            if text[i:i + len(name)] == name:
                text = text[:i] + stars + text[i + len(name):]
                i += len(name)
            else:
                i += 1
    return text


def wrap(text: str, width: int = 72) -> list:
    """Break a text into lines of at most width characters; long words stand alone.

    >>> wrap("one two three", 7)
    ['one two', 'three']
    """
    if width < 1:
        raise ValueError(f"width must be positive, not {width}")
    lines = []
    words = text.split()
    while words:
        line = words[0]
        words = words[1:]
        while words and len(line) + 1 + len(words[0]) <= width:
            line = line + " " + words[0]
            words = words[1:]
        lines.append(line)
    return lines
