"""Candidates that want too much: each ends within its limit, the reason names it, and nothing of it is left.

Every bomb is bounded by its own count, too, and a small one comes before the large one.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.escapes.conftest import NARROW, WORK, Attacked
from tools.benchmarking import BenchmarkFailed, Sides, measure
from tools.values import Benchmark, BenchmarkKind

FORKS = """
import os, time
def total(values):
    for _ in range({doublings}):
        try:
            os.fork()
        except OSError:
            break
    time.sleep(8)
"""


def test_a_few_processes_more_than_allowed_are_ended(hostile: Attacked) -> None:
    found = hostile.judged(FORKS.format(doublings=3), processes=6)
    assert not found.passed
    assert "started more processes than allowed" in found.detail


def test_a_fork_bomb_is_ended(attacked: Attacked) -> None:
    found = attacked.judged(FORKS.format(doublings=8))
    assert not found.passed
    assert "started more processes than allowed" in found.detail
    assert "its limit is 40" in found.detail


MEMORY = """
import time
def total(values):
    kept = []
    for _ in range({steps}):
        kept.append(bytearray(b"x") * (16 << 20))
    time.sleep(2)
    return sum(values)
"""


def test_too_much_memory_taken_in_steps_ends_the_run(attacked: Attacked) -> None:
    assert "used more memory than allowed" in attacked.judged(MEMORY.format(steps=30)).detail  # 480 MiB
    assert "its limit is 300 MiB" in attacked.judged(MEMORY.format(steps=640)).detail  # 10 GiB


def test_memory_that_processes_share_counts_once(hostile: Attacked) -> None:
    shared = """
import os, time
def total(values):
    kept = bytearray(b"x") * (100 << 20)
    children = [os.fork() or (time.sleep(1), os._exit(0)) for _ in range(4)]
    for child in children:
        os.waitpid(child, 0)
    return sum(values)
"""
    assert "memory" not in hostile.judged(shared).detail


CHILDREN_BURN = """
import os, time
def total(values):
    for _ in range(2):
        if os.fork() == 0:
            while time.process_time() < 10:
                pass
            os._exit(0)
    for _ in range(2):
        os.wait()
    return sum(values)
"""


def test_cpu_time_is_limited_for_all_processes_together(attacked: Attacked) -> None:
    found = attacked.judged(CHILDREN_BURN, cpu_seconds=2)
    assert "used more CPU time than allowed" in found.detail
    assert "its limit is 2 s" in found.detail


ENDLESS = {
    "in a test": "def total(values):\n    while True:\n        pass\n",
    "at import": "while True:\n    pass\n",
    "asleep": "import time\ndef total(values):\n    time.sleep(600)\n",
    "deaf to signals": """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
""",
}


@pytest.mark.parametrize("where", ENDLESS)
def test_an_endless_loop_ends_at_the_limit_of_time(hostile: Attacked, where: str) -> None:
    started = time.monotonic()
    found = hostile.judged(ENDLESS[where], wall_seconds=2)
    assert not found.passed
    assert "ran over its limit of time after 2." in found.detail
    assert time.monotonic() - started < 30


def test_an_endless_loop_in_a_benchmark_ends_at_the_limit_of_time(hostile: Attacked) -> None:
    subject = hostile.subject
    timed = "from work import total\n\n\ndef test_fast(benchmark):\n    benchmark(total, [1, 2, 3])\n"
    base = subject.write({"tests/test_bench.py": timed})
    candidate = subject.target.checkout.write(base, {"work.py": ENDLESS["in a test"].encode()}, "x", ("A", "a@example.org"))
    target = replace(hostile.target, limits=replace(NARROW, wall_seconds=3))
    benchmark = Benchmark(kind=BenchmarkKind.PYTEST, id="tests/test_bench.py::test_fast")
    sides = Sides(base, candidate, ("work.py",))
    with pytest.raises(BenchmarkFailed, match=r"ran over its limit of time after 3\."):
        measure(target, sides, benchmark, min_gain=0.05, alpha=0.01, random_source=random.Random(0))
    assert hostile.left_over() == []


# past what pytest does to catch it
PRINTING_BEHIND = """
import os, stat
def total(values):
    pipes = [fd for fd in range(256) if os.path.exists("/proc/self/fd/%d" % fd) and stat.S_ISFIFO(os.fstat(fd).st_mode)]
    for _ in range({chunks}):
        for pipe in pipes:
            os.write(pipe, b"x" * (1 << 16))
    return sum(values)
"""


PRINTING = """
def total(values):
    for _ in range({chunks}):
        print("x" * (1 << 20))
    return sum(values)
"""


def test_a_gigabyte_of_output_ends_the_run(hostile: Attacked) -> None:
    # pytest catches it in a file, which may not grow that large either, and shows its end
    assert not hostile.judged(PRINTING.format(chunks=30)).passed
    assert "printed more than allowed" in hostile.judged(PRINTING.format(chunks=1024)).detail


def test_a_gigabyte_of_output_past_pytest_ends_the_run(hostile: Attacked) -> None:
    assert "printed more than allowed" in hostile.judged(PRINTING_BEHIND.format(chunks=8)).detail
    assert "its limit is 0.2 MB" in hostile.judged(PRINTING_BEHIND.format(chunks=1 << 14)).detail


WRITING = """
import os
def total(values):
    for number in range({files}):
        with open({folder!r} + "/large%d" % number, "wb") as file:
            file.write(bytes({size} << 20))
            file.flush()
            os.fsync(file.fileno())
    import time
    time.sleep(1)
    return sum(values)
"""


def test_too_much_on_the_disk_ends_the_run(attacked: Attacked) -> None:
    found = attacked.judged(WRITING.format(files=20, folder=".", size=10))
    assert "wrote more to the disk than allowed" in found.detail
    assert "its limit is 60 MiB" in found.detail


DAEMON = """
import os, time
def total(values):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.chdir("/")
            os.closerange(0, 256)
            time.sleep(60)
        os._exit(0)
    os.wait()
    return sum(values)
"""


def test_a_daemon_that_left_its_session_and_closed_everything_is_gone(attacked: Attacked) -> None:
    attacked.judged(DAEMON)  # which looks for what is left


SIGNALS = {
    "SIGSEGV": "import ctypes\ndef total(values):\n    ctypes.string_at(0)\n",
    "SIGABRT": "import os\ndef total(values):\n    os.abort()\n",
}


def test_a_crash_is_named_by_its_signal(hostile: Attacked) -> None:
    assert "killed by signal 11, SIGSEGV" in hostile.judged(SIGNALS["SIGSEGV"]).detail


# --- what is read by us


LURES: Mapping[str, str] = {
    "endless": "os.symlink('/dev/zero', name)",
    "a link to a file of ours": "os.symlink('/etc/passwd', name)",
    "a pipe that nobody writes to": "os.mkfifo(name)",
    "a folder": "os.mkdir(name)",
    "too large": "open(name, 'wb').write(bytes(19 << 20))",
    "deep": "open(name, 'w').write('[' * 100_000)",
}
RESULTS = """
import os
def total(values):
    for folder in ("/verispeed/results", os.environ["HOME"]):
        name = os.path.join(folder, {file!r})
        if os.path.isdir(folder):
            if os.path.exists(name):
                os.unlink(name)
            {lure}
    os._exit(0)
"""


@pytest.mark.parametrize("lure", LURES)
def test_what_lies_in_place_of_a_result_is_no_result(hostile: Attacked, lure: str) -> None:
    found = hostile.judged(RESULTS.format(file="output.json", lure=LURES[lure]))
    assert not found.passed


def test_nothing_in_the_results_folder_leads_our_writes_elsewhere(attacked: Attacked) -> None:
    assert not attacked.judged(RESULTS.format(file="spec.json", lure="os.symlink('/etc/motd', name)")).passed


def test_the_unchanged_target_still_passes(attacked: Attacked) -> None:
    assert attacked.judged(WORK + "# nothing else\n").passed
