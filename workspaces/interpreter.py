"""The Python that runs the target: found, or built with uv from the target's own metadata; plus overlays of plugins.

The user's environment is never changed. Our plugins live in overlays, folders that come after the target's sources on
the path and hold only what the target does not have, resolved with the target's versions as constraints.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workspaces.errors import OptimizeError

# run by the target's interpreter: what it is and what it has
PROBE = """
import json, os, sys
if sys.version_info < (3, 9):
    print(json.dumps({"version": list(sys.version_info[:3])}))
    raise SystemExit
from importlib import metadata
found = {}
for distribution in metadata.distributions():
    name = distribution.metadata["Name"]
    if name:
        found.setdefault(name.lower().replace("_", "-").replace(".", "-"), distribution.version)
print(json.dumps({
    "executable": sys.executable, "version": list(sys.version_info[:3]), "implementation": sys.implementation.name,
    "prefixes": [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix],
    "path": [entry for entry in sys.path if os.path.exists(entry)], "distributions": found,
    "real": os.path.realpath(sys.executable),
}))
"""
OLDEST = (3, 9)
BUILD_SECONDS = 1200.0
# what uv and pip may know of the user's network and package index; nothing else of our environment reaches a build
PASSED_ON = re.compile(
    r"(?!UV_PUBLISH_|UV_\w+_TOKEN)(UV|PIP)_\w+|(HTTPS?|ALL|NO)_PROXY|(https?|all|no)_proxy|SSL_CERT_(FILE|DIR)|PATH|HOME|LANG|TMPDIR"
)
_OWN_PYTHON = "Make an environment that works and name its Python with --python EXE."
DEVELOPMENT = ("dev", "test", "tests", "testing", "benchmark", "benchmarks")
TESTING = ("dev", "test", "tests", "testing")
PLUGINS = {
    "profile": ("scalene>=2", "pytest>=7", "pytest-benchmark>=4", "pytest-cov>=4"),
    "check": ("pytest>=7", "pytest-benchmark>=4", "pytest-cov>=4", "coverage>=7"),
}


@dataclass(frozen=True)
class Interpreter:
    """A Python and everything that must be mounted for it to run."""

    executable: Path
    version: tuple[int, int, int]
    implementation: str
    mounts: tuple[Path, ...]  # outside the system folders, outermost only
    distributions: Mapping[str, str]  # normalised name -> version
    origin: str  # how it was found, for people

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
) -> Interpreter:
    """The target's interpreter: `asked`, the project's .venv, an activated environment, else one built with uv.

    `project` is the user's folder (only its .venv is looked at), `tree` the exported files it is built from; where
    that is a folder of a larger export, `top` is the whole, for projects that need what lies beside them.
    """
    if asked is not None:
        return inspect(Path(shutil.which(asked) or asked).expanduser(), "--python", project, environment)
    own = project / ".venv" / "bin" / "python"
    if own.exists():
        return inspect(own, ".venv of the repository", project, environment)
    active = environment.get("VIRTUAL_ENV")
    is_ours = active is not None and Path(active).resolve() == Path(sys.prefix).resolve()
    if active and not is_ours and (Path(active) / "bin" / "python").exists():
        return inspect(Path(active) / "bin" / "python", "activated environment", project, environment)
    return inspect(_built(tree, top or tree, environment, cache), "built with uv from its metadata", project, environment)


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
    )


def overlay(interpreter: Interpreter, name: str, environment: Mapping[str, str], cache: Path) -> Path:
    """A folder with the plugins of PLUGINS[name] and their dependencies, less everything that the target has itself."""
    constraints = sorted(f"{package}=={version}" for package, version in interpreter.distributions.items())
    key = _digest(name, *PLUGINS[name], str(interpreter.version), interpreter.implementation, *constraints)
    folder = cache / "overlays" / f"{name}-{key}"
    with _once(folder) as missing:
        if missing:
            wanted = _resolve(interpreter, PLUGINS[name], constraints, folder, environment)
            if wanted:
                command = ["pip", "install", "--no-deps", "--target", str(folder), "--python", str(interpreter.executable)]
                _uv([*command, *wanted], environment, f"The {name} plugins could not be installed")
    return folder


def passed_on(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of our environment that installers may see: index, proxy and certificates, no keys or tokens."""
    return {name: value for name, value in environment.items() if PASSED_ON.fullmatch(name)}


def _probe(executable: Path, named: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """What PROBE prints when run by an executable; OptimizeError if that is no working Python."""
    try:
        probed = subprocess.run(
            [executable, "-I", "-c", PROBE],
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


def _built(tree: Path, top: Path, environment: Mapping[str, str], cache: Path) -> Path:
    """Python of an environment with the target and its development dependencies; made once per metadata."""
    metadata = [
        file for name in ("pyproject.toml", "setup.py", "setup.cfg", ".python-version") if (file := tree / name).exists()
    ]
    metadata += sorted(tree.glob("*requirements*.txt")) + sorted(tree.glob("requirements/*.txt"))
    project = tomllib.loads((tree / "pyproject.toml").read_text("utf-8")) if (tree / "pyproject.toml").exists() else {}
    arguments = _requirements(tree, project)
    key = _digest(*arguments, *(f"{file.name}\n{file.read_text('utf-8', 'replace')}" for file in metadata))
    folder = cache / "environments" / key
    python = folder / "bin" / "python"
    with _once(folder) as missing:
        if missing:
            wanted = project.get("project", {}).get("requires-python")
            asked = ["--python", wanted] if isinstance(wanted, str) else []
            _uv(["venv", *asked, str(folder)], environment, "No Python was found that the project accepts")
            if arguments:
                _install(python, arguments, tree, top, environment)
    return python


def _install(python: Path, arguments: Sequence[str], tree: Path, top: Path, environment: Mapping[str, str]) -> None:
    """Install from a copy: build backends write into what they build, and the tree is judged as it is."""
    with tempfile.TemporaryDirectory(dir=python.parents[1], prefix="source-") as folder:
        source = Path(folder) / top.name
        shutil.copytree(top, source, symlinks=True, ignore=shutil.ignore_patterns(".git", ".venv"))
        command = ["pip", "install", "--python", str(python), *arguments]
        _uv(command, environment, "The target's dependencies could not be installed", folder=source / tree.relative_to(top))


def _requirements(tree: Path, project: dict[str, Any]) -> list[str]:
    """Arguments of `uv pip install` for the target with its development groups, extras and requirements files."""
    arguments: list[str] = []
    if "project" in project or "build-system" in project or (tree / "setup.py").exists():
        described = project.get("project", {})
        if "name" in described and "optional-dependencies" not in described.get("dynamic", ()):
            extras = [name for name in described.get("optional-dependencies", {}) if name in DEVELOPMENT]
        else:  # setup.py or setup.cfg may declare them; uv only warns of those that are not there
            extras = list(TESTING)
        arguments.append(f".[{','.join(extras)}]" if extras else ".")
    for group in project.get("dependency-groups", {}):
        if group in DEVELOPMENT:
            arguments += ["--group", group]
    names = [
        "requirements",
        *(f"{name}-requirements" for name in DEVELOPMENT),
        *(f"requirements-{name}" for name in DEVELOPMENT),
    ]
    files = [tree / f"{name}.txt" for name in names] + [tree / "requirements" / f"{name}.txt" for name in DEVELOPMENT]
    for file in files:
        if file.exists():
            arguments += ["-r", str(file.relative_to(tree))]
    return arguments


def _resolve(
    interpreter: Interpreter,
    plugins: Sequence[str],
    constraints: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
) -> list[str]:
    """Pinned requirements of the plugins that the target does not already have."""
    listed = folder / "constraints.txt"
    listed.write_text("\n".join(constraints))
    wanted = folder / "plugins.in"
    wanted.write_text("\n".join(plugins))
    command = ["pip", "compile", str(wanted), "--constraint", str(listed), "--python", str(interpreter.executable)]
    command += ["--no-header", "--no-annotate", "--quiet", "--only-binary", ":all:"]
    compiled = _uv(command, environment, "Our plugins do not fit beside the target's packages")
    pins = [line.split(";")[0].strip() for line in compiled.splitlines() if "==" in line and not line.startswith("#")]
    return [pin for pin in pins if _normalised(pin.split("==")[0]) not in interpreter.distributions]


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.split("[")[0]).lower()


def _uv(arguments: Sequence[str], environment: Mapping[str, str], failure: str, folder: Path | None = None) -> str:
    from uv import find_uv_bin

    variables = {**passed_on(environment), "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "UV_NO_CONFIG": "1"}
    # sandboxed processes cannot write bytecode: without this each of them would compile pytest anew
    variables["UV_COMPILE_BYTECODE"] = "1"
    try:
        done = subprocess.run(
            [find_uv_bin(), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            timeout=BUILD_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise OptimizeError(f"{failure}: uv was not done after {BUILD_SECONDS:.0f} s. {_OWN_PYTHON}") from error
    if done.returncode != 0:
        raise OptimizeError(f"{failure}: {_reason(done.stderr)} {_OWN_PYTHON}")
    return done.stdout


def _reason(said: str) -> str:
    """What uv gives as the reason, in one line that ends like a sentence."""
    lines = [line.strip() for line in said.splitlines() if not line.startswith(("Using Python", "warning:", "Resolved "))]
    return " ".join(filter(None, lines[-6:])).removeprefix("error: ").rstrip(".") + "."


@contextmanager
def _once(folder: Path) -> Iterator[bool]:
    """Make a folder once, whoever else wants it at the same time: True if it must be filled; marked when that succeeded."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    complete = folder / ".complete"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if complete.exists():
            yield False
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield True
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        complete.touch()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where built environments and overlays are kept between runs."""
    home = environment.get("XDG_CACHE_HOME") or os.path.join(environment.get("HOME", "~"), ".cache")  # noqa: PTH118
    return Path(home).expanduser() / "verispeed"
