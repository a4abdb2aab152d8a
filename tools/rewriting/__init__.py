"""The catalogue behind the `rules` model: small, named performance rewrites of one function.

Rewrites need not be provably safe, tests and benchmarks decide afterwards; they are right for ordinary code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.rewriting import building, caching, calls, grouping, lists, loops, matching, membership, strings
from tools.rewriting.finding import find
from tools.rewriting.ruffs import ruff_fixes
from tools.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tools.rewriting.base import Rule
    from tools.rewriting.subject import Subject

__all__ = ["CATALOGUE", "Rewritten", "rewrites", "rewrites_named", "rewrites_together"]

CATALOGUE: tuple[Rule, ...] = (
    membership.membership_on_set,
    membership.track_seen_in_set,
    lists.list_pop_to_deque,
    strings.join_instead_of_concatenation,
    lists.append_in_place,
    matching.index_by_key,
    calls.count_once,
    calls.position_once,
    calls.hoist_invariant_call,
    lists.min_instead_of_sorted,
    lists.smallest_with_heap,
    lists.chain_instead_of_sum,
    strings.hoist_regex,
    caching.remember_within_call,
    caching.bounds_instead_of_slices,
    building.accumulate_with_builtin,
    building.list_comprehension,
    loops.direct_iteration,
    loops.items_instead_of_lookup,
    loops.columns_instead_of_rows,
    grouping.count_with_counter,
    grouping.group_with_defaultdict,
    grouping.group_with_setdefault,
    membership.membership_on_dict,
    membership.membership_without_copy,
    lists.generator_in_aggregate,
    lists.count_without_list,
    lists.shallow_copy,
    calls.local_name_in_loop,
    caching.memoise_function,
)


class Rewritten(Value):
    """A module after one rewrite of one of its functions."""

    name: str  # "list-pop-to-deque", or "ruff-perf401" for ruff's own
    title: str  # imperative, at most 60 characters
    explanation: str  # why it should be faster
    source: str  # the whole new module


def rewrites(source: str, function: str) -> tuple[Rewritten, ...]:
    """What each rule makes of the function (by qualified name), likely gains first; each text once.

    Empty when the module does not parse or has no such function.
    """
    found: dict[str, Rewritten] = {}
    for rewritten in _all(source, function):
        found.setdefault(rewritten.source, rewritten)
    return tuple(found.values())


def rewrites_named(source: str, function: str, name: str) -> Rewritten | None:
    """What the one rule called `name` makes of the function, or None where it does not apply."""
    return next((rewritten for rewritten in _all(source, function, name) if rewritten.name == name), None)


def rewrites_together(source: str, function: str, names: Sequence[str]) -> Rewritten | None:
    """The named rewrites one after the other, leaving out those that no longer apply; None if fewer than two do."""
    done: list[Rewritten] = []
    for name in names:
        found = rewrites_named(done[-1].source if done else source, function, name)
        if found is not None:
            done.append(found)
    if len(done) < 2:
        return None
    return Rewritten(
        name="+".join(one.name for one in done),
        title=f"Put {len(done)} small rewrites together",
        explanation="\n".join(f"{one.title}: {one.explanation}" for one in done),
        source=done[-1].source,
    )


def _all(source: str, function: str, name: str | None = None) -> Iterator[Rewritten]:
    subject = find(source, function)
    if subject is None or not subject.has_block:
        return
    for rule in CATALOGUE:
        text = rule.rewrite(subject) if name in (None, rule.name) else None
        if text is not None:
            yield Rewritten(name=rule.name, title=rule.title, explanation=rule.explanation, source=text)
    if name is None or name.startswith("ruff-"):
        yield from _by_ruff(subject)


def _by_ruff(subject: Subject) -> Iterator[Rewritten]:
    for fix in ruff_fixes(subject.source, *subject.line_range):
        title = f"Apply ruff {fix.code} ({fix.rule})"
        yield Rewritten(name=f"ruff-{fix.code.lower()}", title=title[:60], explanation=fix.message, source=fix.source)
