"""Ctrl-C that is obeyed at once: LangGraph waits for its threads, and those may wait for a server for minutes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

POLL_SECONDS = 0.2

Result = TypeVar("Result")


class Interrupted(Exception):
    """The run was stopped while this thread waited; nothing is kept of what it waited for."""


@contextmanager
def interruptible(stop: threading.Event) -> Iterator[None]:
    """Set `stop`, and raise KeyboardInterrupt as ever, when the user interrupts; in the main thread only."""

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  as signal.signal wants it
        stop.set()
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def unless_stopped(work: Callable[[], Result], stop: threading.Event) -> Result:
    """What `work` returns or raises; Interrupted as soon as `stop` is set, whatever `work` is waiting for then."""
    future = _begun(work)
    while not stop.is_set():
        if wait([future], timeout=POLL_SECONDS).done:
            return future.result()
    raise Interrupted


def side_by_side(works: Iterable[Callable[[], Result]]) -> list[Result]:
    """What all of them return, in their order, each in a thread of its own; or what the first of them raises."""
    return [future.result() for future in [_begun(work) for work in works]]


def _begun(work: Callable[[], Result]) -> Future[Result]:
    """Work in a thread that the end of the program does not wait for."""
    future: Future[Result] = Future()

    def fill() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  raised again where it is waited for
            future.set_exception(error)

    threading.Thread(target=fill, daemon=True).start()
    return future
