"""The summary as Markdown: the answer, what was killed where, and every trial."""

from __future__ import annotations

from collections.abc import Iterator

from agent.station import counted
from evals.faults.summary import Summary
from evals.faults.trials import Row
from evals.markdown import table


def as_markdown(summary: Summary) -> str:
    """All of it, the answer first."""
    return "\n".join(_lines(summary)) + "\n"


def _lines(summary: Summary) -> Iterator[str]:
    undisturbed = summary.undisturbed
    yield "# Runs that were killed"
    yield ""
    good = len(summary.rows) - len(summary.bad)
    goal = "reached" if summary.passed else "**not reached**"
    yield (
        f"{len(summary.rows)} of {summary.wanted} trials made in {summary.seconds / 60:.0f} min: after one SIGKILL, {good} "
        f"were resumed to the same accepted edits with nothing lost, doubled, paid twice or left over (goal: all; {goal})."
    )
    yield ""
    yield (
        f"The undisturbed run took {undisturbed.seconds:.1f} s: {counted(len(undisturbed.outcome.edits), 'edit')} accepted, "
        f"{len(undisturbed.outcome.verdicts)} verdicts, {undisturbed.requests} requests, {len(undisturbed.effects)} effects."
    )
    if summary.in_flight:
        yield ""
        yield (
            f"{summary.in_flight} replies were on their way to the disk when the run was killed and were asked for again: "
            "nobody can keep those. They are not counted as paid twice."
        )
    late = sum(not row.killed for row in summary.rows)
    if late:
        yield ""
        yield f"{late} of the random moments came after the end of their run."
    yield ""
    counts = [(one.name, str(one.wanted), str(one.made), str(one.good)) for one in summary.counts]
    yield from table(("killed at", "trials", "made", "resumed to the same"), counts)
    if summary.bad:
        yield "## What went wrong"
        yield ""
        yield from table(("killed", "problems"), [(row.trial.name, "; ".join(row.problems)) for row in summary.bad])
    yield "## Every trial"
    yield ""
    yield from table(("killed", "while", "commands to the end", "result", "seconds"), [_row(row) for row in summary.rows])


def _row(row: Row) -> tuple[str, ...]:
    when = row.trial.name if row.killed else f"{row.trial.name} (after its end)"
    return when, row.stage, str(row.resumes), "WRONG" if row.problems else "the same", f"{row.seconds:.0f}"
