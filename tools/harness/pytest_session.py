"""Runs the target's pytest in the target's interpreter and writes down what happened.

    python pytest_session.py SPEC.json

SPEC: key (returned with the result), mode ("test", "benchmark" or "profile"), arguments (of pytest: node ids, or none for
the suite as the target has it), options (of pytest, by the user), output (file to write), tree (root of the checkout),
sources and overlay (folders of the target's path), children (variables for its own processes), seconds (per benchmark,
for "profile"), coverage (bool), and for "test": more (files that the suite gets on top), reverse (bool: the last test
comes first), attempts (file to write), readable (what the user lets it read elsewhere) and record (null, or {file:
{function: id}} whose calls are copied); for "benchmark": turns (two pipes), core, others (rounds with other arguments) and
seed (of these). "test" calls every benchmarked function once; "benchmark" times it whenever the referee at the other end of
the pipes says so, and keeps every raw sample; "profile" only repeats it for a profiler. Standard library, plus the overlay's
pytest and coverage; Python 3.9 syntax. The clocks are taken before any code of the target is imported, and the output file
is opened then, so that a process that ends early leaves it empty, which is never a success. Started without PYTHONPATH: the
target's folders come on the path when all of ours is imported.
"""

import glob
import json
import os
import resource
import sys
import time
from types import CellType, FunctionType

from verispeed_attempts import Attempts
from verispeed_count import instruction_counter
from verispeed_digest import digest
from verispeed_feeding import (
    HARNESS,
    PYTESTS,
    SCALENES,
    add_overlay,
    add_sources,
    become_pytest,
    forget_for_pytest,
    hold,
    is_standard,
    leave_out_ours,
)
from verispeed_importing import ImportTimes
from verispeed_vary import copied, is_plain, shown, variants
from verispeed_waiting import waiting_for_core

leave_out_ours()

WALL, THREAD_CPU = time.perf_counter_ns, time.thread_time_ns
SAMPLE_NANOSECONDS = 5_000_000  # one sample takes at least this long: far above the clocks' resolution
LONG_NANOSECONDS = 40_000_000  # and where both sides work at the same time, so that the system can let them take turns
CPU_BOUND = 0.8  # as in comparing.py
MOST_COMPARED = 20  # results of one round with other arguments
SEVERITY = ("passed", "xpassed", "xfailed", "skipped", "error", "failed")  # of one test's reports the worst counts


def CPU(own=time.process_time_ns, used=resource.getrusage):  # noqa: N802  a clock, like WALL
    """CPU nanoseconds of this process, its threads and the children that it waited for."""
    children = used(resource.RUSAGE_CHILDREN)
    return own() + int((children.ru_utime + children.ru_stime) * 1e9)


DELAY = waiting_for_core()
INSTRUCTIONS = instruction_counter()


def main():
    """Exit code 0 if the session was written down, whatever the tests did."""
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = json.load(file)
    os.unlink(sys.argv[1])  # it holds the key
    key = spec.pop("key")
    output = os.open(spec["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    turns = Turns(spec["turns"], spec["core"]) if spec["mode"] == "benchmark" else None
    add_overlay(spec)
    import pytest

    hold(spec, *PYTESTS)
    words = arguments(spec)
    ours = become_pytest(words)  # held until the end: this function runs in it
    attempts = watched(spec)
    Recorder.pytest_load_initial_conftests = pytest.hookimpl(tryfirst=True)(Recorder.pytest_load_initial_conftests)
    Recorder.pytest_collection_modifyitems = pytest.hookimpl(trylast=True)(Recorder.pytest_collection_modifyitems)
    recorder = Recorder(spec, turns, ImportTimes(spec["tree"], CPU), attempts)
    notes = noted(spec)
    add_sources(spec, os.getcwd())  # as `python -m pytest` does
    code = int(pytest.main(words, plugins=[recorder]))
    recorder.finish_coverage()
    session = {
        "key": key,
        "exit": code,
        "tests": recorder.tests,
        "longest": recorder.longest,
        "collected": recorder.collected,
        "errors": recorder.errors,
        "benchmarks": recorder.benchmarks,
        "timings": recorder.timings,
        "results": recorder.results if spec["mode"] == "benchmark" else recorder.comparable_results(),
        "others": recorder.others,
        "loaded": loaded(spec["tree"]),
        "elsewhere": elsewhere(spec),
        "attempts": attempts.found if attempts else [],
        "lines": recorder.lines,
        "recorded": notes.written() if notes else None,
    }
    write(output, json.dumps(session).encode())
    os.close(output)
    sys.stdout.flush()
    sys.stderr.flush()
    if spec["mode"] != "profile":  # the profiler writes its file at exit
        os._exit(0)  # threads and exit handlers of the target have no say any more
    return ours


def noted(spec):
    """The calls of some functions are copied from here on, where that is asked for."""
    if not spec.get("record"):
        return None
    sys.path.insert(0, HARNESS)
    from verispeed_noting import Notes  # not above: every start of a session would wait for it

    leave_out_ours()
    notes = Notes(spec["record"], spec["tree"])
    notes.watch()
    return notes


def watched(spec):
    """What the process tries outside its own work is written down from here on, where that is asked for: it takes time."""
    if not spec["attempts"]:
        return None
    own = [os.path.dirname(spec["output"]), *filter(None, [spec["overlay"]])]
    found = Attempts(spec["attempts"], spec["tree"], own, spec["readable"])
    found.watch()
    return found


def arguments(spec):
    """Arguments of pytest: quiet, all of it in this process, no plugin that disturbs a measurement or slows its start.

    Node ids are relative to the current folder wherever the configuration lies; a failure never ends the session.
    """
    cache = os.path.join(os.path.dirname(spec["output"]), "cache")
    common = ["-q", "--color=no", "--no-header", "--tb=short", "--maxfail=0", "-o", "cache_dir=" + cache]
    common += ["--rootdir=" + os.getcwd()]
    common += optional("xdist", ["-n", "0"])  # our plugin must be where the tests run
    common += optional("pytest_cov", ["--no-cov"])
    if spec["mode"] == "benchmark":
        common += ["--assert=plain", "-p", "no:unraisableexception", "-p", "no:threadexception", "-p", "no:faulthandler"]
    return common + spec["options"] + spec["arguments"]


def optional(module, options):
    """Options of a plugin, if it is there to take them."""
    from importlib.util import find_spec

    return options if find_spec(module) else []


def write(descriptor, content):
    """All bytes, however many calls it takes."""
    while content:
        content = content[os.write(descriptor, content) :]


def loaded(tree):
    """Files of the tree that were imported, relative to it: shows which copy of the code ran."""
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    return sorted(
        {os.path.relpath(file, tree) for file in files if isinstance(file, str) and file.startswith(tree + os.sep)}
    )


def elsewhere(spec):
    """[module, file] of what came from outside the tree although the target's sources have a file of that name."""
    found = []
    for name, module in list(sys.modules.items()):
        file, inside = getattr(module, "__file__", None), os.path.join(*name.split("."))
        if not isinstance(file, str) or file.startswith(spec["tree"] + os.sep) or is_standard(file):
            continue
        ending = os.path.join(inside, "__init__.py") if getattr(module, "__path__", None) is not None else inside + ".py"
        if any(os.path.isfile(os.path.join(root, ending)) for root in spec["sources"]):
            found.append([name, file])
    return found


class Recorder:
    """The pytest plugin: outcomes, benchmarks, timings and covered lines of one session."""

    def __init__(self, spec, turns, imports, attempts=None):
        self.spec = spec
        self.turns = turns
        self.imports = imports
        self.attempts = attempts
        self.tests = {}
        self.longest = {}
        self.collected = []
        self.errors = []
        self.benchmarks = []
        self.timings = {}
        self.results = {}
        self.others = {}
        self.lines = {}
        self.coverage = self.measuring = None
        if spec["coverage"]:
            import coverage  # before the target's own files can stand in for it

            self.measuring = coverage.Coverage(data_file=None, config_file=False, include=[spec["tree"] + "/*"])

    def pytest_load_initial_conftests(self):
        """pytest and its plugins are loaded, and nothing of the target but the plugins that it names itself."""
        forget_for_pytest(self.spec, *SCALENES if self.spec["mode"] == "profile" else ())

    def pytest_configure(self, config):
        """Files that the suite gets on top of what the target's own configuration names, whatever they are called."""
        more = self.spec.get("more", [])
        config.args.extend(more)
        # pytest 9 leaves out an argument within another one, and with it the exception for files that are named
        config.getini("python_files").extend(glob.escape(os.path.basename(file)) for file in more)

    def pytest_sessionstart(self, session):
        """pytest-benchmark has read its options and markers; from here on our fixture takes its place."""
        plugins = session.config.pluginmanager
        for name in ("benchmark", "stepwiseplugin"):  # --stepwise would end the session at a failure
            if plugins.has_plugin(name):
                plugins.unregister(name=name)
        plugins.register(fixture_plugin(self), "verispeed-benchmark")
        if self.spec["coverage"]:
            self.start_coverage()

    def pytest_collectreport(self, report):
        """Collection errors are told apart from failing tests."""
        if report.failed:
            self.errors.append([report.nodeid, str(report.longrepr)[-2000:]])

    def pytest_collection_modifyitems(self, items):
        """Files and the tests in them the other way round, once everybody else has put them in order."""
        if self.spec.get("reverse"):
            items.reverse()

    def pytest_collection_finish(self, session):
        """Node ids, and which of them use the benchmark fixture."""
        self.collected = [item.nodeid for item in session.items]
        self.benchmarks = [item.nodeid for item in session.items if "benchmark" in getattr(item, "fixturenames", ())]

    def pytest_runtest_logstart(self, nodeid, location):
        """Lines and attempts are attributed to the test that executes them."""
        if self.coverage is not None:
            self.coverage.switch_context(nodeid)
        if self.attempts is not None:
            self.attempts.node = nodeid

    def pytest_runtest_logfinish(self, nodeid, location):
        """What happens between two tests is nobody's."""
        if self.attempts is not None:
            self.attempts.node = ""

    def pytest_runtest_logreport(self, report):
        """One outcome a test: the worst of its three phases; errors in set-up or teardown are their own."""
        outcome = report.outcome
        if hasattr(report, "wasxfail"):
            outcome = "xfailed" if report.skipped else "xpassed"
        elif report.failed and report.when != "call":
            outcome = "error"
        if outcome not in SEVERITY:
            return  # "rerun" and the like: another report follows
        if report.when == "call" or outcome != "passed":
            before = self.tests.get(report.nodeid, outcome)
            self.tests[report.nodeid] = max(before, outcome, key=SEVERITY.index)
            if report.failed:
                self.longest[report.nodeid] = str(report.longrepr)[-2000:]

    def comparable_results(self):
        """Digests of the benchmarks whose results can be compared at all."""
        return {node: digests for node, digests in self.results.items() if None not in digests}

    def start_coverage(self):
        """Line coverage of the tree, one context a test."""
        self.coverage = self.measuring
        self.coverage.start()

    def finish_coverage(self):
        """{path: {line: [node ids]}} for the files of the tree; import time has the context ""."""
        if self.coverage is None:
            return
        self.coverage.stop()
        data = self.coverage.get_data()
        for file in data.measured_files():
            by_line = data.contexts_by_lineno(file)
            self.lines[os.path.relpath(file, self.spec["tree"])] = {
                str(line): contexts for line, contexts in by_line.items()
            }


def fixture_plugin(recorder):
    """A plugin object with a `benchmark` fixture that speaks pytest-benchmark's interface."""
    import pytest

    class Fixtures:
        @pytest.fixture
        def benchmark(self, request):
            return Benchmark(request.node, recorder)

    return Fixtures()


class Benchmark:
    """Stands in for pytest-benchmark's fixture: same calls, our clocks and our samples."""

    def __init__(self, node, recorder):
        self.node = node
        self.name = node.name
        self.fullname = node.nodeid
        self.group = None
        self.param = None
        self.extra_info = {}
        self.stats = None
        self.enabled = self.disabled = False
        self.recorder = recorder
        self.mode = recorder.spec["mode"]
        self.seconds = recorder.spec["seconds"]

    def __call__(self, function, *args, **kwargs):
        """Time `function(*args, **kwargs)` and return what its first call returned."""
        if self.mode == "test":
            return self.remember(function(*args, **kwargs))
        if self.mode == "profile":
            repeat(lambda: function(*args, **kwargs), self.seconds)
            return self.remember(function(*args, **kwargs))
        others = Others(function, args, kwargs, self.recorder.spec)
        return self.take_turns(lambda loops: timed(function, args, kwargs, loops), None, others)

    def pedantic(self, target, args=(), kwargs=None, setup=None, rounds=1, warmup_rounds=0, iterations=1, teardown=None):
        """As pytest-benchmark's: `setup` and `teardown` run outside the timed part, once a round."""

        def once(loops):
            given_args, given_kwargs = (setup() if setup else None) or (args, kwargs or {})
            timing = timed(target, given_args, given_kwargs, loops)
            if teardown:
                teardown(*given_args, **given_kwargs)
            return timing

        if self.mode == "test":
            return self.remember(once(1)[-1])
        if self.mode == "profile":
            repeat(lambda: once(iterations), self.seconds)
            return self.remember(once(1)[-1])
        return self.take_turns(once, iterations)

    def take_turns(self, measure, iterations, others=None):
        """First call, settling of the number of calls in a sample, other arguments, samples: each when it is our turn.

        `iterations` is that number where the test says it, None where it is to be found.
        """
        turns, imported = self.recorder.turns, dict(self.recorder.imports.seconds)
        turns.ready(self.node.nodeid)
        turns.wait()
        *cold, result = measure(1)
        self.remember(result)
        turns.done()
        loops, settled, samples, last = iterations or stretched(cold[0]), None, [], result
        if turns.wait():  # else it is known to be slow
            own_cpu = THREAD_CPU()
            count, (*settled, last) = (iterations, measure(iterations)) if iterations else calibrate(measure)
            own_cpu = THREAD_CPU() - own_cpu
            self.remember(last)
            slow, loops = is_slow(count, own_cpu, *settled), count
            if slow and not iterations:
                loops = stretched(settled[0])
                if loops > 1:
                    *more, last = measure(loops - 1)
                    settled = [one + other for one, other in zip(settled, more)]  # noqa: B905  Python 3.9 has no strict
            settled.insert(0, loops if slow else count)
            turns.done(b"slow" if slow else b"done")
        for _ in range(self.recorder.spec["others"]):
            if turns.wait():
                if others is not None:
                    others.round(loops)
                turns.done()
        while turns.wait():
            *sample, last = measure(loops)
            samples.append([loops, *sample])
            turns.done()
        self.remember(last)
        self.stats = Stats([wall / count / 1e9 for count, wall, *_ in samples or [[1, *cold]]])
        self.recorder.timings[self.node.nodeid] = {
            "cold": [1, *cold],
            "settled": settled,
            "samples": samples,
            "others": others.samples if others else [],
            "imported": imported,
            "hidden": turns.hidden,
            "children": living_children(),
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        }
        if others is not None:
            self.recorder.others[self.node.nodeid] = others.results
        return result

    def weave(self, target, **kwargs):
        """Not supported: which calls are timed would depend on the candidate."""
        raise NotImplementedError("benchmark.weave is not supported: call benchmark(function, ...) instead")

    patch = weave

    def remember(self, result):
        """What the benchmarked function returned, as a digest that a process with the same hash seed can repeat."""
        self.recorder.results.setdefault(self.node.nodeid, []).append(digest(result))
        if self.stats is None:
            self.stats = Stats([0.0])
        return result


def opened(function):
    """What a function without parameters closes over, so that it can be varied; None if there is nothing of that kind."""
    code, cells = getattr(function, "__code__", None), getattr(function, "__closure__", None)
    if code is None or not cells or code.co_argcount or code.co_kwonlyargcount:
        return None
    try:
        return tuple(cell.cell_contents for cell in cells)
    except ValueError:  # an empty cell
        return None


def reopened(function, values):
    """The same function around other values."""
    closure = tuple(CellType(value) for value in values)
    return FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__, closure)


class Others:
    """Calls of the benchmarked function with arguments that it was never called with before."""

    def __init__(self, function, args, kwargs, spec):
        inside = opened(function) if not args and not kwargs else None
        self.function, self.inside = function, inside is not None
        self.given = copied(inside or args), copied(kwargs)  # as they are before the function changes them
        self.wanted, self.seed = spec["others"], spec["seed"]
        self.waiting = None
        self.samples = []
        self.results = []  # of each call: how it looks, its result or the exception's type, its arguments before and after

    def round(self, loops):
        """Time one batch, each input once; nothing where the arguments cannot be varied."""
        if self.waiting is None:
            self.waiting = self.batches(loops)
        if not self.waiting:
            return
        batch = self.waiting.pop()
        # what is not made of plain data is not made anew: earlier calls may have left something in it
        said = [(shown(*one)[:200], digest(one)) if is_plain(one) else None for one in batch[:MOST_COMPARED]]
        calls = [
            (reopened(self.function, args), (), {}) if self.inside else (self.function, args, kwargs)
            for args, kwargs in batch
        ]
        kept = []
        counted, delay, wall, cpu = INSTRUCTIONS(), DELAY(), WALL(), CPU()
        for function, args, kwargs in calls:
            try:
                kept.append(function(*args, **kwargs))
            except Exception as error:  # the old function says what its domain is
                kept.append(error)
        wall, cpu, delay = max(WALL() - wall, 1), CPU() - cpu, DELAY() - delay
        counted = INSTRUCTIONS() - counted
        if not any(isinstance(one, Exception) for one in kept):  # else the time is that of failing
            self.samples.append([len(batch), wall, cpu, delay, counted])
        for call, result, given in zip(said, kept, batch):  # noqa: B905  Python 3.9 has no strict
            if call is not None:
                self.results.append([call[0], outcome(result), call[1], digest(given)])

    def batches(self, loops):
        """One batch of distinct inputs for each round; none where there are too few."""
        try:
            made = variants(*self.given, loops * self.wanted, self.seed, self.wanted)
        except Exception:  # an argument that cannot be looked at
            return []
        size = len(made) // self.wanted
        return [made[number * size : (number + 1) * size] for number in range(self.wanted)] if size else []


def outcome(result):
    """Digest of a result, or which exception it was."""
    return "raises %s" % type(result).__name__ if isinstance(result, Exception) else digest(result)


class Turns:
    """Our end of the referee's pipes: we work when told to and say when we have done."""

    def __init__(self, pipes, core):
        self.go = os.open(pipes["go"], os.O_RDONLY)
        self.said = os.open(pipes["said"], os.O_WRONLY)
        self.core = core
        self.hidden = self.idle_cpu = 0  # CPU nanoseconds that this process used when it was not its turn

    def ready(self, name):
        """Announce a benchmark; from here on we share one core with the other side."""
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, [self.core])
        self.hidden, self.idle_cpu = 0, CPU()
        write(self.said, f"ready {name}\n".encode())

    def wait(self):
        """True when it is our turn, False when that is left out, or the benchmark is over."""
        mine = os.read(self.go, 1) == b"g"
        now = CPU()
        self.hidden, self.idle_cpu = self.hidden + now - self.idle_cpu, now
        return mine

    def done(self, word=b"done"):
        """Give the turn back; b"slow" where calls are so long, and only compute, that both sides can work at once."""
        self.idle_cpu = CPU()
        write(self.said, word + b"\n")


class Stats:
    """What tests read from `benchmark.stats` after a run, by key or by attribute, in seconds."""

    def __init__(self, seconds):
        self.data = sorted(seconds)
        self.min, self.max, self.median = self.data[0], self.data[-1], self.data[len(self.data) // 2]
        self.mean = sum(self.data) / len(self.data)
        self.stddev = (sum((one - self.mean) ** 2 for one in self.data) / len(self.data)) ** 0.5
        self.total, self.rounds, self.stats = sum(self.data), len(self.data), self
        self.ops = 1 / self.mean if self.mean else 0.0

    def __getitem__(self, name):
        return getattr(self, name)


def living_children():
    """Number of processes that are still ours: in a sandbox that includes the orphans of our children."""
    found = 0
    try:
        for task in os.listdir("/proc/self/task"):
            with open("/proc/self/task/%s/children" % task) as file:
                found += len(file.read().split())
    except OSError:  # no such file on this system: nothing is known
        return found
    return found


def timed(function, args, kwargs, loops):
    """Of `loops` calls: wall and CPU nanoseconds, those of waiting for the core, instructions or 0, and the last result."""
    result = None
    counted, delay, wall, cpu = INSTRUCTIONS(), DELAY(), WALL(), CPU()
    for _ in range(loops):
        result = function(*args, **kwargs)
    wall, cpu, delay = max(WALL() - wall, 1), CPU() - cpu, DELAY() - delay
    return wall, cpu, delay, INSTRUCTIONS() - counted, result


def calibrate(measure):
    """Number of calls that take about SAMPLE_NANOSECONDS, and their timing; finding it is the warm-up too."""
    loops = 1
    while True:
        timing = measure(loops)
        if timing[0] >= SAMPLE_NANOSECONDS:
            return loops, timing
        loops = max(loops + 1, min(loops * 10, int(loops * 1.2 * SAMPLE_NANOSECONDS / timing[0])))


def is_slow(loops, own_cpu, wall, cpu, delay, *_):
    """True if one call is a sample by itself and the first thread, whose waiting for the core is counted, does the work."""
    own = max(wall - delay, cpu, 1)
    return DELAY is not int and loops == 1 and wall >= SAMPLE_NANOSECONDS and own_cpu / own > CPU_BOUND


def stretched(wall):
    """Number of calls of so many nanoseconds in a sample that is taken while the other side works too."""
    return max(1, round(LONG_NANOSECONDS / wall))


def repeat(function, seconds):
    """Call again and again with Scalene on, so that it sees enough of it and nothing else."""
    from scalene import scalene_profiler

    function()  # what a first call pays for is not what is hot
    scalene_profiler.start()
    end = WALL() + seconds * 1e9
    while WALL() < end:
        function()
    scalene_profiler.stop()


if __name__ == "__main__":
    main()
