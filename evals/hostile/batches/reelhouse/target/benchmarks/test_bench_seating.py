import random

from reelhouse.seating import SeatingPlan, parse_plan


def make_plan(rows, seats, held, seed):
    rng = random.Random(seed)
    plan = SeatingPlan(rows, seats)
    for row, seat in rng.sample([(r, s) for r in range(rows) for s in range(seats)], held):
        plan.hold(row, seat)
    return plan


def test_bench_parse_plan(benchmark):
    rng = random.Random(1)
    text = "\n".join("".join(rng.choice("....v#w_") for _ in range(150)) for _ in range(250))
    assert len(benchmark(parse_plan, text)) == 250


def test_bench_free_seats(benchmark):
    plan = make_plan(24, 24, 180, 2)
    assert len(benchmark(plan.free_seats)) == 24 * 24 - 180


def test_bench_best_block(benchmark):
    plan = make_plan(22, 24, 150, 3)
    assert len(benchmark(plan.best_block, 4)) == 4
