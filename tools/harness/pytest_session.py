"""Runs the target's pytest in the target's interpreter and writes down what happened.

    python pytest_session.py SPEC.json

SPEC: key (returned with the result), mode ("test", "benchmark" or "profile"), arguments (of pytest), output (file to
write), tree (root of the checkout), seconds (per benchmark, for "profile"), coverage (bool), and for "benchmark": turns
(two pipes) and core. "test" calls every benchmarked function once; "benchmark" times it whenever the referee at the
other end of the pipes says so, and keeps every raw sample; "profile" only repeats it for a profiler. Standard
library, plus the overlay's pytest and coverage; Python 3.9 syntax. The clocks are taken before any code of the
target is imported, and the output file is opened then, so that a process that ends early leaves it empty, which is never
a success.
"""

import sys

sys.path[:] = [entry for entry in sys.path if not entry.endswith("/harness")]  # our folder is not the target's business

import hashlib
import json
import os
import re
import time

WALL = time.perf_counter_ns
CPU = time.process_time_ns
SAMPLE_NANOSECONDS = 5_000_000  # one sample takes at least this long: far above the clocks' resolution
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def main():
    """Exit code 0 if the session was written down, whatever the tests did."""
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = json.load(file)
    os.unlink(sys.argv[1])  # it holds the key
    key = spec.pop("key")
    output = os.open(spec["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    turns = Turns(spec["turns"], spec["core"]) if spec["mode"] == "benchmark" else None
    sys.path.insert(0, os.getcwd())  # as `python -m pytest` does
    import pytest

    recorder = Recorder(spec, turns)
    code = int(pytest.main(arguments(spec), plugins=[recorder]))
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
        "results": recorder.results,
        "loaded": loaded(spec["tree"]),
        "lines": recorder.lines,
    }
    write(output, json.dumps(session).encode())
    os.close(output)
    sys.stdout.flush()
    sys.stderr.flush()
    if spec["mode"] != "profile":  # the profiler writes its file at exit
        os._exit(0)  # threads and exit handlers of the target have no say any more


def arguments(spec):
    """Arguments of pytest: quiet, no cache folder, no plugin that disturbs a measurement or only slows its start."""
    common = ["-q", "-p", "no:cacheprovider", "--color=no", "--no-header", "--tb=short"]
    common += optional("xdist", ["-n", "0"]) if spec["mode"] != "test" or spec["coverage"] else []
    common += optional("pytest_cov", ["--no-cov"])
    if spec["mode"] == "benchmark":
        common += ["--assert=plain", "-p", "no:unraisableexception", "-p", "no:threadexception", "-p", "no:faulthandler"]
    return common + spec["arguments"]


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


class Recorder:
    """The pytest plugin: outcomes, benchmarks, timings and covered lines of one session."""

    def __init__(self, spec, turns):
        self.spec = spec
        self.turns = turns
        self.tests = {}
        self.longest = {}
        self.collected = []
        self.errors = []
        self.benchmarks = []
        self.timings = {}
        self.results = {}
        self.lines = {}
        self.coverage = None

    def pytest_sessionstart(self, session):
        """pytest-benchmark has read its options and markers; from here on our fixture takes its place."""
        session.config.pluginmanager.unregister(name="benchmark")
        session.config.pluginmanager.register(fixture_plugin(self), "verispeed-benchmark")
        if self.spec["coverage"]:
            self.start_coverage()

    def pytest_collectreport(self, report):
        """Collection errors are told apart from failing tests."""
        if report.failed:
            self.errors.append([report.nodeid, str(report.longrepr)[-2000:]])

    def pytest_collection_finish(self, session):
        """Node ids, and which of them use the benchmark fixture."""
        self.collected = [item.nodeid for item in session.items]
        self.benchmarks = [item.nodeid for item in session.items if "benchmark" in getattr(item, "fixturenames", ())]

    def pytest_runtest_logstart(self, nodeid, location):
        """Lines are attributed to the test that executes them."""
        if self.coverage is not None:
            self.coverage.switch_context(nodeid)

    def pytest_runtest_logreport(self, report):
        """One outcome a test: the worst of its three phases; errors in set-up or teardown are their own."""
        outcome = report.outcome
        if hasattr(report, "wasxfail"):
            outcome = "xfailed" if report.skipped else "xpassed"
        elif report.failed and report.when != "call":
            outcome = "error"
        if report.when == "call" or outcome != "passed":
            self.tests[report.nodeid] = outcome
            if report.failed:
                self.longest[report.nodeid] = str(report.longrepr)[-2000:]

    def start_coverage(self):
        """Line coverage of the tree, one context a test."""
        import coverage

        self.coverage = coverage.Coverage(data_file=None, config_file=False, include=[self.spec["tree"] + "/*"])
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
            return function(*args, **kwargs)
        return self.take_turns(lambda loops: timed(function, args, kwargs, loops), calibrate)

    def pedantic(self, target, args=(), kwargs=None, setup=None, rounds=1, warmup_rounds=0, iterations=1, teardown=None):
        """As pytest-benchmark's: `setup` and `teardown` run outside the timed part, once a round."""

        def once(loops):
            given_args, given_kwargs = (setup() if setup else None) or (args, kwargs or {})
            timing = timed(target, given_args, given_kwargs, loops)
            if teardown:
                teardown(*given_args, **given_kwargs)
            return timing

        if self.mode == "test":
            return self.remember(once(1)[2])
        if self.mode == "profile":
            repeat(lambda: once(iterations), self.seconds)
            return once(1)[2]
        return self.take_turns(once, lambda measure: (measure(iterations), iterations)[1])

    def take_turns(self, measure, settle):
        """First call, settling of the number of calls in a sample, samples: each when it is our turn."""
        turns = self.recorder.turns
        turns.ready(self.node.nodeid)
        turns.wait()
        wall, cpu, result = measure(1)
        cold = [1, wall, cpu]
        turns.done()
        turns.wait()
        loops = settle(measure)
        turns.done()
        samples, idle_cpu = [], CPU()
        hidden = 0
        while turns.wait():
            hidden += CPU() - idle_cpu
            wall, cpu, _ = measure(loops)
            samples.append([loops, wall, cpu])
            idle_cpu = CPU()
            turns.done()
        self.recorder.timings[self.node.nodeid] = {"cold": cold, "samples": samples, "hidden": hidden}
        return result

    def weave(self, target, **kwargs):
        """Not supported: which calls are timed would depend on the candidate."""
        raise NotImplementedError("benchmark.weave is not supported: call benchmark(function, ...) instead")

    patch = weave

    def remember(self, result):
        """What the benchmarked function returned, as a digest that a process with the same hash seed can repeat."""
        text = described(result)
        digest = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]
        self.recorder.results.setdefault(self.node.nodeid, []).append(f"{digest} {text[:60]}")
        return result


class Turns:
    """Our end of the referee's pipes: we work when told to and say when we have done."""

    def __init__(self, pipes, core):
        self.go = os.open(pipes["go"], os.O_RDONLY)
        self.said = os.open(pipes["said"], os.O_WRONLY)
        self.core = core

    def ready(self, name):
        """Announce a benchmark; from here on we share one core with the other side."""
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, [self.core])
        write(self.said, f"ready {name}\n".encode())

    def wait(self):
        """True when it is our turn, False when the benchmark is over."""
        return os.read(self.go, 1) == b"g"

    def done(self):
        """Give the turn back."""
        write(self.said, b"done\n")


def described(value):
    """A text that is the same for equal plain values: order of dicts counts, order of sets and addresses do not."""
    kind = type(value)
    if kind in (set, frozenset):
        return f"{kind.__name__}({sorted(map(described, value))})"
    if kind in (list, tuple):
        return f"{kind.__name__}({[described(item) for item in value]})"
    if kind is dict:
        return f"dict({[(described(key), described(item)) for key, item in value.items()]})"
    return ADDRESS.sub("", f"{kind.__module__}.{kind.__qualname__} {value!r}")


def timed(function, args, kwargs, loops):
    """Wall and CPU nanoseconds of `loops` calls, and the last result."""
    result = None
    wall, cpu = WALL(), CPU()
    for _ in range(loops):
        result = function(*args, **kwargs)
    return max(WALL() - wall, 1), CPU() - cpu, result


def calibrate(measure):
    """Number of calls that take about SAMPLE_NANOSECONDS; finding it is the warm-up too."""
    loops = 1
    while True:
        wall = measure(loops)[0]
        if wall >= SAMPLE_NANOSECONDS:
            return loops
        loops = max(loops + 1, min(loops * 10, int(loops * 1.2 * SAMPLE_NANOSECONDS / wall)))


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
