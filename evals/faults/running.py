"""Runs the fault target once undisturbed, then once for every trial: kills it, resumes it until it ends, and compares."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import git

from agent.progress import Progress
from agent.runs import REPLIES
from agent.station import counted
from evals.faults.looking import bytes_of, evidence_trouble, files_left, outcome_of, processes_left
from evals.faults.page import as_markdown
from evals.faults.serving import RecordedModels
from evals.faults.summary import Summary, summarise
from evals.faults.target import ANSWERS, FILES, WORDS, reply_to
from evals.faults.trials import Outcome, Part, Row, Trial, Undisturbed, plan
from evals.faults.victim import Orders
from evals.rows import append_row, mend, read_rows
from workspaces.checkout import find_source
from workspaces.errors import OptimizeError

ROWS, UNDISTURBED, SUMMARY, PAGE = "rows.jsonl", "undisturbed.json", "summary.json", "summary.md"
VICTIM = (sys.executable, "-I", "-m", "evals.faults.victim")
COMMAND = (sys.executable, "-I", "-c", "from verispeed_start import main; main()")
MOST_RESUMES = 4
LIMIT_SECONDS = 1200.0
RULES = ("--attempts", "1")
AUTHOR = git.Actor("Ada Author", "ada@example.org")
DATE = "1704067200 +0000"  # the same start commit in every trial
HIDDEN = ("OPENAI_", "ANTHROPIC_", "XDG_", "GIT_", "PYTHON", "VIRTUAL_ENV", "VERISPEED_")


@dataclass(frozen=True)
class Wanted:
    """Which trials are made."""

    parts: tuple[Part, ...] = tuple(Part)
    random: int = 60
    seed: int = 0
    effects: tuple[str, ...] = ()  # limits the effects to these; empty for all
    python: str | None = None
    repository: Path | None = None  # another one than the fault target, to be optimized with the rules

    @property
    def words(self) -> tuple[str, ...]:
        """Words of the command, after the path."""
        python = ("--python", self.python) if self.python else ()
        return (*(WORDS if self.repository is None else RULES), *python, "--json", "-")


@dataclass(frozen=True)
class Place:
    """Folders of one trial: a user of its own."""

    folder: Path
    cache: Path  # shared: environments are built once

    @property
    def repository(self) -> Path:
        """The user's."""
        return self.folder / "repository"

    @property
    def state(self) -> Path:
        """XDG_STATE_HOME."""
        return self.folder / "state"

    @property
    def temporary(self) -> Path:
        """TMPDIR."""
        return self.folder / "temporary"

    def replies(self) -> int:
        """How many replies lie on the disk."""
        return len(list(self.state.glob(f"verispeed/runs/*/{REPLIES}/*.json")))


def run(folder: Path, wanted: Wanted, environment: Mapping[str, str], progress: Progress) -> Summary:
    """Every wanted trial that `folder` does not hold yet, then the summary of all that were wanted."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    mend(folder / ROWS)
    _make_repository(folder / "start", wanted.repository)
    runner = Runner(folder, wanted, environment)
    undisturbed = runner.undisturbed(progress)
    trials = plan(undisturbed, wanted.parts, wanted.random, wanted.seed)
    trials = [one for one in trials if not wanted.effects or one.effect is None or one.effect in wanted.effects]
    known = {row.trial: row for row in read_rows(folder / ROWS, Row) if row.target == undisturbed.target}
    missing = [trial for trial in trials if trial not in known]
    progress.say(f"{len(trials)} trials wanted, {len(missing)} still to come")
    try:
        for number, trial in enumerate(missing, start=1):
            known[trial] = runner.make(trial, undisturbed)
            append_row(folder / ROWS, known[trial])
            progress.say(f"{number} of {len(missing)}: {_described(known[trial])}")
    finally:
        summary = summarise(undisturbed, trials, [known[trial] for trial in trials if trial in known])
        (folder / SUMMARY).write_text(summary.model_dump_json(indent=1) + "\n")
        (folder / PAGE).write_text(as_markdown(summary))
    return summary


@dataclass(frozen=True)
class Runner:
    """Runs the target, in folders of its own each time."""

    folder: Path
    wanted: Wanted
    environment: Mapping[str, str]

    def undisturbed(self, progress: Progress) -> Undisturbed:
        """The run that the others are compared with: made once, when the target's Python has been built."""
        file, target = self.folder / UNDISTURBED, _digest(self.folder / "start", self.wanted.words)
        if file.exists():
            known = Undisturbed.model_validate_json(file.read_text())
            if known.target == target:
                return known
        progress.say("building the target's Python, then one undisturbed run")
        place = self._place("building")
        with RecordedModels(reply_to) as models:
            done = self._end((*COMMAND, *self._words(place), "--dry-run"), place, models)
        if done.returncode != 0:
            raise OptimizeError(f"The target cannot be run: {_last(done.stderr)}")
        shutil.rmtree(place.folder)
        found = self._undisturbed(target)
        file.write_text(found.model_dump_json(indent=1) + "\n")
        edits = counted(len(found.outcome.edits), "edit")
        progress.say(f"undisturbed: {edits}, {len(found.effects)} effects, {found.seconds:.1f} s")
        return found

    def _undisturbed(self, target: str) -> Undisturbed:
        place = self._place("undisturbed")
        log = place.folder / "effects.txt"
        with RecordedModels(reply_to) as models:
            started = time.monotonic()
            done = self._end((*VICTIM, Orders(log=log).model_dump_json(), *self._words(place)), place, models)
            seconds = time.monotonic() - started
        if done.returncode != 0:
            raise OptimizeError(f"The undisturbed run failed, so there is nothing to compare with: {_last(done.stderr)}")
        report = json.loads(done.stdout)
        problems = [*_troubles(place, report, bytes_of(self.folder / "start"))]
        if not report["commits"] or problems:
            raise OptimizeError(f"The undisturbed run is not what it should be: {problems or done.stderr}")
        effects = tuple(log.read_text().splitlines())
        outcome = outcome_of(place.repository, report)
        shutil.rmtree(place.folder)
        return Undisturbed.model_validate(
            {"target": target, "outcome": outcome, "effects": effects, "requests": models.answered, "seconds": seconds}
        )

    def make(self, trial: Trial, undisturbed: Undisturbed) -> Row:
        """Kill, resume, compare."""
        started = time.monotonic()
        place = self._place(trial.name)
        with RecordedModels(reply_to) as models:
            killed, said, problems = self._kill(trial, place, models)
            problems += [f"left running by the kill: {one}" for one in processes_left(place.folder)]
            in_flight = models.answered - place.replies()
            resumes, report, troubles = self._until_the_end(place, models)
        problems += troubles
        if report is not None:
            problems += _troubles(place, report, bytes_of(self.folder / "start"))
            problems += differences(undisturbed.outcome, self._comparable(undisturbed, outcome_of(place.repository, report)))
            if models.answered - in_flight != undisturbed.requests:
                problems.append(f"{models.answered} requests were answered, {in_flight} of them while it was killed")
        if not problems:
            shutil.rmtree(place.folder)
        return Row(
            trial=trial,
            target=undisturbed.target,
            killed=killed,
            stage=_last(said),
            resumes=resumes,
            in_flight=in_flight,
            problems=tuple(problems),
            seconds=time.monotonic() - started,
        )

    def _kill(self, trial: Trial, place: Place, models: RecordedModels) -> tuple[bool, str, list[str]]:
        """Whether it was killed, what it had said by then, and whether that is as it should be."""
        orders = Orders(effect=trial.effect, occurrence=trial.occurrence, moment=trial.moment)
        command = (*VICTIM, orders.model_dump_json(), *self._words(place))
        said = place.folder / "said.txt"
        with said.open("w") as output:
            process = subprocess.Popen(
                command, env=self._environment(place, models), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
            try:
                code = process.wait(trial.seconds if trial.effect is None else LIMIT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                code = process.wait()
        late = trial.effect is not None and code != -9
        return code == -9, said.read_text(), [f"it never came {trial.name}"] if late else []

    def _until_the_end(self, place: Place, models: RecordedModels) -> tuple[int, dict[str, Any] | None, list[str]]:
        """Commands that it took, the report, and what went wrong."""
        done = None
        for number in range(1, MOST_RESUMES + 1):
            begun = list(place.state.glob("verispeed/runs/*/run.json"))
            words = ("resume", "--json", "-") if begun else self._words(place)  # killed before it was one: start again
            done = self._end((*COMMAND, *words), place, models)
            if done.returncode == 0:
                return number, json.loads(done.stdout), []
        return MOST_RESUMES, None, [f"it did not end: {_last(done.stderr) if done else ''}"]

    def _end(self, command: Sequence[str], place: Place, models: RecordedModels) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=self._environment(place, models),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_SECONDS,
        )

    def _comparable(self, undisturbed: Undisturbed, outcome: Outcome) -> Outcome:
        """Elsewhere than on the fault target, noise may change a refusal or the order; what was accepted counts."""
        if self.wanted.repository is None:
            return outcome
        known = undisturbed.outcome
        edits = known.edits if sorted(known.edits) == sorted(outcome.edits) else outcome.edits
        return outcome.model_copy(update={"verdicts": known.verdicts, "edits": edits})

    def _words(self, place: Place) -> tuple[str, ...]:
        return (str(place.repository), *self.wanted.words)

    def _place(self, name: str) -> Place:
        place = Place(self.folder / "trials" / name.replace(" ", "-"), self.folder / "cache")
        shutil.rmtree(place.folder, ignore_errors=True)
        for made in (place.state, place.temporary):
            made.mkdir(parents=True)
        shutil.copytree(self.folder / "start", place.repository, symlinks=True)
        return place

    def _environment(self, place: Place, models: RecordedModels) -> dict[str, str]:
        kept = {name: value for name, value in self.environment.items() if not name.startswith(HIDDEN)}
        return {
            **kept,
            "XDG_STATE_HOME": str(place.state),
            "XDG_CACHE_HOME": str(place.cache),
            "TMPDIR": str(place.temporary),
            "OPENAI_API_BASE": models.base,
            "OPENAI_API_KEY": "recorded",
            "NO_PROXY": "127.0.0.1",
        }


def _troubles(place: Place, report: dict[str, Any], before: Mapping[str, str]) -> Iterator[str]:  # Any: JSON
    """What a run that ended should not have left."""
    after = bytes_of(place.repository)
    yield from (f"{name} of the user has changed" for name in {*before, *after} if before.get(name) != after.get(name))
    yield from evidence_trouble(place.repository, report)
    yield from files_left(place.state, place.temporary, place.cache)
    yield from (f"left running: {one}" for one in processes_left(place.folder))


def differences(wanted: Outcome, found: Outcome) -> Iterator[str]:
    """What a run that was killed and resumed has led to otherwise than the undisturbed one."""
    lost = [subject for tree, subject in wanted.edits if (tree, subject) not in found.edits]
    doubled = [subject for tree, subject in found.edits if (tree, subject) not in wanted.edits]
    yield from (f"lost: {subject}" for subject in lost)
    yield from (f"not in the undisturbed run: {subject}" for subject in doubled)
    if wanted.edits != found.edits and not lost and not doubled:
        yield f"the edits come in another order or number: {found.edits}"
    if wanted.tree != found.tree:
        yield f"the branch ends with tree {found.tree[:10]}, not {wanted.tree[:10]}"
    if wanted.verdicts != found.verdicts:
        yield f"other verdicts: {sorted(set(found.verdicts) ^ set(wanted.verdicts)) or 'some of them twice'}"
    if wanted.tokens != found.tokens:
        yield f"{found.tokens} tokens are reported in place of {wanted.tokens}"


def _make_repository(folder: Path, original: Path | None) -> None:
    """The target as a git repository, the same at each start; or a copy of another repository."""
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)  # of another version, perhaps
    if original is not None:
        shutil.copytree(find_source(original).repository, partial, symlinks=True)
    else:
        _write_target(partial)
    partial.rename(folder)


def _write_target(folder: Path) -> None:
    folder.mkdir(parents=True)
    for path, text in FILES.items():
        (folder / path).write_text(text)
    with git.Repo.init(folder, initial_branch="main") as made:
        made.index.add(list(FILES))
        made.index.commit("Start", author=AUTHOR, committer=AUTHOR, author_date=DATE, commit_date=DATE, skip_hooks=True)
        with made.config_writer() as configuration:
            configuration.set_value("user", "name", AUTHOR.name)
            configuration.set_value("user", "email", AUTHOR.email)


def _digest(repository: Path, words: Sequence[str]) -> str:
    """Rows are kept for the same command on the same commit, with the same answers."""
    parts = [find_source(repository).commit, *words, *map(str, ANSWERS.items())]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _described(row: Row) -> str:
    when = "" if row.killed else ", which was after its end"
    found = f"WRONG: {'; '.join(row.problems)}" if row.problems else "the same"
    return f"killed {row.trial.name}{when}; resumed: {found} ({row.seconds:.0f} s)"


def _last(said: str) -> str:
    return next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")
