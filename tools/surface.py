"""What other modules can see of a module, and whether an edit changes it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import zip_longest
from types import UnionType

from tools.syntax import Definition, imported, parameters, parsed


def surface_changes(old: bytes, new: bytes, private: Callable[[str], bool] = lambda _: False) -> tuple[str, ...]:
    """One sentence for each name that is gone, and for each function or class that others must now use differently.

    Annotations do not count, new names are fine, and so is what becomes of names that are `private` to the module, other
    than that their functions are decorated differently. Empty where our Python cannot read one of the two.
    """
    before, after = parsed(old), parsed(new)
    if before is None or after is None:
        return ()
    found = (*_gone(before, after), *_rebound(before, after), *_changed_definitions(before, after))
    # a decorator stands between a function and its callers, and may keep results for them: whoever calls it, it counts
    return (*_redecorated(before, after), *(sentence for name, sentence in found if not private(name)))


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


def _redecorated(before: ast.Module, after: ast.Module) -> Iterator[str]:
    """Functions that are still there, but with other decorators; one that is defined once more may not bring any."""
    old, new = _defined(before, Definition), _defined(after, Definition)
    for name, definitions in old.items():
        was = [_dumped(*one.decorator_list) for one in definitions]
        now = [_dumped(*one.decorator_list) for one in new.get(name, ())]
        if was[: len(now)] != now[: len(was)] or any(now[len(was) :]):
            yield f"the decorators of {name} changed"


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
