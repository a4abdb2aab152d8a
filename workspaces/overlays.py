"""Our plugins beside the target's packages: folders that hold only what the target does not have.

Resolved with the target's versions as constraints, so that nothing of the target is ever replaced or hidden. Where no
version of a plugin fits, it is left out, and `left_out` says why.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from workspaces.installing import NoSolution, digest, normalised, once, uv
from workspaces.interpreter import Interpreter

# the first ones are what the overlay is for; the others only let the target's own options and marks be understood
PLUGINS = {
    "profile": ("scalene>=2", "pytest>=6.2", "pytest-benchmark>=3.4", "pytest-cov>=2.12"),
    "check": ("pytest>=6.2", "coverage>=5", "pytest-benchmark>=3.4", "pytest-cov>=2.12"),
    # apart from the others: hypothesis alone makes every start of pytest take a second longer
    "inputs": ("hypothesis>=6", "pytest>=6.2"),
}
MOST_SAID = 300  # characters of uv's reason
LEFT_OUT = "left_out.json"
PUBLIC_VERSION = re.compile(r"(\d+!)?\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?")  # PEP 440, without development releases


def overlay(interpreter: Interpreter, name: str, environment: Mapping[str, str], cache: Path) -> Path:
    """A folder with the plugins of PLUGINS[name] and their dependencies, less everything that the target has itself."""
    constraints = sorted(filter(None, (_constraint(*one) for one in interpreter.distributions.items())))
    key = digest(name, *PLUGINS[name], str(interpreter.version), interpreter.implementation, *constraints)
    folder = cache / "overlays" / f"{name}-{key}"
    with once(folder) as missing:
        if missing:
            _fill(folder, interpreter, PLUGINS[name], constraints, environment)
    return folder


def left_out(folder: Path) -> dict[str, str]:
    """Plugins that an overlay does not offer because nothing fits, each with the reason."""
    file = folder / LEFT_OUT
    return dict(json.loads(file.read_text())) if file.exists() else {}


def _fill(
    folder: Path,
    interpreter: Interpreter,
    plugins: Sequence[str],
    constraints: Sequence[str],
    environment: Mapping[str, str],
) -> None:
    refused: dict[str, str] = {}
    wanted = []
    for plugin in plugins:
        name, _, oldest = plugin.partition(">=")
        own = interpreter.distributions.get(name)
        if own is None:
            wanted.append(plugin)
        elif _numbers(own) < _numbers(oldest):
            refused[name] = f"the target's own {name} {own} is older than {oldest}"
    pins = _fitting(wanted, interpreter, constraints, folder, environment, refused)
    ours = [pin for pin in pins if normalised(pin.split("==")[0]) not in interpreter.distributions]
    if ours:
        command = ["pip", "install", "--no-deps", "--target", str(folder), "--python", str(interpreter.executable)]
        uv([*command, *ours], environment, "Our plugins could not be installed")
        _uncover(folder, interpreter)
    (folder / LEFT_OUT).write_text(json.dumps(refused))


def _fitting(
    wanted: Sequence[str],
    interpreter: Interpreter,
    constraints: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    refused: dict[str, str],
) -> list[str]:
    """Pins of the wanted plugins and of what they need; those that fit with nothing go to `refused`."""
    if not wanted:
        return []
    try:
        return _resolve(interpreter, wanted, constraints, folder, environment)
    except NoSolution:
        pass  # one of them is to blame
    pins: list[str] = []
    fitting: list[str] = []
    for plugin in wanted:
        try:
            pins = _resolve(interpreter, [*fitting, plugin], constraints, folder, environment)
        except NoSolution as error:
            refused[plugin.partition(">")[0]] = str(error)[:MOST_SAID]
        else:
            fitting.append(plugin)
    return pins


def _resolve(
    interpreter: Interpreter,
    plugins: Sequence[str],
    constraints: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
) -> list[str]:
    """Pinned requirements of the plugins and what they need, wheels only."""
    listed = folder / "constraints.txt"
    listed.write_text("\n".join(constraints))
    wanted = folder / "plugins.in"
    wanted.write_text("\n".join(plugins))
    command = ["pip", "compile", str(wanted), "--constraint", str(listed), "--python", str(interpreter.executable)]
    command += ["--no-header", "--no-annotate", "--quiet", "--only-binary", ":all:"]
    compiled = uv(command, environment, "nothing fits beside the target's packages")
    return [line.split(";")[0].strip() for line in compiled.splitlines() if "==" in line and not line.startswith("#")]


def _constraint(package: str, version: str) -> str | None:
    """The version that the target has; None where no index can know it (a development release, no version at all)."""
    public = version.partition("+")[0]
    return f"{package}=={public}" if PUBLIC_VERSION.fullmatch(public) else None


def _uncover(folder: Path, interpreter: Interpreter) -> None:
    """Take out modules that the target has under the same name, from whichever distribution: the overlay comes first."""
    seen = {_module(entry) for place in interpreter.path if place.is_dir() for entry in place.iterdir()}
    for entry in list(folder.iterdir()):
        if entry.suffix in (".dist-info", ".txt", ".in") or _module(entry) not in seen or _is_portion(entry):
            continue
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _module(entry: Path) -> str:
    """The name by which a folder or file would be imported; its own name where it would not."""
    importable = entry.is_dir() or entry.suffix in (".py", ".so")
    return entry.name.partition(".")[0] if importable and not entry.suffix.endswith("-info") else entry.name


def _is_portion(entry: Path) -> bool:
    """Part of a namespace package: it stands beside other parts and hides none. Also what is not imported at all."""
    return entry.name in ("bin", "__pycache__") or (entry.is_dir() and not (entry / "__init__.py").exists())


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]
