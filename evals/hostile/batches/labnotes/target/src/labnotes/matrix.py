"""Small dense matrices as lists of lists."""


def multiply(a: list, b: list) -> list:
    """Product of two matrices.

    >>> multiply([[1, 2]], [[3], [4]])
    [[11]]
    """
    if a and len(a[0]) != len(b):
        raise ValueError(f"shapes do not fit: {len(a[0])} columns, {len(b)} rows")
    result = []
    for i in range(len(a)):
        row = []
        for j in range(len(b[0]) if b else 0):
            total = 0
            for k in range(len(b)):
                total = total + a[i][k] * b[k][j]
            row.append(total)
        result.append(row)
    return result


def power(m: list, n: int) -> list:
    """The n-th power of a square matrix.

    >>> power([[1, 1], [0, 1]], 3)
    [[1, 3], [0, 1]]
    """
    if n < 0:
        raise ValueError("negative power")
    size = len(m)
    result = [[1 if i == j else 0 for j in range(size)] for i in range(size)]
    for _ in range(n):
        result = multiply(result, m)
    return result


def determinant(m: list):
    """Determinant by expansion along the first row.

    >>> determinant([[1, 2], [3, 4]])
    -2
    """
    if len(m) == 0:
        return 1
    if len(m) == 1:
        return m[0][0]
    total = 0
    for j in range(len(m)):
        minor = [row[:j] + row[j + 1:] for row in m[1:]]
        total += (-1) ** j * m[0][j] * determinant(minor)
    return total


def transpose(m: list) -> None:
    """Transpose a square matrix in place.

    >>> m = [[1, 2], [3, 4]]
    >>> transpose(m)
    >>> m
    [[1, 3], [2, 4]]
    """
    n = len(m)
    for row in m:
        if len(row) != n:
            raise ValueError("not square")
    for i in range(n):
        for j in range(n):
            if j > i:
                keep = m[i][j]
                m[i][j] = m[j][i]
                m[j][i] = keep
