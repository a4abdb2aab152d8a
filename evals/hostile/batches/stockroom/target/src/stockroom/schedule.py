"""Working days and deliveries."""

from datetime import date, timedelta


def add_workdays(start: date, days: int, holidays: list = ()) -> date:
    """The date `days` working days after `start` (before it, where negative)."""
    step = timedelta(days=1 if days > 0 else -1)
    current = start
    left = abs(days)
    while left > 0:
        current = current + step
        if current.weekday() < 5 and current not in holidays:
            left -= 1
    return current


def workdays_between(start: date, end: date, holidays: list = ()) -> int:
    """Working days from `start` up to but without `end`; negative if `end` is the earlier."""
    if end < start:
        return -workdays_between(end, start, holidays)
    count = 0
    current = start
    while current < end:
        if current.weekday() < 5 and current not in holidays:
            count += 1
        current += timedelta(days=1)
    return count


def busiest_month(dates: list) -> str:
    """The month (``YYYY-MM``) with the most deliveries; the first to appear wins a tie."""
    months = []
    counts = []
    for day in dates:
        month = f"{day.year:04d}-{day.month:02d}"
        if month in months:
            counts[months.index(month)] += 1
        else:
            months.append(month)
            counts.append(1)
    if not months:
        raise ValueError("no deliveries")
    best = 0
    for position in range(len(months)):
        if counts[position] > counts[best]:
            best = position
    return months[best]
