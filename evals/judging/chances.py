"""Binomial error: what a share that was counted says of the true one, and how much luck may add to a stated one."""

from __future__ import annotations

from scipy import stats

from tools.values import Value

LUCK = 0.01  # a stated share is called exceeded only where luck would do that less often
CONFIDENCE = 0.95


class Share(Value):
    """So many of so many, with the exact interval of Clopper and Pearson (Biometrika 26, 1934) for the true share."""

    count: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share that was counted; 0 of 0 is 0."""
        return self.count / self.of if self.of else 0.0


def share(count: int, of: int) -> Share:
    """`count` of `of`, at 95 %."""
    if of == 0:
        return Share(count=0, of=0, low=0.0, high=1.0)
    found = stats.binomtest(count, of).proportion_ci(confidence_level=CONFIDENCE, method="exact")
    return Share(count=count, of=of, low=float(found.low), high=float(found.high))


def most_expected(stated: float, of: int) -> int:
    """The largest count that a true share of `stated` still explains: more happens in less than 1 % of such benchmarks."""
    return int(stats.binom.ppf(1 - LUCK, of, stated)) if of else 0
