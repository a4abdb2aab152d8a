from pathlib import Path

import pytest

from prompts.excerpting import GAP, LEFT_OUT, LONGEST_SOURCE, excerpt
from tools.source import find_function, functions

SOURCE = '''"""Index of words.

A long story.
"""

import re
from collections import (
    Counter,
    deque,
)

try:
    import fast_words
except ImportError:
    fast_words = None

WORD = re.compile(
    r"\\w+"
)
STOP = {"a", "the"}
UNUSED = "unused constant"


def split(text):
    """Words of a text."""
    return [normal(word) for word in WORD.findall(text)]


def normal(word):
    return word.lower() if word not in STOP else ""


def report(index):
    return index.add(["report"])


def unrelated():
    return UNUSED


class Base:
    """What all have."""

    kind = "base"

    def tell(self):
        return self.kind


class Index(Base):
    size = 0

    def __init__(self):
        self.total = 0

    def add(self, words):
        for word in words:
            self.total += len(split(word))
            self.note(word)

    def note(self, word):
        return word

    def clear(self):
        secret = 1


def nested(words):
    limit = 5

    def short(word):
        return len(word) < limit

    return [word for word in words if short(word)]
'''
FILLER = "\n\ndef filler():\n" + "    number = 1\n" * 3000


def shown(source, name, **options):
    function = find_function("m.py", source.encode(), name)
    return excerpt(source, function.first_line, function.last_line, **options)


def is_mark(line):
    return line == GAP or line.startswith(LEFT_OUT)


def assert_lines_in_order(source, result):
    lines = iter(source.split("\n"))
    for line in result.split("\n"):
        assert is_mark(line) or line in lines, line  # "in" reads on from the line before


def test_short_source_is_shown_whole():
    assert excerpt(SOURCE, 48, 51) == SOURCE
    assert len(SOURCE) < LONGEST_SOURCE


@pytest.mark.parametrize(
    "text",
    [
        'def split(text):\n    """Words of a text."""\n    return [normal(word) for word in WORD.findall(text)]\n',
        'def normal(word):\n    return word.lower() if word not in STOP else ""\n',
        'WORD = re.compile(\n    r"\\w+"\n)\n',
        'STOP = {"a", "the"}\n',
        "class Index(Base):\n    size = 0\n",
        "    def __init__(self):\n        self.total = 0\n",
        "    def note(self, word):\n        return word\n",
        'class Base:\n    """What all have."""\n\n    kind = "base"\n',
        'def report(index):\n    return index.add(["report"])\n',
        "from collections import (\n    Counter,\n    deque,\n)\n\ntry:\n    import fast_words\nexcept ImportError:",
    ],
)
def test_what_a_method_uses_is_shown_whole_hop_by_hop(text):
    assert text in SOURCE
    assert text in shown(SOURCE + FILLER, "Index.add")


def test_of_a_long_try_the_imports_are_shown_and_what_is_used_of_it():
    block = (
        "try:\n    import fast\n\n    def quick(x):\n        return fast.run(x)\n\nexcept ImportError:\n    import slow\n\n"
    )
    block += "    def quick(x):\n        return slow.run(x)\n\n    ready = True\n    steady = True\n"
    source = block + "\n\ndef f(x):\n    return quick(x)\n\n\ndef g(x):\n    return x\n" + FILLER
    assert block in shown(source, "f")
    assert shown(source, "g").startswith(f"try:\n    import fast\n{GAP}\n    import slow\n{GAP}\ndef g(x):\n")


def test_what_has_nothing_to_do_with_the_function_is_not_shown():
    result = shown(SOURCE + FILLER, "Index.add")
    for absent in ("UNUSED", "def unrelated", "def clear", "def tell", "def nested", "number = 1", "A long story"):
        assert absent not in result
    assert GAP in result.split("\n")
    assert LEFT_OUT not in result


def test_what_a_caller_calls_is_shown_where_there_is_room():
    assert "def normal" in shown(
        SOURCE + "\n\ndef both(x):\n    return other(x) or normal(x)\n\n\ndef other(x):\n    return x\n" + FILLER, "other"
    )


def test_function_inside_another_is_shown_with_what_it_uses_of_it():
    result = shown(SOURCE + FILLER, "nested.<locals>.short")
    assert "def nested(words):\n    limit = 5\n\n    def short(word):\n        return len(word) < limit\n" in result
    assert "split" not in result


def test_names_that_the_function_binds_itself_are_not_looked_up():
    source = "def f(table):\n    other = table\n    return other\n\n\ntable = 'far'\nother = 'away'\n" + FILLER
    assert "far" not in shown(source, "f")
    assert "away" not in shown(source, "f")


def test_long_docstring_is_cut_after_its_first_paragraph():
    docstring = '    """First line,\n    second line.\n\n' + "    Detail.\n" * 30 + '    """\n'
    source = f"def f():\n{docstring}    return g()\n\n\ndef g():\n{docstring}    return 1\n" + FILLER
    cut = f'    """First line,\n    second line.\n{GAP}\n    """\n'
    assert shown(source, "f").startswith(f"def f():\n{cut}    return g()\n\n\ndef g():\n{cut}    return 1\n")


def test_docstring_of_ten_lines_is_cut_for_context_only():
    docstring = '    """\n    First.\n\n' + "    Detail.\n" * 7 + '    """\n'
    source = f"def f():\n{docstring}    return g()\n\n\ndef g():\n{docstring}    return 1\n" + FILLER
    result = shown(source, "f")
    assert f"def f():\n{docstring}    return g()\n" in result
    assert f'def g():\n    """\n    First.\n{GAP}\n    """\n    return 1\n' in result


def test_budget_shows_the_nearest_and_shortest_and_names_the_rest():
    body = "    number = 1\n" * 100
    source = "def f():\n    return small() + big()\n\n\ndef small():\n    return far()\n\n\ndef far():\n    return 1\n\n\n"
    source += f"def big():\n{body}    return 2\n"
    result = shown(source + FILLER, "f", longest=1000)
    assert "def small():\n    return far()\n" in result
    assert "def far():\n    return 1\n" in result
    assert "def big" not in result
    assert result.endswith(f"\n{GAP}\n{LEFT_OUT}big)")


def test_list_of_what_was_left_out_is_bounded():
    names = [f"function_number_{number}" for number in range(500)]
    source = "def f():\n    return [\n" + "".join(f"        {name}(),\n" for name in names) + "    ]\n\n\n"
    source += "\n\n".join(f"def {name}():\n    return '{'a' * 800}'\n" for name in names)
    result = shown(source, "f", longest=2000)
    assert len(result.split("\n")[-1]) < 600
    assert result.endswith(" and more)")


def test_function_itself_is_shown_whole_however_long_and_leaves_room_for_what_it_calls():
    function = "def f():\n    y = g()\n" + "    x = 1\n" * 1000
    result = shown(function + "\n\ndef g():\n    return 1\n", "f", longest=3000)
    assert result.startswith(function)
    assert "def g():\n    return 1\n" in result


def test_imports_that_fill_a_page_are_shown_where_they_are_used():
    imports = "".join(f"import module_{number}\n" for number in range(1000))
    result = shown(imports + "\n\ndef f():\n    return module_7.x\n" + FILLER, "f", longest=4000)
    assert "import module_7\n" in result
    assert "module_8" not in result


@pytest.mark.parametrize("broken", ["print 'old'\n", "x = '\\0'\0\n", "x = 1\rprint 'old'\n"])
def test_source_that_does_not_parse_gives_function_and_imports(broken):
    result = shown(SOURCE + broken + FILLER, "split")
    assert "from collections import (\n    Counter,\n    deque,\n)\n" in result
    assert "def split(text):" in result
    assert "def normal" not in result
    assert_lines_in_order(SOURCE + broken + FILLER, result)


def test_strings_of_the_target_that_python_warns_about_are_no_matter():
    assert "def f" in shown("X = '\\d'\n\n\ndef f():\n    return X\n" + FILLER, "f")


def test_windows_line_ends_and_a_byte_order_mark_stay():
    source = "\ufeff" + (SOURCE + FILLER).replace("\n", "\r\n")
    result = shown(source, "Index.add")
    assert "def split(text):\r\n" in result
    assert_lines_in_order(source, result)


def test_any_function_of_real_modules_keeps_lines_order_and_budget():
    for path in (Path(__file__).parents[2] / "tools").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        lines = source.split("\n")
        for function in functions(path.name, source.encode()):
            result = excerpt(source, function.first_line, function.last_line, longest=3000)
            own = "\n".join(lines[function.first_line - 1 : function.last_line])
            assert_lines_in_order(source, result)
            assert len(result) <= 3000 + len(own)
            if len(source) > 3000 and len(own.split("\n")) < 20:
                assert own in result


def test_huge_module_with_everything_calling_everything_ends_within_the_budget():
    calls = "".join(f"    f{number}(x)\n" for number in range(20))
    source = "\n\n".join(f"def f{number}(x):\n{calls}    return f{number + 1}(x)\n" for number in range(900))
    assert len(source) > 200_000
    assert len(shown(source, "f3")) <= LONGEST_SOURCE
