"""Lets the target's files be imported only after our scripts hold everything that they need themselves.

Our scripts start without PYTHONPATH, so that no file of the target can stand in for the standard library, for pytest or
for one of ours: a `json.py` or a `sitecustomize.py` at its root would run before our first line. Afterwards the target
finds what a plain `python -m pytest` or `python program.py` with its sources first on the path shows it. Standard
library, Python 3.9 syntax.
"""

import os
import sys
from importlib.machinery import PathFinder
from types import ModuleType

HARNESS = os.path.dirname(os.path.abspath(__file__))
STANDARD_LIBRARY = os.path.dirname(os.__file__) + os.sep
# imported by every interpreter before it looks for anything of the target, or what runs the session now
ALWAYS = (
    *("abc", "codecs", "encodings", "genericpath", "io", "os", "posixpath", "site", "sitecustomize", "stat", "zipimport"),
    *("_collections_abc", "_sitebuiltins", "pytest", "_pytest"),
)
# imported by pytest when it starts, or when it has something to show
PYTESTS = (
    *("difflib", "doctest", "faulthandler", "importlib.metadata", "importlib.readers", "importlib.resources", "pdb"),
    *("packaging.requirements", "packaging.version", "pkgutil", "pprint", "subprocess", "tomllib", "unittest"),
)
OURS_ALONE = ("ctypes", "pickle", "resource")  # of the standard library, and nothing that pytest imports
# imported by Scalene while it samples and when it writes its profile
SCALENES = ("base64", "dis", "json", "linecache", "random", "re", "resource", "scalene", "shutil")


def add_overlay(spec):
    """Our plugins come before the target's environment, which has none of them; nothing else of the target is there yet."""
    leave_out_ours()
    sys.path[:0] = [spec["overlay"]] if spec["overlay"] else []


def add_sources(spec, *first):
    """The target's sources come first, after the folders that its program looks in before them; its children do the same."""
    overlay = [spec["overlay"]] if spec["overlay"] else []
    rest = [entry for entry in sys.path if entry not in overlay]
    sys.path[:] = [*first, *spec["sources"], *overlay, *rest]
    set_for_children(spec)


def set_for_children(spec):
    """The path of the target's own processes, as variables."""
    os.environ.update(spec["children"])


def hold(spec, *later):
    """Import now what pytest is going to import `later`: where the target has files of such names."""
    if shadowed(spec):
        for name in later:
            try:
                __import__(name)
            except ImportError:  # of another version of Python
                continue


def forget_for_pytest(spec, *kept):
    """Names that pytest does not import and we did, and packages that the target is itself, are the target's from here on.

    With a file in the place of any other module of the standard library pytest would not start by itself: those stay.
    `kept` are names that somebody else in this process is still going to import.
    """
    standard = {name for name in shadowed(spec) if is_standard(getattr(sys.modules[name], "__file__", None) or "")}
    forget(shadowed(spec).difference(kept, standard - {*OURS_ALONE}))


def forget_for_program(spec, *kept):
    """Whatever was imported so far and the program finds under the same name in its own folders is the program's."""
    forget(shadowed(spec).difference(kept))


def forget(names):
    """Modules of these names, and ours, are imported anew by whoever wants them; who holds them keeps them."""
    for name in list(sys.modules):
        if name.startswith("verispeed_") or name.partition(".")[0] in names:
            del sys.modules[name]


def shadowed(spec):
    """Names of what is imported now and would be another file with the target's sources first."""
    tops = {name.partition(".")[0] for name in sys.modules} - {*ALWAYS, *sys.builtin_module_names, "__main__"}
    return {name for name in tops if name in sys.modules and shadows(name, spec["sources"])}


def is_standard(file):
    """True for files of the standard library; packages are installed below it."""
    return file.startswith(STANDARD_LIBRARY) and "-packages" + os.sep not in file[len(STANDARD_LIBRARY) :]


def shadows(name, folders):
    """True where one of the folders has a module or package of that name."""
    try:
        found = PathFinder.find_spec(name, folders)
    except (ImportError, ValueError):
        return False
    return found is not None and found.origin is not None  # a folder of other files stands behind a real package


def leave_out_ours():
    """Our folder is not the target's business."""
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != HARNESS]


def become_pytest(arguments):
    """`__main__` and the command line become those of `python -m pytest`; the module returned is ours and must be kept."""
    from importlib.util import find_spec

    spec = find_spec("pytest.__main__")
    ours = become_program()
    main = sys.modules["__main__"]
    main.__file__, main.__spec__, main.__loader__, main.__package__ = spec.origin, spec, spec.loader, spec.parent
    sys.argv = [spec.origin, *arguments]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv = [sys.executable, "-m", "pytest", *arguments]
    return ours


def become_program():
    """`__main__` is an empty module, for whatever runs there next; the one returned is ours and must be kept."""
    ours, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    return ours
