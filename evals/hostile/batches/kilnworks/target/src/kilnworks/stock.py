"""Clay inventory and price lists."""
from __future__ import annotations

from collections.abc import Iterator


def running_stock(moves: list[tuple[str, float]], opening: dict[str, float]) -> Iterator[tuple[str, float]]:
    """Yield (clay, kilos left) after each move; ``opening`` is brought up to date as we go.

    Raises ValueError when more is taken than there is.
    """
    for i in range(len(moves)):
        clay = moves[i][0]
        if clay not in opening:
            opening[clay] = 0.0
        left = opening[clay] + moves[i][1]
        if left < 0:
            earlier = [kilos for name, kilos in moves[:i] if name == clay]
            raise ValueError(f"out of {clay} after {len(earlier)} moves")
        opening[clay] = left
        seen = []
        for name, _ in moves[:i + 1]:
            if name not in seen:
                seen.append(name)
        yield clay, opening[seen[seen.index(clay)]]


def reprice(prices: dict[str, float], rules: list[tuple[str, float]]) -> int:
    """Change prices in place; return how many items have another price now.

    A rule is (start of the item's name, percent). All rules that match apply, one
    after the other, and each result is rounded to 2 places.
    """
    changed = []
    for item in list(prices):
        old = prices[item]
        for start, percent in rules:
            matches = True
            for k in range(len(start)):
                if k >= len(item) or item[k] != start[k]:
                    matches = False
            if matches:
                prices[item] = round(prices[item] * (100 + percent) / 100, 2)
        if prices[item] != old and item not in changed:
            changed.append(item)
    return len(changed)


def load_prices(path: str) -> dict[str, float]:
    """Read a price list: lines "item = price", comments after "#".

    The last line for an item counts, but it keeps its place in the list.
    Raises ValueError with the number of a line that makes no sense.
    """
    with open(path, encoding="utf-8") as file:
        text = file.read()
    lines = []
    line = ""
    for char in text:
        if char == "\n":
            lines = lines + [line]
            line = ""
        else:
            line = line + char
    lines = lines + [line]
    prices = {}
    for number in range(len(lines)):
        content = lines[number].split("#")[0].strip()
        if content == "":
            continue
        if content.count("=") != 1:
            raise ValueError(f"line {number + 1} of the price list: {content}")
        item, price = content.split("=")
        try:
            prices[item.strip()] = float(price)
        except ValueError:
            raise ValueError(f"line {number + 1} of the price list: {content}") from None
    return prices


def save_prices(path: str, prices: dict[str, float]) -> int:
    """Write a price list, cheapest first; return the number of lines."""
    items = list(prices)
    for i in range(len(items)):
        for j in range(len(items) - 1 - i):
            if prices[items[j]] > prices[items[j + 1]]:
                items[j], items[j + 1] = items[j + 1], items[j]
    text = ""
    for item in items:
        text = text + item + " = " + "%.2f" % prices[item] + "\n"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return len(items)
