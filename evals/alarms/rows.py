"""What comparing a function with itself leaves behind."""

from __future__ import annotations

from evals.packages.sdists import Release
from tools.values import Function, Value

LEAST_INPUTS = 20  # on which the old code returns: with fewer, a function counts as hardly compared


class Row(Value):
    """One function against itself."""

    release: Release
    function: Function
    seed: int
    alarm: str  # the difference that was found, which is none; empty where none was
    why: str  # nothing was shown; empty where something was
    compared: int = 0  # inputs
    returned: int = 0  # of them: those on which the old code returns
    unrepeatable: int = 0
    incomparable: int = 0
    lost: int = 0
    trouble: str = ""
    notes: tuple[str, ...] = ()
    seconds: float

    @property
    def key(self) -> tuple[str, str, int]:
        """What no other row has."""
        return self.release.id, self.function.id, self.seed

    @property
    def enough(self) -> bool:
        """True if it was compared on at least LEAST_INPUTS inputs."""
        return not self.alarm and not self.why and self.returned >= LEAST_INPUTS

    @property
    def undetermined(self) -> bool:
        """True if nothing was shown because the function differs from itself in one and the same code."""
        return not self.alarm and bool(self.why) and self.unrepeatable > 0

    @property
    def said(self) -> str:
        """The result in a word or two."""
        if self.alarm:
            return "alarm"
        if self.why:
            return "unrepeatable" if self.undetermined else "nothing shown"
        return "same" if self.enough else "same, on few inputs"
