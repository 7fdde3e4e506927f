"""The export commands: results, or a place, as files that other tools open."""

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

    say(export_vidigi(results, out, scenario, replication, replace))


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

    say(export_pm4py(results, out, scenario, replication, replace))


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

    say(export_bupar(results, out, scenario, replication, replace))


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

    say(export_xes(results, out, scenario, replication, replace))


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

    say(export_ocel(results, out, scenario, replication, replace))


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
