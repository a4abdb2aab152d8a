"""A thin process between us and target code: starts it, limits it, counts what it used, kills all of it.

Runs as `python -I -S launcher.py CONTROL RESULT SPEC... -- COMMAND...` with two inherited file descriptors and words such as
wall_seconds=60. It exists because `ru_maxrss` of a child is never below the size of the process that started it, and ours is
large; and because whoever kills us (SIGKILL included) closes CONTROL, on which this process ends everything.

SPEC: wall_seconds, cores (numbers with commas between them), passed_on (descriptors that the command inherits, likewise),
and the limits of the whole group, none where they are left out: cpu_seconds, memory_bytes, written_bytes, processes. RESULT
receives one line of such words: status (the wait status), wall_seconds, cpu_seconds, peak_bytes, ended ("exit", "parent" or
the limit: "wall", "cpu", "memory", "disk", "processes") and amount (what the limit was compared with).

The limits of a group are looked at every POLL_SECONDS, so that a group may be over them for that long; what one process can
do in the meantime is bounded by its own limits (entry.py). Standard library only; imports nothing of ours.
"""

from __future__ import annotations

import os
import resource
import select
import sys
import time

TYPE_CHECKING = False  # what this imports takes longer than what it does, and it stands before every process that is timed
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Iterator
else:
    import _signal as signal

POLL_SECONDS = 0.1
BURIAL_SECONDS = 0.002
PDEATHSIG, CHILD_SUBREAPER = 1, 36  # of prctl(2)
SCARCE_BYTES = 256 * 1024**2  # of the machine's memory: with less left, the run ends before the system kills something else
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


class Used:
    """What a process used so far."""

    def __init__(self, cpu_seconds: float, resident_bytes: int, written_bytes: int) -> None:
        self.cpu_seconds = cpu_seconds  # with children that it waited for
        self.resident_bytes = resident_bytes
        self.written_bytes = written_bytes


def main() -> None:
    """Start the command, wait for its end or for a limit, report and leave nothing behind."""
    control, result = int(sys.argv[1]), int(sys.argv[2])
    end = sys.argv.index("--")
    spec, command = dict(word.split("=", 1) for word in sys.argv[3:end]), sys.argv[end + 1 :]
    passed_on = _numbers(spec.pop("passed_on", ""))
    os.set_inheritable(control, False)
    os.set_inheritable(result, False)
    _control_processes(CHILD_SUBREAPER, 1)  # a daemon cannot leave: it becomes a child of ours
    started = time.monotonic()
    child = _start(command, _numbers(spec.pop("cores", "")))
    for descriptor in passed_on:
        os.close(descriptor)
    deadline = started + float(spec.pop("wall_seconds"))
    ended, amount = _watch(child, control, deadline, {name: float(limit) for name, limit in spec.items()})
    # of what is killed in a namespace nobody is charged for the use, if its first process happens to go first
    seen = 0.0 if ended == "exit" else sum(_used(process).cpu_seconds for process in _descendants(os.getpid()))
    _end_descendants(child)
    _, status, usage = os.wait4(child, 0)
    wall = time.monotonic() - started
    _end_descendants(None)
    # orphans are children that `child` never waited for: they count too
    everything = resource.getrusage(resource.RUSAGE_CHILDREN)
    # macOS counts ru_maxrss in bytes, Linux in KiB
    unit = 1 if sys.platform == "darwin" else 1024
    finished = {
        "status": status,
        "wall_seconds": wall,
        "cpu_seconds": max(everything.ru_utime + everything.ru_stime, seen),
        "peak_bytes": max(usage.ru_maxrss, everything.ru_maxrss) * unit,
        "ended": ended,
        "amount": wall if ended == "wall" else amount,
    }
    os.write(result, " ".join(f"{name}={value}" for name, value in finished.items()).encode())


def _numbers(listed: str) -> list[int]:
    return [int(number) for number in listed.split(",") if number]


def _control_processes(option: int, value: int) -> None:
    """prctl(2); nothing where there is none."""
    if not sys.platform.startswith("linux"):
        return
    try:
        import ctypes
    except ImportError:
        return
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _start(command: list[str], cores: list[int]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        _control_processes(PDEATHSIG, signal.SIGKILL)  # whoever manages to kill this launcher
        _be_the_first_to_go()
        if cores and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, cores)
        os.execvp(command[0], command)  # noqa: S606  a list, no shell
    finally:
        os._exit(127)


def _be_the_first_to_go() -> None:
    """Where the machine runs out of memory after all, the system kills target code and nothing else."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123  pathlib takes too long to import
            file.write("1000")
    except OSError:
        return


def _watch(child: int, control: int, deadline: float, limits: dict[str, float]) -> tuple[str, float]:
    """Why the wait ended, and the amount that was too much; the child may still live, except for "exit"."""
    poll = select.poll()
    poll.register(control, select.POLLIN | select.POLLHUP)
    exit_notice = os.pidfd_open(child) if hasattr(os, "pidfd_open") else None
    if exit_notice is not None:
        poll.register(exit_notice, select.POLLIN)
    while True:
        ready = [descriptor for descriptor, _ in poll.poll(POLL_SECONDS * 1000)]
        if control in ready:
            return "parent", 0.0
        if _has_ended(child):
            return "exit", 0.0
        if time.monotonic() > deadline:
            return "wall", 0.0
        passed = _limit_passed(limits)
        if passed is not None:
            return passed


def _limit_passed(limits: dict[str, float]) -> tuple[str, float] | None:
    """The limit of the whole group that is passed, and the amount."""
    group = list(_descendants(os.getpid()))
    used = [_used(process) for process in group]
    found = {
        "processes": float(len(group)),
        "cpu_seconds": sum(one.cpu_seconds for one in used),
        "written_bytes": sum(one.written_bytes for one in used),
        "memory_bytes": sum(one.resident_bytes for one in used),
    }
    if "memory_bytes" in limits:
        if found["memory_bytes"] > limits["memory_bytes"]:  # pages that several processes share were counted several times
            # twice: while the processes are looked at one after the other, some of them end
            found["memory_bytes"] = min(sum(map(_proportional_bytes, group)) for _ in range(2))
        if _available_bytes() < SCARCE_BYTES:
            return "memory", found["memory_bytes"]
    names = {"processes": "processes", "cpu_seconds": "cpu", "memory_bytes": "memory", "written_bytes": "disk"}
    for limit, name in names.items():
        if limit in limits and found[limit] > limits[limit]:
            return name, found[limit]
    return None


def _has_ended(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _used(process: int) -> Used:
    """Nothing for what is gone or where there is no /proc."""
    fields = _read(f"/proc/{process}/stat").rpartition(b")")[2].split()  # the name before it may hold anything
    if not fields:
        return Used(0.0, 0, 0)
    # nothing where that is not for us to know
    written = _read(f"/proc/{process}/io").partition(b"\nwrite_bytes: ")[2].split(b"\n")[0]
    return Used(sum(map(int, fields[11:15])) / TICKS, int(fields[21]) * PAGE_BYTES, int(written or 0))


def _proportional_bytes(process: int) -> int:
    """Memory of a process, of shared pages its part; all that is resident where that is not known, 0 for what is gone."""
    found = _read(f"/proc/{process}/smaps_rollup").partition(b"\nPss:")[2].split()
    return int(found[0]) * 1024 if found else _used(process).resident_bytes


def _available_bytes() -> float:
    """Memory that the machine has left; endless where nobody says."""
    found = _read("/proc/meminfo").partition(b"\nMemAvailable:")[2].split()
    return int(found[0]) * 1024 if found else float("inf")


def _descendants(process: int) -> Iterator[int]:
    for child in _children(process):
        yield child
        yield from _descendants(child)


def _children(process: int) -> list[int]:
    try:
        tasks = os.listdir(f"/proc/{process}/task")  # noqa: PTH208  as in _read
    except OSError:
        return []
    return [int(child) for task in tasks for child in _read(f"/proc/{process}/task/{task}/children").split()]


def _read(path: str) -> bytes:
    """What stands in a file of /proc; nothing for what is gone or not for us to know."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123  ten looks a second: pathlib takes too long
            return file.readall()
    except OSError:
        return b""


def _end_descendants(child: int | None) -> None:
    """Kill everything that the command started and bury it, but for `child`, whose use is still to be read."""
    if child is not None:
        _kill_group(child)
    while left := _stopped(child):
        for process in left:
            _kill_group(process)
        if not _buried(child):
            time.sleep(BURIAL_SECONDS)


def _buried(child: int | None) -> bool:
    """Take the ends of processes whose parent is this one now, but for `child`; False if there were none."""
    ended = [process for process in _children(os.getpid()) if process != child and os.waitpid(process, os.WNOHANG)[0]]
    return bool(ended)


def _stopped(child: int | None) -> list[int]:
    """All that is left of the group, none of which can start another process any more."""
    seen: set[int] = set()
    while True:
        found = {process for process in _descendants(os.getpid()) if process != child or not _has_ended(process)}
        if not found - seen:
            return sorted(found)
        for process in found - seen:
            _send(os.kill, process, signal.SIGSTOP)
        seen |= found


def _kill_group(process: int) -> None:
    """Kill a process with the group that it may lead: the first process of a sandbox is in a session of its own."""
    _send(os.killpg, process, signal.SIGKILL)
    _send(os.kill, process, signal.SIGKILL)


def _send(kill: Callable[[int, int], None], process: int, number: int) -> None:
    try:
        kill(process, number)
    except (ProcessLookupError, PermissionError):
        return


if __name__ == "__main__":
    main()
