"""The summary as Markdown: the answer, each kind, who was refused and why, and every verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.honest.rows import Row
from evals.honest.summary import LEAST_ACCEPTED, LEAST_JUDGED, Summary
from evals.markdown import table


def as_markdown(summary: Summary) -> str:
    """All of it, the answer first."""
    return "\n".join(_lines(summary)) + "\n"


def _lines(summary: Summary) -> Iterator[str]:
    yield "# Honest changes of real packages"
    yield ""
    yield (
        f"{len(summary.rows)} of {summary.wanted} changes judged in {summary.seconds:.0f} s, {summary.accepted} accepted "
        f"(goal: at least {LEAST_JUDGED}, and {LEAST_ACCEPTED:.0%}): {'reached' if summary.passed else '**not reached**'}."
    )
    yield ""
    yield from table(
        ("kind", "judged", "accepted"), [(one.kind, str(one.judged), str(one.accepted)) for one in summary.kinds]
    )
    yield from table(("outcome", "changes"), [(outcome, str(count)) for outcome, count in sorted(summary.outcomes.items())])
    yield from _listed("Refused", summary.refused)
    yield from _listed("Could not be judged", summary.troubles)
    yield "## Every verdict"
    yield ""
    heads = ("change", "releases", "verdict", "speedup", "as found", "inputs compared", "seconds", "what was done")
    yield from table(heads, [_cells(row) for row in summary.rows])


def _listed(title: str, rows: Sequence[Row]) -> Iterator[str]:
    if rows:
        yield f"## {title}"
        yield ""
        for row in rows:
            rung = f" at {row.rung}" if row.rung else ""
            yield f"- `{row.recipe.name}`: {row.said}{rung}: {' '.join(row.reason.split())}"
        yield ""


def _cells(row: Row) -> tuple[str, ...]:
    recipe, figure = row.recipe, row.figure
    shown = f"{figure.speedup:.2f}x [{figure.low:.2f}, {figure.high:.2f}]" if figure else ""
    releases = f"{recipe.package} {recipe.old} to {recipe.new}"
    rung = f" ({row.rung})" if row.rung else ""
    counts = (str(row.compared), f"{row.seconds:.0f}")
    return recipe.name, releases, row.said + rung, shown, f"{recipe.ratio:.2f}x", *counts, recipe.why
