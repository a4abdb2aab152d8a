"""A target whose whole run takes seconds, and the recorded answers of two models that are asked about it.

Everything happens once: one function is slow, one model is right about it and the other one wrong. The gain is so large that
no noise can change a verdict. The workload is a command, because pairs of one take the least time.
"""

from __future__ import annotations

SWIFT, HASTY = "openai/swift", "openai/hasty"
MODELS = ("--model", SWIFT, "--model", HASTY, "--route", "all", "--attempts", "1")
WORDS = (*MODELS, "--min-gain", "0.5", "--workload", "python -S work.py")

TALLY = '''"""Counting."""


def tally(words):
    """How often each word occurs."""
    counts = {}
    for word in words:
        counts[word] = words.count(word)
    return counts
'''
TESTS = """from tally import tally


def test_words_are_counted():
    assert tally(["a", "b", "a"]) == {"a": 2, "b": 1}
    assert list(tally(["b", "", "b"])) == ["b", ""]
"""
WORK = """from tally import tally

WORDS = ["word %d" % number for number in range(3000)]
assert len(tally(WORDS)) == 3000
"""
IN_A_HURRY = """[tool.optimize]
search_seconds = 0.1
"""
FILES = {"tally.py": TALLY, "test_words.py": TESTS, "work.py": WORK, "pyproject.toml": IN_A_HURRY}


def _edit(path: str, title: str, search: str, replace: str) -> str:
    return (
        f"TITLE: {title}\nWHY: It does less.\n\n{path}\n```python\n<<<<<<< SEARCH\n{search}=======\n{replace}"
        ">>>>>>> REPLACE\n```\n"
    )


_COUNTING = """\
    for word in words:
        counts[word] = words.count(word)
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
        "Let callers bring a table",
        "def tally(words):\n",
        "def tally(words, table):\n",
    ),
}


def reply_to(prompt: str, model: str) -> str:
    """The recorded answer to a question; StopIteration if there is none."""
    return next(text for (asked, name), text in ANSWERS.items() if asked in prompt and name == f"openai/{model}")
