"""The commands. Each is a few lines; what they do lives in the rooms.

Rooms are imported inside the commands, so that ``careflow --help`` answers at once.
"""

import errno
import sys
from pathlib import Path
from typing import Annotated

import typer

from sim import __version__
from sim.cli.exports import export_app
from sim.cli.imports import import_app
from sim.cli.saying import say

app = typer.Typer(
    help="How people move through the care settings of one place, and what cuts delayed transfers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(export_app, name="export")
app.add_typer(import_app, name="import")

WRONG_INPUT = 2
FAILED = 1
INTERRUPTED = 130
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""The disk is full, the user's part of it is, or the file would be too large."""


def _version(asked: bool) -> None:
    if asked:
        print(f"careflow {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Nothing to do here; the options of careflow itself."""


@app.command()
def new(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A folder to make.", show_default=False)
    ] = None,
    workbook: Annotated[
        Path | None,
        typer.Option(metavar="FILE.xlsx", help="Write the place as an Excel workbook instead."),
    ] = None,
) -> None:
    """Make a starter place, levers and experiment, with comments, to change as you like."""
    from sim.report.starter import new_folder, new_workbook

    if (folder is None) == (workbook is None):
        raise typer.BadParameter("name either a folder or --workbook FILE.xlsx")
    say(new_folder(folder) if folder else new_workbook(workbook or Path()))


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="YAML or .xlsx files.")],
) -> None:
    """Say whether places, levers and experiments are valid; if not, where and why."""
    from sim.experiment.check import check_file
    from sim.place.problems import InputError, Problem

    problems: list[Problem] = []
    for file in files:
        try:
            print(f"{file}: {check_file(file)}")
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)


@app.command()
def explain(
    place: Annotated[Path, typer.Argument(metavar="PLACE", help="A place's YAML or .xlsx file.")],
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to draw the network.")
    ] = None,
) -> None:
    """Draw the network; say what is asked of each setting and team against what there is."""
    from sim.place.load import load_place
    from sim.report.explain import explain as explanation
    from sim.report.network_drawing import draw_network

    loaded = load_place(place)
    print(explanation(loaded))
    drawing = svg or Path("results") / f"{place.stem}-network.svg"
    draw_network(loaded, drawing)
    print(f"The network is drawn in {drawing}")


@app.command()
def run(
    experiment: Annotated[Path, typer.Argument(metavar="EXPERIMENT", help="An experiment's YAML.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Results folder [results/<file name>].")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Processes [one for each processor].")
    ] = None,
    replications: Annotated[int | None, typer.Option(help="Instead of the experiment's.")] = None,
    days: Annotated[int | None, typer.Option(help="Instead of the experiment's.")] = None,
    seed: Annotated[int | None, typer.Option(help="Instead of the experiment's.")] = None,
    scenario: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this one; may be repeated.")
    ] = None,
    shard: Annotated[
        str | None, typer.Option(metavar="I/N", help="Only the Ith of N shares of the runs.")
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(metavar="tcp://HOST:PORT", help="On the Dask cluster of this scheduler."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would take; write nothing.")
    ] = False,
    draws: Annotated[
        int | None,
        typer.Option(help="Of inputs in doubt, instead of the experiment's; 0 leaves doubt out."),
    ] = None,
) -> None:
    """Run an experiment; an interrupted run picks up where it stopped."""
    from sim.experiment.making.shares import read_share
    from sim.experiment.study import load_experiment
    from sim.report.run import foresee_experiment, run_experiment

    if on is not None and workers is not None:
        raise typer.BadParameter("--workers are this machine's; with --on, the cluster has its own")
    share = read_share(shard) if shard else None
    study = load_experiment(
        experiment,
        replications=replications,
        days=days,
        seed=seed,
        scenarios=scenario or (),
        draws=draws,
    )
    name = f"{experiment.stem}-shard-{share.number}-of-{share.of}" if share else experiment.stem
    carry_out = foresee_experiment if dry_run else run_experiment
    carry_out(study, out or Path("results") / name, workers, on=on, share=share)


@app.command()
def merge(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Shards, or other results folders.")
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Where to put them together.")
    ],
) -> None:
    """Put shards of an experiment together; exit code 1 if some runs are still to be made."""
    from sim.report.run import merge_results

    if not merge_results(folders, out):
        raise typer.Exit(FAILED)


@app.command()
def compare(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A results folder.")],
    baseline: Annotated[
        str | None, typer.Option(metavar="NAME", help="Compare with this scenario.")
    ] = None,
) -> None:
    """Paired differences between scenarios, on the same patients, with 95% intervals."""
    from sim.report.run import compare_results

    compare_results(folder, baseline)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A results folder.")],
) -> None:
    """Write the report again from what was run; nothing is run."""
    from sim.report.run import rewrite_report

    print(f"The report is {rewrite_report(folder)}")


@app.command()
def state(
    place: Annotated[Path, typer.Argument(metavar="PLACE", help="A place's YAML or .xlsx file.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE.csv", help="Where to write it.")
    ],
    day: Annotated[int, typer.Option(min=0, max=20_000, help="Days after the place's start.")],
    replications: Annotated[
        int, typer.Option(min=1, max=1000, help="Runs; of several, a typical state is written.")
    ] = 1,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Any whole number.")] = 1,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Processes [one for each processor].")
    ] = None,
) -> None:
    """Write who is where on a day of simulated runs, as a list that a run can start from."""
    from sim.report.next_days import write_state

    say(write_state(place, out, day, replications, seed, workers))


@app.command()
def forecast(
    place: Annotated[Path, typer.Argument(metavar="PLACE", help="A place's YAML or .xlsx file.")],
    today: Annotated[
        Path, typer.Option(metavar="STATE.csv", help="Who is there and who waits today.")
    ],
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days to look ahead.")] = 14,
    lever: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A lever to try out; may be repeated."),
    ] = None,
    date: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Today [the place's start date].")
    ] = None,
    runs: Annotated[int, typer.Option(min=40, max=10_000, help="How many runs.")] = 200,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Any whole number.")] = 1,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="DIR", help="Where to write [results/<place>-forecast]."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Processes [one for each processor].")
    ] = None,
) -> None:
    """Say how many people will be delayed, and in each setting, in the days from today's list."""
    from sim.report.next_days import run_forecast

    say(run_forecast(place, today, lever or [], days, date, runs, seed, out, workers))


@app.command()
def validate(
    experiments: Annotated[
        Path, typer.Argument(metavar="DIR", help="The published models' experiments.")
    ] = Path("experiments/published"),
    quick: Annotated[
        bool, typer.Option("--quick", help="Less of everything; two or three minutes.")
    ] = False,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Where to write the page.")
    ] = Path("results/validation"),
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Processes [one for each processor].")
    ] = None,
) -> None:
    """Set the model beside published models and theory; exit code 1 if a figure does not agree."""
    from sim.report.validation import run_validation

    say(run_validation(experiments, quick, out, workers))


@app.command()
def schema(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where to write the schemas.")
    ] = Path("configs/schema"),
) -> None:
    """Write the JSON Schemas with which editors complete and explain places."""
    from sim.experiment.json_schema import write_schemas

    for path in write_schemas(folder):
        print(path)


def main() -> None:
    """Run a command. Wrong input: exit code 2, with what is wrong, where, and what is allowed."""
    try:
        app(standalone_mode=True)
    except KeyboardInterrupt:
        _stop(INTERRUPTED, "stopped; what is done is kept, the same command goes on from there")
    except Exception as error:
        _explain_failure(error)


def _explain_failure(error: Exception) -> None:
    """Say what went wrong in words, where it is one of the things that can."""
    from sim.place.problems import InputError

    if isinstance(error, InputError):
        _stop(WRONG_INPUT, str(error))
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        name = f"{error.filename}: " if error.filename else ""
        _stop(FAILED, f"{name}{error.strerror}; it was not written. What is done is kept, the same "
              "command goes on from there.")  # fmt: skip
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        _stop(WRONG_INPUT, f"{name}{error.strerror or error}")
    if type(error).__name__ in ("WorkersDied", "InUse"):
        _stop(FAILED, str(error))
    if type(error).__name__ == "CheckFailed":
        _stop(FAILED, f"a self-check failed, so nothing more was run: {error}. This is a fault in "
              "careflow, not in your files; please report it with them.")  # fmt: skip
    raise error


def _stop(code: int, message: str) -> None:
    print(message, file=sys.stderr)
    raise SystemExit(code) from None
