"""The rules by which other tools say "faster", on the same raw samples: seconds of a call, one a sample, wall time.

All samples of a side are one unpaired batch, as these tools have them: they time one program, then the other. Ours were
taken in turns, which is kinder to their rules than what they do themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import fmean, stdev, variance

from scipy import stats

ERROR = 0.05  # two-sided: what the tools that test use
DEVIATIONS = 2.0

Batch = Sequence[float]


def fastest(old: Batch, new: Batch, min_gain: float) -> bool:
    """Best of N: the quickest old sample took more than 1 + min_gain times as long as the quickest new one.

    With 5 % this is how Codeflash decides, and with 15 % for functions under 10 us (its `speedup_critic`); `timeit`'s
    documentation recommends the minimum too.
    """
    return min(old) / min(new) > 1 + min_gain


def two_deviations(old: Batch, new: Batch) -> bool:
    """The new mean lies more than two standard deviations of the old samples below the old mean.

    How a table of mean +- standard deviation is read by eye (hyperfine, pytest-benchmark), and a control chart of two sigma.
    """
    return len(old) > 1 and fmean(old) - fmean(new) > DEVIATIONS * stdev(old)


def student(old: Batch, new: Batch) -> bool:
    """Student's two-sample t-test with pooled variance at 95 %, and a smaller mean: `pyperf compare_to`."""
    if len(old) < 2 or len(new) < 2:
        return False
    freedom = len(old) + len(new) - 2
    pooled = ((len(old) - 1) * variance(old) + (len(new) - 1) * variance(new)) / freedom
    error = math.sqrt(pooled * (1 / len(old) + 1 / len(new)))
    return fmean(old) - fmean(new) > float(stats.t.ppf(1 - ERROR / 2, freedom)) * error


def mann_whitney(old: Batch, new: Batch) -> bool:
    """Mann-Whitney's U at 5 %, two-sided, and a smaller median: Go's `benchstat`, and compare.py of Google Benchmark."""
    found = stats.mannwhitneyu(old, new, alternative="two-sided")
    return bool(found.pvalue < ERROR and found.statistic > len(old) * len(new) / 2)


RULES: Mapping[str, Callable[[Batch, Batch], bool]] = {
    "min of N, 5 %": partial(fastest, min_gain=0.05),
    "min of N, 15 %": partial(fastest, min_gain=0.15),
    "mean, 2 deviations": two_deviations,
    "t-test (pyperf)": student,
    "Mann-Whitney": mann_whitney,
}
