from orchardkit import largest_patch, multiply_grids, smooth_grid

FIELD = [[(r * 31 + c * 17) % 29 / 4 for c in range(40)] for r in range(40)]
LEFT = [[(r * 3 + c * 5) % 11 / 2 for c in range(44)] for r in range(44)]
RIGHT = [[(r * 7 + c * 2) % 13 / 4 for c in range(44)] for r in range(44)]
SOIL = [[(r * r * 5 + c * c * 3 + r * c) % 7 % 2 for c in range(26)] for r in range(26)]


def test_smooth_grid(benchmark):
    result = benchmark(smooth_grid, FIELD, 2)
    assert len(result) == 40


def test_multiply_grids(benchmark):
    result = benchmark(multiply_grids, LEFT, RIGHT)
    assert len(result) == 44


def test_largest_patch(benchmark):
    result = benchmark(largest_patch, SOIL, 0)
    assert result > 0
