"""What `make demo` runs: optimize on a copy of a small slow package, with no key, and a look at the commits it leaves."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TARGET = Path(__file__).with_name("targets") / "improvable"
OPTIMIZE = Path(sys.executable).with_name("optimize")
LOOK_AT = ("src/ledgerline/accounts.py", "src/ledgerline/reports.py")
IDENTITY = ("-c", "user.name=Demo", "-c", "user.email=demo@localhost")


def main() -> int:
    """0 if at least four commits were verified and at least three look-alikes refused."""
    folder = Path(tempfile.mkdtemp(prefix="verispeed-demo-")) / "ledgerline"
    shutil.copytree(TARGET, folder, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "."],
        ["commit", "--quiet", "-m", "A small slow package"],
    ):
        subprocess.run(["git", *IDENTITY, *command], cwd=folder, check=True)
    result = folder.parent / "report.json"
    only = [word for path in LOOK_AT for word in ("--only", path)]
    command = [str(OPTIMIZE), str(folder), "--attempts", "1", *only, "--json", str(result)]
    print("$ optimize", *command[1:], flush=True)
    done = subprocess.run(command, check=False)
    if done.returncode != 0:
        return done.returncode
    report = json.loads(result.read_text())
    print(f"\n$ git log main..{report['branch']}", flush=True)
    subprocess.run(["git", "--no-pager", "log", f"main..{report['branch']}"], cwd=folder, check=True)
    print(f"\nThe repository is {folder}, the report as JSON {result}")
    return 0 if len(report["commits"]) >= 4 and len(report["rejected"]) >= 3 else 1


if __name__ == "__main__":
    sys.exit(main())
