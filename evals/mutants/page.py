"""The summary as Markdown: the answer, each case, operator and rung, every survivor, and every mutant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.markdown import table
from evals.mutants.rows import Row
from evals.mutants.summary import LEAST_REFUSED, MOST_EQUIVALENT, Count, Summary


def as_markdown(summary: Summary) -> str:
    """All of it, the answer first."""
    return "\n".join(_lines(summary)) + "\n"


def _lines(summary: Summary) -> Iterator[str]:
    yield "# Mutants of honest changes, without the tests of the package"
    yield ""
    yield (
        f"{len(summary.rows)} of {summary.wanted} mutants judged in {summary.seconds:.0f} s: {summary.refused} of "
        f"{len(summary.relevant)} that are not equivalent were refused, {len(summary.excused)} are equivalent (goal: at "
        f"least {LEAST_REFUSED:.0%}, at most {MOST_EQUIVALENT:.0%}): {'reached' if summary.passed else '**not reached**'}."
    )
    yield ""
    for name, why in summary.troubles.items():
        yield f"{name} could not be judged: {' '.join(why.split())}"
        yield ""
    yield from _counts("change", summary.cases)
    yield from _counts("operator", summary.operators)
    yield from table(("refused at", "mutants"), [(rung, str(count)) for rung, count in summary.rungs.items()])
    yield from _listed("Survivors", summary.survivors)
    yield from _equivalent(summary)
    yield "## Every mutant"
    yield ""
    yield from table(
        ("change", "operator", "line", "before", "after", "result", "seconds", "reason"),
        [_cells(row, summary) for row in summary.rows],
    )


def _counts(name: str, counts: Sequence[Count]) -> Iterator[str]:
    yield from table(
        (name, "mutants", "refused", "equivalent", "survived"),
        [(one.name, *map(str, (one.mutants, one.refused, one.equivalent, one.survived))) for one in counts],
    )


def _listed(title: str, rows: Sequence[Row]) -> Iterator[str]:
    if rows:
        yield f"## {title}"
        yield ""
        for row in rows:
            yield f"- {_shown(row)}: {' '.join(row.reason.split())}"
        yield ""


def _equivalent(summary: Summary) -> Iterator[str]:
    if summary.excused:
        yield "## Equivalent"
        yield ""
        for row in summary.excused:
            refused = "" if row.survived else f" (and yet refused: {' '.join(row.reason.split())})"
            yield f"- {_shown(row)}: {summary.equivalent[row.mutant.digest]}{refused}"
        yield ""


def _shown(row: Row) -> str:
    one = row.mutant
    return f"{one.case}, line {one.line}, {one.operator}: `{one.before}` became `{one.after}`"


def _cells(row: Row, summary: Summary) -> tuple[str, ...]:
    one = row.mutant
    result = f"{row.outcome} ({row.rung})" if row.outcome else "survived"
    if one.digest in summary.equivalent:
        result += ", equivalent"
    line = (str(one.line), one.before, one.after)
    return one.case, one.operator, *line, result, f"{row.seconds:.0f}", row.reason
