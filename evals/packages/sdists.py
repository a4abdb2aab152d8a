"""The source distribution of a release, downloaded with pip and unpacked once."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from tools.values import Value
from workspaces.errors import OptimizeError
from workspaces.installing import passed_on

DOWNLOAD_SECONDS = 600.0
SAID = 3  # lines of pip's last words


class Release(Value):
    """A version of a package."""

    name: str
    version: str

    @property
    def id(self) -> str:
        """For example "boltons-25.0.0"."""
        return f"{self.name}-{self.version}"


def unpacked(folder: Path, release: Release, environment: Mapping[str, str]) -> Path:
    """The files of a release below `folder`, as its sdist has them; OptimizeError where it cannot be had."""
    tree = folder / "sdists" / release.id
    if not tree.exists():
        tree.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=tree.parent, prefix="partial-") as partial:
            archive = _download(Path(partial), release, environment)
            _unpack(archive, Path(partial, "tree")).rename(tree)
    return tree


def _download(folder: Path, release: Release, environment: Mapping[str, str]) -> Path:
    # only this one: what it is built with may come as a wheel
    sdist = ("--no-deps", "--no-binary", release.name, "--dest", str(folder))
    try:
        done = subprocess.run(
            [*_pip(), "download", "--quiet", "--disable-pip-version-check", *sdist, f"{release.name}=={release.version}"],
            capture_output=True,
            text=True,
            check=False,
            env=passed_on(environment),
            stdin=subprocess.DEVNULL,
            timeout=DOWNLOAD_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise _unavailable(release, f"pip was not done after {DOWNLOAD_SECONDS:.0f} s") from error
    archives = [path for path in folder.iterdir() if path.is_file()]
    if done.returncode != 0 or len(archives) != 1:
        raise _unavailable(release, _why(done.returncode, done.stderr))
    return archives[0]


def _why(code: int, said: str) -> str:
    """Pip's own errors; where it said nothing, how it ended."""
    errors = [line for line in said.splitlines() if line.startswith("ERROR")]
    if errors:
        return " ".join(errors[-SAID:])
    return f"pip was killed by signal {-code}" if code < 0 else f"pip ended with code {code} and no single archive"


def _pip() -> list[str]:
    """Our own interpreter's pip; where it has none, as in environments that uv made, the one that uv runs."""
    if find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    from uv import find_uv_bin

    return [find_uv_bin(), "tool", "run", "pip"]


def _unavailable(release: Release, why: str) -> OptimizeError:
    return OptimizeError(
        f"The sdist of {release.name} {release.version} could not be downloaded: {why.strip().rstrip('.')}. This needs the "
        "package index; pip's own settings (PIP_INDEX_URL, HTTPS_PROXY) say where that is."
    )


def _unpack(archive: Path, folder: Path) -> Path:
    """The only folder at the top of an archive."""
    folder.mkdir()
    try:
        if tarfile.is_tarfile(archive):
            with tarfile.open(archive) as content:
                content.extractall(folder, filter="data")
        else:
            shutil.unpack_archive(archive, folder)
    except (tarfile.TarError, shutil.ReadError, OSError) as error:
        raise OptimizeError(f"{archive.name} cannot be unpacked: {error}") from error
    inside = list(folder.iterdir())
    if len(inside) != 1 or not inside[0].is_dir():
        raise OptimizeError(f"{archive.name} is no sdist: at its top there is not one folder but {len(inside)} entries.")
    return inside[0]
