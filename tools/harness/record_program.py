"""Runs a Python program of the target in this process and writes down with which arguments it calls chosen functions.

    python record_program.py SPEC.json

SPEC: key (returned with the result), output (file to write), tree, sources, overlay, children as for every harness script,
record ({file: {function: id}}), program (script, or module where `module` is true) and arguments. Standard library, Python
3.9 syntax.
"""

import contextlib
import json
import os
import runpy
import sys

from verispeed_feeding import add_overlay, add_sources, become_program, forget_for_program, leave_out_ours
from verispeed_noting import Notes

leave_out_ours()


def main():
    """Exit code 0 if the calls were written down, however the program ended."""
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = json.load(file)
    os.unlink(sys.argv[1])  # it holds the key
    output = os.open(spec["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    add_overlay(spec)
    notes = Notes(spec["record"], spec["tree"])
    notes.watch()
    program = spec["program"]
    first = os.getcwd() if spec["module"] else os.path.dirname(os.path.abspath(program))
    add_sources(spec, first)
    forget_for_program(spec)
    ours = become_program()
    sys.argv[:] = [program, *spec["arguments"]]
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        try:
            if spec["module"]:
                runpy.run_module(program, run_name="__main__", alter_sys=True)
            else:
                runpy.run_path(program, run_name="__main__")
        except BaseException as error:  # what was recorded until then is good
            print(error, file=sys.stderr)
    content = json.dumps({"key": spec["key"], "recorded": notes.written()}).encode()
    while content:
        content = content[os.write(output, content) :]
    os._exit(0)
    return ours


if __name__ == "__main__":
    main()
