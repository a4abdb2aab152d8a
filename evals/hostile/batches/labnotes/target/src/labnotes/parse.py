"""Parsers for formulas and tables."""


def evaluate(text: str):
    """Value of a formula with + - * / and parentheses.

    >>> evaluate("2 * (3 + 4)")
    14
    """
    tokens = _tokens(text)
    value, rest = _sum(tokens)
    if rest:
        raise ValueError(f"unexpected {rest[0]!r}")
    return value


def _tokens(text):
    tokens = []
    while text:
        ch = text[0]
        if ch in " \t":
            text = text[1:]
        elif ch in "+-*/()":
            tokens = tokens + [ch]
            text = text[1:]
        elif ch in "0123456789.":
            number = ""
            while text and text[0] in "0123456789.":
                number += text[0]
                text = text[1:]
            if number.count(".") > 1 or number == ".":
                raise ValueError(f"bad number {number!r}")
            tokens = tokens + [number]
        else:
            raise ValueError(f"bad character {ch!r}")
    return tokens


def _sum(tokens):
    value, tokens = _product(tokens)
    while tokens and tokens[0] in ("+", "-"):
        sign = tokens[0]
        other, tokens = _product(tokens[1:])
        value = value + other if sign == "+" else value - other
    return value, tokens


def _product(tokens):
    value, tokens = _atom(tokens)
    while tokens and tokens[0] in ("*", "/"):
        sign = tokens[0]
        other, tokens = _atom(tokens[1:])
        if sign == "/" and other == 0:
            raise ValueError("division by zero")
        value = value * other if sign == "*" else value / other
    return value, tokens


def _atom(tokens):
    if not tokens:
        raise ValueError("unexpected end")
    first, rest = tokens[0], tokens[1:]
    if first == "-":
        value, rest = _atom(rest)
        return -value, rest
    if first == "(":
        value, rest = _sum(rest)
        if not rest or rest[0] != ")":
            raise ValueError("missing )")
        return value, rest[1:]
    if first in ("+", "*", "/", ")"):
        raise ValueError(f"unexpected {first!r}")
    return (float(first) if "." in first else int(first)), rest


def parse_table(text: str, sep: str = ",") -> list:
    """Rows of a table with a head line, as dicts; numbers become int or float.

    >>> parse_table("name,mass\\nA,3\\nB,2.5")
    [{'name': 'A', 'mass': 3}, {'name': 'B', 'mass': 2.5}]
    """
    lines = text.split("\n")
    names = [name.strip() for name in lines[0].split(sep)]
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() == "":
            continue
        cells = line.split(sep)
        if len(cells) != len(names):
            raise ValueError(f"line {number}: {len(cells)} cells, not {len(names)}")
        row = {}
        for i in range(len(names)):
            row[names[i]] = _value(cells[i])
        rows = rows + [row]
    return rows


def _value(cell):
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            pass
    return cell.strip()
