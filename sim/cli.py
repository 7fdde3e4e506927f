"""The commands. Each is a few lines; what they do lives in the rooms.

Rooms are imported inside the commands, so that ``careflow --help`` answers at once.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sim import __version__

app = typer.Typer(
    help="How people move through the care settings of one place, and what cuts delayed transfers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

WRONG_INPUT = 2
FAILED = 1
INTERRUPTED = 130


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
    for line in new_folder(folder) if folder else new_workbook(workbook or Path()):
        print(line)


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
) -> None:
    """Run an experiment; an interrupted run picks up where it stopped."""
    from sim.experiment.study import load_experiment
    from sim.report.run import run_experiment

    study = load_experiment(
        experiment,
        replications=replications,
        days=days,
        seed=seed,
        scenarios=scenario or (),
    )
    run_experiment(study, out or Path("results") / experiment.stem, workers)


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

    for line in write_state(place, out, day, replications, seed, workers):
        print(line)


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

    for line in run_forecast(place, today, lever or [], days, date, runs, seed, out, workers):
        print(line)


export_app = typer.Typer(
    help="Write results as files that other tools open: Excel, Power BI, R, process mining.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(export_app, name="export")

ResultsFolder = Annotated[Path, typer.Argument(metavar="RESULTS", help="A results folder.")]
NewFile = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="PATH", help="Where to write [RESULTS/exports/…]."),
]
OnlyScenario = Annotated[
    str | None, typer.Option("--scenario", metavar="NAME", help="Only this one [all].")
]
OnlyReplication = Annotated[
    int | None, typer.Option("--replication", metavar="N", help="Only this one, from 0 [all].")
]
OneScenario = Annotated[
    str | None, typer.Option("--scenario", metavar="NAME", help="Which one [the first].")
]
OneReplication = Annotated[
    int | None, typer.Option("--replication", metavar="N", help="Which one, from 0 [0].")
]
Replace = Annotated[bool, typer.Option("--replace", help="Replace what an export wrote there.")]


def _say(lines: list[str]) -> None:
    for line in lines:
        print(line)


@export_app.command("csv")
def export_to_csv(
    results: ResultsFolder,
    out: NewFile = None,
    scenario: OnlyScenario = None,
    replication: OnlyReplication = None,
    replace: Replace = False,
) -> None:
    """A folder of tidy CSV files that open in Excel: results, stays, tasks, days, definitions."""
    from sim.exporters.csv_files import export_csv

    _say(export_csv(results, out, scenario, replication, replace))


@export_app.command("excel")
def export_to_excel(
    results: ResultsFolder,
    out: NewFile = None,
    scenario: OnlyScenario = None,
    replace: Replace = False,
) -> None:
    """A workbook with named tables: summary, comparison, definitions, settings, provenance."""
    from sim.exporters.workbook import export_excel

    _say(export_excel(results, out, scenario, replace))


@export_app.command("parquet")
def export_to_parquet(
    results: ResultsFolder,
    out: NewFile = None,
    scenario: OnlyScenario = None,
    replication: OnlyReplication = None,
    replace: Replace = False,
) -> None:
    """A folder of Parquet files, facts and dimensions, for Power BI, R and DuckDB."""
    from sim.exporters.star import export_parquet

    _say(export_parquet(results, out, scenario, replication, replace))


@export_app.command("vidigi")
def export_to_vidigi(
    results: ResultsFolder,
    out: NewFile = None,
    scenario: OneScenario = None,
    replication: OneReplication = None,
    replace: Replace = False,
) -> None:
    """Who is in which space when, as vidigi's event log, to animate one run."""
    from sim.exporters.process_csv import export_vidigi

    _say(export_vidigi(results, out, scenario, replication, replace))


@export_app.command("pm4py")
def export_to_pm4py(
    results: ResultsFolder,
    out: NewFile = None,
    scenario: OneScenario = None,
    replication: OneReplication = None,
    replace: Replace = False,
) -> None:
    """The events of one run as CSV in the columns of pm4py."""
    from sim.exporters.process_csv import export_pm4py

    _say(export_pm4py(results, out, scenario, replication, replace))


@export_app.command("bupar")
def export_to_bupar(
    results: ResultsFolder,
    out: NewFile = None,
    scenario: OneScenario = None,
    replication: OneReplication = None,
    replace: Replace = False,
) -> None:
    """The events of one run as CSV in the columns of R's bupaR."""
    from sim.exporters.process_csv import export_bupar

    _say(export_bupar(results, out, scenario, replication, replace))


@export_app.command("xes")
def export_to_xes(
    results: ResultsFolder,
    out: NewFile = None,
    scenario: OneScenario = None,
    replication: OneReplication = None,
    replace: Replace = False,
) -> None:
    """The events of one run as XES (IEEE 1849), for ProM, Disco, Celonis and others."""
    from sim.exporters.xes import export_xes

    _say(export_xes(results, out, scenario, replication, replace))


@export_app.command("ocel")
def export_to_ocel(
    results: ResultsFolder,
    out: NewFile = None,
    scenario: OneScenario = None,
    replication: OneReplication = None,
    replace: Replace = False,
) -> None:
    """One run as an object-centric log, OCEL 2.0: .json, or .sqlite if the name ends so."""
    from sim.exporters.ocel import export_ocel

    _say(export_ocel(results, out, scenario, replication, replace))


import_app = typer.Typer(
    help="Make a place and an experiment of another tool's files.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(import_app, name="import")


@import_app.command("pathsimr")
def import_pathsimr(
    network: Annotated[Path, typer.Argument(metavar="NETWORK.csv", help="The network template.")],
    calendar: Annotated[
        Path, typer.Argument(metavar="CALENDAR.csv", help="The calendar template.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="A folder to make.")],
    unit: Annotated[
        str, typer.Option(help="The templates' unit of time: minutes, hours, days or weeks.")
    ] = "days",
    days: Annotated[int, typer.Option(min=1, max=20_000, help="Days to measure.")] = 365,
    warm_up: Annotated[int, typer.Option(min=0, max=20_000, help="Days before these.")] = 200,
    replications: Annotated[int, typer.Option(min=1, max=100_000, help="Runs.")] = 100,
) -> None:
    """Read PathSimR's two templates."""
    from sim.importers import pathsimr

    _say(pathsimr.import_pathsimr(network, calendar, out, unit, days, warm_up, replications))


@export_app.command("pathsimr")
def export_pathsimr(
    place: Annotated[Path, typer.Argument(metavar="PLACE", help="A place's YAML or .xlsx file.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="A folder to make.")],
    unit: Annotated[
        str | None,
        typer.Option(help="minutes, hours, days or weeks [the place's own, where it has one]."),
    ] = None,
) -> None:
    """Write a place as PathSimR's two templates, where it can be said in them."""
    from sim.importers import pathsimr_export

    _say(pathsimr_export.export_pathsimr(place, out, unit))


@import_app.command("ipacs")
def import_ipacs(
    workbook: Annotated[Path, typer.Argument(metavar="WORKBOOK.xlsx", help="The workbook.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="A folder to make.")],
    locality: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE=NAME", help="What a locality is called; may be repeated."),
    ] = None,
) -> None:
    """Read the workbook of the IPACS model."""
    from sim.importers.ipacs import import_workbook, locality_names

    _say(import_workbook(workbook, out, locality_names(locality or [])))


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

    for line in run_validation(experiments, quick, out, workers):
        print(line)


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
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        _stop(WRONG_INPUT, f"{name}{error.strerror or error}")
    if type(error).__name__ == "WorkersDied":
        _stop(FAILED, str(error))
    if type(error).__name__ == "CheckFailed":
        _stop(FAILED, f"a self-check failed, so nothing more was run: {error}. This is a fault in "
              "careflow, not in your files; please report it with them.")  # fmt: skip
    raise error


def _stop(code: int, message: str) -> None:
    print(message, file=sys.stderr)
    raise SystemExit(code) from None
