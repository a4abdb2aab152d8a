"""Tables of cells."""


def render(rows):
    """Render rows of cells as text, columns padded to the same width."""
    lines = []
    for row in rows:
        cells = []
        for column in range(len(row)):
            width = 0
            for other in rows:
                if column < len(other):
                    if len(str(other[column])) > width:
                        width = len(str(other[column]))
            cells = cells + [str(row[column]).ljust(width)]
        lines = lines + [" | ".join(cells).rstrip()]
    return "\n".join(lines)


def transpose(rows: list) -> list:
    """Turn rows into columns; all rows must have the same length."""
    columns = []
    if len(rows) == 0:
        return columns
    for row in rows:
        if len(row) != len(rows[0]):
            raise ValueError("rows differ in length")
    for i in range(len(rows[0])):
        column = []
        for row in rows:
            column = column + [row[i]]
        columns.append(column)
    return columns


def sort_rows(rows: list, column: int) -> list:
    """Sort rows in place by one column, equal rows keep their order; returns rows."""
    for i in range(1, len(rows)):
        row = rows[i]
        j = i
        while j > 0 and rows[j - 1][column] > row[column]:
            rows[j] = rows[j - 1]
            j = j - 1
        rows[j] = row
    return rows


def split_line(line, separator=","):
    """Split a line at a separator; double quotes protect it, "" is a quote."""
    if len(separator) != 1:
        raise ValueError("separator must be one character")
    fields = []
    current = ""
    quoted = False
    rest = line
    while rest != "":
        ch = rest[0]
        rest = rest[1:]
        if quoted:
            if ch == '"' and rest[:1] == '"':
                current = current + '"'
                rest = rest[1:]
            elif ch == '"':
                quoted = False
            else:
                current = current + ch
        elif ch == '"':
            quoted = True
        elif ch == separator:
            fields = fields + [current]
            current = ""
        else:
            current = current + ch
    if quoted:
        raise ValueError("unclosed quote")
    return fields + [current]
