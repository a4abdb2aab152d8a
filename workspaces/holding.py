"""Lock files that die with their holder: the kernel lets go of them, however a process ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TRIES, MOMENT_SECONDS = 5, 0.02  # somebody may have looked, at this very moment, whether it is held


class Held(Exception):
    """Somebody else has the lock; `process` is his, as far as he said."""

    def __init__(self, process: int | None) -> None:
        super().__init__(f"held by process {process}")
        self.process = process


@contextmanager
def held(file: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold a lock file, which stays where it is; Held if somebody else does, unless we are to wait for him.

    Programs that we start do not inherit it.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if wait:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        elif not any(_taken(descriptor) for _ in range(TRIES)):
            raise Held(_process(descriptor))
        with suppress(OSError):  # only a courtesy to others, and the disk may be full
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def is_held(file: Path) -> bool:
    """True while somebody has the lock; a file that is not there is nobody's."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(MOMENT_SECONDS)
        return False
    return True


def _process(descriptor: int) -> int | None:
    written = os.pread(descriptor, 20, 0)
    return int(written) if written.isdigit() else None
