"""An environment with what a package needs, not with the package itself: that runs from its source tree."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from workspaces.installing import digest, once, uv

ALWAYS = ("pytest", "pytest-benchmark")


def make_environment(folder: Path, requires: Sequence[str], python: str | None, environment: Mapping[str, str]) -> Path:
    """Python of an environment below `folder` with pytest and these requirements, of `python` or ours; made once."""
    wanted = sorted({*ALWAYS, *requires})
    base = python or sys.executable
    made = folder / "environments" / digest(base, *wanted)
    executable = made / "bin" / "python"
    with once(made) as missing:
        if missing:
            uv(
                ["venv", "--no-project", "--allow-existing", "--python", base, str(made)],
                environment,
                "An environment could not be made",
            )
            uv(
                ["pip", "install", "--python", str(executable), *wanted],
                environment,
                f"{', '.join(wanted)} could not be installed",
            )
    return executable
