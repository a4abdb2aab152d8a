"""What a run found, for people on a terminal, for a pull request (Markdown) and for programs (JSON)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from agent.judging import figure, percent
from agent.settings import RULES_MODEL
from tools.values import Combined, Commit, Hotspot, Outcome, Usage, Value, Verdict
from workspaces.sandbox import summary

if TYPE_CHECKING:
    from agent.state import State
    from agent.station import Station

SCHEMA = 1
EVIDENCE = "git notes --ref=optimize show"


class Report(Value):
    """Everything that any form of the report shows."""

    run: str
    repository: str
    subfolder: str
    branch: str
    start: str
    interpreter: str
    sandbox: str
    models: tuple[str, ...]
    min_gain: float
    benchmarks: tuple[str, ...]
    hotspots: tuple[Hotspot, ...]
    commits: tuple[Commit, ...]
    rejected: tuple[Verdict, ...]
    combined: Combined | None
    spent: Usage
    notices: tuple[str, ...]
    seconds: float


def make_report(state: State, station: Station, seconds: float) -> Report:
    """The report of a run that ended."""
    return Report(
        run=station.folder.name,
        repository=str(station.source.repository),
        subfolder=station.source.subfolder,
        branch=station.branch,
        start=state["start"],
        interpreter=station.target.interpreter.description,
        sandbox=summary(station.target.sandbox, station.target.limits),
        models=station.settings.model,
        min_gain=station.settings.min_gain,
        benchmarks=tuple(benchmark.id for benchmark in state["benchmarks"]),
        hotspots=state["first_hotspots"],
        commits=state["commits"],
        rejected=tuple(verdict for verdict in state["verdicts"] if not verdict.accepted),
        combined=state["combined"],
        spent=state["spent"],
        notices=tuple(state["notices"]),
        seconds=seconds,
    )


def as_json(report: Report) -> dict[str, Any]:  # Any: JSON
    """The object that `--json` prints; its keys are documented in the README and only grow."""
    return {
        "schema": SCHEMA,
        "run": report.run,
        "repository": report.repository,
        "branch": report.branch if report.commits else None,
        "start": report.start,
        "interpreter": report.interpreter,
        "sandbox": report.sandbox,
        "models": list(report.models),
        "benchmarks": list(report.benchmarks),
        "hotspots": [_hotspot(hotspot) for hotspot in report.hotspots],
        "commits": [_commit(commit) for commit in report.commits],
        "rejected": [_rejected(verdict) for verdict in report.rejected],
        "combined": None if report.combined is None else report.combined.model_dump(mode="json"),
        "cost": report.spent.dollars,
        "tokens": report.spent.prompt_tokens + report.spent.completion_tokens,
        "gain_per_dollar": gain_per_dollar(report),
        "notices": list(report.notices),
        "seconds": round(report.seconds, 1),
    }


def as_markdown(report: Report) -> str:
    """For a file, a pull request or a job summary."""
    parts = [f"# {headline(report)}", ""]
    if report.commits:
        parts += [
            "| commit | function | speedup | interval | confidence | change |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        parts += [_commit_row(commit) for commit in report.commits]
        parts += [
            "",
            f"Branch `{report.branch}`, one commit per speedup. Raw samples and checks: `{EVIDENCE} <commit>`.",
            "",
        ]
    if report.combined is not None:
        parts += [report.combined.reason[:1].upper() + report.combined.reason[1:] + ".", ""]
    if report.rejected:
        parts += ["## Refused", "", "| candidate | function | outcome | reason |", "| --- | --- | --- | --- |"]
        parts += [
            _cells(one.candidate.title, f"`{one.candidate.hotspot.id}`", one.outcome, one.reason) for one in report.rejected
        ]
        parts.append("")
    parts += ["## Where the time went", "", "| function | share | ceiling | benchmark |", "| --- | --- | --- | --- |"]
    parts += [
        _cells(f"`{one.function.id}`", f"{one.share:.0%}", _ceiling(one), f"`{one.benchmark.id}`")
        for one in report.hotspots[:20]
    ]
    parts += ["", "## How", "", *[f"- {line}" for line in _circumstances(report)], ""]
    return "\n".join(parts)


def headline(report: Report) -> str:
    """One sentence: what came out."""
    if not report.commits:
        refused = len(report.rejected)
        judged = f"{refused} candidates were judged" if refused > 1 else "1 candidate was judged"
        judged = judged if refused else "no candidate was proposed"
        return f"Nothing worth changing was found: {judged}, none was both correct and faster"
    count = f"{len(report.commits)} verified speedup{'s' if len(report.commits) > 1 else ''}"
    whole = report.combined.figure if report.combined is not None else None
    return f"{count}; the whole workload is {figure(whole)} as fast" if whole is not None else count


def terminal(report: Report) -> str:
    """A few lines for the end of a run."""
    lines = [headline(report)]
    lines += [
        f"  {commit.sha[:10]}  {figure(commit.verdict.measurements[0].figure):24}  "
        f"{commit.verdict.candidate.hotspot.name}: {commit.verdict.candidate.title}"
        for commit in report.commits
    ]
    if report.rejected:
        kinds = {outcome: sum(one.outcome is outcome for one in report.rejected) for outcome in Outcome}
        lines.append("refused: " + ", ".join(f"{count} {outcome}" for outcome, count in kinds.items() if count))
    if report.commits:
        lines += [
            f"branch:   {report.branch}",
            f"look:     git log {report.start[:10]}..{report.branch}",
            f"evidence: {EVIDENCE} {report.commits[-1].sha[:10]}",
        ]
    lines.append(_cost(report))
    return "\n".join(lines)


def _circumstances(report: Report) -> list[str]:
    return [
        f"Start: `{report.start}` of `{report.repository}`" + (f", folder `{report.subfolder}`" if report.subfolder else ""),
        f"Python: {report.interpreter}",
        f"Sandbox: {report.sandbox}",
        f"Workload: {len(report.benchmarks)} benchmarks",
        f"Asked: {', '.join(report.models)}; smallest gain worth a commit: {report.min_gain:.0%}",
        "A speedup is old time / new time, with an interval from pairs of fresh processes; the user's git hooks did not run",
        _cost(report),
        *report.notices,
    ]


def _cost(report: Report) -> str:
    tokens = report.spent.prompt_tokens + report.spent.completion_tokens
    price = "price unknown" if report.spent.dollars is None else f"${report.spent.dollars:.4f}"
    accepted, judged = _edits_of_models(report)
    edits = f" for {judged} edits of models, {accepted} of them committed" if judged else ""
    gain = gain_per_dollar(report)
    worth = "" if gain is None else f"; {gain:.1%} faster per dollar"
    return f"cost:     {tokens} tokens, {price}{edits}{worth}; {report.seconds:.0f} s"


def gain_per_dollar(report: Report) -> float | None:
    """By how much the whole workload became faster (0.5 = 50 %), per dollar; None where nothing was paid or measured.

    The rewrites of the catalogue cost nothing, so a run that tried them too names what both gained together.
    """
    if not report.spent.dollars or report.combined is None or report.combined.figure is None:
        return None
    return (report.combined.figure.speedup - 1) / report.spent.dollars


def _edits_of_models(report: Report) -> tuple[int, int]:
    """How many edits of hosted models were committed, and how many were judged."""
    committed = sum(one.verdict.candidate.model != RULES_MODEL for one in report.commits)
    return committed, committed + sum(verdict.candidate.model != RULES_MODEL for verdict in report.rejected)


def _hotspot(hotspot: Hotspot) -> dict[str, Any]:  # Any: JSON
    return {
        "function": hotspot.function.id,
        "benchmark": hotspot.benchmark.id,
        "share": round(hotspot.share, 4),
        "ceiling": round(hotspot.ceiling, 3) if hotspot.share < 1 else None,  # JSON knows no infinity
        "python": round(hotspot.python, 4),
        "native": round(hotspot.native, 4),
        "system": round(hotspot.system, 4),
    }


def _commit(commit: Commit) -> dict[str, Any]:  # Any: JSON
    verdict = commit.verdict
    measured = verdict.measurements[0].figure
    return {
        "sha": commit.sha,
        "function": verdict.candidate.hotspot.id,
        "speedup": measured.speedup,
        "interval": [measured.low, measured.high],
        "confidence": measured.confidence,
        "pairs": measured.pairs,
        "benchmark": verdict.measurements[0].benchmark.id,
        "candidate": verdict.candidate.id,
        "title": verdict.candidate.title,
        "model": verdict.candidate.model,
        "cost": verdict.candidate.usage.dollars,
        "behaviour": verdict.behaviour.model_dump(mode="json") if verdict.behaviour else None,
    }


def _rejected(verdict: Verdict) -> dict[str, Any]:  # Any: JSON
    measured = verdict.measurements[0].figure if verdict.measurements else None
    return {
        "candidate": verdict.candidate.id,
        "function": verdict.candidate.hotspot.id,
        "title": verdict.candidate.title,
        "model": verdict.candidate.model,
        "outcome": verdict.outcome.value,
        "reason": verdict.reason,
        "speedup": None if measured is None else measured.speedup,
        "interval": None if measured is None else [measured.low, measured.high],
        "checks": [check.model_dump() for check in verdict.checks],
    }


def _commit_row(commit: Commit) -> str:
    measured = commit.verdict.measurements[0].figure
    candidate = commit.verdict.candidate
    return _cells(
        f"`{commit.sha[:10]}`",
        f"`{candidate.hotspot.id}`",
        f"**{measured.speedup:.2f}x**",
        f"{measured.low:.2f} to {measured.high:.2f}",
        percent(measured.confidence),
        candidate.title,
    )


def _cells(*texts: str) -> str:
    cleaned: Sequence[str] = [" ".join(text.replace("|", "\\|").split()) for text in texts]
    return f"| {' | '.join(cleaned)} |"


def _ceiling(hotspot: Hotspot) -> str:
    return "over 100x" if hotspot.ceiling > 100 else f"{hotspot.ceiling:.2f}x"
