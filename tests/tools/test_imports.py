"""Which new imports are refused: on a real target, whose Python is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tools.conftest import Subject, python, subject_of, subject_with
from tools.imports import new_imports, unwelcome_imports
from tools.rooms import HarnessFailed

__all__ = ["python", "subject_of", "subject_with"]  # fixtures

OLD = "import json\nfrom . import near\n\ndef f(x):\n    return json.dumps(x)\n"
FILES = {
    "pyproject.toml": "[project]\nname = 'work'\ndependencies = ['pytest-benchmark']\n",
    "work/__init__.py": "",
    "work/near.py": "",
    "work/code.py": OLD,
    "other.py": "",
    "lying/deep.py": "",
}


@pytest.fixture(scope="module")
def subject(subject_with: Callable[..., Subject]) -> Subject:
    return subject_with(FILES)


def names(old: str, new: str) -> list[str]:
    return [one.name for one in new_imports("src/job/code.py", old.encode(), new.encode())]


@pytest.mark.parametrize(
    ("new", "found"),
    [
        ("import json", []),
        ("import json as j, re", ["re"]),
        ("from json import decoder", []),
        ("import json.decoder", ["json.decoder"]),
        ("from os.path import join", ["os.path"]),
        ("def f():\n    import re", ["re"]),
        ("try:\n    import numpy\nexcept ImportError:\n    numpy = None", ["numpy"]),
        ("from .near import a", ["src/job/near"]),
        ("from ..job.near import a", ["src/job/near"]),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy\nelse:\n    import re", ["typing", "re"]),
        ("import typing\nif typing.TYPE_CHECKING:\n    import numpy", ["typing"]),
        ("from typing import TYPE_CHECKING\nTYPE_CHECKING = True\nif TYPE_CHECKING:\n    import numpy", ["typing", "numpy"]),
        ("TYPE_CHECKING = 1\nif TYPE_CHECKING:\n    import numpy", ["numpy"]),
        ("if not TYPE_CHECKING:\n    import numpy", ["numpy"]),
    ],
)
def test_new_imports_are_found_wherever_they_stand(new: str, found: list[str]) -> None:
    assert names("import json\n", new + "\n") == found


def test_each_new_import_is_judged_by_what_the_target_has_and_declares(subject: Subject) -> None:
    more = {
        "import collections.abc, os.path, xml.etree.ElementTree": [],
        "import other": [],
        "import work.near": [],
        "from .near import x": [],
        "from lying import deep": [],
        "import pytest_benchmark": [],
        "import pytest": ["newly imports pytest, which the project does not declare"],
        "import nothing_of_that_name": ["newly imports nothing_of_that_name, which the target's Python does not have"],
        "import json.nothing": ["newly imports json.nothing, which the target's Python does not have"],
        "from .far import x": ["newly imports work/far.py, which does not exist"],
    }
    text = "".join(f"{line}\n" for line in more) + OLD
    found = unwelcome_imports(subject.target, subject.start, [("work/code.py", OLD.encode(), text.encode())])
    assert sorted(found) == sorted(sentence for sentences in more.values() for sentence in sentences)


def test_what_is_installed_may_come_in_where_the_user_allows_it(subject: Subject) -> None:
    texts = [("work/code.py", OLD.encode(), f"import pytest, nothing_of_that_name\n{OLD}".encode())]
    (said,) = unwelcome_imports(subject.target, subject.start, texts, allow_new=True)
    assert said == "newly imports nothing_of_that_name, which the target's Python does not have"


def test_more_of_an_undeclared_package_may_come_in_where_the_file_imports_it_already(subject: Subject) -> None:
    old = f"try:\n    import pytest\nexcept ImportError:\n    pytest = None\n{OLD}"
    texts = [("work/code.py", old.encode(), f"import _pytest.mark, pytest.nothing\n{old}".encode())]
    assert len(unwelcome_imports(subject.target, subject.start, texts)) == 2
    texts = [("work/code.py", b"import _pytest\n", b"import _pytest.mark\n")]
    assert unwelcome_imports(subject.target, subject.start, texts) == ()


def test_module_that_the_edit_adds_or_removes_is_looked_for_in_the_edited_tree(subject: Subject) -> None:
    using = ("work/code.py", OLD.encode(), f"import added, other\nfrom .fresh import x\n{OLD}".encode())
    added, fresh, gone = ("added.py", b"", b"x = 1\n"), ("work/fresh.py", b"", b"x = 1\n"), ("work/near.py", b"", b"x\n")
    assert unwelcome_imports(subject.target, subject.start, [using, added, fresh, gone]) == ()
    again = ("work/code.py", b"", b"from .near import x\n")
    (said,) = unwelcome_imports(subject.target, subject.start, [again, ("work/near.py", b"x = 1\n", b"")])
    assert said == "newly imports work/near.py, which does not exist"


def test_python_that_gives_no_answer_is_no_success(subject: Subject) -> None:
    silent = replace(subject.target, interpreter=replace(subject.target.interpreter, executable=Path("/bin/true")))
    with pytest.raises(HarnessFailed, match="does not say what it can import"):
        unwelcome_imports(silent, subject.start, [("work/code.py", b"", b"import re\n")])
