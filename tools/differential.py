"""Old code against new code on calls of the changed functions: recorded ones, made-up ones, each in several ways.

Every process is a fresh one of the target's interpreter in the sandbox. Two of the old and two of the new code call the
same inputs, in two orders and with two hash seeds; a third old one tells what does not repeat itself. The old code defines
the domain: inputs on which it returns, or raises on purpose (DESIGN section 5, rung 6).
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from tools.likeness import Description, Difference, differences, worst
from tools.literals import exceptions_named, kinds_named, literals, newly_recursive, parameters_called, speaks_of_order
from tools.mentions import attribute_readers
from tools.recording import Recorded, module_name
from tools.rooms import HarnessFailed, Target, run_harness
from tools.source import find_function, text_of
from tools.values import Behaviour, Function
from workspaces.writing import write_whole

SEARCH_SECONDS, NEW_SHARE = 1.2, 0.5  # CPU time of looking for inputs of one function in the old code; of it in the new code
MOST_SEARCHING = 20.0  # for all functions together
MOST_INPUTS, MORE_INPUTS = 200, 1500  # of one function, found on one side: called in several ways, and called once
ENOUGH_RECORDED = 12  # calls; with fewer, types are asked too
FAILING_OLD, FAILING_NEW = 8, 40  # inputs kept that fail by accident
ENDLESS_NEW = 1
CALL_SECONDS, MADE_UP_SECONDS = 4.0, 1.0  # that a call may take with a recorded input, and with one that was made up
MOST_CALL_SECONDS = 1.5  # of all inputs of one function together, traced, at the side that found them
START_SECONDS = 30.0  # for an interpreter and the target's imports
QUICK = 30  # inputs that are looked at by themselves first
BATCH, MOST_BATCHES = 500, 8  # inputs that are looked at in full
LEAST_COMPARABLE = 0.5  # share of the inputs of a function
NEW_RECURSION = (
    120  # frames for a call, where the new code calls itself and the old one did not: they may grow with the data
)
WIDE_TOLERANCE = 1e-9  # of floats where the function was only seen to take whole numbers
COMPARABLE = ("returns", "raises")
SEEDS, MORE_SEEDS = ("1", "2"), ("3", "4", "5", "6", "7")  # hash seeds of the two processes of a side; where order differs
HELD = "changes a part of its arguments in place, or puts another one there, and the old code did not"
AGAIN = ("", ", called again after its first result was changed,", ", called once more with the same objects,")


@dataclass(frozen=True)
class Pair:
    """The two commits, and the texts of the files that differ."""

    old: str
    new: str
    texts: Mapping[str, tuple[bytes, bytes]]  # path -> before, after


@dataclass(frozen=True)
class Input:
    """One call that is made on both sides."""

    function: str  # id
    package: str  # base64; only the sandbox opens it
    origin: str
    seconds: float
    deep: bool = True  # called in several ways and in both orders, not once


@dataclass(frozen=True)
class Compared:
    """What came of it."""

    behaviour: Behaviour
    proven: Mapping[str, int]  # function's id -> inputs on which the old one returns and the new one does the same
    difference: str = ""  # the smallest counterexample, in a sentence; empty where there is none
    rounding: str = ""  # where only last digits differ: the largest of these differences
    ran_old: Mapping[str, frozenset[tuple[int, int]]] = field(default_factory=dict)  # path -> steps from line to line
    ran_new: Mapping[str, frozenset[tuple[int, int]]] = field(default_factory=dict)


class _Told(BaseModel):
    end: str
    what: Any  # a description, see tools/harness/verispeed_describing.py; or a fingerprint of one
    after: Any
    said: Any
    opaque: bool
    shown: str


class _Replayed(BaseModel):
    missing: dict[str, str]
    told: dict[int, list[_Told]]
    calls: dict[int, str]
    ran: dict[int, list[tuple[str, int, int]]]
    world: list[dict[str, Any]]
    state: dict[str, dict[str, str]]


class _Found(BaseModel):
    inputs: list[tuple[str, str, float, str, bool]]
    lost: int


class _Explored(BaseModel):
    missing: dict[str, str]
    found: dict[str, _Found]
    calling: tuple[str, str] | None


def compare(
    target: Target,
    pair: Pair,
    functions: Sequence[Function],
    recorded: Recorded,
    *,
    named: Sequence[str] = (),
    companions: Mapping[str, Sequence[str]] | None = None,
    tolerance: float = 0.0,
    seed: int = 0,
    search_seconds: float = SEARCH_SECONDS,
    made_up: bool = True,
) -> Compared:
    """Compare the behaviour of `functions` (as they are at the old commit).

    `named` are exception types that tests name; `companions` are methods, by the id of another method of the same class,
    that may be called in between; `tolerance` is a relative error of floats that the user, or the target's tests, allow.
    Without `made_up`, only recorded calls are made, each once and as it was.
    """
    if not functions:
        return Compared(Behaviour(), {})
    run = _Run(
        target,
        pair,
        tuple(functions),
        recorded,
        tuple(named),
        dict(companions or {}),
        tolerance,
        seed,
        search_seconds,
        made_up,
    )
    return run.whole()


@dataclass(frozen=True)
class _Run:
    target: Target
    pair: Pair
    functions: tuple[Function, ...]
    recorded: Recorded
    named: tuple[str, ...]
    companions: Mapping[str, Sequence[str]]
    tolerance: float
    seed: int
    search_seconds: float
    made_up: bool

    def whole(self) -> Compared:
        """Look for inputs on both sides, call them all, compare."""
        inputs, lost, trouble = self.search_old()
        fresh, broken = self.search_new(inputs)
        if broken:
            return Compared(Behaviour(), {}, difference=broken)
        known = {(one.function, one.package) for one in inputs}
        risky = [one for one in fresh if (one.function, one.package) not in known]
        every = [replace(one, deep=one.deep and self.made_up) for one in [*inputs, *risky]]
        return self.judge(every, len(inputs), lost, trouble)

    @property
    def may_make_up(self) -> bool:
        """False where a function could do harm with arguments that nobody gave it: only recorded calls are made then."""
        sandbox = self.target.sandbox
        return self.made_up and sandbox.bubblewrap is not None and not sandbox.network

    @cached_property
    def calls_itself(self) -> bool:
        """True where a function of the new code calls itself and none of that name did."""
        return any(newly_recursive(*texts) for texts in self.pair.texts.values())

    # where inputs come from

    def search_old(self) -> tuple[list[Input], dict[str, int], str]:
        calls = {one.id: list(self.recorded.calls.get(one.id, ())) for one in self.functions}
        try:
            explored = self.known_explored(calls)
        except HarnessFailed as error:
            kept = [Input(name, one, "recorded", 0.0) for name, packages in calls.items() for one in packages]
            return kept, {}, f"no inputs could be made up: {error}"
        trouble = "; ".join(dict.fromkeys(explored.missing.values()))
        if not self.may_make_up:
            trouble = trouble or "inputs are made up only in a sandbox without network"
        found = [_inputs(name, one) for name, one in explored.found.items()]
        return [one for some in found for one in some], {name: one.lost for name, one in explored.found.items()}, trouble

    def known_explored(self, calls: Mapping[str, Sequence[str]]) -> _Explored:
        """What the search in the old code finds; kept on the disk, for the next candidate wants the same."""
        key = json.dumps(
            [self.pair.old, sorted(calls.items()), self.common(), self.seed, self.search_seconds, self.may_make_up]
        )
        file = self.target.checkout.folder / "explored" / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"
        if file.exists():
            return _Explored.model_validate_json(file.read_text("utf-8"))
        found = self.explore(self.pair.old, calls, fresh=True)
        write_whole(file, found.model_dump_json())
        return found

    def search_new(self, inputs: Sequence[Input]) -> tuple[list[Input], str]:
        """Inputs that reach something in the new code, or why the new code cannot even be called."""
        calls: dict[str, list[str]] = {one.id: [] for one in self.functions}
        for one in inputs:
            if one.seconds < 0.2 and one.deep:
                calls[one.function].append(one.package)
        for attempt in range(2):
            try:
                explored = self.explore(self.pair.new, calls, fresh=False, attempt=attempt)
            except HarnessFailed as error:
                trouble = str(error)
                continue
            gone = [text for name, text in explored.missing.items() if calls.get(name)]
            found = [one for name, some in explored.found.items() for one in _inputs(name, some)]
            if explored.calling is not None:  # it ended the process, or never came back
                found.append(Input(explored.calling[0], explored.calling[1], "varied", 0.0))
            return found, gone[0] if gone else ""
        try:  # the old code may need as much
            for attempt in range(2):
                self.explore(self.pair.old, calls, fresh=False, attempt=attempt)
        except HarnessFailed:
            return [], ""
        return [], f"the new code cannot be called with made-up inputs: {trouble}"

    def explore(self, commit: str, calls: Mapping[str, Sequence[str]], *, fresh: bool, attempt: int = 0) -> _Explored:
        side = 0 if fresh else 1
        seconds = min(self.search_seconds * (1.0, NEW_SHARE)[side], MOST_SEARCHING / len(self.functions))
        entries = []
        for function in self.functions:
            old, new = self.pair.texts.get(function.path, (b"", b""))
            texts = (old,) if fresh else (old, new)
            entries.append(
                {
                    **self.entry(function),
                    "calls": list(calls.get(function.id, ())),
                    "seen": function.id in self.recorded.callers,
                    "literals": literals(function, texts),
                    "ordered": speaks_of_order(function, old),
                    "kinds": kinds_named(function, old),
                    "called": parameters_called(function, old),
                }
            )
        known = {one.id for one in self.functions}
        entries += [self.entry(one) for one in self.all_functions(known) if one.id not in known]
        spec = {
            **self.common(),
            "entries": entries,
            "companions": {one.id: self.calls_of_companions(one.id) for one in self.functions},
            "fresh": fresh,
            "fewest": ENOUGH_RECORDED,
            "seconds": seconds,
            "most": self.at_most(MOST_INPUTS),
            "wide": int(self.at_most(MORE_INPUTS) * max(1.0, self.search_seconds / SEARCH_SECONDS / 2)),
            "made_up": self.may_make_up,
            "failing": (FAILING_OLD, FAILING_NEW)[side],
            "endless": (0, ENDLESS_NEW)[side],
            "seed": f"{self.seed} {side} {attempt}",
        }
        limit = START_SECONDS + 10 * seconds * len(entries)
        with self.target.room(commit, overlay="inputs") as room:
            spec["tree"] = str(room.inside_tree)
            written: Mapping[str, object] | None
            try:
                written, _ = run_harness(room, "explore.py", spec, environment=_hashed(SEEDS[0]), wall_seconds=limit)
            except HarnessFailed:
                written = _rest_of(room.results / "output.json")
                if written is None:
                    raise
        try:
            return _Explored.model_validate(written)
        except ValidationError as error:  # target code ran in the process that wrote it
            raise HarnessFailed(f"what it wrote as its result is none: {error.errors()[0]['loc']}") from error

    def entry(self, function: Function) -> dict[str, Any]:
        module = module_name(function, self.target.source_roots, self.recorded)
        return {"id": function.id, "path": function.path, "name": function.name, "module": module}

    def common(self) -> dict[str, Any]:
        own = [exception for one in self.functions for exception in exceptions_named(self.text(one))]
        return {
            "path": list(self.recorded.path),
            "named": sorted({*self.named, *own}),
            "recursion": NEW_RECURSION if self.calls_itself else None,
        }

    def at_most(self, inputs: int) -> int:
        """Fewer where somebody wants to look for less time."""
        return max(MOST_INPUTS // 4, int(inputs * min(1.0, self.search_seconds / SEARCH_SECONDS)))

    def text(self, function: Function) -> str:
        old, _ = self.pair.texts.get(function.path, (b"", b""))
        found = find_function(function.path, old, function.name)
        return text_of(old, found) if found is not None else ""

    # what becomes of them

    def judge(self, inputs: Sequence[Input], safe: int, lost: Mapping[str, int], trouble: str) -> Compared:
        chosen = _affordable(inputs)
        if not chosen:
            return Compared(Behaviour(lost=sum(lost.values()), trouble=trouble or self.recorded.trouble), {})
        order = list(range(len(chosen)))
        other = [number for number in order if chosen[number].deep]
        random.Random(f"{self.seed} order").shuffle(other)  # noqa: S311  an order, no secret
        try:
            replayed = self.replay_all(chosen, (order, other))
        except HarnessFailed as error:
            # the old code has not been called with what only the new code was tried on
            known = [one for one in chosen if one in set(inputs[:safe])]
            if len(known) == len(chosen) or not known:
                return Compared(Behaviour(trouble=f"the unchanged code cannot be called by itself: {error}"), {})
            return self.judge(known, len(known), lost, trouble)
        old, new, old_other, new_other = replayed
        if isinstance(new, str) or isinstance(new_other, str):
            said = new if isinstance(new, str) else new_other
            return Compared(Behaviour(), {}, difference=f"called with made-up inputs, the new code {said}")
        sheet = _Sheet(self, chosen, (order, other), old, new, old_other, new_other)
        return sheet.result(lost, trouble)

    def replay_all(
        self, inputs: Sequence[Input], orders: tuple[Sequence[int], Sequence[int]]
    ) -> tuple[_Replayed, _Replayed | str, _Replayed, _Replayed | str]:
        """Old and new in the first order, then in the second; HarnessFailed if the old one does not come to an end."""
        jobs = [(commit, number) for number in range(2) for commit in (self.pair.old, self.pair.new)]
        with ThreadPoolExecutor(2) as pool:
            try:
                done = list(pool.map(lambda job: self.tried(inputs, orders[job[1]], job[0], job[1]), jobs))
            except BaseException:
                self.target.stop.set()  # the pool would wait for the processes
                raise
        for one in (done[0], done[2]):
            if isinstance(one, str):
                raise HarnessFailed(one)
        assert isinstance(done[0], _Replayed)
        assert isinstance(done[2], _Replayed)
        return done[0], done[1], done[2], done[3]

    def tried(self, inputs: Sequence[Input], order: Sequence[int], commit: str, number: int) -> _Replayed | str:
        try:
            return self.replay(inputs, order, commit, number, lines=number == 1)
        except HarnessFailed as error:
            return str(error)

    def replay(
        self,
        inputs: Sequence[Input],
        order: Sequence[int],
        commit: str,
        number: int,
        *,
        whole: Sequence[int] = (),
        lines: bool = False,
        hash_seed: str = "",
    ) -> _Replayed:
        spec = {
            **self.common(),
            "entries": [self.entry(one) for one in self.all_functions(one.function for one in inputs)],
            "inputs": [[one.function, one.package, self.companion(one, place)] for place, one in enumerate(inputs)],
            "order": list(order),
            "whole": list(whole),
            "once": [place for place, one in enumerate(inputs) if not one.deep],
            "limits": [CALL_SECONDS if one.origin == "recorded" else MADE_UP_SECONDS for one in inputs],
            "lines": lines,
        }
        limit = START_SECONDS + 10 * MOST_CALL_SECONDS + 3 * CALL_SECONDS
        with self.target.room(commit) as room:
            spec["tree"] = str(room.inside_tree)
            environment = _hashed(hash_seed or SEEDS[number])
            written, _ = run_harness(room, "replay.py", spec, environment=environment, wall_seconds=limit)
        try:
            return _Replayed.model_validate(written)
        except ValidationError as error:  # target code ran in the process that wrote it
            raise HarnessFailed(f"what it wrote as its result is none: {error.errors()[0]['loc']}") from error

    def all_functions(self, names: Iterable[str]) -> list[Function]:
        """The compared ones and the other methods that are called between calls of these."""
        known = {one.id for one in self.functions}
        wanted = {name for one in names for name in self.companions.get(one, ())} - known
        return [*self.functions, *sorted(map(placeholder, wanted), key=lambda one: one.id)]

    def calls_of_companions(self, name: str) -> list[tuple[str, str]]:
        """Recorded calls of other methods of the class of a method: their ids and packages."""
        return [(one, call) for one in self.companions.get(name, ()) for call in self.recorded.calls.get(one, ())[:5]]

    def companion(self, one: Input, place: int) -> list[str] | None:
        """A recorded call of another method of the same class, another one for each input."""
        calls = self.calls_of_companions(one.function)
        return list(calls[place % len(calls)]) if calls and place % 2 else None


@dataclass
class _Sheet:
    """The answers of all processes side by side."""

    run: _Run
    inputs: Sequence[Input]
    orders: tuple[Sequence[int], Sequence[int]]
    old: _Replayed
    new: _Replayed
    old_other: _Replayed
    new_other: _Replayed
    alike: set[int] = field(default_factory=set)
    incomparable: set[int] = field(default_factory=set)
    unrepeatable: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    hidden: dict[str, bool] = field(default_factory=dict)  # attributes, as far as asked
    unordered: dict[str, bool] = field(default_factory=dict)  # functions whose order hangs on the hash seed, as far as asked
    rounding: Difference | None = None
    rounding_call: str = ""

    def result(self, lost: Mapping[str, int], trouble: str) -> Compared:
        missing = next(iter(self.new.missing.values()), "")
        if missing and not self.old.missing:
            return Compared(Behaviour(), {}, difference=missing)
        suspects = [number for number in range(len(self.inputs)) if not self.is_alike(number)]
        found = self.looked_into(sorted(suspects, key=lambda number: len(self.inputs[number].package)))
        found = found or self.changed_world()
        proven: dict[str, int] = dict.fromkeys((one.id for one in self.run.functions), 0)
        origins: dict[str, int] = {}
        for number in self.alike:
            one = self.inputs[number]
            if self.old.told[number][0].end == "returns":
                proven[one.function] = proven.get(one.function, 0) + 1
            origins[one.origin] = origins.get(one.origin, 0) + 1
        behaviour = Behaviour(
            origins=origins,
            returned=sum(proven.values()),
            incomparable=len(self.incomparable),
            unrepeatable=len(self.unrepeatable),
            lost=sum(lost.values()),
            notes=tuple(dict.fromkeys(self.notes))[:5],
            trouble=trouble or self.run.recorded.trouble,
        )
        shown = ""
        if self.rounding is not None:
            shown = f"{self.rounding_call} gives {self.rounding.new}, not {self.rounding.old} as before"
        return Compared(
            behaviour=behaviour,
            proven=proven,
            difference=found,
            rounding=shown,
            ran_old=self.steps(self.old_other),
            ran_new=self.steps(self.new_other),
        )

    def is_alike(self, number: int) -> bool:
        """True if nothing needs to be looked at more closely: equal in both orders, outside the domain, or incomparable."""
        old, new = self.old.told.get(number, []), self.new.told.get(number, [])
        other, newer = self.old_other.told.get(number, []), self.new_other.told.get(number, [])
        if not self.inputs[number].deep:
            other, newer = old, new
        if not old or not other:
            self.incomparable.add(number)
            return True
        if old[0].end not in (*COMPARABLE, "fails") or other[0].end not in (*COMPARABLE, "fails"):
            self.incomparable.add(number)
            return True
        if _same(old, new) and _same(other, newer):
            if any(one.opaque for one in old):
                self.incomparable.add(number)
            elif old[0].end in COMPARABLE:
                self.alike.add(number)
            return True
        return False

    def looked_into(self, suspects: Sequence[int]) -> str:
        """The smallest counterexample among inputs that do not look alike; "" where all can be explained."""
        quick = suspects[:QUICK]
        found = self.explained(quick, quick, quick) if suspects else ""
        if found:
            return found
        # by themselves they look alike: then it matters what was called before
        for start in range(0, len(suspects), BATCH):
            batch = suspects[start : start + BATCH]
            if start >= BATCH * MOST_BATCHES:
                self.incomparable.update(suspects[start:])
                self.alike.clear()  # differences that nobody looked into: then nothing is shown at all
                return ""
            second = list(dict.fromkeys([*self.orders[1], *batch]))
            found = self.explained(batch, self.orders[0], second)
            if found:
                return found
        return ""

    def explained(self, batch: Sequence[int], first: Sequence[int], second: Sequence[int]) -> str:
        """The smallest counterexample of a batch, with all processes asked again, in these orders, to tell everything."""
        run = self.run
        for number in batch:
            self.alike.discard(number)
            self.incomparable.discard(number)
            self.unrepeatable.discard(number)
        jobs = [(run.pair.old, 0), (run.pair.new, 0), (run.pair.old, 0), (run.pair.old, 1), (run.pair.new, 1)]
        with ThreadPoolExecutor(2) as pool:
            try:
                done = list(
                    pool.map(lambda job: run.replay(self.inputs, (first, second)[job[1]], job[0], job[1], whole=batch), jobs)
                )
            except HarnessFailed as error:
                return f"old and new code do not agree, and could not be called again to tell where: {error}"
            except BaseException:
                run.target.stop.set()  # the pool would wait for the processes
                raise
        old, new, again, old_other, new_other = done
        counterexamples = []
        for number in batch:
            call = old.calls.get(number, "")
            for views in ((old, new, again), (old_other, new_other, old_other)):
                said = self.explained_one(number, [one.told.get(number, []) for one in views], call)
                if said:
                    counterexamples.append(said)
                if said or number in self.unrepeatable:
                    break
        return min(counterexamples, key=len, default="")

    def explained_one(self, number: int, views: Sequence[list[_Told]], call: str) -> str:
        """A sentence where the input is a counterexample; else it is put where it belongs."""
        old, new, again = views
        name = self.inputs[number].function.partition(":")[2]
        shown = f"{name}({call})"
        if not new and old:
            return f"{shown} can no longer be called"
        doubtful = False
        for stage, before in enumerate(old):
            if before.end not in (*COMPARABLE, "fails"):
                doubtful = True
                break
            if stage >= len(new):
                return f"{shown}{AGAIN[min(stage, 2)]} is not called as often as before"
            after = new[stage]
            repeated = again[stage] if stage < len(again) else None
            if before.end == "fails":
                if after.end == "returns" and (after.after != before.after or after.said != before.said):
                    self.notes.append(
                        f"{shown} fails by accident in the old code ({before.shown}); the new one gives {after.shown}"
                    )
                elif after.what != before.what:
                    self.notes.append(f"{shown}: {before.shown} before, {after.shown} now")
                break
            if repeated is None or repeated.end != before.end:
                self.unrepeatable.add(number)
                return ""
            if before.end != after.end:
                return f"{shown}{AGAIN[stage]} {_ends(after)}, and {_ended(before)} before"
            for part, sentence in (
                ("what", "gives {new}, not {old} as before"),
                ("after", "leaves its arguments otherwise: {new}, not {old}"),
                ("said", "prints, warns or draws otherwise: {new}, not {old}"),
            ):
                found = self.part_of(number, stage, part, before, after, repeated)
                if found is None:
                    continue
                wide = WIDE_TOLERANCE if self.inputs[number].origin == "widened" else 0.0
                if found.error <= max(self.run.tolerance, wide):
                    continue
                if found.is_rounding:
                    if self.rounding is None or found.error > self.rounding.error:
                        self.rounding, self.rounding_call = found, f"{shown}{AGAIN[stage]}"
                    continue
                if part == "after" and found.place.startswith(".held"):
                    return f"{shown}{AGAIN[stage]} {HELD}: {found.new}, not {found.old}"
                where = f" at {found.place.lstrip('.')}" if found.place.strip(".") else ""
                if part == "what" and before.end == "raises":
                    return f"{shown}{AGAIN[stage]} {after.shown}, and {before.shown.replace('raises', 'raised', 1)} before"
                return f"{shown}{AGAIN[stage]} {sentence.format(new=found.new, old=found.old)}{where}"
            doubtful = doubtful or before.opaque
        if number in self.unrepeatable:
            return ""
        if doubtful:
            self.incomparable.add(number)
        elif old and old[0].end in COMPARABLE:
            self.alike.add(number)
        return ""

    def part_of(self, number: int, stage: int, part: str, before: _Told, after: _Told, repeated: _Told) -> Difference | None:
        """The worst difference of one part, where the old code repeats itself; None where there is none."""
        one, other, again = (getattr(told, part) for told in (before, after, repeated))
        if part == "what" and before.end == "raises" and one[1] is None:  # the target did not write the message
            one, other, again = one[:1], other[:1], again[:1]
        if differences(one, again):
            self.unrepeatable.add(number)
            return None
        hidden = self.is_hidden if part == "after" else _nothing_is_hidden
        found = worst(differences(one, other, hidden=hidden))
        if found is None:
            return None
        if differences(one, other, unordered=True, hidden=hidden):
            more = worst(differences(one, other, unordered=True, hidden=hidden))
            return more if self.is_unordered(number, stage, part, one) else found
        return None if self.is_unordered(number, stage, part, one) else found

    def is_hidden(self, attribute: str) -> bool:
        """True for a private attribute that nobody reads but the functions that are compared, on both sides.

        Whatever it means then shows in their results: they are called again with the same objects.
        """
        if attribute not in self.hidden:
            run = self.run
            spellings = {attribute, re.sub("^_[^_]+(?=__)", "", attribute)}  # self.__n is stored as _Counter__n
            read = {
                f"{path}:{name}"
                for spelled in spellings
                for path in {*run.target.checkout.mentions(run.pair.old, spelled), *run.pair.texts}
                for text in run.pair.texts.get(path) or (run.target.checkout.read(run.pair.old, path),)
                for name in attribute_readers(spelled, text)
            }
            self.hidden[attribute] = read <= {one.id for one in run.functions}
            if self.hidden[attribute]:
                self.notes.append(f"{attribute} holds other values than before, and nobody else reads it")
        return self.hidden[attribute]

    def is_unordered(self, number: int, stage: int, part: str, seen: Description) -> bool:
        """True if the old code gives another order with another hash seed: then order is no part of what it promises."""
        name = self.inputs[number].function
        if name not in self.unordered:
            others = []
            with suppress(HarnessFailed):
                for seed in MORE_SEEDS:
                    again = self.run.replay(self.inputs, [number], self.run.pair.old, 0, whole=[number], hash_seed=seed)
                    others += [getattr(told[stage], part) for told in again.told.values() if stage < len(told)]
            self.unordered[name] = any(
                differences(seen, other) and not differences(seen, other, unordered=True) for other in others
            )
        return self.unordered[name]

    def changed_world(self) -> str:
        """What the new code leaves otherwise outside of arguments and results."""
        before, after, repeated = (one.world[-1:] for one in (self.old, self.new, self.old_other))
        for old, new, other in zip(before, after, repeated, strict=False):
            for name in old:
                if old[name] != new.get(name) and (old[name] == other.get(name) or name == "files"):
                    if name == "files" and old[name] != other.get(name):
                        continue
                    return f"after all calls the new code leaves other {name} behind than the old code"
        for module, values in self.old.state.items():
            for name, value in values.items():
                unchanged = self.old_other.state.get(module, {}).get(name) == value
                if unchanged and self.new.state.get(module, {}).get(name) not in (value, None):
                    return f"after all calls {module}.{name} is another value than with the old code"
        return ""

    def steps(self, replayed: _Replayed) -> dict[str, frozenset[tuple[int, int]]]:
        """Steps that inputs took on which both sides agree."""
        found: dict[str, set[tuple[int, int]]] = {}
        for number in self.alike:
            for file, before, line in replayed.ran.get(number, ()):
                for function in self.run.functions:
                    if file.endswith("/" + function.path):
                        found.setdefault(function.path, set()).add((before, line))
                        break
        return {path: frozenset(steps) for path, steps in found.items()}


def placeholder(identity: str) -> Function:
    """A function of which only the id matters."""
    path, _, name = identity.partition(":")
    return Function(path=path, name=name, first_line=1, last_line=1)


def _inputs(name: str, found: _Found) -> list[Input]:
    return [Input(name, package, origin, seconds, deep) for package, origin, seconds, _, deep in found.inputs]


def _affordable(inputs: Sequence[Input]) -> list[Input]:
    """The inputs of each function that take no more than MOST_CALL_SECONDS together, short ones first; order kept."""
    spent: dict[str, float] = {}
    kept: set[Input] = set()
    for one in sorted(inputs, key=lambda one: one.seconds):
        if spent.get(one.function, 0.0) + one.seconds <= MOST_CALL_SECONDS:
            spent[one.function] = spent.get(one.function, 0.0) + one.seconds
            kept.add(one)
    return [one for one in dict.fromkeys(inputs) if one in kept]


def _same(old: Sequence[_Told], new: Sequence[_Told]) -> bool:
    return len(old) == len(new) and all(
        (one.end, one.what, one.after, one.said) == (other.end, other.what, other.after, other.said)
        for one, other in zip(old, new, strict=True)
    )


def _ends(told: _Told) -> str:
    if told.end == "returns":
        return f"gives {told.shown}"
    return told.shown if told.end in ("raises", "fails") else f"does not end in {MADE_UP_SECONDS:.0f} s and more"


def _ended(told: _Told) -> str:
    return f"gave {told.shown}" if told.end == "returns" else re.sub("^raises", "raised", told.shown)


def _nothing_is_hidden(_: str) -> bool:
    return False


def _hashed(seed: str) -> dict[str, str]:
    return {"PYTHONHASHSEED": seed}


def _rest_of(file: Path) -> dict[str, object] | None:
    """What a search had written before an input ended its process; None where that is nothing."""
    try:
        written = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return written if isinstance(written, dict) and "calling" in written else None
