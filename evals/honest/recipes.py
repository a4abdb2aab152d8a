"""Recipes of changes: which differences between two releases of a package to take, and by what to time them.

The code itself is in the packages' sdists; here stand only numbers, names and benchmarks of our own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path

from pydantic import Field, ValidationError

from evals.honest.applying import apply_hunks
from evals.packages.sdists import Release, unpacked
from tools.values import Value
from workspaces.errors import OptimizeError


class Kind(StrEnum):
    """What may make a change hard to judge."""

    UNANNOTATED = "unannotated"
    LAZY = "lazy"
    MEMORY = "memory"
    FLOAT = "float"
    SMALL = "small"


class Recipe(Value):
    """One performance change of a real package."""

    name: str
    package: str
    old: str  # version
    new: str
    path: str  # in the old sdist
    path_new: str | None = None  # in the new one, where that differs
    hunks: tuple[int, ...] = Field(min_length=1)  # numbers of the differences that are taken
    then: tuple[tuple[str, str], ...] = ()  # texts that are replaced afterwards
    requires: tuple[str, ...]  # beside pytest and pytest-benchmark
    tests: tuple[str, ...]  # files of the old sdist; empty where it has none
    sources: tuple[str, ...]  # folders of the path, "." for the top
    functions: tuple[str, ...]
    benchmark: str  # text of a pytest-benchmark file
    kinds: tuple[Kind, ...]
    why: str
    licence: str
    ratio: float  # old / new time, as whoever found it measured it

    @property
    def before(self) -> Release:
        """What the change is made on."""
        return Release(name=self.package, version=self.old)

    @property
    def after(self) -> Release:
        """What it is taken from."""
        return Release(name=self.package, version=self.new)


def known_recipes() -> tuple[Recipe, ...]:
    """All that come with us."""
    return read_recipes(files("evals.honest").joinpath("recipes.jsonl").read_text("utf-8"))


def read_recipes(text: str) -> tuple[Recipe, ...]:
    """One a line."""
    try:
        return tuple(Recipe.model_validate_json(line) for line in text.splitlines() if line.strip())
    except ValidationError as error:
        raise OptimizeError(f"A recipe cannot be read: {error}") from error


def matching(globs: Sequence[str], recipes: Sequence[Recipe]) -> list[Recipe]:
    """Recipes whose name, package or kind fits one of the globs; all without any."""
    if not globs:
        return list(recipes)
    return [
        one
        for one in recipes
        if any(fnmatchcase(name, glob) for glob in globs for name in (one.name, one.package, *one.kinds))
    ]


def changed_text(folder: Path, recipe: Recipe, environment: Mapping[str, str]) -> bytes:
    """The file of the old release with the change and nothing else."""
    old, new = (unpacked(folder, release, environment) for release in (recipe.before, recipe.after))
    texts = [(old / recipe.path).read_bytes(), (new / (recipe.path_new or recipe.path)).read_bytes()]
    return apply_hunks(texts[0].decode(), texts[1].decode(), recipe.hunks, recipe.then).encode()
