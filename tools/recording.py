"""Real calls of the target's functions: the arguments that its tests, benchmarks or workload pass, copied as they run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pydantic import BaseModel, ValidationError

from tools.profiling import python_arguments
from tools.rooms import HarnessFailed, Target, run_harness, run_pytest
from tools.source import function_at
from tools.values import Benchmark, BenchmarkKind, Function
from workspaces.errors import OptimizeError
from workspaces.sandbox import Room

RECORDING_SECONDS = 120.0  # of one run that is recorded
MOST_NODES = 200  # tests that are run for it


@dataclass(frozen=True)
class Recorded:
    """Calls by the id of their function, each a package in base64 that only the sandbox may open."""

    calls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)  # function's id -> name of its module
    callers: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)  # (path, line) of who called it
    failed: Mapping[str, tuple[int, str]] = field(default_factory=dict)  # calls that could not be copied, the last reason
    path: tuple[str, ...] = ()  # on which modules were found
    trouble: str = ""  # why nothing was recorded


def record(
    target: Target,
    commit: str,
    functions: Sequence[Function],
    nodes: Sequence[str],
    workload: Benchmark | None = None,
    added: Sequence[str] = (),
) -> Recorded:
    """What `functions` are called with while these tests, and the command of a workload, run; never an error.

    Where nothing could be recorded, `trouble` says why: an edit is then judged on other inputs, or not accepted.
    """
    found = Recorded()
    try:
        if nodes:
            found = _of_tests(target, commit, functions, nodes[:MOST_NODES], added)
        if workload is not None and workload.kind is BenchmarkKind.COMMAND:
            found = together(found, _of_command(target, commit, functions, workload))
    except (HarnessFailed, OptimizeError) as error:
        return Recorded(trouble=f"calls could not be recorded: {error}")
    return found


def together(one: Recorded, other: Recorded) -> Recorded:
    """All calls of both."""
    names = dict.fromkeys([*one.calls, *other.calls])
    return Recorded(
        calls={name: tuple(dict.fromkeys((*one.calls.get(name, ()), *other.calls.get(name, ())))) for name in names},
        modules={**other.modules, **one.modules},
        callers={name: tuple(dict.fromkeys((*one.callers.get(name, ()), *other.callers.get(name, ())))) for name in names},
        failed={**other.failed, **one.failed},
        path=tuple(dict.fromkeys((*one.path, *other.path))),
        trouble=one.trouble or other.trouble,
    )


def callers_of(target: Target, commit: str, function: Function, recorded: Recorded) -> tuple[Function, ...]:
    """The outermost functions that called this one while it was recorded, nearest files first."""
    found: dict[str, Function] = {}
    known = set(target.checkout.files(commit))
    for path, line in recorded.callers.get(function.id, ()):
        if path not in known:
            continue
        source = target.checkout.read(commit, path)
        caller = function_at(path, source, line)
        if caller is not None and caller.id != function.id and "<locals>" not in caller.name:
            found[caller.id] = caller
    return tuple(sorted(found.values(), key=lambda one: (one.path != function.path, one.id)))


def module_name(function: Function, roots: Sequence[str], recorded: Recorded) -> str:
    """The name by which the function's module is imported."""
    known = recorded.modules.get(function.id, "__main__")
    if known not in ("__main__", ""):
        return known
    path = PurePosixPath(function.path)
    inside = [path.relative_to(root) for root in roots if root and path.is_relative_to(root)] or [path]
    parts = list(inside[0].with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


class _Written(BaseModel):
    """What the harness writes about calls; the packages themselves are looked at by nobody here."""

    calls: dict[str, list[str]]
    modules: dict[str, str]
    callers: dict[str, list[tuple[str, int]]]
    failed: dict[str, tuple[int, str]]
    path: list[str]


def _of_tests(
    target: Target, commit: str, functions: Sequence[Function], nodes: Sequence[str], added: Sequence[str]
) -> Recorded:
    with target.room(commit, writable=True) as room:
        more = {"record": _wanted(room, functions), "more": [one for one in added if one not in nodes]}
        session, _ = run_pytest(target, room, "test", list(nodes), more=more, wall_seconds=RECORDING_SECONDS)
        return _read(session.get("recorded"), room)


def _of_command(target: Target, commit: str, functions: Sequence[Function], workload: Benchmark) -> Recorded:
    words = python_arguments(workload.command)
    with target.room(commit, writable=True) as room:
        if words[0] == "-c" and len(words) > 1:
            (room.results / "workload.py").write_text(words[1], "utf-8")
            words = [str(room.inside_results / "workload.py"), *words[2:]]
        module = words[0] == "-m"
        program, *arguments = words[1:] if module else words
        spec = {
            "tree": str(room.inside_tree),
            "record": _wanted(room, functions),
            "program": program,
            "module": module,
            "arguments": arguments,
        }
        written, _ = run_harness(room, "record_program.py", spec, wall_seconds=RECORDING_SECONDS)
        return _read(written.get("recorded"), room)


def _wanted(room: Room, functions: Sequence[Function]) -> dict[str, dict[str, str]]:
    """{file: {qualified name: id}}."""
    wanted: dict[str, dict[str, str]] = {}
    for function in functions:
        wanted.setdefault(str(room.inside_tree / function.path), {})[function.name] = function.id
    return wanted


def _read(written: object, room: Room) -> Recorded:
    try:
        found = _Written.model_validate(written)
    except ValidationError as error:  # target code ran in the process that wrote it
        raise HarnessFailed(f"what was written about calls is none: {error.errors()[0]['loc']}") from error
    ours = {str(room.inside_harness), str(room.overlay)}
    return Recorded(
        calls={name: tuple(calls) for name, calls in found.calls.items()},
        modules=found.modules,
        callers={name: tuple(places) for name, places in found.callers.items()},
        failed=found.failed,
        path=tuple(entry for entry in found.path if entry and entry not in ours),
    )
