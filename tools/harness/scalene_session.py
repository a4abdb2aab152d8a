"""Runs Scalene on a program of the target, or on our own session of pytest, without Scalene meeting the target's files.

    python scalene_session.py SPEC OPTION... PROGRAM...

`python -m scalene` would look for Scalene in the current folder first, and for what Scalene imports. SPEC is JSON: overlay
(folder of our plugins, or null), sources (folders that come first on the target's path), program (true for one of the
target, false for our own session, which sees to its path itself) and module (true where that program is `-m NAME`).
Standard library, Python 3.9 syntax, and Scalene.
"""

import json
import os
import sys
from functools import partial

from verispeed_feeding import SCALENES, add_overlay, add_sources, become_program, forget_for_program


def main():
    """Ends with the exit code of the program."""
    spec = json.loads(sys.argv[1])
    add_overlay(spec)
    for name in SCALENES:
        __import__(name)
    from scalene.scalene_preload import ScalenePreload
    from scalene.scalene_profiler import Scalene

    ScalenePreload.setup_preload = staticmethod(partial(stay, ScalenePreload.get_preload_environ))
    sys.argv[:] = ["scalene", *sys.argv[2:]]
    if spec["program"]:
        add_sources(spec, *([os.getcwd()] if spec["module"] else []))
        Scalene.profile_code = forgetting(spec, Scalene.profile_code)
    ours = become_program()
    Scalene.main()
    return ours


def forgetting(spec, profile_code):
    """The same method, which leaves the target its names first: until then Scalene goes on importing."""

    def method(*arguments):
        forget_for_program(spec, *SCALENES)
        return profile_code(*arguments)

    return method


def stay(wanted, arguments):
    """Scalene would start itself anew with `-m`, for variables that only its memory profiler needs from the start."""
    os.environ.update(wanted(arguments))
    return False


if __name__ == "__main__":
    main()
