"""The summary as Markdown: the answer, each package, every alarm, and every function that was hardly compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.alarms.rows import LEAST_INPUTS, Row
from evals.alarms.summary import Summary
from evals.markdown import table


def as_markdown(summary: Summary) -> str:
    """All of it, the answer first."""
    return "\n".join(_lines(summary)) + "\n"


def _lines(summary: Summary) -> Iterator[str]:
    yield "# False alarms"
    yield ""
    yield f"{len(summary.rows)} of {summary.wanted} functions compared with themselves in {summary.seconds:.0f} s."
    yield (
        f"{len(summary.alarms)} alarms; {summary.enough} compared on at least {LEAST_INPUTS} inputs on which they return; "
        f"{len(summary.undetermined)} that differ from themselves too much to show anything (goal: none, at least "
        f"{summary.least_enough}, at most {summary.most_undetermined}): "
        f"{'reached' if summary.passed else '**not reached**'}."
    )
    yield ""
    yield from table(
        ("package", "functions", "alarms", f"on {LEAST_INPUTS} inputs or more", "inputs", "seconds"),
        [
            (one.release.id, *map(str, (one.functions, one.alarms, one.enough, one.inputs)), f"{one.seconds:.0f}")
            for one in summary.packages
        ],
    )
    for release, why in summary.unusable.items():
        yield f"{release} was left out: {' '.join(why.split())}"
        yield ""
    yield from _listed("Alarms", summary.alarms)
    yield from _listed("Different from themselves", summary.undetermined)
    yield from _listed(f"Compared on fewer than {LEAST_INPUTS} inputs on which they return", summary.few)
    yield "## Every function"
    yield ""
    heads = ("function", "result", "compared", "returning", "unrepeatable", "incomparable", "seconds")
    yield from table(heads, [_cells(row) for row in summary.rows])


def _listed(title: str, rows: Sequence[Row]) -> Iterator[str]:
    if rows:
        yield f"## {title}"
        yield ""
        for row in rows:
            why = row.alarm or "; ".join(filter(None, (row.why, row.trouble, *row.notes)))
            yield f"- {row.release.id} `{row.function.id}`: {row.returned} inputs. {' '.join(why.split())}"
        yield ""


def _cells(row: Row) -> tuple[str, ...]:
    counts = (row.compared, row.returned, row.unrepeatable, row.incomparable)
    return f"{row.release.id} {row.function.id}", row.said, *map(str, counts), f"{row.seconds:.1f}"
