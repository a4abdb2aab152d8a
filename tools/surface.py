"""What other modules can see of a module, and whether an edit changes it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from itertools import zip_longest
from types import UnionType

from tools.breakages import breakages
from tools.syntax import Definition, decoded, imported, parameters, parsed


def surface_changes(old: bytes, new: bytes, private: Callable[[str], bool] = lambda _: False) -> tuple[str, ...]:
    """One sentence for each name that is gone, and for each function or class that others must now use differently.

    Annotations do not count, new names are fine, and so is what becomes of names that are `private` to the module, other
    than that their functions are decorated differently. Empty where our Python cannot read one of the two.
    """
    before, after = parsed(old), parsed(new)
    if before is None or after is None:
        return ()
    found = [
        *_gone(before, after),
        *_unlisted(before, after),
        *_rebound(before, after),
        *_changed_definitions(before, after),
    ]
    redecorated = dict(_redecorated(before, after))
    known = {name for name, _ in found} | set(redecorated)
    found += [(name, sentence) for name, sentence in _broken(old, new, after) if not _is_part(name, known)]
    # a decorator stands between a function and its callers, and may keep results for them: whoever calls it, it counts
    sentences = (*redecorated.values(), *(sentence for name, sentence in found if not private(name)))
    return tuple(dict.fromkeys(sentences))


def _broken(old: bytes, new: bytes, after: ast.Module) -> tuple[tuple[str, str], ...]:
    """What griffe finds on top."""
    if old == new:
        return ()
    bound = {name for name, _ in _bindings(after)}
    stored = {one.attr for one in ast.walk(after) if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store)}
    stored |= {one.value for one in ast.walk(after) if isinstance(one, ast.Constant) and isinstance(one.value, str)}

    def is_bound(name: str) -> bool:
        holder, _, last = name.rpartition(".")
        return name in bound or (holder != "" and last in stored)

    return breakages(decoded(old), decoded(new), is_bound)


def _is_part(name: str, known: Collection[str]) -> bool:
    """True for a known name and for what lies in one."""
    return name in known or any(name.startswith(f"{one}.") for one in known)


def _unlisted(before: ast.Module, after: ast.Module) -> Iterator[tuple[str, str]]:
    """Names that `from module import *` no longer gives, although they are there; "is gone" is said elsewhere."""
    listed, still = _listed(before), _listed(after)
    if still is None:
        still = {name for name, _ in _bindings(after) if "." not in name and not name.startswith("_")}
    given = {name for name, is_import in _bindings(before) if not (is_import or "." in name or name.startswith("_"))}
    gone = {name for name, _ in _bindings(before)} - {name for name, _ in _bindings(after)}
    for name in sorted((given if listed is None else listed) - still - gone):
        yield name, f"{name} is no longer in __all__"


def _listed(tree: ast.Module) -> set[str] | None:
    """Names in the module's `__all__`, as far as they are written out; None where it has none."""
    lists = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and _concerns_all(node)]
    if not lists:
        return None
    constants = [(statement, node) for statement in lists for node in ast.walk(statement) if isinstance(node, ast.Constant)]
    taken = {one.value for statement, one in constants if isinstance(one.value, str) and _takes_away(statement)}
    return {one.value for _, one in constants if isinstance(one.value, str)} - taken


def _concerns_all(node: ast.stmt) -> bool:
    """True for `__all__ = ...`, `__all__ += ...` and calls such as `__all__.extend(...)`."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = node.value.func
        return isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "__all__"
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(isinstance(one, ast.Name) and one.id == "__all__" for one in targets)


def _takes_away(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr == "remove"
    )


def _gone(before: ast.Module, after: ast.Module) -> Iterator[tuple[str, str]]:
    remaining = dict(_bindings(after))
    for name, is_import in dict(_bindings(before)).items():
        dispensable = is_import and name in _used(before) and name not in _used(after)
        if name not in remaining and not dispensable:
            yield name, f"{name} is gone"


def _used(tree: ast.Module) -> set[str]:
    """Names that the module reads, or names in a string, as __all__ and quoted annotations do."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)}
    return names | {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _bindings(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Names of the module and of its classes, as often as they are bound, each with whether an import binds it."""
    for name, node in _outermost(tree, ""):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield name, False
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((name + bound, True) for bound in imported(ast.Module([node], [])))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield name + node.id, False


def _rebound(before: ast.Module, after: ast.Module) -> Iterator[tuple[str, str]]:
    """Functions and classes that are bound again after their definition: then something else is called."""
    defined = {name for name, node in _outermost(before, "") if isinstance(node, (Definition, ast.ClassDef))}
    times = [[name for name, _ in _bindings(tree)] for tree in (before, after)]
    for name in sorted(defined):
        if times[1].count(name) > times[0].count(name):
            yield name, f"{name} is bound once more"


def _redecorated(before: ast.Module, after: ast.Module) -> Iterator[tuple[str, str]]:
    """Functions that are still there, but with other decorators; one that is defined once more may not bring any."""
    old, new = _defined(before, Definition), _defined(after, Definition)
    for name, definitions in old.items():
        was = [_dumped(*one.decorator_list) for one in definitions]
        now = [_dumped(*one.decorator_list) for one in new.get(name, ())]
        if was[: len(now)] != now[: len(was)] or any(now[len(was) :]):
            yield name, f"the decorators of {name} changed"


def _changed_definitions(before: ast.Module, after: ast.Module) -> Iterator[tuple[str, str]]:
    for kind in (Definition, ast.ClassDef):
        new = _defined(after, kind)
        for name, definitions in _defined(before, kind).items():
            for one, other in zip_longest(definitions, new.get(name, ())):
                if one is None or other is None:
                    yield name, f"{name} is not defined as often as before"
                    break
                difference = _difference(one, other)
                if difference is not None:
                    yield name, f"{difference} of {name} changed"


def _defined(tree: ast.Module, kind: type | UnionType) -> dict[str, list[Definition | ast.ClassDef]]:
    """Definitions of that kind by their qualified name, as often as they are made."""
    found: dict[str, list[Definition | ast.ClassDef]] = {}
    for name, node in _outermost(tree, ""):
        if isinstance(node, (Definition, ast.ClassDef)) and isinstance(node, kind):
            found.setdefault(name, []).append(node)
    return found


def _difference(old: Definition | ast.ClassDef, new: Definition | ast.ClassDef) -> str | None:
    """What callers can tell apart beside the decorators of functions, None if nothing."""
    if isinstance(old, ast.ClassDef) or isinstance(new, ast.ClassDef):
        if _dumped(*old.decorator_list) != _dumped(*new.decorator_list):
            return "the decorators"
        return None if _bases(old) == _bases(new) else "the bases"
    if type(old) is not type(new) or _yields(old) != _yields(new):
        return "the kind (plain, async, generator)"
    return None if _signature(old) == _signature(new) else "the parameter list"


def _bases(node: Definition | ast.ClassDef) -> list[str] | None:
    return _dumped(*node.bases, *node.keywords) if isinstance(node, ast.ClassDef) else None


def _signature(function: Definition) -> tuple[object, ...]:
    """Names, kinds and defaults of the parameters."""
    arguments = function.args
    kinds = [len(arguments.posonlyargs), len(arguments.args), len(arguments.kwonlyargs)]
    names = [one.arg for one in parameters(arguments)]
    stars = (arguments.vararg is None, arguments.kwarg is None)
    return kinds, names, stars, _dumped(*arguments.defaults), [one and ast.dump(one) for one in arguments.kw_defaults]


def _dumped(*nodes: ast.AST) -> list[str]:
    return [ast.dump(node) for node in nodes]


def _yields(function: Definition) -> bool:
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))
    return False


def _outermost(parent: ast.AST, prefix: str) -> Iterator[tuple[str, ast.AST]]:
    """Everything outside of functions: definitions with their qualified name, the rest with that of the class around."""
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield prefix + node.name, node
            yield from _outermost(node, f"{prefix}{node.name}.")
        elif not isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            yield prefix, node
            yield from _outermost(node, prefix)
