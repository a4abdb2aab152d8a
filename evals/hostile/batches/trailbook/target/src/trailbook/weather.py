"""Weather tables."""
import math


def parse_table(text):
    """Read a table of readings: a heading, then lines of ``;``-separated fields.

    Returns a list of dicts of strings.  Empty lines are passed over; ValueError
    names the line (the heading is line 1) whose number of fields is wrong.
    """
    lines = [""]
    for ch in text:
        if ch == "\n":
            lines = lines + [""]
        else:
            lines[-1] = lines[-1] + ch
    heading = []
    for name in lines[0].split(";"):
        heading = heading + [name.strip()]
    rows = []
    for number in range(1, len(lines)):
        if lines[number].strip() == "":
            continue
        fields = []
        for field in lines[number].split(";"):
            fields = fields + [field.strip()]
        if len(fields) != len(heading):
            raise ValueError("line %d has %d fields, not %d" % (number + 1, len(fields), len(heading)))
        row = {}
        for i in range(len(heading)):
            row[heading[i]] = fields[i]
        rows = rows + [row]
    return rows


def pivot(readings, row, column, value):
    """Make a matrix of readings: (row names, column names, matrix).

    The names are sorted.  A cell holds the mean of all its readings, or None
    if it has none.
    """
    rows = []
    columns = []
    for reading in readings:
        if reading[row] not in rows:
            rows = sorted(rows + [reading[row]])
        if reading[column] not in columns:
            columns = sorted(columns + [reading[column]])
    matrix = []
    for name in rows:
        line = []
        for other in columns:
            total = 0
            count = 0
            for reading in readings:
                if reading[row] == name and reading[column] == other:
                    total += reading[value]
                    count += 1
            line.append(total / count if count else None)
        matrix.append(line)
    return rows, columns, matrix


def moving_extremes(values, window):
    """Lowest and highest of every ``window`` values in a row, as pairs."""
    if window < 1:
        raise ValueError("the window must be 1 or more")
    result = []
    for start in range(len(values) - window + 1):
        low = values[start]
        high = values[start]
        for i in range(start, start + window):
            if values[i] < low:
                low = values[i]
            if values[i] > high:
                high = values[i]
        result = result + [(low, high)]
    return result


def daylight_table(latitude, days):
    """Minutes of daylight on each of the first days of a year.

    Counts the minutes at which the sun stands above the horizon.
    """
    table = []
    for day in range(1, days + 1):
        minutes = 0
        for minute in range(1440):
            tilt = math.radians(-23.44) * math.cos(2 * math.pi * (day + 10) / 365)
            angle = math.radians((minute - 720) / 4)
            place = math.radians(latitude)
            height = math.sin(place) * math.sin(tilt) + math.cos(place) * math.cos(tilt) * math.cos(angle)
            if height > 0:
                minutes += 1
        table.append(minutes)
    return table
