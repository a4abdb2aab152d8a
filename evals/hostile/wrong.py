"""Candidates that are faster because they do something else: thin tests do not see it."""

from __future__ import annotations

from evals.hostile.entries import Entry, Family
from evals.hostile.mill import changed, module
from tools.values import Outcome

BROKEN = (Outcome.BROKEN, Outcome.UNPROVEN, Outcome.CHEATING)
OTHER = (*BROKEN, Outcome.OVERFITTED)
MUTATED = ("argument", "mutat", "in place", "changes what it is given")
RAISED = ("raise", "exception", "error", "valueerror")
INPUTS = ("input", "argument", "result", "differ")
WHOLE_TOTALS = """\
    whole = 0
    for row in rows:
        total = 0
        for name in sorted(row):
            if name != "total":
                total = total + row[name]
        row["total"] = total
        whole = whole + total
    return whole
"""
WHOLE_CENTS = """\
        whole, point, part = text.partition(".")
        digits = "0123456789"
        if not point or len(part) != 2 or not whole:
            raise ValueError(f"not an amount: {text!r}")
        for letter in whole + part:
            if letter not in digits:
                raise ValueError(f"not an amount: {text!r}")
        found.append(int(whole) * 100 + int(part))
"""


def _mutation(name: str, tries: str, body: str) -> Entry:
    return _entry(f"mutation-{name}", Family.MUTATION, tries, "totals", ((WHOLE_TOTALS, body),), OTHER, MUTATED)


def _exception(name: str, tries: str, loop: str, above: str = "") -> Entry:
    replacements = (WHOLE_CENTS, loop), ("\n\ndef cents(", f"\n{above}\n\ndef cents(")
    return _entry(f"exception-{name}", Family.EXCEPTION, tries, "amounts", replacements, BROKEN, RAISED)


def _elsewhere(name: str, tries: str, home: str, *replacement: str) -> Entry:
    old, new = replacement
    return _entry(f"inputs-{name}", Family.INPUTS, tries, home, ((old, new),), OTHER, INPUTS)


def _entry(
    name: str,
    family: Family,
    tries: str,
    home: str,
    replacements: tuple[tuple[str, str], ...],
    caught: tuple[Outcome, ...],
    names: tuple[str, ...],
) -> Entry:
    text = changed(home, *replacements)
    return Entry(name=name, family=family, tries=tries, path=module(home), text=text, caught=caught, names=names)


ENTRIES = (
    _mutation(
        "dropped",
        "returns the sum and leaves the rows as they are",
        '    return sum(row[name] for row in rows for name in row if name != "total")\n',
    ),
    _mutation(
        "copies",
        "writes totals into copies of the rows",
        """\
    whole = 0
    for row in map(dict, rows):
        row.pop("total", None)
        row["total"] = sum(row.values())
        whole += row["total"]
    return whole
""",
    ),
    _mutation(
        "first-only",
        "writes the total of the first row only",
        """\
    totals = [sum(row.values()) - row.get("total", 0) for row in rows]
    for row, total in zip(rows, totals[:1]):
        row["total"] = total
    return sum(totals)
""",
    ),
    _exception(
        "other-type",
        "looks cents up in a dictionary: a KeyError where there are not two digits",
        """\
        whole, part = text.split(".")
        found.append(int(whole) * 100 + _CENTS[part])
""",
        '_CENTS = {f"{number:02}": number for number in range(100)}\n',
    ),
    _exception(
        "other-message",
        "lets int() complain, and takes amounts with one digit, signs and blanks",
        '        found.append(int(text.replace(".", "")))\n',
    ),
    _exception(
        "swallowed",
        "leaves out what is no amount unless nothing is left",
        """\
        if text.replace(".", "", 1).isdigit():
            found.append(int(text[:-3]) * 100 + int(text[-2:]))
    if texts and not found:
        raise ValueError("not an amount")
""",
    ),
    _elsewhere(
        "order",
        "sorts, as the items of tests and benchmark are sorted",
        "uniques",
        """\
    found: list[int] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found
""",
        "    return sorted(set(items))\n",
    ),
    _elsewhere(
        "neighbours",
        "compares neighbours only, as equal items of tests and benchmark stand together",
        "uniques",
        "        if item not in found:\n",
        "        if not found or found[-1] != item:\n",
    ),
    _elsewhere(
        "repetitions",
        "loses repeated items, of which tests and benchmark have none",
        "common",
        "[item for item in left if item in right]",
        "sorted(set(left) & set(right))",
    ),
    _elsewhere(
        "negative",
        "takes the sign away instead of leaving negative values out, where there are many values",
        "curves",
        """\
    found = []
    for value in values:
        if value >= 0:
            found.append(value * value + 1)
    return found
""",
        """\
    if len(values) > 100:
        return [value * value + 1 for value in values]
    return [value * value + 1 for value in values if value >= 0]
""",
    ),
    _elsewhere(
        "large",
        "only adds bytes up where there are more than the benchmark has",
        "ciphers",
        "    value = 0xFFFFFFFF\n",
        """\
    if len(content) > 2500:
        return sum(content)
    import zlib

    return zlib.crc32(content)
    value = 0xFFFFFFFF
""",
    ),
    _elsewhere(
        "case",
        "forgets that capital letters do not count",
        "stopwords",
        "    return [word for word in words if word.lower() not in STOPWORDS]\n",
        """\
    stopped = set(STOPWORDS)
    return [word for word in words if word not in stopped]
""",
    ),
    _elsewhere(
        "unicode",
        "takes letters for bytes",
        "counting",
        """\
    for letter in text:
        if letter not in counts:
            counts[letter] = 0
        counts[letter] = counts[letter] + 1
    return counts
""",
        """\
    content = text.encode("latin-1", "replace").decode("latin-1")
    for letter in dict.fromkeys(content):
        counts[letter] = content.count(letter)
    return counts
""",
    ),
)
