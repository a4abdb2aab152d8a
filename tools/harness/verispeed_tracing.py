"""Which lines of chosen files run, and in which order: what tells that an input reaches something new.

Standard library, Python 3.9 syntax.
"""

import sys

SET_TRACE = sys.settrace


class Tracer:
    """Counts the steps from line to line in functions of the files."""

    def __init__(self, files):
        self.files = files
        self.arcs = {}  # (file, line before or 0, line, or 0 for the end) -> times

    def start(self):
        """From here on."""
        self.arcs = {}
        SET_TRACE(self.enter)

    def stop(self):
        """Until here."""
        SET_TRACE(None)

    def enter(self, frame, event, argument):
        """A function begins."""
        file = frame.f_code.co_filename
        if file not in self.files or event != "call":
            return None
        arcs, before = self.arcs, [0]

        def step(frame, event, argument):
            if event == "line" or event == "return":
                line = frame.f_lineno if event == "line" else 0
                arc = (file, before[0], line)
                arcs[arc] = arcs.get(arc, 0) + 1
                before[0] = line
            return step

        return step

    def taken_arcs(self):
        """[file, line before, line] of each step that was taken."""
        return [list(arc) for arc in self.arcs]

    def features(self):
        """Steps with how often they were taken, roughly: what is new about an input."""
        return {(arc, min(times, 3) if times < 8 else times.bit_length()) for arc, times in self.arcs.items()}
