"""Runs the target's tests and compares them, test by test, with the baseline."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tools.rooms import HarnessFailed, Target, run_harness
from tools.source import functions
from tools.values import Baseline, Check
from workspaces.errors import OptimizeError

GOOD = ("passed", "xfailed", "xpassed", "skipped")
RERUNS = 3  # of tests that fail for the candidate only: is it the test that flakes?
SHOWN = 3  # failures in a reason

Lines = Mapping[str, Mapping[int, tuple[str, ...]]]  # path -> line -> node ids that execute it


@dataclass(frozen=True)
class TestRun:
    """One run of (a part of) the suite."""

    __test__ = False  # for pytest, which collects classes of that name

    outcomes: Mapping[str, str]  # node id -> passed, failed, error, skipped, xfailed, xpassed
    failures: Mapping[str, str]  # node id -> end of its traceback
    benchmarks: tuple[str, ...]  # node ids of tests that use the benchmark fixture
    lines: Lines  # empty without coverage
    results: Mapping[str, tuple[str, ...]]  # benchmark's node id -> digests of what it computed
    wall_seconds: float


def run_tests(
    target: Target, commit: str, arguments: Sequence[str], *, coverage: bool = False, hash_seed: int = 0
) -> TestRun:
    """Run pytest with `arguments` (node ids or none) on a fresh, writable copy of a commit."""
    with target.room(commit, writable=True) as room:
        spec = {
            "mode": "test",
            "arguments": list(arguments),
            "tree": str(room.inside_tree),
            "seconds": 0,
            "coverage": coverage,
        }
        environment = {"PYTHONHASHSEED": str(hash_seed)}
        session, finished = run_harness(room, "pytest_session.py", spec, environment=environment)
    if session["errors"]:
        node, text = session["errors"][0]
        raise CollectionFailed(f"{node} cannot be collected: {_last_line(text)}", text)
    if session["exit"] not in (0, 1, 5):
        raise HarnessFailed(f"pytest ended with code {session['exit']}: {_last_line(finished.stderr + finished.stdout)}")
    vanished = [node for node in session["collected"] if node not in session["tests"]]
    return TestRun(
        outcomes={**session["tests"], **dict.fromkeys(vanished, "error")},
        failures=session["longest"],
        benchmarks=tuple(session["benchmarks"]),
        lines={path: {int(n): tuple(nodes) for n, nodes in lines.items()} for path, lines in session["lines"].items()},
        results={node: tuple(digests) for node, digests in session["results"].items()},
        wall_seconds=finished.wall_seconds,
    )


class CollectionFailed(Exception):
    """pytest could not collect the suite."""

    def __init__(self, sentence: str, text: str) -> None:
        super().__init__(sentence)
        self.text = text


def take_baseline(target: Target, commit: str) -> Baseline:
    """Run the whole suite twice (other hash seed, once with coverage); OptimizeError if it cannot be collected."""
    try:
        first = run_tests(target, commit, [], coverage=True, hash_seed=1)
        second = run_tests(target, commit, [], hash_seed=2)
    except CollectionFailed as error:
        raise OptimizeError(
            f"The tests cannot be collected, so no edit could be checked. {error} Mend that first."
        ) from error
    except HarnessFailed as error:
        raise OptimizeError(f"The tests cannot be run in the sandbox, so no edit could be checked: {error}") from error
    everything = dict.fromkeys([*first.outcomes, *second.outcomes])
    stable = {node: first.outcomes[node] for node in everything if first.outcomes.get(node) == second.outcomes.get(node)}
    return Baseline(
        outcomes=stable,
        flaky=tuple(node for node in everything if node not in stable),
        failing=tuple(node for node, outcome in stable.items() if outcome not in GOOD),
        benchmarks=first.benchmarks,
        running=_running(target, commit, first.lines),
        results={node: digests for node, digests in first.results.items() if second.results.get(node) == digests},
        seconds=second.wall_seconds,
    )


def _running(target: Target, commit: str, lines: Lines) -> dict[str, tuple[str, ...]]:
    """Node ids of the tests that execute the body of each function that any test executes."""
    running: dict[str, tuple[str, ...]] = {}
    files = set(target.checkout.files(commit))
    for path, by_line in lines.items():
        if path not in files:
            continue  # made by a test
        for function in functions(path, target.checkout.read(commit, path)):
            # the first line runs at import, in no test, unless it is the whole function
            body = range(min(function.first_line + 1, function.last_line), function.last_line + 1)
            nodes = dict.fromkeys(node for line in body for node in by_line.get(line, ()) if node)
            if nodes:
                running[function.id] = tuple(nodes)
    return running


def check_tests(target: Target, base: str, candidate: str, baseline: Baseline, nodes: Sequence[str] = ()) -> Check:
    """The tests rung: no test may do worse than at the baseline, none may vanish, benchmarks compute the same as before.

    `nodes` empty = the whole suite.
    """
    expected = {node: baseline.outcomes[node] for node in nodes or baseline.outcomes if node in baseline.outcomes}
    try:
        run = run_tests(target, candidate, nodes, hash_seed=1)
    except (CollectionFailed, HarnessFailed) as error:
        return Check(rung="tests", passed=False, detail=f"the tests could not be run: {error}")
    different = [node for node, digests in run.results.items() if baseline.results.get(node, digests) != digests]
    worse = _worse(expected, run.outcomes)
    if different:
        before, after = baseline.results[different[0]], run.results[different[0]]
        shown = next(((old, new) for old, new in zip(before, after, strict=False) if old != new), (before, after))
        detail = f"{different[0]} computes {shown[1]}, not {shown[0]} as before"
        return Check(rung="tests", passed=False, detail="; ".join([detail, *([_failed(worse, run)] if worse else [])]))
    if not worse:
        return Check(rung="tests", passed=True, detail=_passed(run, baseline))
    culprits = _not_flaking(target, base, worse)
    if not culprits:
        return Check(
            rung="tests", passed=True, detail=_passed(run, baseline) + f"; flaky at the baseline too: {', '.join(worse)}"
        )
    return Check(rung="tests", passed=False, detail=_failed(culprits, run))


def _worse(expected: Mapping[str, str], outcomes: Mapping[str, str]) -> list[str]:
    """Tests that were good and are not, were run and are skipped now, or are gone."""
    return [
        node
        for node, before in expected.items()
        if before in GOOD
        and (outcomes.get(node, "vanished") not in GOOD or (before != "skipped" and outcomes.get(node) == "skipped"))
    ]


def _not_flaking(target: Target, base: str, suspects: Collection[str]) -> list[str]:
    """Suspects that pass every time at the baseline; those that fail there too say nothing about the candidate."""
    remaining = list(suspects)
    for seed in range(RERUNS):
        try:
            again = run_tests(target, base, remaining, hash_seed=100 + seed)
        except (CollectionFailed, HarnessFailed):
            return remaining  # not shown to flake: counts against the candidate
        remaining = [node for node in remaining if again.outcomes.get(node, "vanished") in GOOD]
        if not remaining:
            break
    return remaining


def _passed(run: TestRun, baseline: Baseline) -> str:
    good = sum(outcome in GOOD for outcome in run.outcomes.values())
    known = sum(node in run.outcomes for node in baseline.failing)
    flaky = sum(node in run.outcomes for node in baseline.flaky)
    more = [f"{known} known failures" if known else "", f"{flaky} flaky" if flaky else ""]
    return ", ".join([f"{good} tests as before", *filter(None, more)])


def _failed(culprits: Sequence[str], run: TestRun) -> str:
    shown = [
        f"{node}: {run.outcomes.get(node, 'vanished')} ({_last_line(run.failures.get(node, 'no traceback'))})"
        for node in culprits[:SHOWN]
    ]
    more = f" and {len(culprits) - SHOWN} more" if len(culprits) > SHOWN else ""
    return "; ".join(shown) + more


def _last_line(text: str) -> str:
    """The line of a traceback that says what is wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wrong = [line.removeprefix("E").strip() for line in lines if line.startswith("E ")]
    return (wrong or lines or ["nothing was printed"])[0 if wrong else -1][:300]
