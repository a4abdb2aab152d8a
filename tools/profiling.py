"""Scalene, run in the target's interpreter: how the time of a benchmark is shared out over functions and lines."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from tools.rooms import HarnessFailed, Target, folders_of, run_command, run_pytest, run_script
from tools.source import function_at, is_skipped
from tools.values import Benchmark, BenchmarkKind, Function, Hotspot, LineShare
from workspaces.errors import OptimizeError
from workspaces.sandbox import Room

GROUP_SECONDS = 3.0  # of sampling for a group, within these bounds per benchmark
LEAST_SECONDS, MOST_SECONDS = 0.4, 0.8
LONGER = 4  # times as long, where the first try gave an empty profile or one in which nothing stands out
FLAT = 0.25  # share of the hottest function below which a profile is flat
AT_ONCE = 2  # profiles need no quiet machine: only shares are read from them
GROUP = 20  # benchmarks in one process at most
SOLO = 12  # benchmarks profiled alone at most
MOST = 0.999  # a sampled share is never quite all
SCALENE = ("run", "--cpu-only", "--no-stacks", "--cpu-sampling-rate", "0.002")


Profile = Mapping[str, tuple[LineShare, ...]]  # path -> lines with a share


class WorkloadFails(OptimizeError):
    """The command of the workload does not work, with or without a profiler."""


@dataclass(frozen=True)
class GroupProfile:
    """One profile of a process in which each of the benchmarks ran equally long."""

    benchmarks: tuple[Benchmark, ...]
    profile: Profile


def profile(
    target: Target, commit: str, benchmarks: Sequence[Benchmark], running: Mapping[str, Sequence[str]], floor: float
) -> tuple[GroupProfile, ...]:
    """Profiles of all benchmarks: of groups in one process each, and alone where a hot function runs in several of a group.

    `running` maps function ids to the tests that execute them; functions under `floor` (a share) need no closer look.
    """
    size = max(1, min(GROUP, -(-len(benchmarks) // AT_ONCE)))
    commands = [benchmark for benchmark in benchmarks if benchmark.kind is BenchmarkKind.COMMAND]
    tests = [benchmark for benchmark in benchmarks if benchmark.kind is BenchmarkKind.PYTEST]
    groups = [*([command] for command in commands), *(tests[start : start + size] for start in range(0, len(tests), size))]
    together = _profiles(target, commit, groups)
    read = partial(target.checkout.read, commit)
    unclear = dict.fromkeys(one for group in together for one in _unclear(group, read, running, floor))
    alone = _profiles(target, commit, [[one] for one in list(unclear)[:SOLO]])
    flat = [one for one in (*together, *alone) if one.benchmarks[0].kind is BenchmarkKind.PYTEST and _is_flat(one, read)]
    clearer = {one.benchmarks: one for one in _profiles(target, commit, [one.benchmarks for one in flat], LONGER)}
    return tuple(clearer.get(one.benchmarks, one) for one in (*together, *alone))


def hotspots(
    profiles: Sequence[GroupProfile],
    running: Mapping[str, Sequence[str]],
    read: Callable[[str], bytes],
    is_source: Callable[[str], bool],
) -> tuple[Hotspot, ...]:
    """Functions by their largest share of any benchmark, hottest first; tests, benchmarks and skipped ones left out."""
    best: dict[str, tuple[bool, Hotspot]] = {}
    for group in profiles:
        for function, lines in _by_function(group, read).items():
            source = read(function.path)
            if not is_source(function.path) or is_skipped(source, function):
                continue
            executing = _executing(group, function, running)
            # the sum of several benchmarks' shares counts only where nothing better is known
            found = len(executing) == 1, _hotspot(function, executing[0], lines)
            known = best.get(function.id)
            if known is None or (found[0], found[1].share) > (known[0], known[1].share):
                best[function.id] = found
    return tuple(sorted((hotspot for _, hotspot in best.values()), key=lambda one: (-one.share, one.function.id)))


def _is_flat(group: GroupProfile, read: Callable[[str], bytes]) -> bool:
    """True where no function stands out: a few hundred samples do not tell which of many small shares is the largest."""
    return max((sum(line.total for line in lines) for lines in _by_function(group, read).values()), default=1.0) < FLAT


def _profiles(target: Target, commit: str, groups: Sequence[Sequence[Benchmark]], times: int = 1) -> list[GroupProfile]:
    target.checkout.export(commit)  # once, before several rooms want the same tree
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            return list(pool.map(lambda group: GroupProfile(tuple(group), _profile(target, commit, group, times)), groups))
        except BaseException:
            target.stop.set()  # the pool would wait for the processes
            raise


def _unclear(
    group: GroupProfile, read: Callable[[str], bytes], running: Mapping[str, Sequence[str]], floor: float
) -> list[Benchmark]:
    """Benchmarks that must be profiled alone, because a hot function runs in several of the group."""
    hot = [function for function, lines in _by_function(group, read).items() if sum(line.total for line in lines) >= floor]
    shared = [executing for function in hot if len(executing := _executing(group, function, running)) > 1]
    return [benchmark for executing in shared for benchmark in executing]


def _executing(group: GroupProfile, function: Function, running: Mapping[str, Sequence[str]]) -> list[Benchmark]:
    """The benchmarks of a group that execute a function; all of them where that is not known."""
    nodes = set(running.get(function.id, ()))
    return [benchmark for benchmark in group.benchmarks if benchmark.id in nodes] or list(group.benchmarks)


def _by_function(group: GroupProfile, read: Callable[[str], bytes]) -> dict[Function, list[LineShare]]:
    """Lines of the profile under their innermost function; shares are of one benchmark's time, not of the group's."""
    found: dict[Function, list[LineShare]] = defaultdict(list)
    for path, lines in group.profile.items():
        source = read(path)
        for line in lines:
            function = function_at(path, source, line.line)
            if function is not None:
                found[function].append(_scaled(line, len(group.benchmarks)))
    return found


def _scaled(line: LineShare, factor: int) -> LineShare:
    return LineShare(line=line.line, python=line.python * factor, native=line.native * factor, system=line.system * factor)


def _hotspot(function: Function, benchmark: Benchmark, lines: Sequence[LineShare]) -> Hotspot:
    python, native, system = (sum(getattr(line, kind) for line in lines) for kind in ("python", "native", "system"))
    return Hotspot(
        function=function,
        benchmark=benchmark,
        share=min(python + native + system, MOST),
        python=python,
        native=native,
        system=system,
        lines=tuple(sorted(lines, key=lambda line: line.line)),
    )


def _profile(target: Target, commit: str, group: Sequence[Benchmark], times: int) -> Profile:
    """Tried twice, then for longer: a short run has an empty profile, and Scalene's signals can crash a process."""
    seconds = times * max(LEAST_SECONDS, min(GROUP_SECONDS / len(group), MOST_SECONDS))
    try:
        return _sampled(target, commit, group, seconds) or _sampled(target, commit, group, seconds * LONGER)
    except WorkloadFails:
        raise
    except OptimizeError:
        if target.stop.is_set():
            raise
        return _sampled(target, commit, group, seconds * LONGER)


def _sampled(target: Target, commit: str, group: Sequence[Benchmark], seconds: float) -> Profile:
    with target.room(commit, overlay="profile") as room:
        if group[0].kind is BenchmarkKind.PYTEST:
            _run_pytest(target, room, group, seconds)
        else:
            _run_command(room, group[0])
        file = room.results / "profile.json"
        found = _read(file.read_text("utf-8") if file.exists() else "{}", room.inside_tree.as_posix())
        if not found and group[0].kind is BenchmarkKind.COMMAND:
            _must_work(room, group[0])
        ours = set(target.checkout.files(commit))  # not made while it ran, nor of a submodule
        return {path: lines for path, lines in found.items() if path in ours}


def _run_pytest(target: Target, room: Room, group: Sequence[Benchmark], seconds: float) -> None:
    nodes = [benchmark.id for benchmark in group]
    try:
        # off until the harness begins to repeat a benchmark: imports must not count
        under = _scalene(room, "--off")
        session, _ = run_pytest(target, room, "profile", nodes, seconds=seconds, under=under)
    except HarnessFailed as error:
        raise OptimizeError(f"The benchmarks cannot be profiled: {error}") from error
    for benchmark in group:
        if session["tests"].get(benchmark.id) != "passed":
            said = session["longest"].get(benchmark.id, "it did not run").strip().splitlines()[-1]
            raise OptimizeError(
                f"The benchmark {benchmark.id} fails before anything was changed: {said}. Mend or deselect it."
            )


def _run_command(room: Room, benchmark: Benchmark) -> None:
    words = _with_script(room, python_arguments(benchmark.command))
    finished = run_script(room, [*_scalene(room, program=words), *words])
    if not finished.ok:
        _must_work(room, benchmark)
        raise OptimizeError(
            f"The workload `{benchmark.id}` works, but not under the profiler Scalene: it {finished.trouble}. Name a "
            "plainer one with --workload, for example a script that does the work in its own process."
        )


def _with_script(room: Room, words: list[str]) -> list[str]:
    """The same arguments with a file in place of `-c CODE`, which Scalene does not know."""
    if words[0] != "-c" or len(words) == 1:
        return words
    (room.results / "workload.py").write_text(words[1], "utf-8")
    return [str(room.inside_results / "workload.py"), *words[2:]]


def _must_work(room: Room, benchmark: Benchmark) -> None:
    """WorkloadFails, in the program's own words, if the command fails without a profiler too."""
    finished = run_command(room, benchmark.command)
    if not finished.ok and not room.stop.is_set():
        raise WorkloadFails(
            f"The workload `{benchmark.id}` fails before anything was changed: it {finished.trouble}. Mend it, or name "
            "another one with --workload."
        )


def python_arguments(command: Sequence[str]) -> list[str]:
    """What follows "python" in a command line; OptimizeError if the command does not run Python."""
    first, *rest = command
    if list(command) in (["python"], ["python3"]):
        raise OptimizeError(
            f'The workload `{first}` runs nothing: name a script or a module, for example --workload "python bench.py".'
        )
    if first.rsplit("/", 1)[-1].startswith("python") and rest:
        return rest
    if first in ("pytest", "py.test"):
        return ["-m", "pytest", *rest]
    raise OptimizeError(
        f"The workload must start with python or pytest, so that it can be profiled, for example "
        f'--workload "python -m {first}": `{" ".join(command)}` does not.'
    )


def _scalene(room: Room, *options: str, program: Sequence[str] = ()) -> tuple[str, ...]:
    """Our script that runs Scalene, with its arguments; `program` is the target's own, none for a session of ours."""
    spec = {**folders_of(room), "program": bool(program), "module": program[:1] == ["-m"]}
    scope = ("--program-path", str(room.inside_tree), "-o", str(room.inside_results / "profile.json"))
    return "scalene_session.py", json.dumps(spec), *SCALENE, *options, *scope


def _read(text: str, tree: str) -> dict[str, tuple[LineShare, ...]]:
    """Shares per file of the tree from Scalene's JSON; `{}` (a run shorter than its sampling interval) has none."""
    found: dict[str, tuple[LineShare, ...]] = {}
    try:
        files = json.loads(text or "{}").get("files", {})
    except ValueError as error:
        raise OptimizeError(f"Scalene did not write its profile to the end: {error}. Try again.") from error
    for path, file in files.items():
        lines = tuple(
            LineShare(
                line=line["lineno"],
                python=line["n_cpu_percent_python"] / 100,
                native=line["n_cpu_percent_c"] / 100,
                system=line["n_sys_percent"] / 100,
            )
            for line in file["lines"]
            if line["n_cpu_percent_python"] + line["n_cpu_percent_c"] + line["n_sys_percent"] > 0
        )
        if lines and path.startswith(tree + "/"):
            found[path.removeprefix(tree + "/")] = lines
    return found
