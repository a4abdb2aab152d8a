"""The summary as a picture: who calls identical code faster, who finds true effects, and how long the judge takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from xml.etree import ElementTree as Tree

from evals.judging.chances import Share
from evals.judging.rules import RULES
from evals.judging.summary import Group, Summary

WIDTH, LEFT, PLOT = 900, 160, 610  # of the picture, of the names, of what is drawn
BAR, GAP, PANEL_GAP = 12, 22, 56
LINES = 200  # height of the panel with lines
OURS = "this judge"
COLOURS = {
    OURS: "#0b6e4f",
    **dict(zip(RULES, ("#c1121f", "#f08a24", "#7b2cbf", "#3a86ff", "#8d99ae"), strict=True)),
}
INK, FAINT = "#222222", "#dddddd"


def as_svg(summary: Summary) -> str:
    """A whole SVG document; panels without verdicts are left out."""
    root = Tree.Element("svg", xmlns="http://www.w3.org/2000/svg")
    root.set("font-family", "sans-serif")
    root.set("font-size", "12")
    Tree.SubElement(root, "rect", width="100%", height="100%", fill="#ffffff")
    top = 30.0
    if summary.identical:
        top = _identical(root, list(summary.identical.values()), top) + PANEL_GAP
    if summary.power:
        top = _found(root, summary.power, top) + PANEL_GAP
        top = _durations(root, summary.power, top) + PANEL_GAP
    root.set("viewBox", f"0 0 {WIDTH} {top:.0f}")
    root.set("width", str(WIDTH))
    root.set("height", f"{top:.0f}")
    return Tree.tostring(root, encoding="unicode") + "\n"


def _identical(root: Tree.Element, groups: Sequence[Group], top: float) -> float:
    """Bars: share of identical code that is called faster, with its 95 % interval."""
    _text(root, 10, top, "Identical code called faster, share of verdicts (line: 95 % interval)", bold=True)
    top += GAP
    shares = [[_by_rule(group)[rule] for group in groups] for rule in COLOURS]
    most = max(one.high for several in shares for one in several)
    longest = min(1.0, max(0.05, math.ceil(most * 10) / 10))

    def place(value: float) -> float:
        return LEFT + PLOT * value / longest

    for rule, several in zip(COLOURS, shares, strict=True):
        _text(root, LEFT - 10, top + BAR * len(several) / 2 + 4, rule, anchor="end")
        for group, one in zip(groups, several, strict=True):
            _bar(root, place, one, top, COLOURS[rule], group.name)
            top += BAR
        top += 8
    for part in (0.0, longest / 2, longest):
        _text(root, place(part), top + 8, f"{100 * part:g} %", anchor="middle")
    return top + 8


def _bar(root: Tree.Element, place: Callable[[float], float], share: Share, top: float, colour: str, name: str) -> None:
    middle = top + BAR / 2
    width = max(1.0, place(share.share) - LEFT)
    opacity = "1" if name == "quiet" else "0.6"
    Tree.SubElement(
        root, "rect", x=f"{LEFT}", y=f"{top:.1f}", width=f"{width:.1f}", height=f"{BAR - 2}", fill=colour, opacity=opacity
    )
    _line(root, place(share.low), middle - 1, place(share.high), middle - 1, INK)
    _text(root, place(share.high) + 6, middle + 3, f"{share.count} of {share.of}, {name}", size=10)


def _found(root: Tree.Element, groups: Sequence[Group], top: float) -> float:
    """Lines: share accepted against the true effect."""
    _text(root, 10, top, "Accepted as faster, share of verdicts, by true speedup of a 10 ms function", bold=True)
    top += GAP
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        height = top + LINES * (1 - part)
        _line(root, LEFT, height, LEFT + PLOT, height, FAINT)
        _text(root, LEFT - 10, height + 4, f"{part:.0%}", anchor="end")
    across = [LEFT + PLOT * (index + 0.5) / len(groups) for index in range(len(groups))]
    for x, group in zip(across, groups, strict=True):
        _text(root, x, top + LINES + 18, f"{group.name}x", anchor="middle")
    for index, (rule, colour) in reversed(list(enumerate(COLOURS.items()))):  # ours last, above the others
        points = [(x, top + LINES * (1 - _by_rule(group)[rule].share)) for x, group in zip(across, groups, strict=True)]
        drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        width = "3" if rule == OURS else "1.5"
        Tree.SubElement(root, "polyline", points=drawn, fill="none", stroke=colour).set("stroke-width", width)
        for x, y in points:
            Tree.SubElement(root, "circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="3", fill=colour)
        _text(root, 30 + 140 * index, top + LINES + 40, f"— {rule}", colour=colour)
    return top + LINES + 44


def _durations(root: Tree.Element, groups: Sequence[Group], top: float) -> float:
    """Seconds of measuring per true effect: a line from the median to the longest, on a logarithmic scale."""
    _text(root, 10, top, "Seconds of measuring until the verdict: median (dot) to longest", bold=True)
    top += GAP
    spreads = [group.measuring_seconds for group in groups]
    known = [value for spread in spreads for value in (spread.median, spread.largest) if value > 0] or [1.0]
    low, high = math.floor(math.log10(min(known))), math.ceil(math.log10(max(known)) + 1e-9)

    def place(seconds: float) -> float:
        return LEFT + PLOT * (math.log10(max(seconds, 10.0**low)) - low) / max(1, high - low)

    bottom = top + GAP * len(groups)
    for power in range(low, high + 1):
        _line(root, place(10.0**power), top - 8, place(10.0**power), bottom, FAINT)
        _text(root, place(10.0**power), bottom + 14, f"{10.0**power:g} s", anchor="middle")
    for group, spread in zip(groups, spreads, strict=True):
        _text(root, LEFT - 10, top + 10, f"{group.name}x", anchor="end")
        _line(root, place(spread.median), top + 6, place(spread.largest), top + 6, COLOURS[OURS])
        Tree.SubElement(root, "circle", cx=f"{place(spread.median):.1f}", cy=f"{top + 6:.1f}", r="4", fill=COLOURS[OURS])
        top += GAP
    return bottom + 14


def _by_rule(group: Group) -> dict[str, Share]:
    return {OURS: group.accepted, **group.rules}


def _line(root: Tree.Element, x: float, y: float, to_x: float, to_y: float, colour: str) -> None:
    Tree.SubElement(root, "line", x1=f"{x:.1f}", y1=f"{y:.1f}", x2=f"{to_x:.1f}", y2=f"{to_y:.1f}", stroke=colour)


def _text(
    root: Tree.Element,
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    bold: bool = False,
    size: int = 12,
    colour: str = INK,
) -> None:
    element = Tree.SubElement(root, "text", x=f"{x:.1f}", y=f"{y:.1f}", fill=colour)
    element.set("text-anchor", anchor)
    element.set("font-size", str(size))
    if bold:
        element.set("font-weight", "bold")
    element.text = text
