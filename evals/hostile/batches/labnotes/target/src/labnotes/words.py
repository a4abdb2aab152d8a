"""Counting words in laboratory notes."""


def split_words(text: str) -> list:
    """Split a text into lower-case words; an apostrophe belongs to a word.

    >>> split_words("The pH isn't 7.")
    ['the', 'ph', "isn't", '7']
    """
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
    return words


def word_counts(text: str) -> dict:
    """Count words, in order of first appearance.

    >>> word_counts("a b a")
    {'a': 2, 'b': 1}
    """
    words = split_words(text)
    counts = {}
    for word in words:
        if word not in counts:
            counts[word] = words.count(word)
    return counts


def top_words(text: str, n: int = 10) -> list:
    """Return the n most frequent words with counts; earlier words win ties.

    >>> top_words("b a b c", 2)
    [('b', 2), ('a', 1)]
    """
    counts = word_counts(text)
    ranked = []
    while counts and len(ranked) < n:
        best = None
        for word in counts:
            if best is None or counts[word] > counts[best]:
                best = word
        ranked.append((best, counts.pop(best)))
    return ranked
