"""Two live processes that take turns on one core, so that a change in the machine's speed hits both alike.

Shared machines change speed by half for seconds at a time (a neighbour on the same physical core, a clock frequency). A
ratio of two processes that ran one after the other carries that change in full; a ratio of two samples of a few
milliseconds taken next to each other hardly does. So baseline and candidate, each a fresh process, live at the same time
and work only when this module says so: rounds of one sample each, in random order within the round.
"""

from __future__ import annotations

import os
import random
import select
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from workspaces.sandbox import Room

ENOUGH_SECONDS = 0.1  # of samples, both sides together
FEWEST_ROUNDS = 5
SLOW_SECONDS = 0.5  # once so much time is spent, two rounds are enough
FEWEST_SLOW_ROUNDS = 2
MOST_ROUNDS = 200
FIRST_ROUNDS = 2  # the first call, and settling how many calls make a sample


class SideEnded(Exception):
    """A process ended before its benchmarks were over; its result says why."""

    def __init__(self, seat: Seat) -> None:
        super().__init__()
        self.seat = seat


@dataclass
class Seat:
    """Our end of the pipes to one process."""

    go: int
    said: int
    pipes: dict[str, str]  # as the process sees them
    running: Future[Any] | None = None  # Any: whatever the run returns
    heard: bytearray = field(default_factory=bytearray)
    turns: dict[str, list[float]] = field(default_factory=dict)  # benchmark -> seconds of each turn, by our clock

    def tell(self, word: bytes) -> None:
        """b"g": your turn; b"x": this benchmark is over."""
        os.write(self.go, word)

    def listen(self) -> str:
        """The next line that the process says; SideEnded if it ends instead."""
        while b"\n" not in self.heard:
            ended = self.running is not None and self.running.done()
            if not select.select([self.said], [], [], 0 if ended else 0.05)[0]:
                if ended:
                    raise SideEnded(self)
                continue
            self.heard += os.read(self.said, 65536)
        line, _, rest = bytes(self.heard).partition(b"\n")
        self.heard[:] = rest
        return line.decode("utf-8", "replace")


@contextmanager
def seat(room: Room) -> Iterator[Seat]:
    """Pipes between us and a process in `room`."""
    pipes = {}
    for name in ("go", "said"):
        os.mkfifo(room.results / name)
        (room.results / name).chmod(0o666)
        pipes[name] = str(room.inside_results / name)
    # opened for both directions, so that opening never waits for a process that may not come
    descriptors = [os.open(room.results / name, os.O_RDWR | os.O_NONBLOCK) for name in ("go", "said")]
    try:
        yield Seat(descriptors[0], descriptors[1], pipes)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
        for name in ("go", "said"):
            (room.results / name).unlink()


def referee(
    seats: Sequence[Seat],
    names: Sequence[str],
    source: random.Random,
    enough_seconds: float = ENOUGH_SECONDS,
    fewest_rounds: int = FEWEST_ROUNDS,
    others: int = 0,
    clock: Callable[[], float] = time.monotonic,
) -> Seat | None:
    """Lead both processes through the benchmarks `names`; None if they followed to the end, else the one that did not.

    `others` is the number of rounds in which they call the function with other arguments, before the samples.
    The other one may have been ended too, by its limit of time while it waited for its turn.
    """
    try:
        for name in names:
            for seat in seats:
                if seat.listen() != f"ready {name}":
                    return seat
            for _ in range(FIRST_ROUNDS + others):
                _round(seats, name, source, clock)
            _sample(seats, name, source, clock, enough_seconds, fewest_rounds)
            for seat in seats:
                seat.tell(b"x")
    except SideEnded as ended:
        return ended.seat
    return None


def _sample(
    seats: Sequence[Seat],
    name: str,
    source: random.Random,
    clock: Callable[[], float],
    enough_seconds: float,
    fewest_rounds: int,
) -> None:
    started = clock()
    for count in range(1, MOST_ROUNDS + 1):
        _round(seats, name, source, clock)
        spent = clock() - started
        if (count >= fewest_rounds and spent >= enough_seconds) or (count >= FEWEST_SLOW_ROUNDS and spent >= SLOW_SECONDS):
            return


def _round(seats: Sequence[Seat], name: str, source: random.Random, clock: Callable[[], float]) -> None:
    for seat in source.sample(seats, len(seats)):
        started = clock()
        seat.tell(b"g")
        while seat.listen() != "done":
            continue
        seat.turns.setdefault(name, []).append(clock() - started)
