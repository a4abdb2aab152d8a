"""Runs a program to its end within limits and says what it printed and what it used."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launcher.py")
GRACE_SECONDS = 5.0  # how long pipes may stay open after the launcher ended
LATE_SECONDS = 30.0  # after its limit of time: whatever keeps the launcher from ending the run, it is ended now
MEBIBYTE = 1024**2
SIGNALLED = 128  # exit codes above it: a shell, or bubblewrap, says that its command was killed by a signal
OF_LIMITS: dict[int, str] = {
    signal.SIGXCPU: "cpu",
    signal.SIGXFSZ: "file size",
}  # signals by which the kernel holds a limit of one process


# where the launcher was killed: there is nobody else who could tell
NOTHING_REPORTED = {
    "ended": "launcher",
    "status": "0",
    "wall_seconds": "0",
    "cpu_seconds": "0",
    "peak_bytes": "0",
    "amount": "0",
}


@dataclass(frozen=True)
class Limits:
    """What one run, all its processes together, may use; None where that is not limited.

    Where the kernel counts for one process only, it holds a backstop (`Room`): the sum is looked at every tenth of a second.
    """

    wall_seconds: float = 300.0
    memory_bytes: int | None = 4 * 1024**3
    output_bytes: int = 2_000_000  # of each of the two streams
    file_bytes: int = 512 * MEBIBYTE  # of each file
    processes: int | None = 256
    cpu_seconds: float | None = None  # None: as many as all cores give within the wall time
    written_bytes: int | None = 4 * 1024**3  # to a disk, all files together
    temporary_bytes: int = 2 * 1024**3  # of files in memory: /tmp and /dev/shm of a sandbox, each

    @property
    def summary(self) -> str:
        """The numbers, for people."""
        amounts = [
            f"{self.wall_seconds:g} s",
            f"{self.cpu_seconds:g} s of CPU time" if self.cpu_seconds is not None else "",
            f"{_mebibytes(self.memory_bytes)} of memory" if self.memory_bytes is not None else "",
            f"{self.processes} processes" if self.processes is not None else "",
            f"{_mebibytes(self.file_bytes)} a file",
            f"{_mebibytes(self.written_bytes)} written" if self.written_bytes is not None else "",
            f"{self.output_bytes / 1e6:g} MB printed",
        ]
        return ", ".join(filter(None, amounts))


@dataclass(frozen=True)
class Finished:
    """How a run ended. `code` is None when we killed it for a limit; a signal counts negative, as in subprocess."""

    code: int | None
    stdout: str
    stderr: str
    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
    # what ended it: "wall", "cpu", "memory", "processes", "disk", "file size", "output", or "stopped" by whoever may
    limit: str | None = None
    amount: float = 0.0  # what it used of that, in the unit of `Limits`
    allowed: float = 0.0

    @property
    def ok(self) -> bool:
        """True if it ended by itself with exit code 0."""
        return self.code == 0

    @property
    def signal(self) -> int | None:
        """The signal that killed it, also where a shell or bubblewrap reports it as 128 and more."""
        if self.code is None or SIGNALLED >= self.code >= 0:
            return None
        return -self.code if self.code < 0 else self.code - SIGNALLED

    @property
    def trouble(self) -> str:
        """One sentence on what went wrong, with the end of its output."""
        if self.limit is not None:
            return self._limit_sentence + (f" (signal {_signal_name(self.signal)})" if self.signal else "")
        last = " | ".join([line for line in (self.stderr + "\n" + self.stdout).splitlines() if line.strip()][-8:])
        by_signal = f" (killed by signal {_signal_name(self.signal)})" if self.signal in _SIGNALS else ""
        return f"ended with code {self.code}{by_signal}: {last}"

    @property
    def _limit_sentence(self) -> str:
        sizes = f"{_mebibytes(self.amount)}, its limit is {_mebibytes(self.allowed)}"
        sentences = {
            "wall": f"ran over its limit of time after {self.wall_seconds:.1f} s",
            "cpu": f"used more CPU time than allowed ({self.amount:.1f} s, its limit is {self.allowed:g} s)",
            "memory": f"used more memory than allowed ({sizes})"
            if self.amount > self.allowed
            else f"used up the memory of this machine ({_mebibytes(self.amount)})",
            "processes": f"started more processes than allowed ({self.amount:.0f}, its limit is {self.allowed:.0f})",
            "disk": f"wrote more to the disk than allowed ({sizes})",
            "file size": f"wrote a larger file than allowed (its limit is {_mebibytes(self.allowed)})",
            "output": f"printed more than allowed (its limit is {self.allowed / 1e6:g} MB)",
            "stopped": "was stopped",
            "launcher": "ended what watches over its limits",
        }
        return sentences[self.limit or "stopped"]


_SIGNALS = {number.value: number.name for number in signal.Signals}


def _signal_name(number: int | None) -> str:
    return f"{number}, {_SIGNALS[number]}" if number in _SIGNALS else str(number)


def _mebibytes(amount: float | None) -> str:
    """For example "80 MiB", "4 GiB"."""
    found = (amount or 0) / MEBIBYTE
    return f"{found / 1024:g} GiB" if found >= 1024 and found % 1024 == 0 else f"{found:.0f} MiB"


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    limits: Limits,
    folder: Path | None = None,
    cores: Sequence[int] | None = None,
    stop: threading.Event | None = None,
    passed_on: Sequence[int] = (),
) -> Finished:
    """Run `command` in a session of its own, with no stdin, and kill all of it at the end, at a limit or when we die.

    Whoever sets `stop` in another thread ends it too (limit "stopped"). The command inherits the descriptors `passed_on`.
    """
    control_read, control_write = os.pipe()
    result_read, result_write = os.pipe()
    given = {
        "wall_seconds": limits.wall_seconds,
        "cpu_seconds": limits.cpu_seconds,
        "memory_bytes": limits.memory_bytes,
        "written_bytes": limits.written_bytes,
        "processes": limits.processes,
        "cores": ",".join(map(str, cores or ())),
        "passed_on": ",".join(map(str, passed_on)),
    }
    spec = [f"{name}={value}" for name, value in given.items() if value is not None]
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(control_read), str(result_write), *spec, "--"]
    try:
        process = subprocess.Popen(
            [*launcher, *command],
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(control_read, result_write, *passed_on),
            start_new_session=True,
        )
    except BaseException:
        for descriptor in (control_write, result_read):
            os.close(descriptor)
        raise
    finally:
        os.close(control_read)
        os.close(result_write)
    with process:
        try:
            collected = _collect(process, result_read, limits, stop)
        finally:
            os.close(control_write)  # the launcher kills what still runs
            for stream in (process.stdout, process.stderr):  # full pipes that nobody reads would keep the launcher waiting
                assert stream is not None
                stream.close()
            _wait(process)
            late = _rest(result_read)
            os.close(result_read)
    return _finished(collected, collected.report + late, limits)


@dataclass(frozen=True)
class _Collected:
    """What came out of a run, and why we stopped to listen: "output", "stopped", "wall" or nothing."""

    stdout: bytes
    stderr: bytes
    report: bytes
    ended: str | None


def _collect(process: subprocess.Popen[bytes], result: int, limits: Limits, stop: threading.Event | None) -> _Collected:
    """Everything printed and the launcher's report; ends early when a stream overflows."""
    assert process.stdout is not None
    assert process.stderr is not None
    streams = {process.stdout.fileno(): bytearray(), process.stderr.fileno(): bytearray(), result: bytearray()}
    deadline = time.monotonic() + limits.wall_seconds + LATE_SECONDS
    ended: str | None = None
    with selectors.DefaultSelector() as selector:
        for descriptor in streams:
            selector.register(descriptor, selectors.EVENT_READ)
        while selector.get_map() and ended is None:
            if time.monotonic() > deadline:
                # an escaped grandchild may hold the pipe open for ever, or keep the launcher from doing its work
                ended = "wall" if result in selector.get_map() else None
                break
            if stop is not None and stop.is_set():
                ended = "stopped"
                break
            for key, _ in selector.select(timeout=0.2):
                chunk = os.read(key.fd, 65536)
                if not chunk:
                    selector.unregister(key.fd)
                    if key.fd == result:
                        deadline = min(deadline, time.monotonic() + GRACE_SECONDS)
                    continue
                streams[key.fd] += chunk
                if len(streams[key.fd]) > limits.output_bytes:
                    ended = "output"
    stdout, stderr, report = (bytes(stream[: limits.output_bytes]) for stream in streams.values())
    return _Collected(stdout, stderr, report, ended)


def _wait(process: subprocess.Popen[bytes]) -> None:
    """Until the launcher has ended, which it does when we hang up, unless somebody stopped it."""
    try:
        process.wait(LATE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()  # its command dies with it
        process.wait()


def _rest(descriptor: int) -> bytes:
    """What the launcher reported after we stopped to listen."""
    os.set_blocking(descriptor, False)
    try:
        return os.read(descriptor, 65536)
    except BlockingIOError:  # nothing, and something still holds the other end
        return b""


def _finished(collected: _Collected, report: bytes, limits: Limits) -> Finished:
    used = {**NOTHING_REPORTED, **dict(word.split("=", 1) for word in report.decode().split())}
    why = collected.ended or (used["ended"] if used["ended"] != "exit" else None)
    code = os.waitstatus_to_exitcode(int(used["status"])) if why is None else None
    finished = Finished(
        code=code,
        stdout=collected.stdout.decode("utf-8", "replace"),
        stderr=collected.stderr.decode("utf-8", "replace"),
        wall_seconds=float(used["wall_seconds"]),
        cpu_seconds=float(used["cpu_seconds"]),
        peak_bytes=int(used["peak_bytes"]),
        limit=why,
        amount=float(used["amount"]),
    )
    limit = why or OF_LIMITS.get(finished.signal or 0)
    return replace(finished, limit=limit, allowed=_allowed(limits, limit))


def _allowed(limits: Limits, limit: str | None) -> float:
    known = {
        "wall": limits.wall_seconds,
        "cpu": limits.cpu_seconds,
        "memory": limits.memory_bytes,
        "processes": limits.processes,
        "disk": limits.written_bytes,
        "file size": limits.file_bytes,
        "output": limits.output_bytes,
    }
    return known.get(limit or "") or 0.0
