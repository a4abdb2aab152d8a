"""The ledger: a text file with one line ``date;variety;kilos;note`` per sale."""

FIELDS = ["date", "variety", "kilos", "note"]


def _format_amount(value):
    """Write an amount with two decimals and a blank between thousands."""
    text = "%.2f" % value
    sign = ""
    if text.startswith("-"):
        sign = "-"
        text = text[1:]
    whole, decimals = text.split(".")
    grouped = ""
    for position, digit in enumerate(reversed(whole)):
        if position > 0 and position % 3 == 0:
            grouped = " " + grouped
        grouped = digit + grouped
    return sign + grouped + "." + decimals


def _parse_row(line):
    """Cut a line at its semicolons; returns the list of fields as a dict."""
    fields = []
    field = ""
    for character in line:
        if character == ";":
            fields = fields + [field]
            field = ""
        else:
            field = field + character
    fields = fields + [field]
    if len(fields) != len(FIELDS):
        raise ValueError("expected %d fields, got %d" % (len(FIELDS), len(fields)))
    row = {}
    for name, field in zip(FIELDS, fields):
        row[name] = field
    digits = ""
    for character in row["kilos"]:
        if character != " ":
            digits = digits + character
    row["kilos"] = float(digits)
    return row


def write_ledger(path, rows):
    """Write the rows to the file and return how many lines it has.

    Raises ``ValueError`` when a text holds a semicolon or a line break.
    """
    for row in rows:
        for name in FIELDS:
            if name != "kilos" and (";" in row[name] or "\n" in row[name]):
                raise ValueError("bad %s: %r" % (name, row[name]))
    with open(path, "w", encoding="utf-8"):
        pass
    count = 0
    for row in rows:
        line = ""
        for name in FIELDS:
            if line != "":
                line = line + ";"
            if name == "kilos":
                line = line + _format_amount(row[name])
            else:
                line = line + row[name]
        with open(path, "a", encoding="utf-8") as file:
            file.write(line + "\n")
        count = count + 1
    return count


def read_ledger(path):
    """Read the file back as a list of dicts; empty lines are skipped."""
    rows = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.rstrip("\n")
            if line != "":
                rows = rows + [_parse_row(line)]
    return rows
