"""Which statements a change brings, whether they ran, and which of them nobody could make run (DESIGN section 5, rung 5)."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.syntax import Definition, parsed

Steps = frozenset[tuple[int, int]]  # (line before or 0, line, or 0 for the end of the function)

BODIES = ("body", "orelse", "finalbody", "handlers", "cases")
Compound = ast.If | ast.For | ast.AsyncFor | ast.While | ast.With | ast.AsyncWith | ast.Try | ast.Match


@dataclass(frozen=True)
class Statement:
    """A statement of the new text that the old text does not have."""

    first: int  # 1-based line
    last: int  # of its head, where it holds others
    text: str
    branch: tuple[str, ...]  # what is around it, as it stands in the old text too: heads and which part of each


@dataclass(frozen=True)
class Executed:
    """How far the changed statements ran."""

    changed: int
    missing: tuple[Statement, ...]
    excused: tuple[Statement, ...]  # did not run, and are not held against the change

    @property
    def ran(self) -> int:
        """Changed statements that ran."""
        return self.changed - len(self.missing) - len(self.excused)


def executed(old: bytes, new: bytes, ran_old: frozenset[int], ran_new: frozenset[int]) -> Executed:
    """Statements in functions of `new` that no function of `old` has, and which of them the lines of `ran_new` execute.

    Excused is what cannot run here (after `except ImportError`, under TYPE_CHECKING, a `raise NotImplementedError`), and
    what stands in a branch that is there in the old text too, and did not run there either.
    """
    before, after = parsed(old), parsed(new)
    if before is None or after is None:
        return Executed(0, (), ())
    branches = {branch for node, branch in _statements(before) if _runs(node, ran_old) for branch in _around(branch)}
    everywhere = {inside for _, branch in _statements(before) for inside in _around(branch)}
    changed = 0
    missing: list[Statement] = []
    excused: list[Statement] = []
    for node, branch in _new_statements(before, after):
        changed += 1
        if _runs(node, ran_new):
            continue
        statement = Statement(node.lineno, _head_end(node), ast.unparse(node).splitlines()[0], branch)
        stays = [inside for inside in _around(branch) if inside in everywhere]
        never = bool(stays) and max(stays, key=len) not in branches
        (excused if never or _is_hopeless(node, branch) else missing).append(statement)
    return Executed(changed, tuple(missing), tuple(excused))


def ways(new: bytes, functions: Sequence[str], steps: Steps) -> tuple[int, int]:
    """Ways out of the conditions and loops of these functions (by their qualified names): taken, and all."""
    tree = parsed(new)
    if tree is None:
        return 0, 0
    taken = every = 0
    for name, function in _functions(tree, ""):
        if name not in functions:
            continue
        for node in ast.walk(function):
            if not isinstance(node, (ast.If, ast.For, ast.AsyncFor, ast.While)):
                continue
            every += 2
            head = range(node.lineno, _head_end(node) + 1)
            body = range(node.body[0].lineno, (node.body[-1].end_lineno or 0) + 1)
            taken += any(before in head and line in body for before, line in steps)
            taken += any(before in head and line not in body and line not in head for before, line in steps)
    return taken, every


def changed_names(old: bytes, new: bytes) -> tuple[str, ...]:
    """Qualified names of the outermost functions of the new text that the old one does not have as they are."""
    before, after = parsed(old), parsed(new)
    if before is None or after is None:
        return ()
    known = {(name, ast.dump(node)) for name, node in _functions(before, "")}
    return tuple(name for name, node in _functions(after, "") if (name, ast.dump(node)) not in known)


def lines(steps: Steps) -> frozenset[int]:
    """Lines that ran."""
    return frozenset(line for _, line in steps if line)


def _functions(parent: ast.AST, prefix: str) -> Iterator[tuple[str, Definition]]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, Definition):
            yield prefix + node.name, node
        elif not isinstance(node, ast.Lambda):
            yield from _functions(node, f"{prefix}{node.name}." if isinstance(node, ast.ClassDef) else prefix)


def _statements(tree: ast.Module) -> Iterator[tuple[ast.stmt, tuple[str, ...]]]:
    """Statements inside functions that do something, each with the branches around it."""
    for name, function in _functions(tree, ""):
        yield from _inside(function.body, (name,))


def _new_statements(before: ast.Module, after: ast.Module) -> list[tuple[ast.stmt, tuple[str, ...]]]:
    """Statements that were neither in the function of that name before, nor are gone from another one: those only moved."""
    known = Counter((branch[0], _dump(node)) for node, branch in _statements(before))
    unknown = []
    for node, branch in _statements(after):
        if known[branch[0], _dump(node)]:
            known[branch[0], _dump(node)] -= 1
        else:
            unknown.append((node, branch))
    moved: Counter[str] = Counter()
    for (_, dump), times in known.items():
        moved[dump] += times
    found = []
    for node, branch in unknown:
        if moved[_dump(node)]:
            moved[_dump(node)] -= 1
        else:
            found.append((node, branch))
    return found


def _inside(body: Sequence[ast.stmt], branch: tuple[str, ...]) -> Iterator[tuple[ast.stmt, tuple[str, ...]]]:
    for node in body:
        if isinstance(node, (ast.Pass, ast.Global, ast.Nonlocal)) or _is_text(node):
            continue
        if isinstance(node, ast.AnnAssign) and node.value is None:
            continue
        if not isinstance(node, (ast.Try, getattr(ast, "TryStar", ast.Try))):
            yield node, branch
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield from _inside(node.body, (*branch, _head(node)))
            continue
        for part in BODIES:
            inside = [one for one in _parts(node, part) if isinstance(one, ast.stmt)]
            yield from _inside(inside, (*branch, f"{_head(node)} {part}"))
            for arm in _parts(node, part):
                if isinstance(arm, (ast.ExceptHandler, ast.match_case)):
                    yield from _inside(arm.body, (*branch, f"{_head(node)} {part} {_head(arm)}"))


def _parts(node: ast.stmt, part: str) -> Sequence[ast.AST]:
    found = getattr(node, part, None)
    return found if isinstance(found, list) else []


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _head(node: ast.AST) -> str:
    """What stands before the colon; the whole of a simple statement."""
    if not any(hasattr(node, part) for part in BODIES):
        return ast.dump(node)
    parts = [
        [ast.dump(one) for one in value if isinstance(one, ast.AST)]
        if isinstance(value, list)
        else ast.dump(value)
        if isinstance(value, ast.AST)
        else str(value)
        for name, value in ast.iter_fields(node)
        if name not in (*BODIES, "decorator_list", "returns", "type_comment")
    ]
    return f"{type(node).__name__} {parts}"


def _dump(node: ast.stmt) -> str:
    return _head(node)


def _head_end(node: ast.stmt) -> int:
    """Last line of what stands before the colon."""
    inside = [one.lineno for part in BODIES for one in _parts(node, part) if isinstance(one, (ast.stmt, ast.ExceptHandler))]
    if isinstance(node, ast.Match):
        return node.subject.end_lineno or node.lineno
    if inside:
        return max(node.lineno, min(inside) - 1)
    return node.end_lineno or node.lineno


def _runs(node: ast.stmt, ran: frozenset[int]) -> bool:
    return any(line in ran for line in range(node.lineno, _head_end(node) + 1))


def _around(branch: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """All branches that hold this one, itself included; the function alone is none."""
    return (branch[:length] for length in range(2, len(branch) + 1))


def _is_hopeless(node: ast.stmt, branch: tuple[str, ...]) -> bool:
    around = " ".join(branch)
    guarded = "handlers ExceptHandler" in around and ("ImportError" in around or "ModuleNotFoundError" in around)
    raised = isinstance(node, ast.Raise) and node.exc is not None and "NotImplementedError" in ast.dump(node.exc)
    return guarded or raised or "TYPE_CHECKING" in around
