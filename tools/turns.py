"""Two live processes that take turns on one core, so that a change in the machine's speed hits both alike.

Shared machines change speed by half for seconds at a time (a neighbour on the same physical core, a clock frequency). A
ratio of two processes that ran one after the other carries that change in full; a ratio of two samples of a few
milliseconds taken next to each other hardly does. So baseline and candidate, each a fresh process, live at the same time
and work only when this module says so: rounds of one sample each, in random order within the round.

A call that takes longer than a few milliseconds cannot be taken apart, but the system can do it: both sides of a round
of calls that only compute work at the same time, on the one core, and the scheduler lets them take turns of a few
milliseconds. What counts is the CPU time of each. (Over 12 rounds of 200 ms on identical code, the standard deviation of
the log ratio was 0.003 to 0.006 together and 0.007 to 0.045 one after the other.)
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
from typing import Any, NamedTuple

from workspaces.sandbox import Room

ENOUGH_SECONDS = 0.1  # of samples, both sides together
FEWEST_ROUNDS = 5
SLOW_SECONDS, FEWEST_SLOW_ROUNDS = 0.5, 2  # once so much time is spent, so many rounds are enough
TOGETHER = 1.5  # times as long where both sides work at the same time
MOST_ROUNDS = 200
LONGEST_LINE = 65536  # bytes that a process may say without ending a line


class Rounds(NamedTuple):
    """How much is asked for of one benchmark in one pair of processes."""

    enough_seconds: float = ENOUGH_SECONDS
    fewest: int = FEWEST_ROUNDS
    others: int = 0  # rounds in which they call the function with other arguments, before the samples
    slow: bool = False  # its calls are known to be slow: settling is left out


class SideEnded(Exception):
    """A process ended before its benchmarks were over; its result says why."""

    def __init__(self, seat: Seat) -> None:
        super().__init__()
        self.seat = seat


@dataclass
class Played:
    """Seconds of one side's turns of one benchmark, by our own clock."""

    first: float
    settling: float | None  # None where it was left out
    together: bool  # samples were taken while the other side worked too: no clock of ours tells how long each took
    samples: list[float] = field(default_factory=list)


@dataclass
class Seat:
    """Our end of the pipes to one process."""

    go: int
    said: int
    pipes: dict[str, str]  # as the process sees them
    running: Future[Any] | None = None  # Any: whatever the run returns
    heard: bytearray = field(default_factory=bytearray)
    played: dict[str, Played] = field(default_factory=dict)  # by benchmark

    def tell(self, word: bytes) -> None:
        """b"g": your turn; b"n": this turn is left out; b"x": this benchmark is over."""
        try:
            os.write(self.go, word)
        except BlockingIOError as error:  # somebody filled the pipe: no process that plays by the rules does
            raise SideEnded(self) from error

    def listen(self) -> str:
        """The next line that the process says; SideEnded if it ends instead."""
        while b"\n" not in self.heard:
            ended = self.running is not None and self.running.done()
            if not select.select([self.said], [], [], 0 if ended else 0.05)[0]:
                if ended:
                    raise SideEnded(self)
                continue
            self.heard += os.read(self.said, 65536)
            if len(self.heard) > LONGEST_LINE and b"\n" not in self.heard:
                raise SideEnded(self)
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
            (room.results / name).unlink(missing_ok=True)  # target code may have been there


def referee(
    seats: Sequence[Seat],
    names: Sequence[str],
    source: random.Random,
    rounds: Rounds = Rounds(),  # noqa: B008  a value
    clock: Callable[[], float] = time.monotonic,
) -> Seat | None:
    """Lead both processes through the benchmarks `names`; None if they followed to the end, else the one that did not.

    Other arguments are left out where calls turn out to be slow. The one that did not follow may have been ended by its
    limit of time while it waited for its turn.
    """
    try:
        for name in names:
            for seat in seats:
                if seat.listen() != f"ready {name}":
                    return seat
            _lead(seats, name, source, rounds, clock)
            for seat in seats:
                seat.tell(b"x")
    except SideEnded as ended:
        return ended.seat
    return None


def _lead(
    seats: Sequence[Seat],
    name: str,
    source: random.Random,
    rounds: Rounds,
    clock: Callable[[], float],
) -> None:
    first = _round(seats, source, clock)
    settling = None if rounds.slow else _round(seats, source, clock)
    if rounds.slow:
        _leave_out(seats)
    together = rounds.slow or (settling is not None and all(said == "slow" for _, said in settling))
    for number, seat in enumerate(seats):
        seat.played[name] = Played(first[number][0], settling[number][0] if settling else None, together)
    for _ in range(rounds.others):
        if together and not rounds.slow:
            _leave_out(seats)
        else:
            _round(seats, source, clock)
    if together:
        _sample_together(seats, name, source, rounds, clock)
    else:
        _sample(seats, name, source, rounds, clock)


def _sample(
    seats: Sequence[Seat],
    name: str,
    source: random.Random,
    rounds: Rounds,
    clock: Callable[[], float],
) -> None:
    started = clock()
    for count in range(1, MOST_ROUNDS + 1):
        for seat, (seconds, _) in zip(seats, _round(seats, source, clock), strict=True):
            seat.played[name].samples.append(seconds)
        spent = clock() - started
        if (count >= rounds.fewest and spent >= rounds.enough_seconds) or (
            count >= FEWEST_SLOW_ROUNDS and spent >= SLOW_SECONDS
        ):
            return


def _sample_together(
    seats: Sequence[Seat], name: str, source: random.Random, rounds: Rounds, clock: Callable[[], float]
) -> None:
    started = clock()
    for _ in range(MOST_ROUNDS):
        began = clock()
        for seat in source.sample(seats, len(seats)):
            seat.tell(b"g")
        for seat in seats:
            _done(seat)
            seat.played[name].samples.append(clock() - began)
        if clock() - started >= TOGETHER * rounds.enough_seconds:
            return


def _round(seats: Sequence[Seat], source: random.Random, clock: Callable[[], float]) -> list[tuple[float, str]]:
    """One turn of each side; seconds and what it said, in the order of `seats`."""
    found: dict[int, tuple[float, str]] = {}
    for number in source.sample(range(len(seats)), len(seats)):
        started = clock()
        seats[number].tell(b"g")
        said = _done(seats[number])
        found[number] = clock() - started, said
    return [found[number] for number in range(len(seats))]


def _done(seat: Seat) -> str:
    """Wait for the end of a turn: "done", or "slow" if calls are long and only compute; SideEnded if it never comes."""
    while (said := seat.listen()) not in ("done", "slow"):
        if said.startswith("ready "):  # it went on to another benchmark
            raise SideEnded(seat)
    return said


def _leave_out(seats: Sequence[Seat]) -> None:
    for seat in seats:
        seat.tell(b"n")
