"""Calls functions of the target with given inputs, each in several ways, and writes down what came of it.

    python replay.py SPEC.json

SPEC: key (returned with the result), output (file to write), tree, sources, overlay, children as for every harness script,
path (more folders for imports), entries ({id, path, name, module}), inputs ([entry id, package, companion or null], in the
order of their numbers), order (numbers, in the order in which they are called), whole (numbers of inputs that are told in
full, not as fingerprints), once (numbers of inputs that are called only once), limits (seconds of a call with each input),
named (exception types that tests and documents name), lines (true: which lines ran is written down). Standard library,
Python 3.9 syntax.
"""

import base64
import json
import os
import sys
import tempfile

from verispeed_calling import Depth, Stages, Subjects
from verispeed_describing import Describer, TooLarge, fingerprint
from verispeed_feeding import add_overlay, add_sources, forget_for_program, leave_out_ours
from verispeed_tracing import Tracer

leave_out_ours()


def main():
    """Exit code 0 if the calls were written down, whatever came of them."""
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = json.load(file)
    os.unlink(sys.argv[1])  # it holds the key
    output = os.open(spec["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    add_overlay(spec)
    subjects = Subjects(spec["tree"], spec["entries"])
    subjects.watch()
    Depth.most = spec["recursion"]
    add_sources(spec, os.getcwd())
    sys.path.extend(entry for entry in spec["path"] if entry not in sys.path)
    forget_for_program(spec)
    os.chdir(tempfile.mkdtemp())
    missing = subjects.load()
    stages = Stages(subjects, 0, set(spec["named"]))
    tracer = Tracer(subjects.files) if spec["lines"] else None
    whole, once, found, ran, calls = set(spec["whole"]), set(spec["once"]), {}, {}, {}
    before = world()
    for number in spec["order"]:
        identity, packed, companion = spec["inputs"][number]
        if identity in missing:
            continue
        other = (companion[0], base64.b64decode(companion[1])) if companion else None
        traced = tracer is not None and number not in once
        if traced:
            tracer.start()
        stages.limit = spec["limits"][number]
        told = stages.run(identity, base64.b64decode(packed), other, number in whole, number in once)
        if traced:
            tracer.stop()
            ran[number] = tracer.taken_arcs()
        if number in whole:
            calls[number] = stages.call
        found[number] = told if number in whole else [short(one) for one in told]
    after = {"world": [before, world()], "state": state(subjects)}
    write(output, {"key": spec["key"], "missing": missing, "told": found, "calls": calls, "ran": ran, **after})
    os._exit(0)  # threads and exit handlers of the target have no say any more


def short(told):
    """Fingerprints in the place of descriptions."""
    return {**told, **{name: fingerprint(told[name]) for name in ("what", "after", "said")}}


def world():
    """What a function can change beyond its arguments: the environment, the current folder, the path."""
    import decimal

    return {
        "environment": dict(os.environ),
        "folder": len(os.getcwd()),
        "path": list(sys.path),
        "recursion": sys.getrecursionlimit(),
        "decimal": str(decimal.getcontext()),
        "files": sorted(contents(os.getcwd())),
    }


def contents(folder):
    """Sizes and beginnings of the files that calls left in the current folder."""
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                with open(os.path.join(place, name), "rb") as file:
                    yield fingerprint(file.read(100_000).hex())
            except OSError:
                continue


def state(subjects):
    """{module: {name: fingerprint}} of the public plain values that the modules hold now."""
    found = {}
    for entry in subjects.entries.values():
        module = sys.modules.get(entry["module"])
        for name, value in list(getattr(module, "__dict__", {}).items()):
            if name.startswith("_") or callable(value) or isinstance(value, (type, type(sys))):
                continue
            try:
                found.setdefault(entry["module"], {})[name] = fingerprint(Describer().describe(value))
            except TooLarge:
                continue
            except Exception:  # a class of the target that cannot be looked at
                continue
    return found


def write(descriptor, found):
    """All of it, however many calls it takes."""
    content = json.dumps(found).encode()
    while content:
        content = content[os.write(descriptor, content) :]
    os.close(descriptor)


if __name__ == "__main__":
    main()
