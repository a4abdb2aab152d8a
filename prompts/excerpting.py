"""What of a long module a prompt shows: the function, and of the rest what it uses and what uses it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

from prompts.parts import Part, module_docstring, parts

LONGEST_SOURCE = 24_000  # characters, about 6,000 tokens: what a model should read for one edit
GAP = "# (lines not shown; no SEARCH may reach across this mark)"
LEFT_OUT = "# (related, but not shown for length: "


def excerpt(source: str, first_line: int, last_line: int, longest: int = LONGEST_SOURCE) -> str:
    """The source, or of a long one the imports, the function in these lines, and what belongs to it.

    That is: the class around it, functions, constants and classes (their headers) that it names, then those that these
    name, and so on, at last its callers. The nearest come first, of these the shortest, as long as the budget lasts; what
    it left out is named in the last line. A function longer than two thirds of the budget leaves a third to the rest.
    Every line is a line of the source or a comment that marks a gap; there are gaps in long docstrings too. Of a source
    that does not parse, the function and the imports are shown.
    """
    if len(source) <= longest:
        return source
    lines = source.split("\n")
    found = parts(source, first_line, last_line)
    if not found:
        return _joined(lines, _import_lines(lines) | set(range(first_line, last_line + 1)))
    target = next(part for part in reversed(found) if part.is_target)
    page = _Page(lines, set(target.lines))
    imports = frozenset[int]().union(*(part.lines for part in found if part.is_import))
    if page.size_of(imports) <= longest // 4:  # else they are shown where they are used
        page.shown |= imports
    docstring = module_docstring(found)
    if page.size_of(docstring) <= longest // 40:
        page.shown |= docstring
    page.longest = max(longest, len(_joined(lines, page.shown)) + longest // 3) - _LONGEST_LIST
    left_out = _add_related(page, found, target)
    return _joined(lines, page.shown) + _list_of(left_out)


_LONGEST_LIST = 600  # characters


@dataclass
class _Page:
    lines: Sequence[str]
    shown: set[int]  # line numbers
    longest: int = 0  # characters

    def size_of(self, numbers: Set[int]) -> int:
        return sum(len(self.lines[number - 1]) + 1 for number in numbers)

    def add(self, part: Part) -> bool:
        """True if there was room."""
        with_it = self.shown | part.lines
        if self.size_of(with_it) > self.longest or len(_joined(self.lines, with_it)) > self.longest:
            return False
        self.shown = with_it
        return True


def _add_related(page: _Page, found: Sequence[Part], target: Part) -> list[Part]:
    """Shows part by part what the target uses, from the nearest, then its callers; those for which there was no room."""
    uses = _resolver(found)
    seen = {id(target)}
    left_out: list[Part] = []

    def add(wanted: Iterable[Part]) -> list[Part]:
        new = list({id(part): part for part in wanted if id(part) not in seen}.values())
        seen.update(map(id, new))
        new.sort(key=lambda part: page.size_of(part.lines))
        added: list[Part] = []
        for part in new:
            (added if page.add(part) else left_out).append(part)
        return added

    shown = add([*_class_around(found, target), *uses(target)])
    while shown:
        shown = add(used for part in shown for used in uses(part))
    callers = add(part for part in found if any(used is target for used in uses(part)))
    missing = list(left_out)
    page.longest //= 2  # with little to show, also what else the callers call: it tells what reaches the target
    add(used for part in callers for used in uses(part))
    return missing


def _class_around(found: Sequence[Part], target: Part) -> Iterator[Part]:
    """The header of the target's class with its short attributes, and what sets up an instance."""
    for part in found:
        is_header = target.is_member and part.name == target.owner
        sets_up = part.is_member and part.owner == target.owner and part.defines & {"__init__", "__new__", "__slots__"}
        if is_header or sets_up:
            yield part


_COMMON = 3  # definitions of a name: with more classes that have it, an attribute says little


def _resolver(found: Sequence[Part]) -> Callable[[Part], list[Part]]:
    """Tells which parts a part uses, as far as their names tell."""
    globals_: dict[str, list[Part]] = {}
    members: dict[str, list[Part]] = {}
    for part in found:
        for name in part.defines:
            (members if part.is_member else globals_).setdefault(name, []).append(part)

    def uses(part: Part) -> list[Part]:
        named = [one for name in sorted(part.names) for one in globals_.get(name, ())]
        for name in sorted(part.attributes):
            having = members.get(name, [])
            own = [one for one in having if one.owner == part.owner]
            named += own or (having if len(having) <= _COMMON else [])
        return named

    return uses


_EMPTY_LINES = 5


def _joined(lines: Sequence[str], shown: Set[int]) -> str:
    """The lines with a mark for each gap; a gap of a few empty lines is shown instead."""
    result: list[str] = []
    before = 0
    for number in [*sorted(shown), len(lines) + 1]:
        between = lines[before : number - 1]
        if len(between) > _EMPTY_LINES or any(line.strip() for line in between):
            result.append(GAP)
        else:
            result.extend(between)
        result.extend(lines[number - 1 : number])
        before = number
    return "\n".join(result)


def _list_of(left_out: Sequence[Part]) -> str:
    if not left_out:
        return ""
    names = ", ".join(dict.fromkeys(part.name for part in left_out))
    longest = _LONGEST_LIST - len(LEFT_OUT) - 20
    if len(names) > longest:
        names = names[:longest].rpartition(", ")[0] + " and more"
    return f"\n{LEFT_OUT}{names})"


def _import_lines(lines: Sequence[str]) -> set[int]:
    """Of a source that does not parse: lines that start with an import, and those that continue them."""
    found = set()
    is_open = False
    for number, line in enumerate(lines, start=1):
        starts = re.match(r"(import|from)\s", line) is not None
        if starts or is_open:
            found.add(number)
            is_open = (line.count("(") > line.count(")") or (is_open and ")" not in line)) or line.endswith("\\")
    return found
