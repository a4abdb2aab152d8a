"""The code that is timed: it is copied into the repository that the judge looks at, and runs there on any Python >= 3.9.

A function does `units` times the same piece of work, `steps` long, and returns what the last unit computed: a function
that does fewer units is faster by exactly that ratio and computes the same. Run as a program it prints, as JSON, the
seconds of one step of each kind.
"""

import json
import time


def arithmetic(units: int, steps: int) -> int:
    """Integer arithmetic in a loop."""
    found = 0
    for _ in range(units):
        found = 0
        for step in range(steps):
            found = (found * 31 + step) % 65521
    return found


def containers(units: int, steps: int) -> int:
    """Strings are built and kept in a dictionary, under a few keys."""
    length = 0
    for _ in range(units):
        kept = {}
        for step in range(steps):
            kept["key " + str(step % 97)] = "value " + str(step)
        length = len("".join(kept.values()))
    return length


def allocation(units: int, steps: int) -> int:
    """Many small objects live at the same time, so that the garbage collector has its share."""
    length = 0
    for _ in range(units):
        kept = [[step, (step, str(step))] for step in range(steps)]
        length = len(kept)
    return length


def waiting(units: int, steps: int) -> int:
    """Sleeps: `steps` microseconds a unit. Wall time decides."""
    for _ in range(units):
        time.sleep(steps / 1e6)
    return steps


KINDS = {"arithmetic": arithmetic, "containers": containers, "allocation": allocation, "waiting": waiting}


def seconds_per_step(kind: str, steps: int = 2000, units: int = 10, repeats: int = 7) -> float:
    """Best of a few runs: what a step costs on a quiet core."""
    if kind == "waiting":
        return 1e-6
    best = float("inf")
    for _ in range(repeats):
        started = time.perf_counter()
        KINDS[kind](units, steps)
        best = min(best, time.perf_counter() - started)
    return best / (units * steps)


if __name__ == "__main__":
    print(json.dumps({kind: seconds_per_step(kind) for kind in KINDS}))  # noqa: T201  whoever runs it reads this
