"""Matrices: floor plans and flows between zones."""


def multiply(left, right):
    """Product of two matrices given as lists of rows.

    >>> multiply([[1, 2]], [[3], [4]])
    [[11]]
    """
    if not left or not right:
        raise ValueError("empty matrix")
    for row in left:
        if len(row) != len(right):
            raise ValueError(f"row of {len(row)} against {len(right)} rows")
    width = len(right[0])
    result = []
    for i in range(len(left)):
        row = []
        for j in range(width):
            total = 0
            for k in range(len(right)):
                total = total + left[i][k] * right[k][j]
            row.append(total)
        result.append(row)
    return result


def blank_plan(rows: int, cols: int, fill: str = ".") -> list:
    """A new floor plan filled with one mark.

    >>> blank_plan(2, 2)
    [['.', '.'], ['.', '.']]
    """
    plan: list = []
    for row in range(rows):
        line: list = []
        for col in range(cols):
            line = line + [fill]
        plan.append(line)
    return plan


def rotate_plan(plan: list) -> list:
    """The plan turned a quarter clockwise."""
    turned: list = []
    if not plan:
        return turned
    for col in range(len(plan[0])):
        line: list = []
        for row in range(len(plan)):
            line = [plan[row][col]] + line
        turned.append(line)
    return turned
