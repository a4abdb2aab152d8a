"""The commands of `optimize eval`, found by the command line through the entry-point group `verispeed.commands`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from agent.progress import Progress

Asked = TypeVar("Asked")
Made = TypeVar("Made")

evals = typer.Typer(no_args_is_help=True, help="How good the agent and its judge are: benchmarks that anyone can run.")


def add_commands(app: typer.Typer) -> None:
    """Put `eval` beside the other commands."""
    app.add_typer(evals, name="eval")


@evals.callback()
def common() -> None:
    """Keeps each a command of its own, however few they are."""


@evals.command()
def judging(
    folder: Annotated[Path, typer.Argument(help="Where rows, summary and picture go. A folder that has rows is completed.")],
    part: Annotated[str, typer.Option(help="aa (identical code), power (true effects) or all.")] = "all",
    verdicts: Annotated[
        int | None, typer.Option(min=0, help="Per load of identical code, and per true effect. Default: 200 and 50.")
    ] = None,
    load: Annotated[
        str, typer.Option(help="quiet, loaded (beside 4 busy processes) or both. Power is quiet unless loaded is asked for.")
    ] = "both",
    only: Annotated[str, typer.Option(help="Glob for names of functions, e.g. containers-10ms.")] = "*",
    seed: Annotated[int, typer.Option(help="Seed of the order of timings.")] = 0,
    python: Annotated[str | None, typer.Option(help="Python that is judged in. Default: one built with uv.")] = None,
) -> None:
    """Judge the judge: how often it accepts identical code, how soon it finds true gains, and what other rules would say.

    Interrupted or killed, the same command goes on where it ended.
    """
    from evals.judging.cases import Load, Part
    from evals.judging.page import as_markdown
    from evals.judging.running import Wanted, run

    wanted = Wanted(
        parts=tuple(Part(name) for name in _chosen("--part", part, tuple(Part), "all")),
        loads=tuple(Load(name) for name in _chosen("--load", load, tuple(Load), "both")),
        verdicts=verdicts,
        only=only,
        seed=seed,
        python=python,
    )
    summary = _made(run, folder, wanted)
    typer.echo(as_markdown(summary))


@evals.command()
def hostile(
    folder: Annotated[Path, typer.Argument(help="Where rows and summary go. A folder that has rows is completed.")],
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help='Names or families of candidates, e.g. "disk-*" or honest. Repeatable.'),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the order of timings.")] = 0,
    python: Annotated[str | None, typer.Option(help="Python that is judged in. Default: one built with uv.")] = None,
) -> None:
    """Try to fool the judge: caches, tables of answers, patched clocks and other tricks, and honest edits among them.

    Interrupted or killed, the same command goes on where it ended. Exit codes: 0 nobody fooled it and at least 90 % of
    the honest edits were accepted, 1 otherwise, 2 could not run.
    """
    from evals.hostile.page import as_markdown
    from evals.hostile.running import Wanted, run

    summary = _made(run, folder, Wanted(only=tuple(only or ()), seed=seed, python=python))
    typer.echo(as_markdown(summary))
    raise typer.Exit(0 if summary.passed else 1)


@evals.command()
def faults(
    folder: Annotated[Path, typer.Argument(help="Where rows and summary go. A folder that has rows is completed.")],
    only: Annotated[str, typer.Option(help="effects, random or all.")] = "all",
    effect: Annotated[
        list[str] | None, typer.Option(help='Only at this effect, e.g. "model call". Repeatable. Default: at all.')
    ] = None,
    random: Annotated[int, typer.Option(min=0, help="Kills at random moments.")] = 60,
    repository: Annotated[
        Path | None,
        typer.Option(help="Kill runs of the rules on this repository instead, where accepted edits are compared."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the random moments.")] = 0,
    python: Annotated[str | None, typer.Option(help="Python of the target. Default: one built with uv.")] = None,
) -> None:
    """Kill runs with SIGKILL before and after everything that outlives them and at random moments; resume and compare.

    Interrupted or killed, the same command goes on where it ended. Exit codes: 0 all ended as the undisturbed run, 1
    something was lost, doubled, paid twice or left over, 2 could not run.
    """
    from evals.faults.page import as_markdown
    from evals.faults.running import Wanted, run
    from evals.faults.trials import Part
    from workspaces.faults import Effect

    wanted = Wanted(
        parts=tuple(Part(name) for name in _chosen("--only", only, tuple(Part), "all")),
        random=random,
        seed=seed,
        effects=tuple(name for one in effect or () for name in _chosen("--effect", one, tuple(Effect), "all")),
        python=python,
        repository=repository,
    )
    summary = _made(run, folder, wanted)
    typer.echo(as_markdown(summary))
    raise typer.Exit(0 if summary.passed else 1)


@evals.command()
def alarms(
    folder: Annotated[
        Path, typer.Argument(help="Where packages, rows and summary go. A folder that has rows is completed.")
    ],
    functions: Annotated[int, typer.Option(min=1, help="How many functions are compared with themselves.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the lot and of made-up inputs.")] = 0,
    python: Annotated[str | None, typer.Option(help="Python of the packages' environments. Default: ours.")] = None,
) -> None:
    """Compare functions of real packages with themselves: every difference that is found is a false alarm.

    Needs the package index. Interrupted or killed, the same command goes on where it ended. Exit codes: 0 no alarm and
    nearly all were compared on 20 inputs or more, 1 otherwise, 2 could not run.
    """
    from evals.alarms.page import as_markdown
    from evals.alarms.running import Wanted, run

    summary = _made(run, folder, Wanted(functions=functions, seed=seed, python=python))
    typer.echo(as_markdown(summary))
    raise typer.Exit(0 if summary.passed else 1)


@evals.command()
def honest(
    folder: Annotated[
        Path, typer.Argument(help="Where packages, rows and summary go. A folder that has rows is completed.")
    ],
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help='Names of changes, packages or kinds, e.g. "portion-*" or lazy. Repeatable.'),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the order of timings.")] = 0,
    python: Annotated[str | None, typer.Option(help="Python of the packages' environments. Default: ours.")] = None,
) -> None:
    """Judge performance changes of real packages, each isolated from the sdists of two releases: they must be accepted.

    Needs the package index. Interrupted or killed, the same command goes on where it ended. Exit codes: 0 at least 40
    were judged and 95 % accepted, 1 otherwise, 2 could not run.
    """
    from evals.honest.page import as_markdown
    from evals.honest.running import Wanted, run

    summary = _made(run, folder, Wanted(only=tuple(only or ()), seed=seed, python=python))
    typer.echo(as_markdown(summary))
    raise typer.Exit(0 if summary.passed else 1)


@evals.command()
def mutants(
    folder: Annotated[
        Path, typer.Argument(help="Where packages, rows and summary go. A folder that has rows is completed.")
    ],
    each: Annotated[int, typer.Option(min=1, help="Mutants of each change.")] = 20,
    cases: Annotated[str, typer.Option(metavar="GLOB", help='Names of changes, e.g. "packaging-*".')] = "*",
    seed: Annotated[int, typer.Option(help="Seed of the lot and of made-up inputs.")] = 0,
    python: Annotated[str | None, typer.Option(help="Python of the packages' environments. Default: ours.")] = None,
) -> None:
    """Put small mistakes into honest changes of real packages whose tests were taken away: they must be noticed.

    Needs the package index. Interrupted or killed, the same command goes on where it ended. Exit codes: 0 at least 90 %
    of those that are not equivalent were refused, 1 otherwise, 2 could not run.
    """
    from evals.mutants.page import as_markdown
    from evals.mutants.running import Wanted, run

    summary = _made(run, folder, Wanted(each=each, cases=cases, seed=seed, python=python))
    typer.echo(as_markdown(summary))
    raise typer.Exit(0 if summary.passed else 1)


def _made(run: Callable[[Path, Asked, Mapping[str, str], Progress], Made], folder: Path, wanted: Asked) -> Made:
    """The summary of a batch, with progress on the way."""
    from agent.progress import Progress
    from agent.running import current_environment

    progress = Progress()
    try:
        return run(folder, wanted, current_environment(), progress)
    finally:
        progress.close()


def _chosen(option: str, given: str, known: tuple[str, ...], everything: str) -> tuple[str, ...]:
    from workspaces.errors import OptimizeError

    if given == everything:
        return known
    if given not in known:
        raise OptimizeError(f"{option} {given}: give one of {', '.join((*known, everything))}.")
    return (given,)
