"""Runs a program to its end within limits and says what it printed and what it used."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launcher.py")
GRACE_SECONDS = 5.0  # how long pipes may stay open after the launcher ended


@dataclass(frozen=True)
class Limits:
    """What one run may use: wall seconds, bytes of memory of all its processes, bytes of each output stream."""

    wall_seconds: float = 300.0
    memory_bytes: int | None = 4 * 1024**3
    output_bytes: int = 2_000_000
    file_bytes: int = 512 * 1024**2
    processes: int = 256


@dataclass(frozen=True)
class Finished:
    """How a run ended. `code` is None when it was killed for a limit; a signal counts negative, as in subprocess."""

    code: int | None
    stdout: str
    stderr: str
    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
    limit: str | None = None  # "wall", "memory" or "output"

    @property
    def ok(self) -> bool:
        """True if it ended by itself with exit code 0."""
        return self.code == 0

    @property
    def trouble(self) -> str:
        """One sentence on what went wrong, with the end of its output."""
        if self.limit == "wall":
            return f"ran over its limit of time after {self.wall_seconds:.1f} s"
        if self.limit == "memory":
            return f"used more memory than allowed ({self.peak_bytes / 2**20:.0f} MiB at the end)"
        if self.limit == "stopped":
            return "was stopped"
        if self.limit == "output":
            return "printed more than allowed"
        last = [line for line in (self.stderr + "\n" + self.stdout).splitlines() if line.strip()][-8:]
        return f"ended with code {self.code}: " + " | ".join(last)


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    limits: Limits,
    folder: Path | None = None,
    cores: Sequence[int] | None = None,
    stop: threading.Event | None = None,
) -> Finished:
    """Run `command` in a session of its own, with no stdin, and kill all of it at the end, at a limit or when we die.

    Whoever sets `stop` in another thread ends it too (limit "stopped").
    """
    control_read, control_write = os.pipe()
    result_read, result_write = os.pipe()
    spec = {
        "wall_seconds": limits.wall_seconds,
        "memory_bytes": limits.memory_bytes,
        "cores": list(cores) if cores else None,
    }
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(control_read), str(result_write), json.dumps(spec), "--"]
    try:
        process = subprocess.Popen(
            [*launcher, *command],
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(control_read, result_write),
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
            stdout, stderr, report, overflow = _collect(process, result_read, limits.output_bytes, stop)
        finally:
            os.close(control_write)  # the launcher kills what still runs
            for stream in (process.stdout, process.stderr):  # full pipes that nobody reads would keep the launcher waiting
                assert stream is not None
                stream.close()
            process.wait()
            os.close(result_read)
    return _finished(report, stdout, stderr, overflow)


def _collect(
    process: subprocess.Popen[bytes], result: int, output_bytes: int, stop: threading.Event | None
) -> tuple[bytes, bytes, bytes, bool]:
    """Everything printed and the launcher's report; ends early when a stream overflows."""
    assert process.stdout is not None
    assert process.stderr is not None
    streams = {process.stdout.fileno(): bytearray(), process.stderr.fileno(): bytearray(), result: bytearray()}
    with selectors.DefaultSelector() as selector:
        for descriptor in streams:
            selector.register(descriptor, selectors.EVENT_READ)
        closing: float | None = None
        while selector.get_map():
            if closing is not None and time.monotonic() > closing:
                break  # an escaped grandchild may hold the pipe open for ever
            if stop is not None and stop.is_set():
                break
            for key, _ in selector.select(timeout=0.2):
                chunk = os.read(key.fd, 65536)
                if not chunk:
                    selector.unregister(key.fd)
                    if key.fd == result:
                        closing = time.monotonic() + GRACE_SECONDS
                    continue
                streams[key.fd] += chunk
                if len(streams[key.fd]) > output_bytes:
                    kept = [bytes(stream[:output_bytes]) for stream in streams.values()]
                    return kept[0], kept[1], b"", True
    stdout, stderr, report = (bytes(stream) for stream in streams.values())
    return stdout, stderr, report, False


def _finished(report: bytes, stdout: bytes, stderr: bytes, overflow: bool) -> Finished:
    text = [stream.decode("utf-8", "replace") for stream in (stdout, stderr)]
    if overflow or not report:
        return Finished(None, text[0], text[1], 0.0, 0.0, 0, limit="output" if overflow else "stopped")
    used = json.loads(report)
    killed = used["ended"] != "exit"
    return Finished(
        code=None if killed else os.waitstatus_to_exitcode(used["status"]),
        stdout=text[0],
        stderr=text[1],
        wall_seconds=used["wall_seconds"],
        cpu_seconds=used["cpu_seconds"],
        peak_bytes=used["peak_bytes"],
        limit=used["ended"] if killed else None,
    )
