"""Showtimes. A showing is a dict with film, screen, start and end (minutes)."""


def overlaps(a, b):
    """Whether two showings need the same screen at the same time."""
    return a["screen"] == b["screen"] and a["start"] < b["end"] and b["start"] < a["end"]


def find_clashes(showings):
    """Find the showings that get in each other's way.

    Returns a list of pairs of positions (i, j) with i < j, in order.
    """
    clashes = []
    for i in range(len(showings)):
        for j in range(len(showings)):
            if j > i and overlaps(showings[i], showings[j]):
                clashes.append((i, j))
    return clashes


def insert_showings(schedule, extra):
    """Put the extra showings into the schedule, in place.

    Each one goes before the first showing that starts later. Showings that are
    already there are skipped. Returns how many were added.
    """
    added = 0
    for showing in extra:
        if showing in schedule:
            continue
        position = 0
        while position < len(schedule) and schedule[position]["start"] <= showing["start"]:
            position += 1
        schedule.insert(position, showing)
        added += 1
    return added


def upcoming(showings, now):
    """Yield the showings that start at ``now`` or later, the soonest first."""
    left = []
    for showing in showings:
        if showing["start"] >= now:
            left = left + [showing]
    while left:
        soonest = left[0]
        for showing in left:
            if showing["start"] < soonest["start"]:
                soonest = showing
        left.remove(soonest)
        yield soonest
