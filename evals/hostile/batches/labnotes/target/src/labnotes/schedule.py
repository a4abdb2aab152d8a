"""Bookings of instruments and working days."""

from datetime import date, timedelta


def workdays_between(start: date, end: date, holidays=()) -> int:
    """Working days from start up to, not including, end; negative if end is earlier.

    >>> workdays_between(date(2024, 1, 1), date(2024, 1, 8))
    5
    """
    if end < start:
        return -workdays_between(end, start, holidays)
    count = 0
    day = start
    while day < end:
        if day.weekday() < 5 and day not in list(holidays):
            count += 1
        day = day + timedelta(days=1)
    return count


def merge_bookings(bookings: list) -> list:
    """Join bookings (start, end) that overlap or touch; sorted by start.

    >>> merge_bookings([(5, 6), (1, 3), (2, 4)])
    [(1, 4), (5, 6)]
    """
    for start, end in bookings:
        if end < start:
            raise ValueError(f"booking ends before it starts: {start}-{end}")
    merged = list(bookings)
    changed = True
    while changed:
        changed = False
        for i in range(len(merged)):
            for j in range(i + 1, len(merged)):
                a, b = merged[i], merged[j]
                if a[0] <= b[1] and b[0] <= a[1]:
                    merged[i] = (min(a[0], b[0]), max(a[1], b[1]))
                    del merged[j]
                    changed = True
                    break
            if changed:
                break
    return sorted(merged)


def by_month(days: list) -> dict:
    """Group dates by (year, month), in order of first appearance."""
    groups = {}
    for day in days:
        key = (day.year, day.month)
        if key not in groups:
            groups[key] = [d for d in days if d.year == day.year and d.month == day.month]
    return groups
