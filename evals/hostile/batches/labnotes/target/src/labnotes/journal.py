"""A journal of entries with tags."""


class Journal:
    """Keeps entries in ``entries`` as (text, tags) pairs.

    >>> j = Journal()
    >>> j.add("Calibrated scale", ["scale"])
    1
    >>> j.find("SCALE")
    ['Calibrated scale']
    """

    def __init__(self):
        self.entries = []
        self.log = []

    def add(self, text, tags=()):
        """Append an entry, return its number."""
        if not text:
            raise ValueError("empty entry")
        self.entries.append((text, tuple(tags)))
        return len(self.entries)

    def undo(self):
        """Remove and return the newest entry."""
        if not self.entries:
            raise IndexError("journal is empty")
        return self.entries.pop()

    def find(self, word):
        """Texts that contain a word, without regard to case."""
        found = []
        for text, _ in self.entries:
            here = False
            for start in range(len(text)):
                if text[start:].casefold().startswith(word.casefold()):
                    here = True
            if here or word == "":
                found.append(text)
        self.log.append(("find", word, len(found)))
        return found

    def tag_totals(self):
        """Number of entries for each tag, in order of first use."""
        totals = {}
        for _, tags in self.entries:
            for tag in tags:
                if tag not in totals:
                    totals[tag] = len([1 for _, other in self.entries if tag in other])
        return totals

    def archive(self, count):
        """Move the oldest entries out and return them."""
        moved = []
        for _ in range(count):
            if not self.entries:
                break
            moved = moved + [self.entries.pop(0)]
        return moved
