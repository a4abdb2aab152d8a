"""The summary as Markdown: tables for a README."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.judging.chances import Share
from evals.judging.rules import RULES
from evals.judging.summary import ALPHA, LIMIT_SECONDS, Group, Summary
from evals.markdown import table


def as_markdown(summary: Summary) -> str:
    """All tables, the goals first."""
    return "\n".join(_lines(summary)) + "\n"


def _lines(summary: Summary) -> Iterator[str]:
    yield "# How good the judge is"
    yield ""
    yield f"Machine: {'; '.join(summary.machines) or 'none yet'}. Seed {summary.seed}."
    yield f"Error of a verdict {summary.alpha:.2%}, least gain {summary.min_gain:.0%}."
    yield "Seconds of measuring are the samples and first calls of both sides, without the start of interpreters."
    yield ""
    yield from table(
        ("goal", "found", "reached"), [(one.goal, one.found, "yes" if one.reached else "**no**") for one in summary.goals]
    )
    if summary.identical:
        yield "## Identical code: who calls it faster"
        yield ""
        yield from table(
            ("machine", "verdicts", "this judge", *RULES), [_accepting(one) for one in summary.identical.values()]
        )
        yield from _details(list(summary.identical.values()), "machine")
    for load, groups in summary.sizes.items():
        yield f"### {load}, by the time of one call"
        yield ""
        yield from _details(groups, "call")
    if summary.power:
        yield "## True effects: who finds them"
        yield ""
        yield f"A function of 10 ms. This judge claims at least {summary.min_gain:.0%} more, at an error of {ALPHA:.1%};"
        yield "tests without a least gain are right to call 1.02x faster."
        yield ""
        yield from table(("true speedup", "verdicts", "this judge", *RULES), [_accepting(one) for one in summary.power])
        yield from _details(summary.power, "true speedup")
    if summary.failures:
        yield f"{len(summary.failures)} could not be timed; the first: {summary.failures[0]}"
        yield ""


def _accepting(group: Group) -> tuple[str, ...]:
    return group.name, str(group.verdicts), _shown(group.accepted), *(_shown(group.rules[rule]) for rule in RULES)


def _details(groups: Sequence[Group], first: str) -> Iterator[str]:
    heads = (first, "outcomes", "clock", "figure", "pairs", "s of measuring", "s in all", f"over {LIMIT_SECONDS:.0f} s")
    yield "Medians, in brackets the largest."
    yield ""
    yield from table(heads, [_detail(group) for group in groups])


def _detail(group: Group) -> tuple[str, ...]:
    return (
        group.name,
        _counted(group.outcomes),
        _counted(group.clocks),
        f"{group.speedup:.3f}x" if group.speedup else "",
        f"{group.pairs.median:.0f} ({group.pairs.largest:.0f})",
        f"{group.measuring_seconds.median:.2f} ({group.measuring_seconds.largest:.2f})",
        f"{group.wall_seconds.median:.1f} ({group.wall_seconds.largest:.1f})",
        str(group.over_limit),
    )


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda item: -item[1]))


def _shown(share: Share) -> str:
    return f"{share.count} ({share.share:.0%})"
