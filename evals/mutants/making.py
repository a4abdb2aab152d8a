"""Mutants of some functions of a text, drawn by lot from all that there are, spread over the operators."""

from __future__ import annotations

import ast
import hashlib
import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

import libcst as cst

from evals.mutants.operators import OPERATORS
from tools.values import Value
from workspaces.parsing import parse


class Mutant(Value):
    """A text with one mistake in it."""

    case: str
    operator: str
    line: int  # 1-based, the first that differs
    before: str  # text of that line
    after: str
    digest: str  # of the whole text and the case


@dataclass(frozen=True)
class Place:
    """Where an operator applies."""

    operator: str
    node: cst.CSTNode
    other: cst.CSTNode


def make_mutants(case: str, text: str, names: Collection[str], each: int, seed: int) -> list[tuple[Mutant, str]]:
    """Up to `each` mutants of the functions of these qualified names, with their texts; the same for the same seed."""
    module = cst.parse_module(text)
    by_operator: dict[str, list[Place]] = {}
    for place in places(module, names):
        by_operator.setdefault(place.operator, []).append(place)
    lot = random.Random(f"{seed} {case}")  # noqa: S311  no secret
    for some in by_operator.values():
        lot.shuffle(some)
    order = list(by_operator.values())
    lot.shuffle(order)
    known = {_tree(text)}
    made: list[tuple[Mutant, str]] = []
    for place in chain.from_iterable(zip_longest(*order)):
        if len(made) == each:
            break
        if place is None:
            continue
        changed = module.deep_replace(place.node, place.other)
        assert isinstance(changed, cst.Module)
        mutated = changed.code
        tree = _tree(mutated)
        if tree and tree not in known:
            known.add(tree)
            made.append((_described(case, place.operator, text, mutated), mutated))
    return made


def places(module: cst.Module, names: Collection[str]) -> Iterator[Place]:
    """Everything that an operator can do to these functions, in their order; not to docstrings and annotations."""
    for name, function in definitions(module):
        if name in names:
            yield from _inside(function)


def definitions(module: cst.Module) -> list[tuple[str, cst.FunctionDef]]:
    """All functions and methods with their qualified names, but for those inside of others."""
    found: list[tuple[str, cst.FunctionDef]] = []
    waiting: list[tuple[cst.CSTNode, str]] = [(module, "")]
    while waiting:
        node, prefix = waiting.pop()
        if isinstance(node, cst.FunctionDef):
            found.append((prefix + node.name.value, node))
            continue
        inner = f"{prefix}{node.name.value}." if isinstance(node, cst.ClassDef) else prefix
        waiting += [(child, inner) for child in reversed(node.children)]
    return found


def _inside(node: cst.CSTNode) -> Iterator[Place]:
    if isinstance(node, cst.Annotation) or _is_docstring(node):
        return
    for name, operator in OPERATORS.items():
        for other in operator(node):
            yield Place(name, node, other)
    for child in node.children:
        yield from _inside(child)


def _is_docstring(node: cst.CSTNode) -> bool:
    """A string that stands by itself does nothing, wherever that is."""
    return isinstance(node, cst.Expr) and isinstance(node.value, cst.SimpleString | cst.ConcatenatedString)


def _tree(text: str) -> str:
    """What the text means to Python; empty where it is none."""
    try:
        tree = parse(text)
        compile(tree, "<mutant>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return ""
    return ast.dump(tree)


def _described(case: str, operator: str, text: str, mutated: str) -> Mutant:
    before, after = text.splitlines(), mutated.splitlines()
    number = next((n for n, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), len(after) - 1)
    digest = hashlib.sha256(f"{case}\0{mutated}".encode()).hexdigest()[:16]
    return Mutant(
        case=case,
        operator=operator,
        line=number + 1,
        before=_at(before, number).strip(),
        after=_at(after, number).strip(),
        digest=digest,
    )


def _at(lines: Sequence[str], number: int) -> str:
    return lines[number] if number < len(lines) else ""
