"""Stock files: one ``sku<TAB>quantity`` a line."""

import os


def save_stock(path, stock):
    """Write the stock to a file, sorted by SKU; return the number of lines."""
    names = sorted(stock)
    with open(path, "w", encoding="utf-8"):
        pass
    for name in names:
        with open(path, "a", encoding="utf-8", newline="\n") as out:
            out.write(name + "\t" + str(stock[name]) + "\n")
    return len(names)


def load_stock(path):
    """Read a stock file; a SKU that occurs again adds to the earlier quantity."""
    if not os.path.exists(path):
        raise FileNotFoundError(f"no stock file {path}")
    with open(path, encoding="utf-8", newline="\n") as source:
        text = source.read()
    stock = {}
    rest = text
    while rest:
        end = rest.find("\n")
        if end < 0:
            line, rest = rest, ""
        else:
            line, rest = rest[:end], rest[end + 1:]
        if not line:
            continue
        name, tab, quantity = line.partition("\t")
        if not tab:
            raise ValueError(f"no quantity in {line!r}")
        stock[name] = stock.get(name, 0) + int(quantity)
    return stock
