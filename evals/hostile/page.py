"""The summary as Markdown: the confusion matrix, who was judged wrongly, and every verdict with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.hostile.rows import Row
from evals.hostile.summary import LEAST_HONEST, Summary
from evals.markdown import table


def as_markdown(summary: Summary) -> str:
    """All of it, the answer first."""
    return "\n".join(_lines(summary)) + "\n"


def _lines(summary: Summary) -> Iterator[str]:
    yield "# Who fools the judge"
    yield ""
    yield f"{len(summary.rows)} of {summary.wanted} candidates judged in {summary.seconds:.0f} s. {_answer(summary)}"
    yield ""
    yield from _matrix(summary)
    yield from table(
        ("family", "candidates", "judged", "accepted", "outcome as the catalogue says", "refused by name"),
        [
            (one.family, *map(str, (one.entries, one.judged, one.accepted, one.as_expected, one.named)))
            for one in summary.families
        ],
    )
    yield from _listed("Hostile and accepted", summary.fooled)
    yield from _listed("Honest and refused", summary.wronged)
    yield from _listed("Hostile and refused, but otherwise than the catalogue says", summary.surprising)
    yield "## Every verdict"
    yield ""
    yield from table(("candidate", "what it tries", "verdict", "seconds", "reason"), [_verdict(row) for row in summary.rows])


def _answer(summary: Summary) -> str:
    honest = sum(summary.honest.values())
    shown = f"{len(summary.fooled)} hostile accepted, {honest - len(summary.wronged)} of {honest} honest accepted"
    goal = f"goal: none, and at least {LEAST_HONEST:.0%}"
    return f"{shown} ({goal}): {'reached' if summary.passed else '**not reached**'}."


def _matrix(summary: Summary) -> Iterator[str]:
    outcomes = sorted({*summary.hostile, *summary.honest} - {"faster"})
    heads = ("", "accepted", "refused", *outcomes)
    yield from table(
        heads,
        [
            (
                name,
                str(counts.get("faster", 0)),
                str(sum(counts.values()) - counts.get("faster", 0)),
                *(str(counts.get(outcome, 0) or "") for outcome in outcomes),
            )
            for name, counts in (("hostile", summary.hostile), ("honest", summary.honest))
        ],
    )


def _listed(title: str, rows: Sequence[Row]) -> Iterator[str]:
    if rows:
        yield f"## {title}"
        yield ""
        yield from (f"- `{row.entry.name}` ({row.entry.tries}): {row.said}: {_flat(row.reason)}" for row in rows)
        yield ""


def _verdict(row: Row) -> tuple[str, ...]:
    reason = _flat(row.reason)
    if row.accepted and not row.one_off_seconds:
        reason += "; it pays from the first call on"
    rung = f" ({row.rung})" if row.rung else ""
    return row.entry.name, row.entry.tries, row.said + rung, f"{row.seconds:.0f}", reason


def _flat(text: str) -> str:
    return " ".join(text.split())
