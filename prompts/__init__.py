"""The words that leave the machine: one Jinja file for each prompt, and what shows target code in them."""

from __future__ import annotations

import functools
import hashlib
from importlib import resources
from typing import TYPE_CHECKING

from prompts.excerpting import excerpt
from prompts.showing import fenced, percent

if TYPE_CHECKING:
    import jinja2


VERSION = 3  # of what the prompts say, told by people; the hash tells every change


@functools.cache
def edition() -> str:
    """Version of the prompts, and a hash of their words and of the examples that may stand in them."""
    digest = hashlib.sha256()
    for folder in (resources.files("prompts"), resources.files("prompts") / "examples"):
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            if file.name.endswith((".j2", ".toml")):
                digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return f"{VERSION} {digest.hexdigest()[:12]}"


def render(name: str, **values: object) -> str:
    """The text of `prompts/<name>.j2`; `jinja2.UndefinedError` where it uses a value that is not given.

    Each template says in its first lines which values it takes. Values are inserted as they are, never rendered.
    """
    return _environment().get_template(f"{name}.j2").render(values)


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2  # not needed by most commands

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("prompts", package_path=""),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  the output is read by a model, not by a browser; "<" must stay "<"
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"excerpt": excerpt, "fenced": fenced, "percent": percent}
    return environment
