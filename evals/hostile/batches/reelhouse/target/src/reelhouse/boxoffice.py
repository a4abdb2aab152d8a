"""Box-office reports."""


def rank_films(totals):
    """The films by their gross, the highest first (equal ones by title)."""
    left = list(totals.items())
    ranking = []
    while left:
        best = left[0]
        for item in left:
            if item[1] > best[1] or (item[1] == best[1] and item[0] < best[0]):
                best = item
        left.remove(best)
        ranking.append(best[0])
    return ranking


def correlation(series):
    """Matrix of the correlations between series of weekly grosses.

    Series that never change have correlation 0.0 with all others. Raises
    ValueError when the series are not of the same length.
    """
    for values in series:
        if len(values) != len(series[0]):
            raise ValueError("series of different lengths")
    matrix = []
    for a in series:
        row = []
        for b in series:
            mean_a = sum(a) / len(a) if a else 0.0
            mean_b = sum(b) / len(b) if b else 0.0
            both = 0.0
            var_a = 0.0
            var_b = 0.0
            for x, y in zip(a, b):
                both += (x - mean_a) * (y - mean_b)
                var_a += (x - mean_a) ** 2
                var_b += (y - mean_b) ** 2
            if var_a == 0 or var_b == 0:
                row.append(0.0)
            else:
                row.append(both / (var_a ** 0.5 * var_b ** 0.5))
        matrix.append(row)
    return matrix


def _field(value):
    """One field of a CSV line, quoted where needed."""
    text = str(value)
    quoted = ""
    special = False
    for character in text:
        if character == '"':
            quoted = quoted + '""'
            special = True
        else:
            quoted = quoted + character
            if character in [",", "\n", "\r", ";"]:
                special = True
    return '"' + quoted + '"' if special else text


def write_report(rows, path):
    """Write the rows (dicts with film, week and gross) to a CSV file.

    Returns the number of lines, with the heading.
    """
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("film,week,gross\n")
    lines = 1
    for row in rows:
        line = ""
        for key in ["film", "week", "gross"]:
            if line:
                line = line + ","
            line = line + _field(row[key])
        with open(path, "a", encoding="utf-8", newline="") as file:
            file.write(line + "\n")
        lines += 1
    return lines
