"""Gives the target's processes their path when the interpreter has started, where files of the checkout could disturb that.

With the checkout on PYTHONPATH its `types.py` or `sitecustomize.py` would be imported by every interpreter as it starts,
which a plain `python program.py` does not do. So only this folder stands there, and what follows is what Python would do:
the `sitecustomize` of the environment runs, as always. Standard library, Python 3.9 syntax.
"""

import os
import sys

SOURCES = "VERISPEED_SOURCES"


def hand_over():
    """Put the target's folders in the place of this one, and run the sitecustomize of the environment if it has one."""
    here = os.path.dirname(os.path.abspath(__file__))
    rest = [entry for entry in sys.path if os.path.abspath(entry) != here]
    sources = [entry for entry in os.environ.get(SOURCES, "").split(os.pathsep) if entry]
    sys.path[:] = rest
    ours = sys.modules.pop("sitecustomize")
    try:
        import sitecustomize  # noqa: F401
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
        sys.modules["sitecustomize"] = ours
    finally:
        sys.path[:] = [*sources, *sys.path]


hand_over()
