"""First code of ours that runs: gets rid of whatever the caller's environment could slip into our process.

Installed as the top-level module `verispeed_start`. Our package names are common (`agent`, `tools`): with `PYTHONPATH=.`
in a repository that has an `agent/` of its own, that one would be imported, with the user's keys in reach. So Python is
started again in isolated mode, without PYTHON* variables, before anything of ours is imported.
"""

import os
import sys

GIT_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE")


def main() -> None:
    """Run the command line in an isolated interpreter."""
    if sys.flags.isolated:
        from agent.cli import main as run

        run()
        return
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON") and name not in GIT_VARIABLES}
    command = [sys.executable, "-I", "-c", "from verispeed_start import main; main()", *sys.argv[1:]]
    os.execve(sys.executable, command, kept)  # noqa: S606  a list, no shell
