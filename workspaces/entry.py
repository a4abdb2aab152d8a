"""First program inside the sandbox: gives up root, sets the limits, starts the command and takes its ends.

Run by the target's own Python as `python -I -S entry.py UID FIRST LIMITS... -- COMMAND...`; standard library, Python 3.9
syntax. UID 0: stay who you are; limits on processes mean nothing to root, so the uid goes first. FIRST is 1 where this is
process 1 of a namespace, else 0. LIMITS are words such as NPROC=256: what the kernel holds for each process by itself.

Process 1 stays and waits: the kernel ends a namespace without charging anybody for what its last processes used, and ignores
signals that process 1 sends to itself, which is not what tests of the target expect.
"""

import os
import resource
import sys

try:
    import _signal as signal  # this runs before every process that is timed: what it imports takes longer than what it does
except ImportError:
    import signal

DEATH_SIGNAL, DUMPABLE, CHILD_SUBREAPER = 1, 4, 36  # of prctl(2)


def main() -> None:
    """Never returns."""
    end = sys.argv.index("--")
    uid, first, limits, command = int(sys.argv[1]), sys.argv[2] == "1", sys.argv[3:end], sys.argv[end + 1 :]
    if uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        # bubblewrap asked for this, but the kernel forgets it when the user changes (prctl(2), PR_SET_PDEATHSIG)
        _control(DEATH_SIGNAL, signal.SIGKILL)
    for word in limits:
        name, _, value = word.partition("=")
        _limit(getattr(resource, "RLIMIT_" + name), int(value))
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # by Python, which would pass that on
        signal.signal(ignored, signal.SIG_DFL)
    child = os.fork() if first else 0
    if child:
        os._exit(_end_of(child))
    # orphans of the command become its own children, so that whoever looks sees them
    _control(CHILD_SUBREAPER, 1)
    try:
        _become(command)
    except OSError as error:
        sys.exit(f"cannot start {command[0]}: {error.strerror}")


def _limit(kind, value):
    hard = resource.getrlimit(kind)[1]
    ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (ceiling, ceiling))


def _end_of(child):
    """The exit code of the command as a shell would say it, once nothing that it started lives any more."""
    _control(DUMPABLE, 0)  # nobody reads or writes the memory of process 1
    code = None
    while code is None:
        ended, status = os.wait()
        if ended == child:
            code = os.waitstatus_to_exitcode(status)
    try:
        os.kill(-1, signal.SIGKILL)
        while True:
            os.wait()  # charges us for what it used
    except (ProcessLookupError, ChildProcessError):
        return code if code >= 0 else 128 - code


def _become(command):
    try:
        os.execvp(command[0], command)  # noqa: S606  a list, no shell
    except FileNotFoundError:
        if command[0] != "python":
            raise
        os.execv(sys.executable, command)  # noqa: S606  some systems call theirs python3 only


def _control(option, value):
    """prctl(2); nothing where there is none."""
    if not sys.platform.startswith("linux"):
        return
    try:
        import ctypes
    except ImportError:  # the launcher ends everything all the same, unless it is killed itself
        return
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


main()
