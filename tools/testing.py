"""Runs the target's tests and compares them, test by test, with the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from tools.attempts import parse_attempts, read_attempts, remedy
from tools.origin import copies, must_be_of_the_tree, own_modules, rewritten
from tools.rooms import HarnessFailed, Target, run_pytest
from tools.source import functions
from tools.values import Attempt, Baseline, Check
from tools.workload import benchmark_files
from workspaces.errors import OptimizeError

GOOD = ("passed", "xfailed", "xpassed", "skipped")
PROVING = ("passed", "xpassed")  # outcomes of tests that ran to their end
LONG_SUITE_SECONDS = 60.0  # from here on only the files of suspects are run again, not the whole suite
MOST_RUNS, SHORT_SECONDS = 4, 6.0  # of the unchanged suite: more than two runs while they take no longer
MORE_SECONDS = 10.0  # for the run in reverse order than for the usual one: who waits for another test may wait for ever
HOPELESS = 6  # reruns without a single pass for the candidate end the matter
RERUNS = 10  # where tests fail for the candidate only: is it the test that flakes?
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
    exit_code: int  # pytest's own word on the run
    wall_seconds: float
    attempts: tuple[Attempt, ...] = ()  # outside its own work
    loaded: tuple[str, ...] = ()  # files of the tree that were imported
    elsewhere: Mapping[str, str] = field(default_factory=dict)  # modules of the target that came from another file
    rewritten: tuple[str, ...] = ()  # of the paths that were asked about


def run_tests(
    target: Target,
    commit: str,
    arguments: Sequence[str],
    *,
    coverage: bool = False,
    hash_seed: int = 0,
    added: Sequence[str] = (),
    changed: Sequence[str] = (),
    reverse: bool = False,
    wall_seconds: float | None = None,
) -> TestRun:
    """Run pytest with `arguments` (node ids; none for the suite and the `added` files) on a fresh copy of a commit.

    `changed` are paths whose bytes are looked at again afterwards; `reverse`: the last test comes first.
    """
    with target.room(commit, writable=True) as room:
        session, finished = run_pytest(
            target,
            room,
            "test",
            arguments or target.suite,
            coverage=coverage,
            more={"more": [] if arguments else list(added), "reverse": reverse},
            environment={"PYTHONHASHSEED": str(hash_seed)},
            wall_seconds=wall_seconds,
        )
        attempts = tuple(dict.fromkeys([*parse_attempts(session["attempts"]), *read_attempts(room.results)]))
        gone = rewritten(target.checkout, commit, room.tree, changed)
    if session["errors"]:
        node, text = session["errors"][0]
        raise CollectionFailed(f"{node} cannot be collected: {_last_line(text)}", text, attempts)
    if session["exit"] not in (0, 1, 5):
        said = _complaint(finished.stderr + finished.stdout)
        raise HarnessFailed(f"pytest ended with code {session['exit']}: {said}", attempts)
    vanished = [node for node in session["collected"] if node not in session["tests"]]
    return TestRun(
        outcomes={**session["tests"], **dict.fromkeys(vanished, "error")},
        failures=session["longest"],
        benchmarks=tuple(session["benchmarks"]),
        lines={path: {int(n): tuple(nodes) for n, nodes in lines.items()} for path, lines in session["lines"].items()},
        results={node: tuple(digests) for node, digests in session["results"].items()},
        exit_code=session["exit"],
        wall_seconds=finished.wall_seconds,
        attempts=attempts,
        loaded=tuple(session["loaded"]),
        elsewhere=own_modules(session["elsewhere"]),
        rewritten=gone,
    )


class CollectionFailed(Exception):
    """pytest could not collect the suite."""

    def __init__(self, sentence: str, text: str, attempts: tuple[Attempt, ...] = ()) -> None:
        super().__init__(sentence)
        self.text = text
        self.attempts = attempts


def take_baseline(target: Target, commit: str, *, with_benchmarks: bool = True, added: Sequence[str] = ()) -> Baseline:
    """Run the whole suite two to four times (other hash seeds, once with coverage); OptimizeError if it cannot be run.

    A short suite runs more often: a test that fails half of the time agrees with itself in every second pair of runs. One
    of these further runs goes backwards. Tests that end otherwise in it depend on those before them, and that is said; as a
    candidate's tests run in the usual order, they keep the outcome that they have there.
    `added` are files that the suite gets on top; `with_benchmarks`: where it has no benchmarks, those that lie outside
    pytest's own paths are added too.
    """
    try:
        first, added = _first_run(target, commit, with_benchmarks, tuple(added))
        runs = [first, run_tests(target, commit, [], hash_seed=2, added=added)]
        backwards: list[TestRun] = []
        is_short = runs[1].wall_seconds < SHORT_SECONDS
        if is_short:
            backwards = _backwards(target, commit, added, runs[1].wall_seconds)
        while len(runs) + is_short < MOST_RUNS and sum(run.wall_seconds for run in [*runs[1:], *backwards]) < SHORT_SECONDS:
            runs.append(run_tests(target, commit, [], hash_seed=len(runs) + 2, added=added))
    except CollectionFailed as error:
        raise OptimizeError(
            f"The tests cannot be collected, so no edit could be checked. {error}. "
            f"{_asked(error.attempts) or _remedy(str(error))}"
        ) from error
    except HarnessFailed as error:
        raise OptimizeError(
            f"The tests cannot be run in the sandbox, so no edit could be checked: {_sentence(error)} "
            f"{_asked(error.attempts) or _way_out(str(error))}"
        ) from error
    for run in (*runs, *backwards):
        must_be_of_the_tree(run.elsewhere)
    everything = dict.fromkeys(node for run in runs for node in run.outcomes)
    stable = {node: first.outcomes[node] for node in everything if len({run.outcomes.get(node) for run in runs}) == 1}
    return Baseline(
        outcomes=stable,
        flaky=tuple(node for node in everything if node not in stable),
        failing=tuple(node for node, outcome in stable.items() if outcome not in GOOD),
        benchmarks=first.benchmarks,
        running=_running(target, commit, first.lines),
        results={node: digests for node, digests in first.results.items() if _all_gave(runs, node, digests)},
        seconds=runs[1].wall_seconds,
        order_dependent=_order_dependent(stable, backwards) if is_short else (),
        added=added,
        attempts=tuple(dict.fromkeys(attempt for run in (*runs, *backwards) for attempt in run.attempts)),
        origin=f"files of the repository that ran: {len(first.lines)}; {copies(target)}",
    )


def _first_run(
    target: Target, commit: str, with_benchmarks: bool, added: tuple[str, ...]
) -> tuple[TestRun, tuple[str, ...]]:
    """The run that counts lines, and the files that were added to the suite for their benchmarks."""
    first = run_tests(target, commit, [], coverage=True, hash_seed=1, added=added)
    if first.benchmarks or not with_benchmarks:
        return first, added
    found = benchmark_files(target.checkout.files(commit), target.subfolder, partial(target.checkout.read, commit))
    if not found:
        return first, added
    return run_tests(target, commit, [], coverage=True, hash_seed=1, added=(*added, *found)), (*added, *found)


def _backwards(target: Target, commit: str, added: Sequence[str], usual_seconds: float) -> list[TestRun]:
    """The suite with its last test first; nothing where it does not come to its end in that order."""
    wall_seconds = min(target.limits.wall_seconds, 2 * usual_seconds + MORE_SECONDS)
    try:
        return [run_tests(target, commit, [], hash_seed=3, added=added, reverse=True, wall_seconds=wall_seconds)]
    except (CollectionFailed, HarnessFailed):
        return []


def _order_dependent(stable: Mapping[str, str], backwards: Sequence[TestRun]) -> tuple[str, ...]:
    """Tests that end otherwise in reverse order: all of them where that run came to no end."""
    return tuple(node for node, outcome in stable.items() if not any(run.outcomes.get(node) == outcome for run in backwards))


def _all_gave(runs: Sequence[TestRun], node: str, digests: tuple[str, ...]) -> bool:
    return all(run.results.get(node) == digests for run in runs)


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
    try:
        run = run_tests(target, candidate, nodes, hash_seed=1, added=baseline.added)
    except (CollectionFailed, HarnessFailed) as error:
        must_still_run(target, base, nodes, baseline)
        return not_run(error)
    return compare_run(target, base, candidate, baseline, nodes, run)


def not_run(error: CollectionFailed | HarnessFailed) -> Check:
    """The tests rung of a candidate with which they do not come to their end."""
    return Check(rung="tests", passed=False, detail=f"the tests could not be run: {error}")


def compare_run(target: Target, base: str, candidate: str, baseline: Baseline, nodes: Sequence[str], run: TestRun) -> Check:
    """The tests rung for a run of the candidate; where tests fail for it only, both sides run them again."""
    expected = {node: baseline.outcomes[node] for node in nodes or baseline.outcomes if node in baseline.outcomes}
    worse = _worse(expected, run.outcomes)
    different = _different(run, baseline)
    if different:
        return Check(rung="tests", passed=False, detail="; ".join([different, *([_failed(worse, run)] if worse else [])]))
    if run.exit_code == 1 and not any(outcome in ("failed", "error") for outcome in run.outcomes.values()):
        return Check(rung="tests", passed=False, detail="pytest reported a failure that no test shows")
    if not worse:
        return Check(rung="tests", passed=True, detail=_passed(run, baseline))
    selection = _selection(worse, nodes, baseline)
    suspects = {node: expected[node] for node in worse}
    culprits = _not_flaking(target, base, candidate, suspects, selection, baseline.added)
    again = f" (run again: only {', '.join(selection)}, the suite is long)" if not nodes and selection else ""
    if culprits:
        return Check(rung="tests", passed=False, detail=_failed(culprits, run) + again)
    flaky = f"; flaky at the baseline too: {', '.join(worse)}"
    return Check(rung="tests", passed=True, detail=_passed(run, baseline) + flaky + again)


def _asked(attempts: Sequence[Attempt]) -> str:
    """What the tests asked for outside the sandbox before they ended, as a sentence with the option that allows it."""
    said = remedy(attempts)
    return f"{said[0].upper()}{said[1:]}." if said else ""


def _remedy(sentence: str) -> str:
    if "ModuleNotFoundError" in sentence or "ImportError" in sentence:
        return (
            "Declare it in a dependency group or extra named dev or test, name a Python that has it with --python EXE, or "
            'leave the file out: pytest_options = ["--ignore", "FILE"] under [tool.optimize] in its pyproject.toml.'
        )
    if "Warning" in sentence:
        return (
            "The target turns that warning into an error: mend it, or tell pytest otherwise, for example with "
            'pytest_options = ["-W", "ignore"] under [tool.optimize] in its pyproject.toml.'
        )
    return "Mend that first."


def _way_out(said: str) -> str:
    """What to do where pytest does not come to its end."""
    if "limit of time" in said:
        return "Deselect the test that hangs (pytest_options), or give it longer (test_seconds), in [tool.optimize]."
    if "unrecognized arguments" in said or "plugin" in said:
        return (
            "Options and plugins stand in the target's own pytest configuration: declare what they need in a dependency "
            "group or extra named dev or test, or name a Python that has it with --python EXE."
        )
    if "before writing a result" in said:
        return (
            "Something in the target ends the process, for example sys.exit() in conftest.py or in a module that a test "
            "imports: mend that first."
        )
    return "Mend that first; `python -m pytest` in the project's folder should run by itself."


def _sentence(error: Exception) -> str:
    return str(error).rstrip(".") + "."


def must_still_run(target: Target, base: str, nodes: Sequence[str], baseline: Baseline) -> TestRun:
    """The same tests on the unchanged code; OptimizeError if they cannot be run any more: then no candidate is at fault."""
    try:
        return run_tests(target, base, nodes, hash_seed=1, added=baseline.added)
    except (CollectionFailed, HarnessFailed) as error:
        raise OptimizeError(f"The tests ran at the start and cannot be run any more, even unchanged: {error}") from error


def _different(run: TestRun, baseline: Baseline) -> str:
    """What the first benchmark that computes something else computes; empty if all compute the same."""
    for node, after in run.results.items():
        before = baseline.results.get(node, after)
        if before != after:
            shown = next(((old, new) for old, new in zip(before, after, strict=False) if old != new), (before, after))
            return f"{node} computes {shown[1]}, not {shown[0]} as before"
    return ""


def _worse(expected: Mapping[str, str], outcomes: Mapping[str, str]) -> list[str]:
    """Tests that show less than before: they fail, are gone, or no longer run to their end."""
    return [node for node, before in expected.items() if outcomes.get(node, "vanished") not in _as_good_as(before)]


def _as_good_as(before: str) -> tuple[str, ...]:
    """Outcomes that are no worse than the one before; a known failure may become anything."""
    if before in PROVING:
        return PROVING
    if before == "xfailed":
        return (*PROVING, "xfailed")
    return GOOD if before == "skipped" else (*GOOD, "failed", "error", "vanished")


def _selection(suspects: Sequence[str], nodes: Sequence[str], baseline: Baseline) -> tuple[str, ...]:
    """What is run again: the same as before, for what a test does may depend on those before it; of long suites files."""
    if nodes or baseline.seconds <= LONG_SUITE_SECONDS:
        return tuple(nodes)
    return tuple(dict.fromkeys(node.partition("::")[0] for node in suspects))


def _not_flaking(
    target: Target,
    base: str,
    candidate: str,
    suspects: Mapping[str, str],
    selection: Sequence[str],
    added: Sequence[str],
) -> list[str]:
    """Suspects (with the outcome that they had) whose failure stays with the candidate.

    Acquitted are those that fail at least once at the baseline and do not at least once for the candidate, in the same
    selection of tests; both sides run in turns until that is decided.
    """
    failed_before: set[str] = set()
    good_after: set[str] = set()
    for number in range(RERUNS):
        seed = 100 + number
        try:
            if set(suspects) - good_after:
                again = run_tests(target, candidate, selection, hash_seed=seed, added=added)
                good_after |= set(suspects).difference(_worse(suspects, again.outcomes))
            if not good_after and number + 1 >= HOPELESS:
                break  # it fails every time: most wrong edits are that plain
            if good_after - failed_before:  # the others could not be acquitted by it
                again = run_tests(target, base, selection, hash_seed=seed, added=added)
                failed_before.update(_worse(suspects, again.outcomes))
        except (CollectionFailed, HarnessFailed):
            break  # what was not shown to flake counts against the candidate
        if failed_before & good_after == set(suspects):
            break
    return [node for node in suspects if node not in failed_before & good_after]


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
    if wrong and wrong[0].startswith('File "'):  # a syntax error: file and line, the code, the reason
        return f"{wrong[-1]} ({wrong[0].rpartition(', ')[2]})"[:300]
    return (wrong or lines or ["nothing was printed"])[0 if wrong else -1][:300]


def _complaint(text: str) -> str:
    """What pytest says against its configuration, or the last line of a traceback."""
    for sign in (": error: ", "ERROR: "):
        for line in text.splitlines():
            if sign in line:
                return line.partition(sign)[2].strip()[:300]
    return _last_line(text)
