"""What a run reports, what ends it, and that nothing of it lives on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workspaces.conftest import DAEMON, WAIT_SECONDS, running, wait_until
from workspaces.process import Finished, Limits, run
from workspaces.sandbox import Room, Sandbox

ROOT = Path(__file__).parents[2]
BURN = "import time\nwhile time.process_time() < 0.5: pass\n"


def python(program: str, *words: str, limits: Limits | None = None, **more: object) -> Finished:
    command = [sys.executable, "-I", "-c", program, *words]
    return run(command, {"PATH": os.environ["PATH"]}, limits or Limits(wall_seconds=60), **more)  # type: ignore[arg-type]


def stop_when_running(stop: threading.Event, marker: str) -> None:
    wait_until(lambda: bool(running(marker)))
    stop.set()


# --- what is reported


def test_both_output_streams_are_captured_apart() -> None:
    finished = python("import sys; print('out'); print('err', file=sys.stderr)")
    assert (finished.code, finished.stdout, finished.stderr) == (0, "out\n", "err\n")
    assert finished.ok


def test_output_that_is_not_utf8_is_replaced_instead_of_failing() -> None:
    assert python(r"import sys; sys.stdout.buffer.write(b'a\xffb')").stdout == "a\ufffdb"


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_flood_of_output_is_capped_and_ends_the_run(stream: str, marker: str) -> None:
    flood = f"import sys\nwhile True: sys.{stream}.write('x' * 4096)"
    finished = python(flood, marker, limits=Limits(wall_seconds=60, output_bytes=100_000))
    assert (finished.code, finished.limit, finished.trouble) == (
        None,
        "output",
        "printed more than allowed (its limit is 0.1 MB)",
    )
    assert len(getattr(finished, stream)) == 100_000
    assert not running(marker)


def test_output_just_within_the_cap_is_kept_whole() -> None:
    finished = python("print('x' * 99_999)", limits=Limits(wall_seconds=60, output_bytes=100_000))
    assert finished.ok
    assert len(finished.stdout) == 100_000


def test_exit_code_is_reported() -> None:
    finished = python("import sys; print('why it failed', file=sys.stderr); sys.exit(3)")
    assert (finished.code, finished.limit, finished.ok) == (3, None, False)
    assert finished.trouble == "ended with code 3: why it failed"


def test_death_by_a_signal_is_a_negative_code() -> None:
    finished = python("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert (finished.code, finished.limit) == (-signal.SIGKILL, None)


def test_a_crash_inside_the_sandbox_is_not_a_success(sandbox: Sandbox, make_room: Callable[..., Room]) -> None:
    finished = make_room(sandbox).run(["python", "-c", "import ctypes; ctypes.string_at(0)"])
    assert finished.code not in (0, None)


def test_a_command_that_does_not_exist_is_an_exit_code_with_a_reason(
    confinement: Sandbox, make_room: Callable[..., Room]
) -> None:
    finished = make_room(confinement).run(["no-such-program"])
    assert not finished.ok
    assert "cannot start no-such-program" in finished.trouble


def test_stdin_is_empty() -> None:
    assert python("import sys; print(repr(sys.stdin.read()))").stdout == "''\n"


def test_only_the_given_environment_reaches_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    printed = python("import os; print(sorted(os.environ))").stdout
    assert "SECRET_KEY" not in printed


def test_the_command_runs_on_the_named_cores_only() -> None:
    core = min(os.sched_getaffinity(0))
    assert python("import os; print(os.sched_getaffinity(0))", cores=[core]).stdout == f"{{{core}}}\n"


# --- what it used


def test_half_a_second_of_computing_reads_as_that(confinement: Sandbox, make_room: Callable[..., Room]) -> None:
    finished = make_room(confinement).run(["python", "-c", BURN])
    assert finished.ok, finished.trouble
    assert 0.4 < finished.cpu_seconds < 1.0


def test_a_double_forked_child_that_is_waited_for_is_charged_too(
    confinement: Sandbox, make_room: Callable[..., Room]
) -> None:
    program = f"""
import os
if os.fork() == 0:
    if os.fork() == 0:
        exec({BURN!r})
        os._exit(0)
    os.wait()
    os._exit(0)
os.wait()
"""
    finished = make_room(confinement).run(["python", "-c", program])
    assert finished.ok, finished.trouble
    assert 0.4 < finished.cpu_seconds < 1.0


ORPHAN = """
import os, time
ready, done = os.pipe()
if os.fork() == 0:
    if os.fork() == 0:
        os.setsid()
        {work}
        os.write(done, b"x")
        {end}
    os._exit(0)
os.read(ready, 1)
"""


@pytest.mark.parametrize("end", ["os._exit(0)", "time.sleep(300)"], ids=["ended", "still running"])
def test_a_double_forked_child_that_nobody_waits_for_is_charged_too(
    confinement: Sandbox, make_room: Callable[..., Room], end: str
) -> None:
    work = "exec('while time.process_time() < 0.5: pass')"
    finished = make_room(confinement).run(["python", "-c", ORPHAN.format(work=work, end=end)])
    assert finished.ok, finished.trouble
    assert 0.4 < finished.cpu_seconds < 1.0


def test_the_memory_of_a_double_forked_child_that_nobody_waits_for_is_seen(
    confinement: Sandbox, make_room: Callable[..., Room]
) -> None:
    finished = make_room(confinement).run(
        ["python", "-c", ORPHAN.format(work="b = bytearray(b'x') * (80 << 20)", end="os._exit(0)")]
    )
    assert finished.ok, finished.trouble
    assert 80 << 20 <= finished.peak_bytes < 200 << 20


def test_what_was_used_until_a_limit_is_reported_too(confinement: Sandbox, make_room: Callable[..., Room]) -> None:
    program = "import sys\n" + BURN + "while True: sys.stdout.write('x' * 4096)"
    finished = make_room(confinement, limits=Limits(wall_seconds=60, output_bytes=100_000)).run(["python", "-c", program])
    assert finished.limit == "output"
    assert 0.4 < finished.cpu_seconds < 2.0
    assert finished.peak_bytes > 0


def test_sleeping_is_not_charged_as_computing() -> None:
    finished = python("import time; time.sleep(0.6)")
    assert finished.wall_seconds >= 0.6
    assert finished.cpu_seconds < finished.wall_seconds


def test_a_peak_of_80_megabytes_reads_as_that_although_our_own_process_is_larger(
    confinement: Sandbox, make_room: Callable[..., Room]
) -> None:
    ours = bytearray(b"x") * 250_000_000
    finished = make_room(confinement).run(["python", "-c", "b = bytearray(b'x') * (80 << 20)"])
    assert len(ours) > 200 << 20
    assert finished.ok, finished.trouble
    assert 80 << 20 <= finished.peak_bytes < 200 << 20


# --- what ends it


def test_the_wall_limit_ends_the_whole_group(confinement: Sandbox, make_room: Callable[..., Room], marker: str) -> None:
    program = (
        "import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)', sys.argv[1]])"
    )
    finished = make_room(confinement).run(["python", "-c", program + "\ntime.sleep(300)", marker], wall_seconds=1.0)
    assert (finished.code, finished.limit) == (None, "wall")
    assert "limit of time" in finished.trouble
    assert wait_until(lambda: not running(marker))


def test_the_wall_limit_ends_a_double_forked_child_with_a_session_of_its_own(
    confinement: Sandbox, make_room: Callable[..., Room], marker: str
) -> None:
    program = DAEMON + "daemon(sys.argv[1])\ntime.sleep(300)"
    finished = make_room(confinement).run(["python", "-c", program, marker], wall_seconds=1.5)
    assert finished.limit == "wall"
    assert wait_until(lambda: not running(marker))


def test_a_daemon_does_not_outlive_a_command_that_ended_by_itself(
    confinement: Sandbox, make_room: Callable[..., Room], marker: str
) -> None:
    finished = make_room(confinement).run(["python", "-c", DAEMON + "daemon(sys.argv[1])\nprint('done')", marker])
    assert (finished.code, finished.stdout) == (0, "done\n")
    assert wait_until(lambda: not running(marker))


def test_too_much_memory_ends_the_run(confinement: Sandbox, make_room: Callable[..., Room], marker: str) -> None:
    room = make_room(confinement, limits=Limits(wall_seconds=60, memory_bytes=150 << 20))
    finished = room.run(["python", "-c", "import time\nb = bytearray(b'x') * (300 << 20)\ntime.sleep(300)", marker])
    assert (finished.code, finished.limit) == (None, "memory")
    assert "more memory than allowed" in finished.trouble
    assert wait_until(lambda: not running(marker))


def test_memory_of_children_counts_toward_the_limit() -> None:
    child = "import time; b = bytearray(b'x') * (300 << 20); time.sleep(300)"
    program = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])"
    assert python(program, limits=Limits(wall_seconds=60, memory_bytes=150 << 20)).limit == "memory"


def test_cpu_time_is_limited_for_the_whole_group(confinement: Sandbox, make_room: Callable[..., Room]) -> None:
    program = "import os\nos.fork()\nwhile True: pass"
    finished = make_room(confinement, limits=Limits(wall_seconds=60, cpu_seconds=0.6)).run(["python", "-c", program])
    assert (finished.code, finished.limit, finished.allowed) == (None, "cpu", 0.6)
    assert "its limit is 0.6 s" in finished.trouble


def test_a_limit_of_one_process_that_the_kernel_holds_is_named_with_its_signal() -> None:
    program = "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass"
    finished = python(program)
    assert (finished.code, finished.limit) == (-signal.SIGXCPU, "cpu")
    assert f"(signal {int(signal.SIGXCPU)}, SIGXCPU)" in finished.trouble


def test_a_file_that_is_too_large_for_a_program_is_named_with_its_signal(
    confinement: Sandbox, make_room: Callable[..., Room]
) -> None:
    room = make_room(confinement, limits=Limits(wall_seconds=60, file_bytes=1 << 20))
    # Python ignores the signal
    finished = room.run(["sh", "-c", f"head -c 4M /dev/zero > {room.inside_results}/large; exit $?"])
    assert finished.limit == "file size"
    assert "its limit is 1 MiB) (signal 25, SIGXFSZ)" in finished.trouble


def test_a_signal_is_named() -> None:
    assert "(killed by signal 6, SIGABRT)" in python("import os; os.abort()").trouble


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_command_that_puts_its_watcher_out_of_action_is_ended_too(
    monkeypatch: pytest.MonkeyPatch, marker: str, number: signal.Signals
) -> None:
    """Outside a sandbox only: inside nobody sees it."""
    monkeypatch.setattr("workspaces.process.LATE_SECONDS", 0.5)
    program = f"import os, time\nos.kill(os.getppid(), {int(number)})\ntime.sleep(300)"
    finished = python(program, marker, limits=Limits(wall_seconds=1))
    assert finished.code is None
    assert finished.limit in {"launcher", "wall"}
    assert finished.trouble
    assert wait_until(lambda: not running(marker))


def test_whoever_sets_stop_ends_the_run(confinement: Sandbox, make_room: Callable[..., Room], marker: str) -> None:
    stop = threading.Event()
    room = make_room(confinement, stop=stop)
    threading.Thread(target=stop_when_running, args=(stop, marker)).start()
    finished = room.run(["python", "-c", "import time; time.sleep(300)", marker])
    assert (finished.code, finished.limit, finished.trouble) == (None, "stopped", "was stopped")
    assert wait_until(lambda: not running(marker))


def test_a_run_that_is_stopped_while_it_floods_a_pipe_ends(marker: str) -> None:
    stop = threading.Event()
    threading.Thread(target=stop_when_running, args=(stop, marker)).start()
    program = "import sys\nwhile True: sys.stderr.write('x' * 4096)"
    limits = Limits(wall_seconds=60, output_bytes=10**11)
    assert python(program, marker, limits=limits, stop=stop).limit == "stopped"
    assert not running(marker)


DRIVER = """
import os, sys
from pathlib import Path
from workspaces.interpreter import inspect
from workspaces.process import Limits
from workspaces.sandbox import Mode, Room, find_sandbox
folder, mode, marker, program = sys.argv[1:]
python = inspect(Path(sys.executable), "driver", Path(folder), dict(os.environ))
room = Room(find_sandbox(Mode(mode)), python, Path(folder), Path(folder), Path(folder))
room.run(["python", "-c", program, marker])
"""


def test_killing_our_own_process_ends_the_command(confinement: Sandbox, tmp_path: Path, marker: str) -> None:
    mode = "require" if confinement.bubblewrap else "off"
    program = DAEMON + "daemon(sys.argv[1])\ntime.sleep(300)"
    command = [sys.executable, "-c", DRIVER, str(tmp_path), mode, marker, program]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}) as driver:
        started = wait_until(lambda: len(running(marker)) >= 4)  # driver, launcher, command, daemon
        driver.send_signal(signal.SIGKILL)
        driver.wait(WAIT_SECONDS)
    assert started
    assert wait_until(lambda: not running(marker))
