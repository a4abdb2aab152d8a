"""One thread at a time parses Python: CPython 3.11 counts the depth of a tree for all threads together.

Two that parse at once fail with SystemError ("AST constructor recursion depth mismatch").
"""

from __future__ import annotations

import ast
import threading
import warnings

_PARSING = threading.Lock()


def parse(source: str | bytes) -> ast.Module:
    """As `ast.parse`, with its errors, but without its warnings on what the source holds."""
    with _PARSING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)
