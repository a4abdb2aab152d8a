"""What models send in the place of SEARCH/REPLACE blocks, and what it makes of the file."""

import pytest

from tools.editing import apply_edits
from tools.wholesale import edits_otherwise

SOURCE = '''"""A shop."""
import re

LIMIT = 3


def tidy(text):
    return re.sub(" +", " ", text)


class Shop:
    def __init__(self):
        self.items = []

    def total(self, items):
        result = 0
        for item in items:
            result += item
        return result

    def first(self):
        return self.items[0]
'''
OLD = """    def total(self, items):
        result = 0
        for item in items:
            result += item
        return result
"""
NEW = "    def total(self, items):\n        return sum(items)\n"
RIGHT = SOURCE.replace(OLD, NEW)
TIDY = 'def tidy(text):\n    return " ".join(text.split(" "))\n'


def fenced(code, tag="python"):
    return f"Here it is:\n\n```{tag}\n{code}```\n\nIt is faster.\n"


def made(text, name="Shop.total", source=SOURCE):
    edits = edits_otherwise(text, "shop.py", source, name)
    if not edits:
        return None
    return apply_edits({"shop.py": source.encode()}, edits, allowed=("shop.py",))["shop.py"].decode()


DIFF = """--- a/shop.py
+++ b/shop.py
@@ -14,8 +14,5 @@ class Shop:
     def total(self, items):
-        result = 0
-        for item in items:
-            result += item
-        return result
+        return sum(items)

     def first(self):
"""


@pytest.mark.parametrize(
    "reply",
    [
        fenced(NEW),
        fenced("def total(self, items):\n    return sum(items)\n"),
        fenced("class Shop:\n" + NEW),
        fenced(RIGHT),
        fenced(OLD) + fenced(NEW),
        fenced(NEW) + fenced(NEW),
        NEW,
        fenced(DIFF, "diff"),
        DIFF,
        f"Sure.\n\n```diff\n{DIFF}```\n",
        DIFF.replace("@@ -14,8 +14,5 @@ class Shop:", "@@ ... @@"),
        "1. Do this:\n\n   ```python\n   def total(self, items):\n       return sum(items)\n   ```\n",
        fenced(NEW).replace("\n", "\r\n"),
    ],
    ids=[
        *("method", "dedented", "in its class", "file", "old and new", "twice", "bare", "diff", "bare diff", "sure"),
        *("diff without numbers", "list", "crlf"),
    ],
)
def test_what_means_one_thing_is_read(reply):
    assert made(reply) == RIGHT


def test_imports_and_helpers_that_come_with_a_function_are_put_where_they_belong():
    code = (
        "import math\nfrom itertools import chain\n\nPAIRS = {}\n\ndef _sum(items):\n    return math.fsum(chain(items))\n\n"
    )
    code += "def total(self, items):\n    return _sum(items)\n"
    found = made(fenced(code))
    assert found.startswith('"""A shop."""\nimport re\nimport math\nfrom itertools import chain\n\nLIMIT = 3\n')
    assert (
        found.index("PAIRS = {}") < found.index("def _sum") < found.index("class Shop") < found.index("return _sum(items)")
    )
    assert "result += item" not in found
    compile(found, "shop.py", "exec")


def test_import_that_the_file_has_is_not_repeated():
    assert made(fenced("import re\n\n" + TIDY), "tidy").count("import re") == 1


def test_function_of_a_file_with_nothing_else_keeps_its_imports():
    source = "import re\n\n\ndef tidy(text):\n    return re.sub(' ', '', text)\n"
    assert made(fenced("def tidy(text):\n    return text.replace(' ', '')\n"), "tidy", source).startswith("import re\n")


LONELY = """class Shop:
    def total(self, items):
        return sum([item for item in items])

    def first(self, items):
        return items[0]
"""
SCRIPT = """def total(items):
    return sum([item for item in items])


if __name__ == "__main__":
    print(total([1]))
"""


def test_function_in_its_class_is_not_taken_for_the_whole_file():
    found = made(fenced("class Shop:\n    def total(self, items):\n        return sum(items)\n"), source=LONELY)
    assert found == LONELY.replace("sum([item for item in items])", "sum(items)")


def test_what_the_file_does_besides_is_kept():
    found = made(fenced("def total(items):\n    return sum(items)\n"), "total", SCRIPT)
    assert found == SCRIPT.replace("sum([item for item in items])", "sum(items)")


@pytest.mark.parametrize(
    "reply",
    [
        fenced("class Shop:\n    # ... rest unchanged\n" + NEW),
        fenced(NEW.replace("return sum(items)", "...  # existing code\n        return sum(items)")).replace(
            "...  #",
            "# ...",
        ),
        fenced(NEW) + fenced(NEW.replace("sum", "fsum")),
        fenced("class Shop:\n" + NEW + "\n    def first(self):\n        return self.items[-1]\n"),
        fenced("def total(items):\n    return (\n"),
        fenced("def other(self):\n    pass\n"),
        fenced("LIMIT = 4\n\n" + NEW.replace("    def", "def").replace("        return", "    return")),
        fenced("def total(self, items):\n    return sum(items)\n\nprint(total(None, [1]))\n"),
        fenced(OLD),
        "@@ -1,0 +1 @@\n+import os\n",
        "I would use sum().",
        "",
        "```python\n```",
    ],
    ids=[
        *("elided", "elided inside", "two versions", "another method too", "syntax", "other", "constant", "script", "same"),
        *("insertion without a place", "prose", "empty", "empty fence"),
    ],
)
def test_what_could_mean_more_than_one_thing_or_nothing_is_left(reply):
    assert made(reply) is None


def test_method_indented_by_tabs_is_left():
    assert made(fenced("def total(self, items):\n    return sum(items)\n"), source=SOURCE.replace("    ", "\t")) is None
