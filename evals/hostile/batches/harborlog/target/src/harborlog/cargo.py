"""Cargo: what goes where and how much of it."""

from typing import List

Matrix = List[List[float]]


def _column(matrix, j):
    """Column j of a matrix as a list."""
    column = []
    for row in matrix:
        column.append(row[j])
    return column


def multiply(a: Matrix, b: Matrix) -> Matrix:
    """Product of two matrices (holds by goods, goods by prices).

    Raises ValueError if a row of `a` is not as long as `b`.
    """
    for row in a:
        if len(row) != len(b):
            raise ValueError("row of length %d does not fit %d rows" % (len(row), len(b)))
    result: Matrix = []
    for i in range(len(a)):
        line: List[float] = []
        for j in range(len(b[0])):
            column = _column(b, j)
            total = 0.0
            for k in range(len(column)):
                total = total + a[i][k] * column[k]
            line = line + [total]
        result.append(line)
    return result


def load_order(crates, capacity):
    """Load the heaviest crate as long as it can still be carried.

    Crates are records with "id" and "weight".  Loaded crates are taken out of
    `crates`; their ids are returned in the order of loading.
    """
    loaded = []
    while crates:
        heaviest = crates[0]
        for crate in crates:
            if crate["weight"] > heaviest["weight"]:
                heaviest = crate
        if heaviest["weight"] > capacity:
            break
        capacity = capacity - heaviest["weight"]
        crates.remove(heaviest)
        loaded = loaded + [heaviest["id"]]
    return loaded


def ways(length, sizes):
    """In how many ways containers of these sizes fill a row of `length` feet.

    The order of the containers in the row does not matter.
    """
    if length == 0:
        return 1
    if length < 0 or not sizes:
        return 0
    return ways(length - sizes[0], sizes) + ways(length, sizes[1:])
