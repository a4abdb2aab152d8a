"""Which hosted model is asked next: the cheapest that may do, dearer ones where what can be gained pays for them.

After EllieSQL (Zhu et al., 2025, "Cost-Efficient Text-to-SQL with Complexity-Aware Routing"): a router looks at how hard
a question is and sends it to the cheapest tier that is likely to answer it.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Collection, Mapping, Sequence

from tools.syntax import parsed
from tools.values import Hotspot

DEARER_FROM = 1.5  # Amdahl ceiling: where less can be gained, only the cheapest model is asked
HARD_LINES = 40
HARD_LOOPS = 3  # one in the other, comprehensions too


def cheapest_first(prices: Mapping[str, tuple[float, float] | None]) -> list[str]:
    """Names by the price of an answer; as they were given where one is unknown."""
    known = {name: price for name, price in prices.items() if price is not None}
    return list(prices) if len(known) < len(prices) else sorted(known, key=lambda name: known[name][::-1])


def is_hard(text: str) -> bool:
    """Whether a function is long, or loops in loops in loops: a small model seldom does better than what is there."""
    tree = parsed(textwrap.dedent(text).encode("utf-8", "replace"))
    return text.count("\n") > HARD_LINES or (tree is not None and _loops(tree) >= HARD_LOOPS)


def next_model(
    hotspot: Hotspot, text: str, models: Sequence[str], asked: Mapping[str, int], declined: Collection[str], attempts: int
) -> str | None:
    """Whom to ask about a function with that text; None where nobody is left, or worth it.

    `models` are ordered, the cheapest first; `asked` says how many edits each was asked for, and `declined` who saw
    nothing to gain.
    """
    worth = list(models) if hotspot.ceiling >= DEARER_FROM else list(models)[:1]
    if len(worth) > 1 and is_hard(text):
        worth = worth[1:]
    return next((name for name in worth if name not in declined and asked.get(name, 0) < attempts), None)


def _loops(node: ast.AST) -> int:
    """How deep loops are nested in a tree; a comprehension is as many as it has `for`."""
    deepest = max((_loops(child) for child in ast.iter_child_nodes(node)), default=0)
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        return deepest + len(node.generators)
    return deepest + isinstance(node, (ast.For, ast.AsyncFor, ast.While))
