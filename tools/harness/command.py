"""Runs one command of the target inside the sandbox and writes down what the whole process used.

    python command.py SPEC.json

SPEC: key (returned with the result), command (list of words), children (variables that give it its path), output (file
to write), stdout (file that takes what it prints). Written: code, nanoseconds of wall and CPU time and of waiting
for the core, instructions (0: not counted), peak memory in KiB, of the process and its waited-for children. Standard
library, Python 3.9 syntax.
"""

import json
import os
import sys
import time
from shutil import which

from verispeed_count import instruction_counter
from verispeed_feeding import set_for_children


def main():
    """Exit code 0 if the run was written down, whatever the command did."""
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = json.load(file)
    os.unlink(sys.argv[1])  # it holds the key
    output = os.open(spec["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    printed = os.open(spec["stdout"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    set_for_children(spec)
    instructions = instruction_counter(children_only=True)
    started = time.perf_counter_ns()
    actions = [(os.POSIX_SPAWN_DUP2, printed, 1)]
    words = spec["command"]
    program = sys.executable if words[0] == "python" and which("python") is None else words[0]  # some have python3 only
    child = os.posix_spawnp(program, words, os.environ, file_actions=actions)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    wall = time.perf_counter_ns() - started
    delay = waited_for_core(child)
    _, status, usage = os.wait4(child, 0)
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
    cpu = round((usage.ru_utime + usage.ru_stime) * 1e9)
    used = {"key": spec["key"], "code": code, "wall": wall, "cpu": cpu, "delay": delay, "peak": usage.ru_maxrss}
    used["instructions"] = instructions()
    os.write(output, json.dumps(used).encode())


def waited_for_core(process):
    """Nanoseconds for which its first thread was ready to run and did not; 0 where nobody counts them."""
    try:
        with open("/proc/%d/schedstat" % process) as file:
            return int(file.read().split()[1])
    except OSError:
        return 0


if __name__ == "__main__":
    main()
