"""First program inside the sandbox: gives up root, sets the limits, becomes the command.

Run by the target's own Python as `python -I -S entry.py UID SPEC -- COMMAND...`; standard library, Python 3.9 syntax.
Limits on processes mean nothing to root, so the uid goes first. SPEC is a JSON object of resource names
("NPROC", "FSIZE", ...) and values.
"""

import json
import os
import resource
import signal
import sys


def main() -> None:
    """Never returns."""
    uid = int(sys.argv[1])
    limits = json.loads(sys.argv[2])
    command = sys.argv[sys.argv.index("--") + 1 :]
    if uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        _die_with_parent()
    for name, value in limits.items():
        kind = getattr(resource, "RLIMIT_" + name)
        hard = resource.getrlimit(kind)[1]
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (ceiling, ceiling))
    try:
        _become(command)
    except OSError as error:
        sys.exit(f"cannot start {command[0]}: {error.strerror}")


def _become(command):
    try:
        os.execvp(command[0], command)  # noqa: S606  a list, no shell
    except FileNotFoundError:
        if command[0] != "python":
            raise
        os.execv(sys.executable, command)  # noqa: S606  some systems call theirs python3 only


def _die_with_parent():
    # bubblewrap asked for this, but the kernel forgets it when the user changes (prctl(2), PR_SET_PDEATHSIG)
    try:
        import ctypes
    except ImportError:  # the launcher kills us all the same, unless it is killed itself
        return
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


main()
