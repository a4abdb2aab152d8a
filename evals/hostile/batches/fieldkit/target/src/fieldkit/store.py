"""Classes that keep state."""


class OutOfStock(Exception):
    """Raised when more is taken than there is."""


class Inventory:
    """Counts of things, kept as a list of [name, count] pairs."""

    def __init__(self):
        self.items = []

    def add(self, name: str, count: int = 1) -> int:
        """Add count of a thing and return how many there are now."""
        if count < 0:
            raise ValueError("count must not be negative")
        for pair in self.items:
            if pair[0] == name:
                pair[1] = pair[1] + count
                return pair[1]
        self.items.append([name, count])
        return count

    def take_many(self, wanted: list) -> dict:
        """Take one of each wanted name, in turn; returns what was taken.

        Raises OutOfStock at the first name that is not there; what was taken
        before stays taken.
        """
        taken = {}
        for name in wanted:
            found = None
            for pair in self.items:
                if pair[0] == name:
                    found = pair
            if found is None or found[1] == 0:
                raise OutOfStock(name)
            found[1] = found[1] - 1
            taken[name] = taken.get(name, 0) + 1
        return taken

    def snapshot(self) -> list:
        """Return a copy of the pairs, sorted by name."""
        pairs = []
        for pair in self.items:
            position = 0
            while position < len(pairs) and pairs[position][0] <= pair[0]:
                position = position + 1
            pairs = pairs[:position] + [[pair[0], pair[1]]] + pairs[position:]
        return pairs


class EventLog:
    """A log that keeps the newest events only."""

    def __init__(self, keep):
        if keep < 1:
            raise ValueError("keep must be at least 1")
        self.keep = keep
        self.events = []
        self.dropped = 0

    def extend(self, events):
        """Append many events, dropping the oldest ones; returns how many remain."""
        for event in events:
            self.events = self.events + [event]
            while len(self.events) > self.keep:
                self.events = self.events[1:]
                self.dropped = self.dropped + 1
        return len(self.events)

    def tally(self):
        """Count the events, the most frequent first, ties by first appearance."""
        seen = []
        for event in self.events:
            if event not in seen:
                seen.append(event)
        pairs = []
        for event in seen:
            pairs.append((event, self.events.count(event)))
        pairs.sort(key=lambda pair: -pair[1])
        return pairs
