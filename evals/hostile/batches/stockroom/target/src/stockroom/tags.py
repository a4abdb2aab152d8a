"""Product tags."""

from __future__ import annotations


def clean_tags(tags: list[str]) -> list[str]:
    """Lower-case the tags letter by letter, strip them, and drop repeats and blanks.

    >>> clean_tags([" Red", "red ", "BLUE", ""])
    ['red', 'blue']
    """
    cleaned: list[str] = []
    for tag in tags:
        lowered = ""
        for ch in tag:
            lowered += ch.lower()
        lowered = lowered.strip()
        if lowered and lowered not in cleaned:
            cleaned.append(lowered)
    return cleaned


def likeness(left: set, right: set) -> float:
    """Share of tags in common; two products without any tags are alike."""
    union = left | right
    if not union:
        return 1.0
    return len(left & right) / len(union)


def similar_pairs(catalog: dict[str, set], threshold: float) -> list[tuple[str, str]]:
    """Pairs of products whose likeness is at least the threshold, in catalog order."""
    names = list(catalog)
    pairs = []
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            if likeness(catalog[names[i]], catalog[names[j]]) >= threshold:
                pairs.append((names[i], names[j]))
    return pairs
