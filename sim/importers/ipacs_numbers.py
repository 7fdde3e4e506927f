"""The numbers of an IPACS workbook as a place writes them, each with the cell it comes from."""

import math
from collections.abc import Sequence
from typing import Any

from sim.importers.ipacs_stays import Stay
from sim.importers.ipacs_tabs import Cell
from sim.importers.ipacs_workbook import Workbook
from sim.place.words import WEEKDAYS

ARRIVALS_FILE = "arrivals.csv"


def kind_of_space(workbook: Workbook, node: str) -> str:
    """What a service has: visits a day for P1, else beds."""
    return "visits_per_day" if workbook.services[node][0] == "P1" else "beds"


def spaces_of(workbook: Workbook, node: str, cell: Cell) -> dict[str, Any]:
    """Beds; or for P1 whole visits a day, by the mean need of all P1 rows as published."""
    if kind_of_space(workbook, node) == "beds":
        return figure(workbook, cell.number, cell)
    needs = [s.need for stays in workbook.stays.values() for s in stays.values() if s.need]
    each = sum(first + last for first, last in needs) / (2 * len(needs))
    visits = math.floor(cell.number * each + 1e-9)
    note = f"{cell.number:g} places of {each:g} visits a day"
    return {**figure(workbook, visits, cell), "note": note}


def stay_as_written(workbook: Workbook, stay: Stay) -> dict[str, Any]:
    """The stay's distribution; P1's between half a day and the longest that is not drawn again."""
    numbers: dict[str, Any] = {name: plain(number) for name, number in stay.numbers.items()}
    if stay.need:
        numbers |= {"redrawn_below": 0.5, "redrawn_above": stay.longest}
    return {"lognormal": numbers, "source": source(workbook, stay.where)}


def arrivals_as_written(
    workbook: Workbook, group: str, code: str, cells: Sequence[Cell]
) -> tuple[str, dict[str, Any]]:
    """The key and value of a group's arrivals: a week's numbers, or a column of the CSV file."""
    if not repeats_weekly(workbook):
        return "daily_numbers", {"file": ARRIVALS_FILE, "column": f"{group} {code}"}
    first = workbook.dates[0].weekday()
    week = {day: plain(cells[(n - first) % 7].number) for n, day in enumerate(WEEKDAYS)}
    return "by_weekday", {**week, "source": source(workbook, cells[0].where)}


def repeats_weekly(workbook: Workbook) -> bool:
    """Whether every series has one number for each weekday."""
    return len(workbook.dates) >= 7 and all(
        cells[day].number == cells[day - 7].number
        for services in workbook.arrivals.values()
        for cells in services.values()
        for day in range(7, len(cells))
    )


def figure(workbook: Workbook, number: float, cell: Cell) -> dict[str, Any]:
    """A number with its source."""
    return {"value": plain(number), "source": source(workbook, cell.where)}


def source(workbook: Workbook, where: str) -> str:
    """The workbook's name, tab and cell."""
    return f"{workbook.path.name}, {where.removeprefix(f'{workbook.path}: ')}"


def plain(number: float) -> int | float:
    """A whole number without its point."""
    return int(number) if number == int(number) else number
