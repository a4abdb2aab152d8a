"""Elevation profiles: smoothing, climbs, steep stretches, resampling."""
from __future__ import annotations


def smooth(profile: list[float], window: int = 5) -> list[float]:
    """The running mean of the heights over a centred window.

    At both ends the window is cut off.  The window must be odd.
    """
    if window < 1 or window % 2 == 0:
        raise ValueError("the window must be a positive odd number")
    half = window // 2
    result = []
    for i in range(len(profile)):
        total = 0.0
        count = 0
        for j in range(len(profile)):
            if abs(i - j) <= half:
                total += profile[j]
                count += 1
        result.append(total / count)
    return result


def total_climb(profile: list[float], threshold: float = 0.0) -> float:
    """Sum of all rises along the profile.

    Turning points which differ by less than ``threshold`` from the one before
    are taken out, one after the other, since they are noise of the barometer.
    """
    heights = list(profile)
    changed = True
    while changed:
        changed = False
        for i in range(1, len(heights)):
            if abs(heights[i] - heights[i - 1]) < threshold:
                heights = heights[:i] + heights[i + 1:]
                changed = True
                break
    climb = 0.0
    for i in range(1, len(heights)):
        if heights[i] > heights[i - 1]:
            climb += heights[i] - heights[i - 1]
    return climb


def steepest_stretch(legs: list[tuple[float, float]], length: float) -> tuple[int, int, float]:
    """Find the steepest stretch of at least the given length.

    Each leg is a pair of its length and its rise.  Returns the index of the
    first leg, the index after the last leg, and the grade (rise per length).
    Of equally steep stretches the first one counts.
    """
    if length <= 0:
        raise ValueError("length must be positive")
    best = None
    for i in range(len(legs)):
        for j in range(i + 1, len(legs) + 1):
            far = 0.0
            rise = 0.0
            for k in range(i, j):
                far += legs[k][0]
                rise += legs[k][1]
            if far >= length:
                grade = rise / far
                if best is None or grade > best[2]:
                    best = (i, j, grade)
    if best is None:
        raise ValueError(f"no stretch of length {length}")
    return best


def resample(profile: list[tuple[float, float]], step: float) -> list[float]:
    """Heights at even distances 0, step, 2 * step, ... along the profile.

    The profile holds pairs of distance and height by growing distance; heights
    between two points are interpolated, before the first and after the last
    point the height stays that of the point.
    """
    if step <= 0:
        raise ValueError("step must be positive")
    if len(profile) < 2:
        raise ValueError("a profile needs two points or more")
    heights = []
    n = 0
    while n * step <= profile[-1][0]:
        at = n * step
        height = profile[-1][1]
        for i in range(len(profile) - 1, -1, -1):
            if profile[i][0] >= at:
                if i == 0:
                    height = profile[0][1]
                elif profile[i - 1][0] < at:
                    x0, y0 = profile[i - 1]
                    x1, y1 = profile[i]
                    height = y0 + (y1 - y0) * (at - x0) / (x1 - x0)
        heights.append(height)
        n += 1
    return heights
