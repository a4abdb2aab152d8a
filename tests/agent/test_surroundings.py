"""Whose code runs, whatever the environment's own copy of it is; and what trees get that git does not hold."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agent.running import target_of
from agent.settings import Settings
from agent.surroundings import Surroundings, imported_from, must_be_prepared, must_have_plugins, surround
from tests.agent.command import bytes_of, commit_all, git
from tools.rooms import HarnessFailed, Target
from workspaces.checkout import clone_source, find_source
from workspaces.errors import OptimizeError
from workspaces.installing import uv
from workspaces.sandbox import Mode, Sandbox, find_sandbox

AUTHOR = ("Ada Author", "ada@example.org")
PLAIN = Sandbox(None, "none, for this test")
SETUP = "from setuptools import setup\nsetup(name='sample', version='1.5', {})\n"
EXTENSION = """
#include <Python.h>
static struct PyModuleDef module = {{PyModuleDef_HEAD_INIT, "{name}", NULL, -1, NULL}};
PyMODINIT_FUNC PyInit_{name}(void) {{ return PyModule_Create(&module); }}
"""
BUILDS = """
from setuptools import Extension, setup
setup(name="sample", version="1.5", package_dir={"": "src"}, packages=["sample"],
      ext_modules=[Extension("sample._fast", ["src/sample/_fast.c"]), Extension("sample.text", ["src/sample/text.c"])])
"""
WITH_EXTENSIONS = {
    "setup.py": BUILDS,
    ".gitignore": "*.so\nbuild/\n_version.py\n",
    "src/sample/__init__.py": "WHO = 'original'\n",
    "src/sample/text.py": "KIND = 'Python'\n",
    "src/sample/_fast.c": EXTENSION.format(name="_fast"),
    "src/sample/text.c": EXTENSION.format(name="text"),
}
LAYOUTS = {
    "src, by path": ({"src/sample/__init__.py": "WHO = 'original'\n"}, "package_dir={'': 'src'}, packages=['sample']"),
    "flat, by finder": ({"sample/__init__.py": "WHO = 'original'\n", "other/x.py": ""}, "packages=['sample']"),
    "elsewhere, by finder": (
        {"python/lib/sample/__init__.py": "WHO = 'original'\n"},
        "package_dir={'sample': 'python/lib/sample'}, packages=['sample']",
    ),
    "namespace, by finder": (
        {"src/space/sample/__init__.py": "WHO = 'original'\n"},
        "package_dir={'': 'src'}, packages=['space.sample']",
    ),
}


@dataclass(frozen=True)
class Prepared:
    """A target in its surroundings, with what two files of a candidate were changed to."""

    target: Target
    found: Surroundings
    start: str

    def candidate(self, files: Mapping[str, str]) -> str:
        return self.target.checkout.write(
            self.start, {path: text.encode() for path, text in files.items()}, "Candidate", AUTHOR
        )

    def says(self, commit: str, program: str, sandbox: Sandbox, *, writable: bool = False) -> str:
        with replace(self.target, sandbox=sandbox).room(commit, writable=writable) as room:
            path = os.pathsep.join(str(room.inside_tree / root) for root in room.source_roots)
            finished = room.run([str(room.interpreter.executable), "-c", program], {"PYTHONPATH": path})
        assert finished.ok, finished.trouble
        return finished.stdout.strip()


@pytest.fixture(params=[pytest.param("sandboxed", marks=pytest.mark.sandbox), "plain"])
def confinement(request: pytest.FixtureRequest) -> Sandbox:
    """Both ways of running target code, one after the other."""
    return request.getfixturevalue("sandbox") if request.param == "sandboxed" else PLAIN


@pytest.fixture
def project(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """A repository of the given files."""

    def make(files: Mapping[str, str]) -> Path:
        folder = tmp_path / "project"
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        return commit_all(folder)

    return make


@pytest.fixture
def prepare(tmp_path: Path, cache: Path) -> Callable[..., Prepared]:
    """`prepare(folder, sandbox, settings...)`: the target as a run has it."""

    def make(folder: Path, sandbox: Sandbox, **settings: object) -> Prepared:
        source = find_source(folder)
        checkout = clone_source(source, tmp_path / "run")
        asked = Settings.model_validate(settings)
        kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
        found = surround(source, asked, checkout, {**kept, "XDG_CACHE_HOME": str(cache)})
        return Prepared(target_of(source, asked, checkout, sandbox, found), found, source.commit)

    return make


def install(project: Path, *words: str) -> Path:
    """An environment in which a user has installed the project."""
    folder = project.parent / "environment"
    uv(["venv", "--no-project", "--python", sys.executable, str(folder)], dict(os.environ), "no environment")
    python = folder / "bin" / "python"
    uv(["pip", "install", "--python", str(python), *words], dict(os.environ), "not installed", folder=project)
    return python


# --- whose code runs


@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_the_candidate_runs_and_not_the_users_tree_that_is_installed_in_editable_mode(
    layout: str, project: Callable[..., Path], prepare: Callable[..., Prepared]
) -> None:
    files, words = LAYOUTS[layout]
    folder = project({**files, "setup.py": SETUP.format(words)})
    python = install(folder, "-e", ".")
    before = bytes_of(python.parents[1])
    subject = prepare(folder, find_sandbox(Mode.AUTO), python=str(python))
    path, _ = next(iter(files.items()))
    (folder / path).write_text("WHO = 'of the user'\n")
    candidate = subject.candidate({path: "WHO = 'candidate'\n"})
    module = "space.sample" if "namespace" in layout else "sample"
    for commit, who in ((subject.start, "original"), (candidate, "candidate")):
        program = f"import {module} as module; print(module.WHO)"
        for confinement in (subject.target.sandbox, PLAIN):
            assert subject.says(commit, program, confinement) == who
            assert subject.says(commit, program, confinement, writable=True) == who
    if "namespace" not in layout:  # it has no package at the top
        assert imported_from(subject.target, candidate) == {"sample": path}
    assert subject.found.installed.kind == ("hook" if "finder" in layout else "path")
    assert bytes_of(python.parents[1]) == before


def test_an_editable_install_that_comes_before_the_path_is_refused_with_the_remedy(
    project: Callable[..., Path], prepare: Callable[..., Prepared]
) -> None:
    folder = project({"sample/__init__.py": "", "setup.py": SETUP.format("packages=['sample']")})
    python = install(folder, "-e", ".")
    finder = next((python.parents[1] / "lib").glob("python*/site-packages/__editable___sample_*finder.py"))
    finder.write_text(finder.read_text() + "\nsys.meta_path.insert(0, _EditableFinder)\n")
    with pytest.raises(OptimizeError, match=r"before the path .*\(pip install \.\).*--python EXE"):
        prepare(folder, PLAIN, python=str(python))


def test_nothing_is_prepared_where_nothing_is_missing(
    project: Callable[..., Path], prepare: Callable[..., Prepared]
) -> None:
    folder = project({"sample/__init__.py": "", "setup.py": SETUP.format("packages=['sample']")})
    subject = prepare(folder, PLAIN)
    assert subject.target.preparation is None
    assert subject.target.prepared(subject.start) == subject.target.checkout.export(subject.start)
    assert subject.found.installed.kind == "copy"


# --- what git does not hold


@pytest.mark.parametrize("how", ["copy", "editable"])
def test_compiled_modules_come_from_the_environment_but_never_in_place_of_python(
    how: str, confinement: Sandbox, project: Callable[..., Path], prepare: Callable[..., Prepared]
) -> None:
    folder = project(WITH_EXTENSIONS)
    settings = {} if how == "copy" else {"python": str(install(folder, "setuptools>=75", "-e", "."))}
    if how == "editable":
        (folder / "src" / "sample" / "version.py").write_text("VERSION = 'not committed'\n")
        (folder / "src" / "sample" / "_version.py").write_text("VERSION = 'generated'\n")
    subject = prepare(folder, confinement, **settings)
    names = {Path(path).name.partition(".")[0] for path in subject.found.parts}
    assert names == ({"_fast"} if how == "copy" else {"_fast", "_version"})
    candidate = subject.candidate({"src/sample/text.py": "KIND = 'better Python'\n"})
    program = "import sample._fast, sample.text; print(sample.text.KIND); print(sample._fast.__file__)"
    for commit, kind in ((subject.start, "Python"), (candidate, "better Python")):
        for writable in (False, True):
            said, file = subject.says(commit, program, confinement, writable=writable).splitlines()
            assert said == kind
            assert "/src/sample/_fast." in file
    exported = {path.name for path in subject.target.checkout.export(candidate).rglob("*")}
    assert not any(name.endswith(".so") for name in exported)
    assert any(line.startswith("compiled parts are taken from the environment: ") for line in subject.found.notices())


BUILD = 'echo "MADE = $(cat {0})" > pkg/made.py && mkdir -p build && touch build/x && echo more >> kept.txt'


def test_a_build_command_makes_its_files_in_each_tree_and_leaves_those_of_the_commit_alone(
    confinement: Sandbox, project: Callable[..., Path], prepare: Callable[..., Prepared]
) -> None:
    folder = project({"pkg/__init__.py": "", "pkg/number.txt": "1", "kept.txt": "kept\n", "requirements.txt": ""})
    subject = prepare(folder, confinement, build=BUILD.format("pkg/number.txt"))
    must_be_prepared(subject.target, subject.start)
    candidate = subject.candidate({"pkg/number.txt": "2"})
    program = "import pkg.made, os; print(pkg.made.MADE, open('kept.txt').read().strip(), os.path.exists('build'))"
    assert subject.says(subject.start, program, confinement) == "1 kept False"
    assert subject.says(candidate, program, confinement) == "2 kept False"
    tree = subject.target.prepared(candidate)
    stamp = (tree / "pkg" / "made.py").stat().st_mtime_ns
    assert subject.target.prepared(candidate) == tree
    assert (tree / "pkg" / "made.py").stat().st_mtime_ns == stamp
    assert not (folder / "pkg" / "made.py").exists()


@pytest.mark.parametrize("command", ["exit 3", "python -c 'import no_such_build_tool'"])
def test_a_build_that_fails_at_the_start_stops_the_run_with_the_end_of_its_output(
    command: str, project: Callable[..., Path], prepare: Callable[..., Prepared]
) -> None:
    subject = prepare(project({"pkg/__init__.py": "", "requirements.txt": ""}), PLAIN, build=command)
    words = "no_such_build_tool" if "python" in command else "code 3"
    with pytest.raises(OptimizeError, match=rf"build command fails before anything was changed: .*{words}.*--build"):
        must_be_prepared(subject.target, subject.start)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("raise SystemExit('cannot be built')", "cannot be built"),
        ("open('conftest.py', 'w')", "makes other files .*conftest.py"),
    ],
)
def test_a_candidate_that_cannot_be_built_or_builds_something_else_fails(
    text: str, reason: str, confinement: Sandbox, project: Callable[..., Path], prepare: Callable[..., Prepared]
) -> None:
    folder = project({"pkg/make.py": "open('made.py', 'w')", "requirements.txt": ""})
    subject = prepare(folder, confinement, build="python pkg/make.py && touch made.py")
    candidate = subject.candidate({"pkg/make.py": text})
    with pytest.raises(HarnessFailed, match=reason), subject.target.room(candidate):
        pass
    assert subject.says(subject.start, "import made; print('still there')", confinement) == "still there"


def test_a_build_sees_no_network(sandbox: Sandbox, project: Callable[..., Path], prepare: Callable[..., Prepared]) -> None:
    program = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    subject = prepare(project({"pkg/__init__.py": "", "requirements.txt": ""}), sandbox, build=f'python -c "{program}"')
    with pytest.raises(OptimizeError, match="build command fails"):
        must_be_prepared(subject.target, subject.start)


@pytest.mark.sandbox
def test_extensions_are_built_in_place_with_what_the_project_is_built_with(
    sandbox: Sandbox, project: Callable[..., Path], prepare: Callable[..., Prepared]
) -> None:
    files = {path: text for path, text in WITH_EXTENSIONS.items() if "text.c" not in path}
    files["setup.py"] = BUILDS.replace(', Extension("sample.text", ["src/sample/text.c"])', "")
    requires = '[build-system]\nrequires = ["setuptools>=75"]\nbuild-backend = "setuptools.build_meta"\n'
    folder = project({**files, "pyproject.toml": requires})
    subject = prepare(folder, sandbox, build="python setup.py build_ext --inplace")
    must_be_prepared(subject.target, subject.start)
    assert "setuptools" in subject.found.interpreter.distributions
    said = subject.says(subject.start, "import sample._fast; print(sample._fast.__file__)", sandbox)
    assert said.startswith("/checkout/src/sample/_fast.")


# --- git


def test_a_target_that_asks_git_when_it_is_installed_and_when_it_runs_gets_the_same_answer_on_both_sides(
    confinement: Sandbox, project: Callable[..., Path], prepare: Callable[..., Prepared]
) -> None:
    asks = (
        "import subprocess\nTOLD = subprocess.check_output(['git', 'describe', '--tags', '--long', '--dirty'], text=True)\n"
    )
    metadata = (
        '[build-system]\nrequires = ["setuptools>=75", "setuptools-scm>=8"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "sample"\ndynamic = ["version"]\n'
        '[tool.setuptools_scm]\nversion_file = "sample/_version.py"\n'
    )
    folder = project(
        {"pyproject.toml": metadata, "sample/__init__.py": "", "sample/asks.py": asks, ".gitignore": "_version.py\n"}
    )
    git(folder, "tag", "v1.2.0")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=More")
    subject = prepare(folder, confinement)
    assert subject.found.installed.version.startswith("1.2.1.dev1+g")
    candidate = subject.candidate({"sample/__init__.py": "better = 1\n"})
    program = "import sample.asks, sample._version; print(sample.asks.TOLD.strip(), sample._version.version)"
    told = [subject.says(commit, program, confinement, writable=True) for commit in (subject.start, candidate)]
    assert [one.rpartition("-g")[0] for one in (line.split()[0] for line in told)] == ["v1.2.0-1", "v1.2.0-1"]
    assert {line.split()[1] for line in told} == {subject.found.installed.version}
    assert not (folder / "sample" / "_version.py").exists()


# --- plugins


def test_a_plugin_without_which_nothing_can_be_judged_stops_the_run(
    project: Callable[..., Path], prepare: Callable[..., Prepared]
) -> None:
    folder = project({"sample/__init__.py": "", "requirements.txt": "pytest==6.1.2\n"})
    subject = prepare(folder, PLAIN)
    with pytest.raises(OptimizeError, match=r"pytest cannot be used .* pytest 6\.1\.2 is older than 6\.2.*--python EXE"):
        must_have_plugins(subject.found, profiles=False)


def test_installing_and_preparing_leave_the_repository_alone(
    project: Callable[..., Path], prepare: Callable[..., Prepared]
) -> None:
    folder = project(WITH_EXTENSIONS)
    subject = prepare(folder, PLAIN)
    subject.target.prepared(subject.start)
    assert subprocess.check_output(["git", "status", "--porcelain", "--ignored"], cwd=folder, text=True) == ""
