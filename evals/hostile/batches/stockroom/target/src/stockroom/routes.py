"""Routes on the warehouse floor."""


def count_routes(rows: int, cols: int, blocked=()) -> int:
    """Ways from the top left cell to the bottom right one, going right or down.

    >>> count_routes(3, 3)
    6
    >>> count_routes(3, 3, [(1, 1)])
    2
    """
    if rows < 0 or cols < 0:
        raise ValueError("floor must not be negative")

    def walk(row, col):
        if row >= rows or col >= cols or (row, col) in blocked:
            return 0
        if row == rows - 1 and col == cols - 1:
            return 1
        return walk(row + 1, col) + walk(row, col + 1)

    return walk(0, 0)


def shortest_tour(dist: list[list[float]]) -> tuple[float, tuple[int, ...]]:
    """Shortest round trip from stop 0 through all others; the first in index order wins a tie."""
    count = len(dist)
    best = [None, ()]

    def extend(path, length):
        if len(path) == count:
            total = length + dist[path[-1]][0]
            if best[0] is None or total < best[0]:
                best[0], best[1] = total, tuple(path)
            return
        for stop in range(1, count):
            if stop not in path:
                extend(path + [stop], length + dist[path[-1]][stop])

    if count == 0:
        raise ValueError("no stops")
    extend([0], 0)
    return best[0], best[1]


def flatten_zones(zone: dict, depth: int = 0) -> list:
    """All zone names with their depth, parents first.

    >>> flatten_zones({"name": "A", "parts": [{"name": "B"}]})
    [('A', 0), ('B', 1)]
    """
    if "name" not in zone:
        raise KeyError("zone without a name")
    found = [(zone["name"], depth)]
    for part in zone.get("parts", []):
        for item in flatten_zones(part, depth + 1):
            found = found + [item]
    return found
