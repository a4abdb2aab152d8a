"""Intervals and calendars; an interval is a (start, end) pair, end not included."""


def merge_intervals(intervals):
    """Merge overlapping or touching intervals into a sorted list of tuples."""
    todo = []
    for start, end in intervals:
        if end < start:
            raise ValueError("interval ends before it starts: %r" % ((start, end),))
        todo.append((start, end))
    ordered = []
    while len(todo) > 0:
        smallest = todo[0]
        for item in todo:
            if item < smallest:
                smallest = item
        todo.remove(smallest)
        ordered.append(smallest)
    merged = []
    for start, end in ordered:
        if len(merged) > 0 and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def first_gap(intervals: list, length: int, start: int = 0) -> int:
    """Find the first time from start on at which length units are free."""
    if length <= 0:
        raise ValueError("length must be positive")
    time = start
    while True:
        clash = False
        for a, b in intervals:
            if a < time + length and time < b:
                clash = True
                break
        if not clash:
            return time
        time = time + 1


class Calendar:
    """A list of named bookings that never overlap."""

    def __init__(self):
        self.bookings = []
        self.rejected = 0

    def book(self, name, start, end):
        """Book a time; returns False, and counts it, when it is taken."""
        if end <= start:
            raise ValueError("empty booking")
        for other in list(self.bookings):
            if start < other[2] and other[1] < end:
                self.rejected = self.rejected + 1
                return False
        self.bookings = self.bookings + [(name, start, end)]
        self.bookings = sorted(self.bookings, key=lambda b: b[1])
        return True

    def book_all(self, wishes):
        """Book many wishes in turn; returns the names of those that were booked."""
        done = []
        for name, start, end in wishes:
            if self.book(name, start, end):
                done = done + [name]
        return done

    def busy_units(self, start, end):
        """Count the whole units of time from start to end that are booked."""
        total = 0
        for unit in range(start, end):
            for name, a, b in self.bookings:
                if a <= unit < b:
                    total = total + 1
                    break
        return total
