"""How long this process was ready to run and did not: what a busy machine adds to a wall clock. Python 3.9 syntax."""

import os


def waiting_for_core():
    """Reads the nanoseconds for which the first thread was ready to run and did not; always 0 where nobody counts them."""
    try:
        counter = os.open("/proc/self/schedstat", os.O_RDONLY)
    except OSError:
        return int
    if os.pread(counter, 64, 0).startswith(b"0 "):  # not even the time on the core is counted
        return int
    return lambda read=os.pread: int(read(counter, 64, 0).split()[1])
