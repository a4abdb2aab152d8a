"""What griffe sees change for those who import a module: it knows attributes of instances and fields of dataclasses too.

It reads the text and runs nothing. Changed annotations and values are left out: the one changes nothing that runs, the other
is for the tests to judge.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import griffe

MODULE = "module"
LEFT_OUT = ("ATTRIBUTE_CHANGED_TYPE", "ATTRIBUTE_CHANGED_VALUE", "RETURN_CHANGED_TYPE")
SILENT = logging.NullHandler()  # griffe says what it cannot read; nobody wants that between two lines of a run


def breakages(old: str, new: str, is_bound: Callable[[str], bool]) -> tuple[tuple[str, str], ...]:
    """Name and sentence for each public thing that is gone, of another kind or called differently.

    `is_bound` says of a qualified name whether the new text binds it in a way that griffe does not see, such as
    `self.a, self.b = pair`.
    """
    import griffe  # takes a third of a second

    logging.getLogger("griffe").addHandler(SILENT)
    try:
        before = _loaded(old)
    except Exception:  # noqa: BLE001  it stumbles over unusual code in many ways: then there is nothing to compare with
        return ()
    try:
        found = list(griffe.find_breaking_changes(before, _loaded(new)))
    except Exception as error:  # noqa: BLE001  whatever it is, it is no reason to let the text pass
        return (("", f"griffe can no longer read the module: {type(error).__name__}"),)
    named = [(one.obj.path.removeprefix(f"{MODULE}."), one) for one in found if one.kind.name not in LEFT_OUT]
    gone = griffe.BreakageKind.OBJECT_REMOVED
    return tuple((name, _sentence(name, one)) for name, one in named if one.kind is not gone or not is_bound(name))


def _loaded(text: str) -> griffe.Object | griffe.Alias:
    """The module as griffe sees it: a loader, unlike griffe.visit, works out the parameters of dataclasses."""
    from griffe import GriffeLoader

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the compiler, about the target's text
        Path(folder, f"{MODULE}.py").write_text(text, "utf-8")
        loader = GriffeLoader(search_paths=[folder], allow_inspection=False, store_source=False)
        return loader.load(MODULE, try_relative_path=False)


def _sentence(name: str, breakage: griffe.Breakage) -> str:
    """In the words of tools/surface.py, so that what both find is said once."""
    kind = breakage.kind.name
    if kind == "OBJECT_REMOVED":
        return f"{name} is gone"
    if kind == "OBJECT_CHANGED_KIND":
        return f"{name} is no longer of the kind {breakage.old_value.value}, but {breakage.new_value.value}"
    if kind == "CLASS_REMOVED_BASE":
        return f"the bases of {name} changed"
    return f"the parameter list of {name} changed"
