"""What a project says that it needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.declared import declared_dependencies

REQUIRES = ["attrs>=20", "pytest; extra == 'test'", "Typing_Extensions ; python_version < '3.11'"]
INSTALLED = {"attrs", "typing-extensions"}


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (
            {"pyproject.toml": "[project]\nname = 'x'\ndependencies = ['NumPy>=1', 'a.b[c]>2; os_name == \"nt\"']\n"},
            {"numpy", "a-b"},
        ),
        ({"pyproject.toml": "[project]\nname = 'x'\n[project.optional-dependencies]\nfast = ['numpy']\n"}, set()),
        ({"pyproject.toml": "[dependency-groups]\ndev = ['numpy']\n[project]\nname = 'x'\n"}, set()),
        ({"pyproject.toml": "[project]\nname = 'x'\ndynamic = ['dependencies']\n"}, INSTALLED),
        ({"pyproject.toml": "[build-system]\nrequires = []\n"}, INSTALLED),
        ({"setup.py": "", "requirements.txt": "numpy\n"}, INSTALLED),
        (
            {"setup.py": "", "setup.cfg": "[options]\ninstall_requires =\n  numpy>=1\n  # later: scipy\n  six\n"},
            {"numpy", "six"},
        ),
        ({"setup.py": "", "setup.cfg": "[options]\ninstall_requires = file: requirements.txt\n"}, INSTALLED),
        (
            {"pyproject.toml": "[tool.poetry.dependencies]\npython = '3'\nsix = '*'\nnumpy = {optional = true}\n"},
            {"six"},
        ),
        ({"requirements.txt": "numpy==1.26\n-r more.txt\n# scipy\n"}, {"numpy"}),
        ({"pyproject.toml": "[tool.optimize]\n", "requirements.txt": "numpy\n"}, {"numpy"}),
        ({}, set()),
    ],
)
def test_what_is_needed_to_run_is_declared(files: dict[str, str], names: set[str], tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert declared_dependencies(tmp_path, REQUIRES) == names
