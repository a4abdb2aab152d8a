"""Levels of the water and the times at which they were read."""

from typing import List


def moving_mean(levels: List[float], window: int) -> List[float]:
    """Mean of every `window` neighbouring levels.

    The result is shorter than `levels` by window - 1.  Raises ValueError if
    the window is smaller than 1.
    """
    if window < 1:
        raise ValueError("window must be at least 1, not %d" % window)
    means = []
    for start in range(len(levels) - window + 1):
        total = 0.0
        for level in levels[start:start + window]:
            total = total + level
        means.append(total / window)
    return means


def match_readings(times: List[float], wanted: List[float]) -> List[int]:
    """For each wanted time the index of the nearest one in `times`.

    Where two are equally near, the one with the lower index is taken.  Raises
    ValueError if there are no times.
    """
    if not times:
        raise ValueError("no times to choose from")
    indices = []
    for moment in wanted:
        best = 0
        for i in range(len(times)):
            if abs(times[i] - moment) < abs(times[best] - moment):
                best = i
        indices.append(best)
    return indices
