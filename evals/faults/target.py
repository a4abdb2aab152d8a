"""A target whose whole run takes seconds, and the recorded answers of two models that are asked about it.

Everything happens once: two functions are slow; for the first, one model is right and the other one wrong (a test says so);
for the second, one proposes what is no faster and the other one is right. The gains are so large that no noise can change a
verdict. A command is the workload, because its pairs take the least time.
"""

from __future__ import annotations

SWIFT, HASTY = "openai/swift", "openai/hasty"
WORDS = ("--model", SWIFT, "--model", HASTY, "--attempts", "1", "--min-gain", "0.3", "--workload", "python work.py")

TALLY = '''"""Counting."""


def tally(words):
    """How often each word occurs."""
    counts = {}
    for word in words:
        counts[word] = words.count(word)
    return counts
'''
DISTINCT = '''"""Leaving out."""


def distinct(words):
    """Each word once, in the order of their first occurrence."""
    found = []
    for word in words:
        if word not in found:
            found.append(word)
    return found
'''
TESTS = """from distinct import distinct
from tally import tally


def test_words_are_counted():
    assert tally(["a", "b", "a"]) == {"a": 2, "b": 1}
    assert list(tally(["b", "", "b"])) == ["b", ""]


def test_words_are_left_out():
    assert distinct(["b", "a", "b"]) == ["b", "a"]
    assert distinct([]) == []
"""
WORK = """from distinct import distinct
from tally import tally

WORDS = ["word %d" % number for number in range(4000)]
assert len(tally(WORDS)) == 4000
assert len(distinct(WORDS[:3000])) == 3000
"""
FILES = {"tally.py": TALLY, "distinct.py": DISTINCT, "test_words.py": TESTS, "work.py": WORK}


def _edit(path: str, title: str, search: str, replace: str) -> str:
    return (
        f"TITLE: {title}\nWHY: It does less.\n\n{path}\n```python\n<<<<<<< SEARCH\n{search}=======\n{replace}"
        ">>>>>>> REPLACE\n```\n"
    )


_COUNTING = """\
    for word in words:
        counts[word] = words.count(word)
"""
_CHOOSING = """\
    found = []
    for word in words:
        if word not in found:
            found.append(word)
    return found
"""
ANSWERS = {
    ("def tally(", SWIFT): _edit(
        "tally.py",
        "Count in one pass",
        _COUNTING,
        "    for word in words:\n        counts[word] = counts.get(word, 0) + 1\n",
    ),
    ("def tally(", HASTY): _edit(
        "tally.py",
        "Add one word after the other to a table",
        '"""Counting."""\n',
        '"""Counting."""\n\nTABLE = dict.fromkeys(WORDS, 0)\n',
    ),
    ("def distinct(", SWIFT): _edit(
        "distinct.py",
        "Call the list by another name",
        _CHOOSING,
        _CHOOSING.replace("found", "chosen"),
    ),
    ("def distinct(", HASTY): _edit(
        "distinct.py",
        "Let a dict leave out what it has",
        _CHOOSING,
        "    return list(dict.fromkeys(words))\n",
    ),
}


def reply_to(prompt: str, model: str) -> str:
    """The recorded answer to a question; StopIteration if there is none."""
    return next(text for (asked, name), text in ANSWERS.items() if asked in prompt and name == f"openai/{model}")
