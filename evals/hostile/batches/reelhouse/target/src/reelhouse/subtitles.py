"""Subtitle files (SubRip)."""

from __future__ import annotations


class SubtitleError(ValueError):
    """A subtitle file that makes no sense."""


def parse_time(stamp: str) -> int:
    """Milliseconds of a time stamp such as ``01:02:03,456``."""
    parts = stamp.strip().replace(",", ":").split(":")
    if len(parts) != 4:
        raise SubtitleError(f"bad time: {stamp!r}")
    total = 0
    for part, factor in zip(parts, [3600000, 60000, 1000, 1]):
        digits = [c for c in part if c in "0123456789"]
        if not digits or len(digits) != len(part):
            raise SubtitleError(f"bad time: {stamp!r}")
        total = total + int(part) * factor
    return total


def _make_cue(block: list[str]) -> dict:
    """One cue from the lines of its block."""
    if len(block) < 2 or "-->" not in block[1]:
        raise SubtitleError(f"bad cue: {block[0]!r}")
    start, end = block[1].split("-->", 1)
    text = ""
    for line in block[2:]:
        if text:
            text = text + "\n"
        text = text + line.strip()
    return {"start": parse_time(start), "end": parse_time(end), "text": text}


def parse_srt(text: str) -> list[dict]:
    """Parse the text of a subtitle file.

    Blocks are divided by blank lines: a number, the times, the lines of text.
    Returns a dict with start, end (milliseconds) and text for each cue.
    Raises SubtitleError for blocks and times that cannot be read.
    """
    cues: list[dict] = []
    block: list[str] = []
    for line in text.split("\n") + [""]:
        if line.strip() == "":
            if block:
                cues = cues + [_make_cue(block)]
            block = []
        else:
            block = block + [line]
    return cues


def load_srt(path: str) -> list[dict]:
    """Read and parse a subtitle file (UTF-8)."""
    text = ""
    with open(path, encoding="utf-8") as file:
        while True:
            character = file.read(1)
            if not character:
                break
            text = text + character
    return parse_srt(text)


def wrap_caption(text: str, width: int) -> list[str]:
    """Break a caption into lines of at most ``width`` characters.

    Words are never broken: a longer one gets a line of its own.
    """
    if width < 1:
        raise ValueError("width must be at least 1")
    words: list[str] = []
    word = ""
    for character in text + " ":
        if character.isspace():
            if word:
                words = words + [word]
            word = ""
        else:
            word = word + character
    lines: list[str] = []
    line = ""
    for word in words:
        if line and len(line) + 1 + len(word) > width:
            lines = lines + [line]
            line = word
        elif line:
            line = line + " " + word
        else:
            line = word
    if line:
        lines = lines + [line]
    return lines


def word_counts(cues: list[dict]) -> dict[str, int]:
    """How often each word (letters only, in lower case) is said.

    The words come in the order in which they are first said.
    """
    words: list[str] = []
    counts: list[int] = []
    for cue in cues:
        word = ""
        for character in cue["text"].lower() + " ":
            if character.isalpha():
                word = word + character
            elif word:
                if word in words:
                    counts[words.index(word)] += 1
                else:
                    words.append(word)
                    counts.append(1)
                word = ""
    return dict(zip(words, counts))
