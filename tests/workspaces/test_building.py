"""Which Python an environment is built with, and what is installed in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.workspaces.test_interpreter import other_python
from workspaces.interpreter import find_interpreter

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}


def write(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"pyproject.toml": '[project]\nname = "one"\nversion = "1"\nrequires-python = "<3.10"\n', "one.py": ""}, (3, 9)),
        ({"setup.py": "from setuptools import setup\nsetup(name='one', python_requires='<3.10', py_modules=[])\n"}, (3, 9)),
        ({"setup.cfg": "[options]\npython_requires = ==3.13.*\n", "requirements.txt": ""}, (3, 13)),
        ({".python-version": "3.13\n", "requirements.txt": ""}, (3, 13)),
    ],
)
def test_the_python_is_one_that_the_project_accepts(
    files: dict[str, str], version: tuple[int, int], tmp_path: Path, cache: Path
) -> None:
    other_python(".".join(map(str, version)))  # skips where there is none
    tree = write(tmp_path / "tree", files)
    assert find_interpreter(tree, tree, None, ENVIRONMENT, cache).version[:2] == version


def test_a_pinned_python_that_is_not_here_gives_way_to_what_the_metadata_accepts(tmp_path: Path, cache: Path) -> None:
    tree = write(tmp_path / "tree", {".python-version": "3.9.99\n", "requirements.txt": ""})
    assert find_interpreter(tree, tree, None, ENVIRONMENT, cache).version >= (3, 9)


def test_what_the_project_is_built_with_is_installed_where_it_is_built_in_each_tree(tmp_path: Path, cache: Path) -> None:
    described = '[project]\nname = "one"\nversion = "1"\ndescription = "One"\n'
    built_with = '[build-system]\nrequires = ["flit_core>=3"]\nbuild-backend = "flit_core.buildapi"\n'
    tree = write(tmp_path / "tree", {"pyproject.toml": described + built_with, "one.py": ""})
    assert "flit-core" not in find_interpreter(tree, tree, None, ENVIRONMENT, cache).distributions
    assert "flit-core" in find_interpreter(tree, tree, None, ENVIRONMENT, cache, tools=True).distributions


def test_pins_for_developers_that_contradict_the_project_are_left_out_and_named(tmp_path: Path, cache: Path) -> None:
    setup = "from setuptools import setup\nsetup(name='iniconfig', version='99', py_modules=['iniconfig'])\n"
    pins = {"requirements/dev.txt": "iniconfig==2.0.0\n", "requirements/tests.txt": "pluggy\n"}
    tree = write(tmp_path / "tree", {"setup.py": setup, "iniconfig.py": "", **pins})
    found = find_interpreter(tree, tree, None, ENVIRONMENT, cache)
    assert found.distributions["iniconfig"] == "99"
    assert "pluggy" in found.distributions
    assert found.origin == "built with uv from its metadata, without requirements/dev.txt, which contradicts it"


def test_another_compiled_source_makes_another_environment(tmp_path: Path, cache: Path) -> None:
    setup = "from setuptools import setup\nsetup(name='one', py_modules=[])\n"
    tree = write(tmp_path / "tree", {"setup.py": setup, "one/fast.c": "int one;\n"})
    first = find_interpreter(tree, tree, None, ENVIRONMENT, cache).executable
    (tree / "one" / "fast.c").write_text("int two;\n")
    assert find_interpreter(tree, tree, None, ENVIRONMENT, cache).executable != first
