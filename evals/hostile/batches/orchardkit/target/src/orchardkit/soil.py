"""Soil samples on a grid: one list of numbers for each row of the field."""

from __future__ import annotations


def smooth_grid(grid: list[list[float]], radius: int) -> list[list[float]]:
    """Replace each cell by the mean of the cells around it.

    The neighbourhood is the square of cells at most ``radius`` rows and
    columns away; it is cut off at the edge of the field.
    """
    if radius < 0:
        raise ValueError("radius must not be negative")
    result = []
    for r in range(len(grid)):
        row = []
        for c in range(len(grid[r])):
            total = 0.0
            count = 0
            for dr in range(-radius, radius + 1):
                for dc in range(-radius, radius + 1):
                    rr = r + dr
                    cc = c + dc
                    if 0 <= rr < len(grid) and 0 <= cc < len(grid[rr]):
                        total = total + grid[rr][cc]
                        count = count + 1
            row.append(total / count)
        result.append(row)
    return result


def multiply_grids(a: list[list[float]], b: list[list[float]]) -> list[list[float]]:
    """Multiply two grids as matrices.

    Raises ``ValueError`` when a row has a length that does not fit.
    """
    width = len(b[0]) if b else 0
    for i in range(len(a)):
        if len(a[i]) != len(b):
            raise ValueError("left row %d has %d cells, expected %d" % (i, len(a[i]), len(b)))
    for i in range(len(b)):
        if len(b[i]) != width:
            raise ValueError("right row %d has %d cells, expected %d" % (i, len(b[i]), width))
    product = []
    for i in range(len(a)):
        product.append([0.0 for _ in range(width)])
        for j in range(width):
            for k in range(len(b)):
                product[i][j] = product[i][j] + a[i][k] * b[k][j]
    return product


def largest_patch(grid: list[list[int]], value: int) -> int:
    """Count the cells of the largest connected patch of ``value``.

    Cells touch when they share a side. Returns 0 when no cell has the value.
    """
    seen = []
    largest = 0
    for r in range(len(grid)):
        for c in range(len(grid[r])):
            if grid[r][c] != value or (r, c) in seen:
                continue
            seen.append((r, c))
            waiting = [(r, c)]
            size = 0
            while waiting:
                y, x = waiting.pop(0)
                size = size + 1
                for yy, xx in [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]:
                    if 0 <= yy < len(grid) and 0 <= xx < len(grid[yy]):
                        if grid[yy][xx] == value and (yy, xx) not in seen:
                            seen.append((yy, xx))
                            waiting.append((yy, xx))
            if size > largest:
                largest = size
    return largest
