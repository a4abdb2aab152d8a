"""Count words, compare lists and sort amounts into bands."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter


def frequency_table(words: list[str]) -> str:
    """Return one line `word count` per distinct word, the most frequent first, then by first use."""
    return "\n".join([f"{word} {count}" for word, count in Counter(words).most_common()])


def in_both(left: list[str], right: list[str]) -> list[str]:
    """Return the items of `left`, in order and with repetitions, that also occur in `right`."""
    wanted = set(right)
    return [item for item in left if item in wanted]


def bands(amounts: list[int], limits: list[int]) -> list[int]:
    """Return for each amount how many of the ascending `limits` it reaches."""
    return [bisect_right(limits, amount) for amount in amounts]
