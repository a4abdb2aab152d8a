"""What was picked, by whom, and how much of it.

A harvest record is a dict such as
``{"id": 7, "variety": "Gala", "picker": "Ana", "kilos": 12.5}``.
"""


def merge_harvests(records, updates):
    """Fold ``updates`` into ``records`` and return how many were new.

    An update with a known id overwrites the fields of that record, any
    other update is appended as a record of its own.
    """
    added = 0
    for update in updates:
        found = None
        for record in records:
            if record["id"] == update["id"]:
                found = record
                break
        if found is None:
            records.append(dict(update))
            added = added + 1
        else:
            for key in update:
                found[key] = update[key]
    return added


def totals_by_variety(records):
    """Return a dict of the kilos picked of each variety."""
    varieties = []
    for record in records:
        if record["variety"] not in varieties:
            varieties.append(record["variety"])
    totals = {}
    for variety in varieties:
        total = 0.0
        for record in records:
            if record["variety"] == variety:
                total = total + record["kilos"]
        totals[variety] = total
    return totals


def rank_pickers(records):
    """Return ``(place, picker, kilos)`` tuples, the best picker first.

    Pickers with the same kilos share a place, and the place after them
    is skipped, as in sports.
    """
    pickers = []
    for record in records:
        if record["picker"] not in pickers:
            pickers.append(record["picker"])
    totals = []
    for picker in pickers:
        total = 0.0
        for record in records:
            if record["picker"] == picker:
                total = total + record["kilos"]
        totals.append((picker, total))
    # bubble the heavier baskets to the front
    for _ in range(len(totals)):
        for i in range(len(totals) - 1):
            if totals[i][1] < totals[i + 1][1]:
                totals[i], totals[i + 1] = totals[i + 1], totals[i]
    ranking = []
    for picker, total in totals:
        place = 1
        for _, other in totals:
            if other > total:
                place = place + 1
        ranking.append((place, picker, total))
    return ranking


def running_median(values, window):
    """Return the median of each run of ``window`` neighbouring values.

    Raises ``ValueError`` unless ``1 <= window <= len(values)``.
    """
    if window < 1 or window > len(values):
        raise ValueError("window must be between 1 and %d" % len(values))
    medians = []
    for start in range(len(values) - window + 1):
        ordered = []
        for value in values[start:start + window]:
            position = len(ordered)
            while position > 0 and ordered[position - 1] > value:
                position = position - 1
            ordered.insert(position, value)
        middle = window // 2
        if window % 2 == 1:
            medians.append(ordered[middle])
        else:
            medians.append((ordered[middle - 1] + ordered[middle]) / 2)
    return medians
