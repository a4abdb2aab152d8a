"""The command line as a process that writes down its effects, or kills itself at one of them: started by the runner only.

    python -I -m evals.faults.victim SPEC WORDS...

SPEC is the JSON of `Orders`; WORDS are those of `optimize`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from pathlib import Path

from tools.values import Value
from workspaces.faults import Effect, watching


class Orders(Value):
    """What the process does besides its work."""

    log: Path | None = None  # gets a line for each effect that is over
    effect: Effect | None = None  # at which it kills itself
    occurrence: int = 1
    moment: str = "before"


class Watcher:
    """Counts effects, and obeys."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._seen: Counter[tuple[Effect, str]] = Counter()
        self._lock = threading.Lock()

    def __call__(self, effect: Effect, moment: str) -> None:
        """Told of one moment of one effect."""
        orders = self._orders
        with self._lock:
            self._seen[effect, moment] += 1
            if (effect, moment) == (orders.effect, orders.moment) and self._seen[effect, moment] == orders.occurrence:
                os.kill(os.getpid(), signal.SIGKILL)
            if moment == "after" and orders.log is not None:
                with orders.log.open("a") as lines:
                    lines.write(f"{effect}\n")


def main() -> None:
    """Run the command line under the orders of the first argument."""
    orders = Orders.model_validate_json(sys.argv.pop(1))
    from agent.cli import main as run

    with watching(Watcher(orders)):
        run()


if __name__ == "__main__":
    main()
