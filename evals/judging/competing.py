"""Processes that compete for the cores, surely ended with us."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from evals.judging.cases import Load

COMPETITORS = 4
# ends by itself when the pipe to us breaks, however we died
BUSY = """\
import os, threading
threading.Thread(target=lambda: (os.read(0, 1), os._exit(0)), daemon=True).start()
while True:
    pass
"""


@contextmanager
def competition(load: Load, count: int = COMPETITORS) -> Iterator[list[subprocess.Popen[bytes]]]:
    """`count` busy processes while the context lasts, none where the machine is to be quiet."""
    busy: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(count if load is Load.LOADED else 0):
            busy.append(_busy())  # noqa: PERF401  what has started must be known when the next one fails
        yield busy
    finally:
        for process in busy:
            process.kill()
        for process in busy:
            with process:  # waits, and closes the pipe
                pass


def _busy() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", BUSY],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # a session each: no Ctrl-C before our own end of it, and as much of the CPU as a stranger's process gets
        start_new_session=True,
    )
