"""The command line: parses, prepares, runs, prints. Heavy imports stand inside the commands, so that --help is quick."""

from __future__ import annotations

import json
import sys
import traceback
from enum import IntEnum
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from agent.runs_command import runs
from agent.verify_command import verify

if TYPE_CHECKING:
    from agent.progress import Progress
    from agent.runs import RunRecord


class Exit(IntEnum):
    """What the exit code means."""

    DONE = 0
    NOT_ACCEPTED = 1
    COULD_NOT = 2
    INTERRUPTED = 130


class DefaultRun(TyperGroup):
    """`optimize PATH` is short for `optimize run PATH`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  typer does not export its context
        """Put `run` in front when the first word that is no option names no command."""
        words = [word for word in args if not word.startswith("-")]
        asks_for_help = not args or (not words and args[0] in ("--help", "-h", "--version"))
        if not asks_for_help and (not words or args[0].startswith("-") or words[0] not in self.commands):
            args = ["run", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  typer's own signature
        """Errors that a user can act on become one sentence and exit code 2."""
        from workspaces.errors import OptimizeError

        try:
            return super().invoke(ctx)
        except OptimizeError as error:
            _say(f"optimize: {' '.join(str(error).splitlines())}")
            ctx.exit(Exit.COULD_NOT)
        except KeyboardInterrupt:
            ctx.exit(Exit.INTERRUPTED)


app = typer.Typer(
    cls=DefaultRun,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Find slow code, ask for faster code, and commit only what is **proved** correct and faster.\n\n"
        "`optimize PATH` is short for `optimize run PATH`. Verified speedups come as one commit each on a new branch; "
        "nothing else in your repository is touched.\n\n"
        "Exit codes: 0 done, 1 not accepted, 2 could not run, 130 interrupted (resume with `optimize resume`)."
    ),
)

Runs = Annotated[
    str | None, typer.Argument(metavar="[RUN]", help="Run id, or its last four characters. Default: the newest.")
]


@app.callback(invoke_without_command=True)
def common(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Options that need no command."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"verispeed {installed('verispeed')}")
        raise typer.Exit(Exit.DONE)


@app.command()
def run(
    path: Annotated[Path, typer.Argument(help="A git repository, or a folder inside one.")],
    workload: Annotated[
        str | None,
        typer.Option(
            help='Command that should become faster, e.g. "python scripts/load.py". Default: the pytest-benchmark tests.'
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="Who proposes: `rules` (built in, free) or a LiteLLM name, e.g. openai/gpt-4o. Repeatable. Default: rules."
        ),
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Look only at files that match this glob. Repeatable.")] = None,
    function: Annotated[
        list[str] | None, typer.Option(help="Look only at this function (name or path:name). Repeatable.")
    ] = None,
    route: Annotated[
        str | None, typer.Option(help="Which of several models to ask: cheapest (first), or all. Default: cheapest.")
    ] = None,
    attempts: Annotated[
        int | None, typer.Option(help="Edits that each model is asked for, of one function. Default: 3.")
    ] = None,
    min_gain: Annotated[float | None, typer.Option(help="Smallest gain worth a commit. Default: 0.05 = 5 %.")] = None,
    max_minutes: Annotated[float | None, typer.Option(help="Start nothing new after so many minutes.")] = None,
    max_cost: Annotated[
        float | None, typer.Option(help="Most dollars that models may cost, calls under way included. 0: only rules.")
    ] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Most tokens of prompts and answers together.")] = None,
    sandbox: Annotated[str | None, typer.Option(help="auto, require or off. Default: auto.")] = None,
    allow_network: Annotated[
        bool, typer.Option("--allow-network", help="Let target code use the network, services on this machine included.")
    ] = False,
    allow_read: Annotated[
        list[Path] | None, typer.Option(metavar="PATH", help="Let target code read a file or folder of yours. Repeatable.")
    ] = None,
    python: Annotated[
        str | None, typer.Option(help="The target's interpreter. Default: its .venv, or one built with uv.")
    ] = None,
    build: Annotated[
        str | None,
        typer.Option(metavar="CMD", help="Shell command that compiles what the target needs, run once in each tree."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed for the order of timings. Default: 0.")] = None,
    allow_caching: Annotated[
        bool, typer.Option("--allow-caching", help="Accept speedups that only come from remembering results.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Profile and list the hotspots; ask nobody, change nothing.")
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the report as JSON; - for standard output.")
    ] = None,
) -> None:
    """Profile PATH, ask for faster code, judge it, commit what is proved."""
    from agent import running
    from agent.progress import Progress
    from agent.runs import RunRecord, new_run, temporary_folder
    from agent.settings import read_settings
    from workspaces.checkout import find_source

    _check_writable(json_file)
    environment = running.current_environment()
    source = find_source(path)
    given = {
        "workload": workload,
        "model": tuple(model or ()),
        "only": tuple(only or ()),
        "function": tuple(function or ()),
        "route": route,
        "attempts": attempts,
        "min_gain": min_gain,
        "max_minutes": max_minutes,
        "max_cost": max_cost,
        "max_tokens": max_tokens,
        "sandbox": sandbox,
        "allow_network": allow_network or None,
        "allow_read": tuple(str(one.expanduser().absolute()) for one in allow_read or ()),
        "python": python,
        "build": build,
        "seed": seed,
        "allow_caching": allow_caching or None,
    }
    settings = read_settings(source.repository / source.subfolder, given)
    running.check_workload(settings.workload)
    running.open_models(settings, environment)
    if dry_run:
        with temporary_folder("preview", environment) as folder:
            _preview(RunRecord(folder.name, folder, source, settings), environment, Progress(), json_file)
    else:
        _run(new_run(source, settings, environment), environment, Progress(), json_file)


@app.command()
def resume(
    run_id: Runs = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the report as JSON; - for standard output.")
    ] = None,
) -> None:
    """Go on with an interrupted or killed run, from its last completed step; a run that has ended prints its report."""
    from agent import running
    from agent.progress import Progress
    from agent.runs import Stage, find_run, stage_of, sweep

    environment = running.current_environment()
    _check_writable(json_file)
    sweep(environment)
    record = find_run(run_id, environment)
    if stage_of(record) is Stage.ENDED:
        _say(f"run {record.id} has ended; this is its report")
        _write_json(json.loads(record.json_report.read_text()), json_file)
        if json_file != Path("-"):
            typer.echo(record.markdown_report.read_text(), nl=False)
        return
    _run(record, environment, Progress(), json_file, resumed=True)


@app.command()
def report(
    run_id: Runs = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown (the default).")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Print the report of a finished run."""
    from agent.running import current_environment
    from agent.runs import find_run
    from workspaces.errors import OptimizeError

    record = find_run(run_id, current_environment())
    file = record.json_report if as_json and not markdown else record.markdown_report
    if not record.json_report.exists():
        raise OptimizeError(f"Run {record.id} has not ended: go on with it by `optimize resume {record.id}`.")
    typer.echo(file.read_text(), nl=False)


app.command()(runs)
app.command()(verify)


@app.command()
def doctor(
    path: Annotated[Path, typer.Argument(help="A git repository, or a folder inside one.")] = Path(),
    workload: Annotated[str | None, typer.Option(help="As for `run`.")] = None,
    model: Annotated[list[str] | None, typer.Option(help="As for `run`.")] = None,
    python: Annotated[str | None, typer.Option(help="As for `run`.")] = None,
    build: Annotated[str | None, typer.Option(metavar="CMD", help="As for `run`.")] = None,
    sandbox: Annotated[str | None, typer.Option(help="auto, require or off. Default: auto.")] = None,
    allow_network: Annotated[bool, typer.Option("--allow-network", help="As for `run`.")] = False,
    allow_read: Annotated[list[Path] | None, typer.Option(metavar="PATH", help="As for `run`.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of findings on standard output.")] = False,
) -> None:
    """Show what a run would find in PATH and what is missing, with the remedy."""
    from agent import doctor as doctors
    from agent.running import current_environment
    from agent.settings import read_settings
    from workspaces.checkout import find_source

    source = find_source(path)
    given = {
        "workload": workload,
        "model": tuple(model or ()),
        "python": python,
        "build": build,
        "sandbox": sandbox,
        "allow_network": allow_network or None,
        "allow_read": tuple(str(one.expanduser().absolute()) for one in allow_read or ()),
    }
    settings = read_settings(source.repository / source.subfolder, given)
    findings = []
    for finding in doctors.examine(source, settings, current_environment()):
        findings.append(finding)
        if not as_json:
            typer.echo(f"{'ok' if finding.ok else '!!'}  {finding.name:10}  {finding.text}")
    if as_json:
        typer.echo(json.dumps(doctors.as_json(findings), indent=1))
    if findings[-1].name == "stopped":
        raise typer.Exit(Exit.COULD_NOT)


def main() -> None:
    """Entry point of the console script; commands of other packages come in through their entry points."""
    for found in entry_points(group="verispeed.commands"):
        found.load()(app)
    try:
        app(prog_name="optimize")
    except Exception:  # noqa: BLE001  Python itself would end with 1, which says that something was judged and refused
        traceback.print_exc()
        _say("optimize: this is a bug, please report it with what stands above; nothing was judged or accepted by it.")
        sys.exit(Exit.COULD_NOT)


def _run(
    record: RunRecord,
    environment: dict[str, str],
    progress: Progress,
    json_file: Path | None,
    *,
    resumed: bool = False,
) -> None:
    from agent import running
    from agent.report import as_json as json_of
    from agent.report import terminal
    from agent.runs import RunAtWork, remove
    from workspaces.errors import OptimizeError

    try:
        found = running.run(record, environment, progress)
    except KeyboardInterrupt:
        progress.close()
        _say(f"interrupted; nothing in your repository was changed. Go on with: optimize resume {record.id}")
        running.clean(record)
        raise
    except OptimizeError as error:
        progress.close()
        if isinstance(error, RunAtWork):
            raise
        if resumed or running.worth_resuming(record):
            raise OptimizeError(f"{error} What was done is kept; then go on with: optimize resume {record.id}") from error
        remove(record)
        raise
    progress.close()
    _write_json(json_of(found), json_file)
    if json_file != Path("-"):
        typer.echo(terminal(found))
        typer.echo(f"report:   {record.markdown_report}")


def _preview(record: RunRecord, environment: dict[str, str], progress: Progress, json_file: Path | None) -> None:
    from agent import previewing, running

    try:
        planned = running.preview(record, environment, progress)
    finally:
        progress.close()
    _write_json(dict(previewing.as_json(planned, record.settings)), json_file)
    if json_file != Path("-"):
        typer.echo(previewing.as_text(planned, record.settings))


def _check_writable(file: Path | None) -> None:
    """OptimizeError before an hour of work, not after it."""
    from workspaces.errors import OptimizeError

    if file is not None and file != Path("-") and (file.is_dir() or not file.parent.is_dir()):
        raise OptimizeError(f"--json {file}: give the name of a file in a folder that exists, or - for standard output.")


def _write_json(content: dict[str, Any], file: Path | None) -> None:  # Any: JSON
    text = json.dumps(content, indent=1)
    if file == Path("-"):
        typer.echo(text)
    elif file is not None:
        from workspaces.errors import OptimizeError

        try:
            file.write_text(text + "\n")
        except OSError as error:
            again = f": print its report again with: optimize report {content['run']} --json" if "run" in content else "."
            raise OptimizeError(
                f"{file} could not be written ({error.strerror}); the run itself has ended{again}"
            ) from error


def _say(sentence: str) -> None:
    typer.echo(sentence, err=True)
