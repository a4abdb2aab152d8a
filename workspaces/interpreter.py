"""The Python that runs the target: found, or built with uv from the target's own metadata. It is never changed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workspaces.building import build_environment, left_out_of
from workspaces.errors import OptimizeError
from workspaces.installing import passed_on

# run by the target's interpreter: what it is and what it has
PROBE = """
import json, os, sys
if sys.version_info < (3, 9):
    print(json.dumps({"version": list(sys.version_info[:3])}))
    raise SystemExit
from importlib import machinery, metadata
found = {}
for distribution in metadata.distributions():
    name = distribution.metadata["Name"]
    if name:
        found.setdefault(name.lower().replace("_", "-").replace(".", "-"), distribution.version)
print(json.dumps({
    "executable": sys.executable, "version": list(sys.version_info[:3]), "implementation": sys.implementation.name,
    "prefixes": [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix],
    "path": [entry for entry in sys.path if os.path.exists(entry)], "distributions": found,
    "real": os.path.realpath(sys.executable), "suffixes": machinery.EXTENSION_SUFFIXES,
}))
"""
OLDEST = (3, 9)
BUILT = "built with uv from its metadata"


@dataclass(frozen=True)
class Interpreter:
    """A Python and everything that must be mounted for it to run."""

    executable: Path
    version: tuple[int, int, int]
    implementation: str
    mounts: tuple[Path, ...]  # outside the system folders, outermost only
    distributions: Mapping[str, str]  # normalised name -> version
    origin: str  # how it was found, for people
    path: tuple[Path, ...] = ()  # where it looks for modules
    suffixes: tuple[str, ...] = ()  # of extension modules that it can load

    @property
    def description(self) -> str:
        """For example "CPython 3.11.7 (.venv of the repository)"."""
        return f"{self.implementation} {'.'.join(map(str, self.version))} ({self.origin})"


def find_interpreter(
    project: Path,
    tree: Path,
    asked: str | None,
    environment: Mapping[str, str],
    cache: Path,
    top: Path | None = None,
    *,
    named_in: str = "--python",
    version: str = "",
    tools: bool = False,
) -> Interpreter:
    """The target's interpreter: `asked`, the project's .venv, an activated environment, else one built with uv.

    `project` is the user's folder (only its .venv is looked at), `tree` the exported files it is built from; where
    that is a folder of a larger export, `top` is the whole, for projects that need what lies beside them. `named_in` says
    where the user asked; `version` and `tools` are explained at `build_environment`.
    """
    if asked is not None:
        executable = Path(asked).expanduser()
        return inspect(Path(shutil.which(executable) or executable), named_in, project, environment)
    own = project / ".venv" / "bin" / "python"
    if own.exists():
        return inspect(own, ".venv of the repository", project, environment)
    active = environment.get("VIRTUAL_ENV")
    is_ours = active is not None and Path(active).resolve() == Path(sys.prefix).resolve()
    if active and not is_ours and (Path(active) / "bin" / "python").exists():
        return inspect(Path(active) / "bin" / "python", "activated environment", project, environment)
    built = build_environment(tree, top or tree, environment, cache, version=version, tools=tools)
    without = left_out_of(built)
    origin = f"{BUILT}, without {without}, which contradicts it" if without else BUILT
    return inspect(built, origin, project, environment)


def inspect(executable: Path, origin: str, project: Path, environment: Mapping[str, str]) -> Interpreter:
    """What an interpreter is and has; OptimizeError if it does not start or is too old."""
    absolute = executable if executable.is_absolute() else Path.cwd() / executable
    found = _probe(absolute, f"The Python at {executable} ({origin})", environment)
    version = tuple(found["version"])
    if version < OLDEST:
        raise OptimizeError(
            f"{executable} is Python {version[0]}.{version[1]}: 3.9 or newer is needed. Name another with --python EXE."
        )
    inner = _inner(found, absolute)
    return Interpreter(
        executable=inner,
        version=version,
        implementation=found["implementation"],
        mounts=_mounts(found, inner, project),
        distributions=found["distributions"],
        origin=origin,
        path=tuple(Path(entry) for entry in found["path"]),
        suffixes=tuple(found["suffixes"]),
    )


def _probe(executable: Path, named: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """What PROBE prints when run by an executable; OptimizeError if that is no working Python."""
    try:
        probed = subprocess.run(
            [executable, "-I", "-B", "-c", PROBE],  # -B: what .pth files import must not be compiled into the environment
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            env=passed_on(environment),
        )
        found = json.loads(probed.stdout)
    except ValueError as error:
        raise OptimizeError(f"{named} is no Python. Name a working one with --python EXE.") from error
    except (OSError, subprocess.SubprocessError) as error:
        raise OptimizeError(f"{named} does not start: {_why(error)}. Name a working one with --python EXE.") from error
    if not isinstance(found, dict):
        raise OptimizeError(f"{named} is no Python. Name a working one with --python EXE.")
    return found


def _why(error: OSError | subprocess.SubprocessError) -> str:
    """The reason without the program that PROBE is."""
    lines = [line.strip() for line in str(getattr(error, "stderr", None) or "").splitlines() if line.strip()]
    if lines:
        return lines[-1].rstrip(".")
    if isinstance(error, subprocess.CalledProcessError):
        return f"it ended with code {error.returncode} and said nothing"
    return "it did not answer" if isinstance(error, subprocess.TimeoutExpired) else str(getattr(error, "strerror", error))


def _inner(found: dict[str, Any], executable: Path) -> Path:
    """The executable inside its installation, where a link or a shim elsewhere (~/.local/bin) was named.

    Otherwise the folder around the link would be mounted with all that lies beside it.
    """
    prefixes = [Path(prefix) for prefix in found["prefixes"]]
    for path in (executable, Path(found["executable"])):
        if any(path.is_relative_to(prefix) for prefix in prefixes):
            return path
    return Path(found["real"])


def _mounts(found: dict[str, Any], executable: Path, project: Path) -> tuple[Path, ...]:
    """Folders of the interpreter outside the system's, symbolic links resolved, without the user's source tree."""
    prefixes = {Path(prefix) for prefix in found["prefixes"]}
    wanted = {*prefixes, Path(found["real"]).parent.parent, *(Path(entry) for entry in found["path"])}
    wanted |= {executable.parent.parent}
    wanted |= {path.resolve() for path in wanted}
    allowed = [path for path in wanted if not path.is_relative_to("/usr") and path != Path("/")]
    sources = project.resolve()
    outside = [
        path
        for path in allowed
        if not path.resolve().is_relative_to(sources) or any(path.is_relative_to(prefix) for prefix in prefixes - {sources})
    ]
    return tuple(
        sorted(path for path in outside if not any(path != other and path.is_relative_to(other) for other in outside))
    )
