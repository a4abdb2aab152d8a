"""Reports on the console and as text."""


def print_stock(rows, width=20):
    """Print one line a row: the name padded with dots to the width, then the quantity."""
    for name, quantity in rows:
        print(name, end="")
        for _ in range(width - len(name)):
            print(".", end="")
        print(quantity)
    print("--")


def text_table(rows: list, gap: int = 2) -> str:
    """Lay out rows of cells in columns.

    >>> text_table([["a", 1], ["bcd", 22]])
    'a    1\\nbcd  22'
    """
    if not rows:
        return ""
    text = ""
    for row in rows:
        line = ""
        for col in range(len(row)):
            width = 0
            for other in rows:
                if col < len(other):
                    width = max(width, len(str(other[col])))
            cell = str(row[col])
            line += cell + " " * (width - len(cell) + gap)
        text += line.rstrip(" ") + "\n"
    return text[:-1]
