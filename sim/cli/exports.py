"""The export commands: results, or a place, as files that other tools open."""

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.saying import say

export_app = typer.Typer(
    help="Write results as files that other tools open: Excel, Power BI, R, process mining.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
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

    say(export_csv(results, out, scenario, replication, replace))


@export_app.command("excel")
def export_to_excel(
    results: ResultsFolder,
    out: NewFile = None,
    scenario: OnlyScenario = None,
    replace: Replace = False,
) -> None:
    """A workbook with named tables: summary, comparison, definitions, settings, provenance."""
    from sim.exporters.workbook import export_excel

    say(export_excel(results, out, scenario, replace))


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

    say(export_parquet(results, out, scenario, replication, replace))


EVENT_LOGS = {
    "vidigi": (
        "process_csv.export_vidigi",
        "Who is in which space when, as vidigi's event log, to animate one run.",
    ),
    "pm4py": (
        "process_csv.export_pm4py",
        "The events of one run as CSV in the columns of pm4py.",
    ),
    "bupar": (
        "process_csv.export_bupar",
        "The events of one run as CSV in the columns of R's bupaR.",
    ),
    "xes": (
        "xes.export_xes",
        "The events of one run as XES (IEEE 1849), for ProM, Disco, Celonis and others.",
    ),
    "ocel": (
        "ocel.export_ocel",
        "One run as an object-centric log, OCEL 2.0: .json, or .sqlite if the name ends so.",
    ),
}
"""What writes the log of one run in each form, and what is said of it."""


def _add_event_log(name: str, writer: str, help_text: str) -> None:
    """A command for one form of a run's log; its writer is imported only when it is asked for."""

    def command(
        results: ResultsFolder,
        out: NewFile = None,
        scenario: OneScenario = None,
        replication: OneReplication = None,
        replace: Replace = False,
    ) -> None:
        module, function = writer.split(".")
        write = getattr(import_module(f"sim.exporters.{module}"), function)
        say(write(results, out, scenario, replication, replace))

    export_app.command(name, help=help_text)(command)


for _name, (_writer, _help) in EVENT_LOGS.items():
    _add_event_log(_name, _writer, _help)


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

    say(pathsimr_export.export_pathsimr(place, out, unit))
