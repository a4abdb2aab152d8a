"""A thin process between us and target code: starts it, limits it, counts what it used, kills all of it.

Runs as `python -I -S launcher.py CONTROL RESULT SPEC -- COMMAND...` with two inherited file descriptors and a JSON
object. It exists because `ru_maxrss` of a child is never below the size of the process that started it, and ours is
large; and because whoever kills us (SIGKILL included) closes CONTROL, on which this process ends everything.

SPEC: wall_seconds (float), memory_bytes (int or null), cores (list of int or null). RESULT receives one JSON object:
status (the wait status), wall_seconds, cpu_seconds, peak_bytes, ended ("exit", "wall", "memory" or "parent").
Standard library only; imports nothing of ours.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

POLL_SECONDS = 0.1


def main() -> None:
    """Start the command, wait for its end or for a limit, report and leave nothing behind."""
    control, result = int(sys.argv[1]), int(sys.argv[2])
    spec: dict[str, Any] = json.loads(sys.argv[3])
    command = sys.argv[sys.argv.index("--") + 1 :]
    os.set_inheritable(control, False)
    os.set_inheritable(result, False)
    _adopt_orphans()
    started = time.monotonic()
    child = _start(command, spec["cores"])
    ended = _watch(child, control, started + spec["wall_seconds"], spec["memory_bytes"])
    _kill_all(child)
    _, status, usage = os.wait4(child, 0)
    wall = time.monotonic() - started
    _end_orphans()
    # macOS counts ru_maxrss in bytes, Linux in KiB
    unit = 1 if sys.platform == "darwin" else 1024
    finished = {
        "status": status,
        "wall_seconds": wall,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * unit,
        "ended": ended,
    }
    os.write(result, json.dumps(finished).encode())


def _adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends: a daemon cannot leave. Linux only; elsewhere it can."""
    if not sys.platform.startswith("linux"):
        return
    try:
        import ctypes
    except ImportError:
        return
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def _end_orphans() -> None:
    """Kill and bury what the command left running; killing one may hand us its children."""
    while left := _children(os.getpid()):
        for orphan in left:
            _kill_all(orphan)
            os.waitpid(orphan, 0)


def _start(command: list[str], cores: list[int] | None) -> int:
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        if cores and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, cores)
        os.execvp(command[0], command)  # noqa: S606  a list, no shell
    finally:
        os._exit(127)


def _watch(child: int, control: int, deadline: float, memory_bytes: int | None) -> str:
    """Why the wait ended; the child may still live, except for "exit"."""
    poll = select.poll()
    poll.register(control, select.POLLIN | select.POLLHUP)
    exit_notice = os.pidfd_open(child) if hasattr(os, "pidfd_open") else None
    if exit_notice is not None:
        poll.register(exit_notice, select.POLLIN)
    while True:
        ready = [descriptor for descriptor, _ in poll.poll(POLL_SECONDS * 1000)]
        if control in ready:
            return "parent"
        if _has_ended(child):
            return "exit"
        if time.monotonic() > deadline:
            return "wall"
        if memory_bytes is not None and sum(map(_resident_bytes, _children(os.getpid()))) > memory_bytes:
            return "memory"


def _has_ended(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _resident_bytes(process: int) -> int:
    """Resident memory of a process and all its descendants; 0 for what is gone or where there is no /proc."""
    try:
        pages = int((Path("/proc") / str(process) / "statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(_resident_bytes(child) for child in _children(process))


def _children(process: int) -> list[int]:
    try:
        tasks = list((Path("/proc") / str(process) / "task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def _kill_all(child: int) -> None:
    """Kill the command's group, its descendants in other sessions too: the first process of a sandbox is one of them."""
    for descendant in _children(child):
        _kill_all(descendant)
    for kill in (os.killpg, os.kill):
        try:
            kill(child, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


if __name__ == "__main__":
    main()
