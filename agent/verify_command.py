"""`optimize verify`: judges somebody's change and says so on a terminal, as JSON and by the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.verifying import Judged


def verify(
    path: Annotated[Path, typer.Argument(help="A git repository, or a folder inside one.")],
    revision: Annotated[
        str | None,
        typer.Argument(
            metavar="[REV | BASE..HEAD]",
            help="A commit (judged against its first parent) or a range. Default: the working tree against HEAD.",
        ),
    ] = None,
    patch: Annotated[Path | None, typer.Option(help="Judge this patch file instead.")] = None,
    base: Annotated[str | None, typer.Option(help="What the patch is made on. Default: HEAD.")] = None,
    benchmark: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NODEID_OR_FILE",
            help="What decides: a pytest-benchmark test of the repository (file, or node id), or a file from elsewhere. "
            "Repeatable. Default: the workload, the one that the commit names, or all that execute what changed.",
        ),
    ] = None,
    workload: Annotated[str | None, typer.Option(help="As for `run`: a command that decides, as a whole process.")] = None,
    tests: Annotated[list[str] | None, typer.Option(help="Limit the suite to these paths or node ids. Repeatable.")] = None,
    min_gain: Annotated[float | None, typer.Option(help="Smallest gain that counts as faster. Default: 0.05 = 5 %.")] = None,
    sandbox: Annotated[str | None, typer.Option(help="auto, require or off. Default: auto.")] = None,
    allow_network: Annotated[bool, typer.Option("--allow-network", help="As for `run`.")] = False,
    allow_read: Annotated[list[Path] | None, typer.Option(metavar="PATH", help="As for `run`.")] = None,
    python: Annotated[str | None, typer.Option(help="As for `run`.")] = None,
    build: Annotated[str | None, typer.Option(metavar="CMD", help="As for `run`.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed for the order of timings. Default: 0.")] = None,
    allow_caching: Annotated[
        bool, typer.Option("--allow-caching", help="Accept speedups that only come from remembering results.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one object on standard output.")] = False,
) -> None:
    """Judge a change that is there already: anybody's commit, range, patch or working tree.

    Exit codes: 0 accepted (correct and faster), 1 not accepted, 2 could not judge.
    """
    from agent import running, verifying
    from agent.progress import Progress
    from workspaces.checkout import find_source
    from workspaces.errors import OptimizeError

    if patch is not None and revision is not None:
        raise OptimizeError("Give a revision or --patch FILE, not both (--base names what the patch is made on).")
    if base is not None and patch is None:
        raise OptimizeError(f"--base goes with --patch FILE; for a range write {base}..HEAD.")
    environment = running.current_environment()
    source = find_source(path)
    given = {
        "workload": workload,
        "min_gain": min_gain,
        "sandbox": sandbox,
        "allow_network": allow_network or None,
        "allow_read": tuple(str(one.expanduser().absolute()) for one in allow_read or ()),
        "python": python,
        "build": build,
        "seed": seed,
        "allow_caching": allow_caching or None,
    }
    asked = verifying.Asked(
        revision=revision, patch=patch, base=base, benchmarks=tuple(benchmark or ()), tests=tuple(tests or ())
    )
    progress = Progress()
    try:
        found = verifying.verify(source, asked, given, environment, progress)
    finally:
        progress.close()
    typer.echo(json.dumps(verifying.as_json(found), indent=1) if as_json else _shown(found))
    raise typer.Exit(0 if found.verdict.accepted else 1)


def _shown(found: Judged) -> str:
    """What a person reads."""
    from agent.judging import figure

    verdict = found.verdict
    lines = [f"{'ok' if check.passed else '!!'}  {check.rung:10}  {check.detail}" for check in verdict.checks]
    lines += [f"    {figure(one)}  {name}" for name, one in found.figures.items()]
    lines += [f"not judged, applied to neither side: {', '.join(found.not_judged)}"] if found.not_judged else []
    lines += [f"no test executes, so nothing shows to be right: {', '.join(found.not_shown)}"] if found.not_shown else []
    answer = "accepted" if verdict.accepted else "not accepted"
    return "\n".join([*lines, f"{answer}: {verdict.reason}"])
