"""What the user asked for: the command line over `[tool.optimize]` of the target's pyproject.toml over defaults."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field, ValidationError, model_validator

from tools.values import Value
from workspaces.errors import OptimizeError
from workspaces.sandbox import Mode

RULES_MODEL = "rules"  # the built-in catalogue, as a name for --model
MANUAL_MODEL = "manual"  # a person, who answers in files


class Route(StrEnum):
    """Which of several hosted models are asked about a function."""

    CHEAPEST = "cheapest"  # the cheapest first, dearer ones where what can be gained pays for them
    ALL = "all"  # all of them, side by side


class ModelOptions(Value):
    """How one model is asked, as in [tool.optimize.models."openai/gpt-4o"]."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input_price: float | None = Field(None, ge=0, description="dollars for a million tokens of prompt")
    output_price: float | None = Field(None, ge=0, description="dollars for a million tokens of answer")
    timeout_seconds: float = Field(600.0, gt=0, description="for one answer")
    max_output_tokens: int = Field(8192, ge=1, description="longest answer")
    temperature: float | None = Field(None, ge=0)
    reasoning_effort: str | None = Field(None, description="such as low or high, where the model has one")
    concurrency: int = Field(4, ge=1, description="requests under way at the same time")

    @model_validator(mode="after")
    def _both_prices(self) -> ModelOptions:
        if (self.input_price is None) != (self.output_price is None):
            raise ValueError("input_price and output_price go together")
        return self


class Settings(Value):
    """One run's settings, checked once; nothing below reads the environment or a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workload: str | None = Field(None, description="command that should become faster")
    model: tuple[str, ...] = Field(("rules",), description="models to ask: rules, or any LiteLLM name")
    route: Route = Field(Route.CHEAPEST, description="which of several models are asked: cheapest (first), or all")
    models: dict[str, ModelOptions] = Field({}, description="how single models are asked, by name")
    only: tuple[str, ...] = Field((), description="globs of files to look at")
    function: tuple[str, ...] = Field((), description="functions to look at, path:name or name")
    attempts: int = Field(3, ge=1, le=50, description="edits that each model is asked for, of one function")
    min_gain: float = Field(0.05, ge=0, lt=10, description="smallest speedup worth a commit, 0.05 = 5 %")
    max_minutes: float | None = Field(None, gt=0, description="stop proposing after so many minutes")
    max_cost: float | None = Field(None, ge=0, description="most dollars that models may cost; 0: ask none")
    max_tokens: int | None = Field(None, ge=0, description="most tokens of prompts and answers together")
    allow_caching: bool = Field(False, description="accept speedups that only come from remembering results")
    allow_new_imports: bool = Field(False, description="accept imports of what is installed but not declared by the project")
    max_changed_lines: int | None = Field(
        None,
        ge=1,
        description="largest change in lines, removed ones and added ones; None: 300 for candidates, any for verify",
    )
    sandbox: Mode = Field(Mode.AUTO, description="auto, require or off")
    allow_network: bool = Field(False, description="let target code use the network")
    allow_read: tuple[str, ...] = Field((), description="files and folders outside the repository that target code may read")
    python: str | None = Field(None, description="the target's interpreter")
    build: str | None = Field(None, description="shell command that compiles what the target needs, run once in each tree")
    guidance: str = Field("", description="text passed on to the model")
    exclude: tuple[str, ...] = Field((), description="globs of files never to look at")
    seed: int = Field(0, description="seed of the order of timings")
    pytest_options: tuple[str, ...] = Field((), description="options for every run of pytest, such as -W ignore")
    tolerance: float = Field(0.0, ge=0, lt=1, description="relative difference of floats that is no difference")
    search_seconds: float = Field(1.2, gt=0, description="CPU time of looking for inputs of one function")
    test_seconds: float = Field(600.0, gt=0, description="wall limit of one run of the suite")


def hosted(settings: Settings) -> tuple[str, ...]:
    """Models that are asked with a prompt: a person, and those that cost something, as far as anything may be spent."""
    free = settings.max_cost == 0 or settings.max_tokens == 0
    return tuple(name for name in settings.model if name == MANUAL_MODEL or (name != RULES_MODEL and not free))


def with_rules(settings: Settings) -> bool:
    """Whether the built-in rewrites are tried: where they are named, or where nobody else may be asked."""
    return RULES_MODEL in settings.model or not hosted(settings)


def read_settings(project: Path, given: Mapping[str, Any]) -> Settings:  # Any: what the command line parsed
    """Settings for a project; OptimizeError names the setting that does not fit."""
    file = project / "pyproject.toml"
    return settings_from(file.read_bytes() if file.exists() else b"", str(file), given, project)


def settings_from(
    content: bytes,
    name: str,
    given: Mapping[str, Any],  # Any: what the command line parsed
    project: Path | None = None,
) -> Settings:
    """Settings with the content of a pyproject.toml, which may be empty; OptimizeError calls it `name`.

    A Python that it names by a relative path lies in `project`; one of the command line, where that was given.
    """
    named = {key.replace("-", "_"): value for key, value in _table(content, name).items()}
    merged = {**named, **{key: value for key, value in given.items() if value is not None and value != ()}}
    if isinstance(merged.get("pytest_options"), str):
        merged["pytest_options"] = tuple(merged["pytest_options"].split())
    merged["python"] = _located(merged.get("python"), project if given.get("python") is None else Path.cwd())
    for key in ("model", "only", "function", "exclude", "allow_read"):
        if isinstance(merged.get(key), str):
            merged[key] = (merged[key],)
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "settings"
        known = f" Known settings: {', '.join(sorted(Settings.model_fields))}." if first["type"] == "extra_forbidden" else ""
        raise OptimizeError(f"[tool.optimize] or the command line: {where}: {first['msg']}.{known}") from error


def where_python_is_named(project: Path, python: str | None) -> str:
    """Where the user named a Python, for people."""
    file = project / "pyproject.toml"
    named = _table(file.read_bytes(), str(file)).get("python") if file.exists() else None
    return "[tool.optimize] python" if python is not None and _located(named, project) == python else "--python"


def _located(python: object, folder: Path | None) -> object:
    """A relative path (not a bare name, which is looked up on PATH) made absolute."""
    relative = isinstance(python, str) and "/" in python and not python.startswith(("/", "~"))
    return str(folder / str(python)) if relative and folder is not None else python


def _table(content: bytes, file: str) -> dict[str, Any]:  # Any: TOML
    """`[tool.optimize]` of a pyproject.toml; empty where there is none."""
    try:
        found: object = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptimizeError(f"{file} cannot be read: {error}: mend it first.") from error
    for name in ("tool", "optimize"):
        found = found.get(name, {}) if isinstance(found, dict) else found
    if not isinstance(found, dict):
        raise OptimizeError(
            f"{file}: [tool.optimize] must be a table of settings, such as min_gain = 0.1 in a line below it."
        )
    return found
