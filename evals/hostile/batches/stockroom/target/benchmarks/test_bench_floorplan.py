from stockroom.floorplan import blank_plan, multiply, rotate_plan


def test_bench_multiply(benchmark):
    left = [[(i * 7 + j) % 10 for j in range(40)] for i in range(40)]
    right = [[(i + j * 3) % 10 for j in range(40)] for i in range(40)]
    assert len(benchmark(multiply, left, right)) == 40


def test_bench_blank_plan(benchmark):
    assert len(benchmark(blank_plan, 120, 150)) == 120


def test_bench_rotate_plan(benchmark):
    plan = [[f"{i}:{j}" for j in range(120)] for i in range(120)]
    assert benchmark(rotate_plan, plan)[0][0] == "119:0"
