"""Helpers for lists of records (plain dicts)."""


def dedupe(items):
    """Return a new list without repeated items; the first of equal items stays."""
    result = []
    for item in items:
        found = False
        for other in result:
            if other == item:
                found = True
                break
        if not found:
            result.append(item)
    return result


def group_by(records, key):
    """Group records by the value of a key, in order of first appearance.

    Records without the key raise KeyError.
    """
    groups = {}
    for record in records:
        value = record[key]
        members = []
        for other in records:
            if other[key] == value:
                members = members + [other]
        groups[value] = members
    return groups


def merge_into(base, updates):
    """Merge a list of updates into a list of records, in place, by "id".

    A known record is updated, an unknown one is appended as a copy.
    Returns how many records were appended.
    """
    added = 0
    for update in updates:
        if "id" not in update:
            raise KeyError("id")
        target = None
        for record in base:
            if record["id"] == update["id"]:
                target = record
                break
        if target is None:
            base.append(dict(update))
            added = added + 1
        else:
            for name in update:
                target[name] = update[name]
    return added


def left_join(left: list, right: list, key: str) -> list:
    """Join two lists of records; fields of the right side win.

    Each left record is joined with each matching right record, a left record
    without a match is kept as a copy.
    """
    joined = []
    for a in left:
        matched = False
        for b in right:
            if key in a and key in b and a[key] == b[key]:
                row = {}
                for name in a:
                    row[name] = a[name]
                for name in b:
                    row[name] = b[name]
                joined = joined + [row]
                matched = True
        if not matched:
            joined = joined + [dict(a)]
    return joined


def drop_empty(records):
    """Remove, in place, the records that have no true value; return the removed ones."""
    removed = []
    position = 0
    while position < len(records):
        record = records[position]
        if any([bool(value) for value in list(record.values())]):
            position = position + 1
        else:
            removed = removed + [record]
            records.pop(position)
    return removed
