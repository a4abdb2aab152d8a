"""Pairs of slow and fast code that are shown with a question: those most like the code that is asked about.

In the manner of PIE's dynamic retrieval (Shypula et al., "Learning Performance-Improving Code Edits", section 3.1), with
features of the syntax instead of an embedding: what a loop does says more of how it can be made faster than its words do.
"""

from __future__ import annotations

import ast
import functools
import math
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from textwrap import dedent

from workspaces.parsing import parse

LIKE_ENOUGH = 0.1  # cosine; what is less like the code teaches nothing for it


@dataclass(frozen=True)
class Pair:
    """The same function, or program, before and after."""

    name: str
    language: str  # python or cpp
    category: str  # algorithm, data structure, input/output, loop or memory
    title: str
    why: str
    slow: str
    fast: str


@functools.cache
def pairs() -> tuple[Pair, ...]:
    """All that are shipped, by name."""
    folder = resources.files("prompts") / "examples"
    found = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            written = tomllib.loads(file.read_text("utf-8"))
            texts = {key: written[key].strip("\n") + "\n" for key in ("slow", "fast")}
            fields = {key: written[key] for key in ("language", "category", "title", "why")}
            found.append(Pair(name=file.name.removesuffix(".toml"), **fields, **texts))
    return tuple(found)


def similar(source: str, count: int, among: Sequence[Pair] | None = None) -> tuple[Pair, ...]:
    """Up to `count` Python pairs whose slow side is most like `source`, the most alike last, next to the question.

    Empty where the source cannot be read, or where nothing is like it.
    """
    asked = features(source)
    candidates = [one for one in (pairs() if among is None else among) if one.language == "python"]
    known = [features(one.slow) for one in candidates]
    spread = Counter(feature for some in known for feature in some)
    weights = {feature: math.log(1 + len(known) / times) for feature, times in spread.items()}
    rated = [(_cosine(asked, other, weights), -number) for number, other in enumerate(known)]
    best = sorted((rating for rating in rated if rating[0] >= LIKE_ENOUGH), reverse=True)[:count]
    return tuple(candidates[-number] for _, number in reversed(best))


def features(source: str) -> Counter[str]:
    """How often each thing occurs: calls and operators, each by itself and with the loops around it."""
    try:
        tree = parse(dedent(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Counter()
    found: Counter[str] = Counter()
    waiting: list[tuple[ast.AST, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        for feature in _of(node):
            found[feature] += 1
            found[f"{feature} in {min(depth, 2)} loops"] += 1
        inner = depth + isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.comprehension))
        waiting += [(child, inner) for child in ast.iter_child_nodes(node)]
    return found


def _of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Call):
        called = node.func
        name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
        return [f"call {name}"] if name else []
    if isinstance(node, ast.Compare):
        return [type(one).__name__ for one in node.ops if isinstance(one, (ast.In, ast.NotIn))]
    if isinstance(node, ast.BinOp):
        return [f"{type(node.op).__name__} of {'text' if _is_text(node) else 'values'}"]
    if isinstance(node, ast.AugAssign):
        return [f"{type(node.op).__name__} in place"]
    kinds = (ast.For, ast.While, ast.ListComp, ast.Subscript, ast.Slice, ast.Yield, ast.Try, ast.Delete)
    return [type(node).__name__] if isinstance(node, kinds) else []


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(one, ast.JoinedStr) or (isinstance(one, ast.Constant) and isinstance(one.value, str))
        for one in (node.left, node.right)
    )


def _cosine(one: Counter[str], other: Counter[str], weights: dict[str, float]) -> float:
    def weighed(some: Counter[str]) -> dict[str, float]:
        return {name: math.log(1 + times) * weights.get(name, 0.0) for name, times in some.items()}

    first, second = weighed(one), weighed(other)
    length = math.hypot(*first.values()) * math.hypot(*second.values())
    return sum(value * second.get(name, 0.0) for name, value in first.items()) / length if length else 0.0
