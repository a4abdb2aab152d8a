from __future__ import annotations

import ast
import csv
import fnmatch
import heapq
import inspect
import shlex
import statistics
import textwrap
import warnings
from types import ModuleType

import pytest

from tools.rewriting import rewrites
from tools.rewriting.base import parses
from tools.rewriting.modules import definitions

MODULES = [csv, fnmatch, heapq, shlex, statistics, textwrap]


def functions(tree: ast.AST, prefix: str = "") -> list[str]:
    """Qualified names of all functions below a node."""
    found = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found += [prefix + node.name, *functions(node, f"{prefix}{node.name}.<locals>.")]
        elif isinstance(node, ast.ClassDef):
            found += functions(node, f"{prefix}{node.name}.")
        else:
            found += functions(node, prefix)
    return found


def outside(source: str, function: str) -> list[str]:
    """Lines of the module around the function, blank ones left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nodes = [node for name, node in definitions(ast.parse(source), "") if name == function]
    node = [node for node in nodes if not any("setter" in ast.dump(one) for one in node.decorator_list)][-1]
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    last = node.end_lineno or first
    lines = source.split("\n")
    return [line for line in lines[: first - 1] + lines[last:] if line.strip()]


def inserted(old: list[str], new: list[str]) -> list[str]:
    """Lines that were put between the old ones; fails where an old line is gone or changed."""
    remaining = iter(new)
    extra: list[str] = []
    for line in old:
        for candidate in remaining:
            if candidate == line:
                break
            extra.append(candidate)
        else:
            pytest.fail(f"line is gone: {line}")
    return extra + list(remaining)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_rewrites_of_real_functions_compile_and_stay_inside_them(module: ModuleType) -> None:
    source = inspect.getsource(module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = sorted(set(functions(ast.parse(source))))
    for name in names:
        for rewritten in rewrites(source, name):
            assert parses(rewritten.source), (name, rewritten.name)
            assert rewritten.source != source
            extra = inserted(outside(source, name), outside(rewritten.source, name))
            allowed = all(line.startswith(("import ", "from ", "_")) for line in extra)
            assert allowed, (name, rewritten.name, extra)
