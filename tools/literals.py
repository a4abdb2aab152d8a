"""What the text of a function says about inputs: its constants, exceptions that it documents, whether order matters."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from tools.source import find_function, text_of
from tools.syntax import Definition, parameters, parsed
from tools.values import Function

MOST = 80
LONGEST = 60  # letters of a text
ITSELF = "itself"
KINDS = frozenset({"list", "tuple", "set", "frozenset", "dict", "str", "bytes", "int", "float", "bool"})
ORDERED = re.compile(r"\b(sorted|ascending|increasing|monoton\w*|in order|bisect\w*)\b", re.IGNORECASE)
EXCEPTION = re.compile(r"\b([A-Z]\w*(?:Error|Exception|Warning)|KeyboardInterrupt|StopIteration)\b")
EXPECTED = re.compile(r"(?:raises|assertRaises|assertRaisesRegex|assertRaisesRegexp|warns)\(\s*\(?([\w., ]+)")
TOLERANT = re.compile(
    r"(?:approx|isclose|allclose|assert_allclose|assertAlmostEqual|assert_almost_equal|assert_array_almost_equal)\s*\("
)


def literals(function: Function, texts: Sequence[bytes]) -> list[int | float | str]:
    """Plain constants of the function and of its module's top level, in any of the texts, nearest ones first."""
    found: dict[tuple[type, int | float | str], None] = {}
    for text in texts:
        tree = parsed(text)
        if tree is None:
            continue
        near = [
            node for node in ast.walk(tree) if isinstance(node, Definition) and node.name == function.name.rpartition(".")[2]
        ]
        for place in (*near, tree):
            for value in _constants(place):
                found[type(value), value] = None
    return [value for _, value in found][:MOST]


def kinds_named(function: Function, text: bytes) -> tuple[str, ...]:
    """Builtin types that the function tells apart, as in `isinstance(x, (list, dict))`; ITSELF if it calls itself."""
    tree = parsed(text)
    last = function.name.rpartition(".")[2]
    near = [node for node in ast.walk(tree) if isinstance(node, Definition) and node.name == last] if tree else []
    names: dict[str, None] = {}
    for node in (part for place in near for part in ast.walk(place)):
        told: list[ast.expr] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            told = node.args[1:] if node.func.id in ("isinstance", "issubclass") else []
            names |= {ITSELF: None} if node.func.id == last else {}
        elif isinstance(node, ast.Compare) and "type(" in ast.unparse(node.left):
            told = node.comparators
        elif isinstance(node, ast.MatchClass):
            told = [node.cls]
        names |= {one.id: None for part in told for one in ast.walk(part) if isinstance(one, ast.Name) and one.id in KINDS}
    return tuple(names)


def newly_recursive(old: bytes, new: bytes) -> bool:
    """True if a function of the new text calls itself, and none of that name did."""
    return bool(_recursive(new) - _recursive(old))


def parameters_called(function: Function, text: bytes) -> tuple[str, ...]:
    """Parameters that the function calls: `key` in `key(item)`."""
    tree = parsed(text)
    last = function.name.rpartition(".")[2]
    near = [node for node in ast.walk(tree) if isinstance(node, Definition) and node.name == last] if tree else []
    calls = [part.func for place in near for part in ast.walk(place) if isinstance(part, ast.Call)]
    called = {one.id for one in calls if isinstance(one, ast.Name)}
    given = dict.fromkeys(one.arg for place in near for one in parameters(place.args))
    return tuple(name for name in given if name in called)


def speaks_of_order(function: Function, text: bytes) -> bool:
    """True if the function counts on sorted input, as far as its own words say."""
    found = find_function(function.path, text, function.name)
    return found is not None and ORDERED.search(text_of(text, found)) is not None


def exceptions_named(text: str) -> tuple[str, ...]:
    """Exception types that a docstring names; a plain `except` or `raise` names them too."""
    documented = re.findall(r'"""(.*?)"""|\'\'\'(.*?)\'\'\'', text, re.DOTALL)
    return tuple(dict.fromkeys(name for pair in documented for part in pair for name in EXCEPTION.findall(part)))


def exceptions_expected(tests: str) -> tuple[str, ...]:
    """Exception types that tests expect."""
    names = [name.strip().rpartition(".")[2] for group in EXPECTED.findall(tests) for name in group.split(",")]
    return tuple(dict.fromkeys(name for name in names if EXCEPTION.fullmatch(name)))


def tolerates(tests: str) -> bool:
    """True if tests compare floats with a tolerance."""
    return TOLERANT.search(tests) is not None


def _constants(place: ast.AST) -> list[int | float | str]:
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(place)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found: list[int | float | str] = []
    for node in ast.walk(place):
        if not isinstance(node, ast.Constant) or id(node) in documentation or isinstance(node.value, bool):
            continue
        if isinstance(node.value, (int, float)) or (isinstance(node.value, str) and 0 < len(node.value) <= LONGEST):
            if isinstance(node.value, int) and abs(node.value) > 2**70:
                continue
            found.append(node.value)
    return found


def _recursive(text: bytes) -> set[str]:
    tree, found = parsed(text), set()
    for place in ast.walk(tree) if tree else ():
        if not isinstance(place, Definition):
            continue
        called = [part.func for part in ast.walk(place) if isinstance(part, ast.Call)]
        names = {one.id for one in called if isinstance(one, ast.Name)}
        names |= {one.attr for one in called if isinstance(one, ast.Attribute) and ast.unparse(one.value) in ("self", "cls")}
        if place.name in names:
            found.add(place.name)
    return found
