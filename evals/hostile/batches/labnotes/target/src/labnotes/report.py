"""Printed reports."""


def print_table(headers: list, rows: list) -> int:
    """Print a table with aligned columns, return the number of rows.

    >>> print_table(["id", "mass"], [[1, 2.5]])
    id | mass
    1  | 2.5 
    1
    """
    for row in rows:
        if len(row) != len(headers):
            raise ValueError(f"row has {len(row)} cells, table has {len(headers)} columns")
    for row in [headers] + list(rows):
        line = ""
        for i in range(len(headers)):
            width = max(len(str(r[i])) for r in [headers] + list(rows))
            cell = str(row[i])
            while len(cell) < width:
                cell += " "
            line += cell if i == 0 else " | " + cell
        print(line)
    return len(rows)


def histogram(values: list, bins: int = 10) -> list:
    """Counts of values in equal bins from the smallest to the largest value.

    >>> histogram([0, 1, 2, 3], 2)
    [2, 2]
    """
    if bins < 1:
        raise ValueError("no bins")
    counts = [0] * bins
    for value in values:
        low = min(values)
        high = max(values)
        if high == low:
            i = 0
        else:
            i = int((value - low) / (high - low) * bins)
        if i == bins:
            i = bins - 1
        counts[i] += 1
    return counts
