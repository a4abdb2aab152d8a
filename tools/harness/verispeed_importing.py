"""How long it takes to import each file of the tree: work that is moved to import time is seen here.

Standard library, Python 3.9 syntax.
"""

import os
from importlib.machinery import SourceFileLoader


class ImportTimes:
    """From when it is made: the time of each import, without that of the tree's files which it imports in turn."""

    def __init__(self, tree, clock):
        self.seconds = {}  # file, relative to the tree, to seconds of `clock`, which counts nanoseconds
        self.inside = [0]  # nanoseconds of imports within the ones that are under way
        inherited = SourceFileLoader.exec_module

        def exec_module(loader, module):
            path = getattr(loader, "path", "")
            if not path.startswith(tree + os.sep):
                return inherited(loader, module)
            started = clock()
            self.inside.append(0)
            try:
                return inherited(loader, module)
            finally:
                spent = clock() - started
                own = spent - self.inside.pop()
                self.inside[-1] += spent
                name = os.path.relpath(path, tree)
                self.seconds[name] = self.seconds.get(name, 0.0) + own / 1e9

        SourceFileLoader.exec_module = exec_module
