"""The vocabulary: every value that travels down the line, frozen and born valid.

Values are checkpointed and written into evidence, so they are plain data: module level, no aliases, no
computed fields, no validators that read the world. What can be computed is a property.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Value(BaseModel):
    """Base of all values: immutable, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Outcome(StrEnum):
    """What the judge says of a candidate; only FASTER is ever committed."""

    FASTER = "faster"
    SAME = "same"
    SLOWER = "slower"
    UNDECIDED = "undecided"
    BROKEN = "broken"
    UNPROVEN = "unproven"
    ROUNDING = "rounding"
    CACHED = "cached"
    OVERFITTED = "overfitted"
    REGRESSED = "regressed"
    MEMORY = "memory"
    LIMIT = "limit"
    CHEATING = "cheating"
    UNAPPLICABLE = "unapplicable"


class Function(Value):
    """A function or method of the target, found by tree-sitter."""

    path: str  # POSIX path relative to the root of the repository
    name: str  # qualified name inside the module: "Parser.parse", "outer.<locals>.inner"
    first_line: int = Field(ge=1)  # 1-based, the first decorator if there is one
    last_line: int = Field(ge=1)  # 1-based, inclusive

    @property
    def id(self) -> str:
        """Name that stays the same when lines move, for example "src/pkg/text.py:Index.add"."""
        return f"{self.path}:{self.name}"


class BenchmarkKind(StrEnum):
    """How a benchmark is run: a pytest-benchmark test in-process, or a command as a whole process."""

    PYTEST = "pytest"
    COMMAND = "command"


class Benchmark(Value):
    """One thing that is timed."""

    kind: BenchmarkKind
    id: str  # pytest node id, or the command line
    command: tuple[str, ...] = ()  # words of the command line; empty for PYTEST


class LineShare(Value):
    """Share of a benchmark's time that Scalene attributes to one line (fractions of 1)."""

    line: int = Field(ge=1)
    python: float
    native: float
    system: float

    @property
    def total(self) -> float:
        """Python, native and system time together."""
        return self.python + self.native + self.system


class Hotspot(Value):
    """A function worth asking about, with its share of the benchmark in which it weighs most."""

    function: Function
    benchmark: Benchmark
    share: float = Field(ge=0, le=1)
    python: float = 0.0
    native: float = 0.0
    system: float = 0.0
    lines: tuple[LineShare, ...] = ()

    @property
    def ceiling(self) -> float:
        """Largest speedup of the benchmark if this function took no time: 1 / (1 - share) (Amdahl, AFIPS 1967)."""
        return 1 / (1 - self.share) if self.share < 1 else float("inf")


class Edit(Value):
    """Replace `search`, which must occur exactly once in the file, by `replace`."""

    path: str
    search: str
    replace: str


class Usage(Value):
    """What a model call cost. `dollars` is None where the price is unknown."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    dollars: float | None = 0.0


class AttemptKind(StrEnum):
    """What a test tried that is no work of its own."""

    READ = "read"
    WRITE = "write"
    LINK = "link"
    NETWORK = "network"
    SIGNAL = "signal"
    MANY = "many"  # more than anybody writes down
    START = "start"
    LIBRARY = "library"


class Attempt(Value):
    """Something outside the checkout and the temporary folders that a process tried, whether it was let or not."""

    kind: AttemptKind
    act: str  # "open", "connect to"
    what: str  # path, address, program: "/root/.netrc", "127.0.0.1:8080"; "~/..." lies in the home folder of the room
    node: str = ""  # the test that ran; empty before the first and between two


class Baseline(Value):
    """What the tests do before any change, and which of them execute which function."""

    outcomes: dict[str, str]  # node id -> outcome, of tests that gave the same twice
    flaky: tuple[str, ...]  # node ids that gave two different outcomes
    failing: tuple[str, ...]  # known failures
    benchmarks: tuple[str, ...]  # node ids that use the benchmark fixture
    running: dict[str, tuple[str, ...]]  # Function.id -> node ids that execute its body
    results: dict[str, tuple[str, ...]]  # benchmark's node id -> digests of what it computes, where that is the same twice
    seconds: float  # wall time of the suite
    order_dependent: tuple[str, ...] = ()  # node ids with another outcome where the last test of the suite comes first
    added: tuple[str, ...] = ()  # files of benchmarks that the suite was given, because pytest does not look there by itself
    attempts: tuple[Attempt, ...] = ()  # of the unchanged code: what it may do, the candidate may do
    origin: str = ""  # how it is known that the files of the checkout ran


class Candidate(Value):
    """A proposed change to one hotspot."""

    hotspot: Function
    edits: tuple[Edit, ...]
    model: str  # "rules", or the LiteLLM name
    title: str  # imperative, at most 60 characters: becomes the commit's subject
    explanation: str = ""  # why it should be faster, as the model says it
    rewrite: str | None = None  # name of the rewrite, for rules
    prompt: str = ""  # version and hash of what a model was asked with
    plan: str = ""  # that it carries out, in the model's own words
    repairs: tuple[str, ...] = ()  # ids of the refused candidates that it was made from, the first one first
    usage: Usage = Usage()

    @property
    def id(self) -> str:
        """Digest of the edits: the same change has the same id whoever proposed it."""
        text = "\0".join(part for edit in self.edits for part in (edit.path, edit.search, edit.replace))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


class Check(Value):
    """One rung of the ladder."""

    rung: str
    passed: bool
    detail: str


class Sample(Value):
    """One timed batch inside one process."""

    loops: int = Field(ge=1)
    wall_seconds: float
    cpu_seconds: float  # with threads and waited-for children
    delayed_seconds: float = 0.0  # part of the wall time in which it was ready to run and another process had the core
    instructions: int | None = None  # in user mode; None where nobody counts them
    outside_seconds: float | None = None  # wall time by our clock, from "go" to "done"; None where it says nothing
    together: bool = False  # taken while the other side worked on the same core: the wall time holds both


class Timing(Value):
    """All raw samples of one fresh process."""

    cold: Sample  # the very first call
    settled: Sample | None = None  # a call by itself, where the samples were taken together
    samples: tuple[Sample, ...]
    others: tuple[Sample, ...] = ()  # calls with other arguments, each for the first time; empty where they cannot be varied
    import_seconds: float = 0.0  # CPU time of importing the target's files
    peak_bytes: int = 0  # most memory that the process ever held


class Pair(Value):
    """One baseline and one candidate process that took turns: samples of the same index were taken next to each other."""

    baseline: Timing
    candidate: Timing
    hash_seed: int


class Clock(StrEnum):
    """Which in-process clock decides."""

    CPU = "cpu"
    WALL = "wall"


class Interval(Value):
    """A speedup (old time / new time, so > 1 is faster) with its interval."""

    speedup: float
    low: float
    high: float
    confidence: float  # 1 - alpha of this interval, e.g. 0.995
    pairs: int


class Measurement(Value):
    """Pairs of one benchmark and what they say."""

    benchmark: Benchmark
    clock: Clock
    outcome: Outcome  # FASTER, SAME, SLOWER or UNDECIDED
    figure: Interval  # on the deciding clock
    wall: Interval
    cold: Interval  # first calls only
    noise: Interval | None = None  # the baseline against itself, in the same run; None where the gain is far above any noise
    others: Interval | None = None  # calls with other arguments; None where they cannot be varied
    busy: float = 1.0  # share of the baseline's own time that it spent on the CPU: why `clock` decides
    instructions: Interval | None = None  # old / new count; None where nobody counts them
    one_off_seconds: float = 0.0  # surely paid once more than before, by importing and the first call; 0 where none is seen
    break_even: float | None = None  # calls that earn this back; None where later calls save nothing
    pairs: tuple[Pair, ...] = ()


class Behaviour(Value):
    """On how much old and new code were seen to do the same."""

    origins: dict[str, int] = {}  # inputs compared: recorded, docstring, typed, guessed or varied -> how many
    returned: int = 0  # of them: those on which the old code returns; on the others it raises on purpose
    incomparable: int = 0  # inputs whose results nobody can compare
    unrepeatable: int = 0  # inputs on which the old code differs from itself
    lost: int = 0  # recorded calls that could not be made again
    statements: tuple[int, int] = (0, 0)  # changed ones that ran, and all changed ones
    branches: tuple[int, int] = (0, 0)  # ways out of the conditions and loops of the changed functions: taken, and all
    excused: tuple[str, ...] = ()  # changed statements that did not run and are not held against it
    notes: tuple[str, ...] = ()
    trouble: str = ""  # why there are no more inputs

    @property
    def compared(self) -> int:
        """Inputs on which both did the same."""
        return sum(self.origins.values())


class Verdict(Value):
    """The judge's answer on one candidate; a rejected candidate is a value, never an exception."""

    candidate: Candidate
    base: str  # commit that it was compared with
    outcome: Outcome
    reason: str
    checks: tuple[Check, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    behaviour: Behaviour | None = None  # None where it did not come that far
    elsewhere: dict[str, Interval] = {}  # other benchmarks that execute what changed, by id, timed together
    seconds: float = 0.0

    @property
    def accepted(self) -> bool:
        """True only for FASTER."""
        return self.outcome is Outcome.FASTER


class Survivor(Value):
    """A candidate that passed every check and waits to be timed."""

    candidate: Candidate
    commit: str  # made on the base, not on any branch
    checks: tuple[Check, ...]
    seconds: float
    screened: Interval | None = None  # rough figure, where several compete


class Commit(Value):
    """One verified speedup on the run's branch."""

    sha: str
    verdict: Verdict


class Combined(Value):
    """The whole branch against the start: what the user gets if he merges it."""

    commits: tuple[str, ...]  # shas that stayed
    dropped: tuple[str, ...] = ()  # shas dropped, newest first, because the whole did not hold with them
    tests: Check
    figure: Interval | None  # whole workload: geometric mean over its benchmarks; None where nothing was committed
    benchmarks: dict[str, Interval]  # by id
    reason: str
