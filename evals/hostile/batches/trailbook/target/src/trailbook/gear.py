"""Gear lists: records of what is carried."""
from __future__ import annotations


class UnknownGear(Exception):
    """A thing is not in the catalogue."""


def assign_weights(items: list[dict], catalogue: list[dict]) -> int:
    """Write the weight of each item (``grams``) into it, from the catalogue.

    The first entry of the catalogue with the name of the item counts, and its
    ``used`` is raised by one.  Returns the weight of all the items.
    """
    total = 0
    for item in items:
        entry = None
        for candidate in catalogue:
            if candidate["name"] == item["name"] and entry is None:
                entry = candidate
        if entry is None:
            raise UnknownGear(f"not in the catalogue: {item['name']}")
        entry["used"] = entry.get("used", 0) + 1
        item["grams"] = entry["grams"]
        total += entry["grams"]
    return total


def merge_lists(lists: list[list[dict]]) -> list[dict]:
    """One list for the whole party, with the counts of equal things added up.

    The lists of the members stay as they are.
    """
    merged: list[dict] = []
    for items in lists:
        for item in items:
            for old in merged:
                if old["name"] == item["name"]:
                    old["count"] = old["count"] + item["count"]
                    break
            else:
                merged = merged + [{"name": item["name"], "count": item["count"]}]
    return merged


def pack(items: list[dict], limit: int) -> list[str]:
    """Names of the things to take: most ``value`` in at most ``limit`` grams.

    Every item has ``name``, ``grams`` and ``value``.  The names come in the
    order of the items.
    """
    if limit < 0:
        raise ValueError("limit must not be negative")
    best: list[tuple] = [(0, [])] * (limit + 1)
    for item in items:
        new = []
        for room in range(limit + 1):
            value, names = best[room]
            if item["grams"] <= room:
                other, others = best[room - item["grams"]]
                if other + item["value"] > value:
                    value = other + item["value"]
                    names = others + [item["name"]]
            new = new + [(value, names)]
        best = new
    return best[limit][1]
