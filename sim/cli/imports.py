"""The import commands: a place and an experiment of another tool's files."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.saying import say

import_app = typer.Typer(
    help="Make a place and an experiment of another tool's files.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


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

    say(pathsimr.import_pathsimr(network, calendar, out, unit, days, warm_up, replications))


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

    say(import_workbook(workbook, out, locality_names(locality or [])))
