"""An IPACS workbook as one thing: services, and what the tabs say of each in each scenario.

What is joined by the tabs is checked here: every service has its numbers in every scenario, once.
The workbook's own rules are those of the model that reads it (Harper and others 2023,
doi 10.5281/zenodo.7845908).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from sim.importers.ipacs_stays import Stay, read_stay
from sim.importers.ipacs_tabs import Cell, Row, other_tabs, rows_of
from sim.place.problems import Problem, did_you_mean, one_of, refuse
from sim.place.workbook_cells import open_workbook
from sim.place.workbook_rows import note_problem

MAX_SCENARIOS = 200
MAX_DAYS = 20_000
_NODE = re.compile(r"(P[123])_([A-Za-z0-9]{1,20})")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,29}")
_T = TypeVar("_T")
ByCode = dict[str, dict[str, _T]]
"""Scenario code → service → what is said of it."""


@dataclass(frozen=True)
class Workbook:
    """What the workbook says; scenarios in the order of the tabs, the first of each the base."""

    path: Path
    services: dict[str, tuple[str, str]]
    """Node, such as P2_B → its pathway and the code of its locality."""
    capacity: ByCode[Cell]
    stays: ByCode[Stay]
    arrivals: ByCode[list[Cell]]
    """A number for each of the dates."""
    dates: list[date]
    there: dict[str, Cell]
    waiting: dict[str, Cell]
    cost: dict[str, Cell]
    acute_cost: Cell
    not_read: list[str]


def read_workbook(path: Path) -> Workbook:
    """Everything that the workbook says.

    Raises:
        InputError: with everything that is wrong, by tab and cell.
    """
    book = open_workbook(path)
    problems: list[Problem] = []
    rows = rows_of(book, problems)
    refuse(problems)
    read = _Reading(problems, _services(rows, problems))
    refuse(problems)
    capacity = read.by_code(rows["capacity"], "capacity", lambda row: row["capacity"])
    stays = read.by_code(rows["los"], "mean_los", read.stay)
    arrivals, dates = read.arrivals(rows["arrivals"])
    there, waiting = read.start(rows["initial conditions"])
    cost, acute_cost = read.costs(rows["costs"])
    combinations = len(capacity) * len(stays) * len(arrivals)
    if combinations > MAX_SCENARIOS:
        note_problem(
            problems, str(path),
            f"{combinations} combinations of scenarios; allowed: {MAX_SCENARIOS}",
        )  # fmt: skip
    refuse(problems)
    assert acute_cost is not None
    return Workbook(
        path, read.services, capacity, stays, arrivals, dates, there, waiting, cost, acute_cost,
        other_tabs(book),
    )  # fmt: skip


def _services(rows: Mapping[str, list[Row]], problems: list[Problem]) -> dict[str, tuple[str, str]]:
    """The services, in the order of the tab of capacities; names that can't be read are noted."""
    found: dict[str, tuple[str, str]] = {}
    for row in rows["capacity"]:
        node = row["node"]
        parts = _NODE.fullmatch(node.text)
        if parts:
            found[node.text] = parts[1], parts[2]
        else:
            note_problem(
                problems, node.where,
                f"{node.text[:40]!r} is not a service; allowed: P1, P2 or P3, then _ and the "
                "locality's letters, such as P2_B (P1 is care by visits, P2 and P3 are beds)",
            )  # fmt: skip
    return found


class _Reading:
    """The tabs as they are read, with what is found wrong so far."""

    def __init__(self, problems: list[Problem], services: dict[str, tuple[str, str]]) -> None:
        self.problems, self.services = problems, services
        self.needs: dict[str, tuple[float, float]] = {}
        """First and last need of each P1 service, as first read."""

    def wrong(self, where: str, what: str) -> None:
        """Note something wrong."""
        note_problem(self.problems, where, what)

    def known(self, rows: list[Row]) -> Iterator[Row]:
        """The rows of services that the tab of capacities has."""
        for row in rows:
            node = row["node"]
            if node.text in self.services:
                yield row
            else:
                hint = did_you_mean(node.text, self.services)
                self.wrong(
                    node.where, f"no service {node.text[:40]!r} on the tab 'capacity'{hint}; "
                    f"there are: {one_of(self.services)}"
                )  # fmt: skip

    def code(self, row: Row) -> str | None:
        """The scenario's code, if it can be a part of a name."""
        cell = row["scenario"]
        if _CODE.fullmatch(cell.text):
            return cell.text
        self.wrong(cell.where, f"{cell.text[:40]!r} is not a scenario's code; allowed: up to 30 "
                   "letters, figures and -")  # fmt: skip
        return None

    def by_code(self, rows: list[Row], column: str, read: Callable[[Row], _T | None]) -> ByCode[_T]:
        """What each row says, by scenario and service; every service once in every scenario."""
        found: ByCode[_T] = {}
        first: dict[tuple[str, str], str] = {}
        for row in self.known(rows):
            code, node = self.code(row), row["node"]
            if code is None:
                continue
            at = first.setdefault((code, node.text), node.where)
            if at != node.where:
                self.wrong(node.where, f"{node.text} has two rows for {code}; first at {at}")
                continue
            value = read(row)
            if value is not None:
                found.setdefault(code, {})[node.text] = value
        self.all_there(
            rows, column, {code: {n for c, n in first if c == code} for code, _ in first}
        )
        return found

    def all_there(self, rows: list[Row], column: str, found: Mapping[str, set[str]]) -> None:
        """Note each service that a scenario says nothing of."""
        last = rows[-1][column].where
        for code, services in found.items():
            for node in self.services:
                if node not in services:
                    self.wrong(last, f"no row for {node} in the scenario {code} down to here")

    def stay(self, row: Row) -> Stay | None:
        """One row of the tab of lengths of stay; None where something is wrong with it."""
        node = row["node"].text
        stay = read_stay(row, self.services[node][0] == "P1", self.wrong)
        if stay is None or stay.need is None:
            return stay
        known = self.needs.setdefault(node, stay.need)
        if known != stay.need:
            self.wrong(
                row["IVR"].where, f"{node} needs {known[0]:g} to {known[1]:g} visits in an earlier "
                "row; one need for all scenarios of a service is carried over",
            )  # fmt: skip
        return stay

    def arrivals(self, rows: list[Row]) -> tuple[ByCode[list[Cell]], list[date]]:
        """The numbers of each series in the order of the dates, and the dates, none left out."""
        series: dict[tuple[str, str], dict[date, Cell]] = {}
        for row in self.known(rows):
            code, day, number = self.code(row), row["date"], row["arrivals"]
            if code is None:
                continue
            if not 0 <= number.number <= 10_000:
                self.wrong(number.where, f"{number.number:g} people a day; allowed: 0 to 10,000")
            weekday = day.date.isoweekday() % 7 + 1
            if "day" in row and row["day"].number != weekday:
                self.wrong(row["day"].where, f"day {row['day'].number:g}, but {day.date} is "
                           f"{day.date:%A}, day {weekday} (Sunday is 1)")  # fmt: skip
            days = series.setdefault((code, row["node"].text), {})
            if day.date in days:
                self.wrong(day.where, f"{row['node'].text} has {day.date} twice for {code}; first "
                           f"at {days[day.date].where}")  # fmt: skip
            days.setdefault(day.date, number)
        self.all_there(rows, "node", {c: {n for code, n in series if code == c} for c, _ in series})
        dates = self.dates(rows, series)
        found: ByCode[list[Cell]] = {}
        for (code, node), days in series.items():
            found.setdefault(code, {})[node] = [days[day] for day in dates if day in days]
        return found, dates

    def dates(
        self, rows: list[Row], series: Mapping[tuple[str, str], Mapping[date, Cell]]
    ) -> list[date]:
        """Every date from the first to the last; one that a series lacks is noted."""
        every = sorted({day for days in series.values() for day in days})
        if not every:
            return []
        count = (every[-1] - every[0]).days + 1
        last = rows[-1]["date"].where
        if count > MAX_DAYS:
            self.wrong(last, f"{count:,} days from the first date to the last; allowed: "
                       f"{MAX_DAYS:,}")  # fmt: skip
            return every
        dates = [every[0] + timedelta(days=n) for n in range(count)]
        for (code, node), days in series.items():
            missing = next((day for day in dates if day not in days), None)
            if missing:
                self.wrong(last, f"{node} has no arrivals on {missing} for {code}, down to here")
        return dates

    def start(self, rows: list[Row]) -> tuple[dict[str, Cell], dict[str, Cell]]:
        """People there, and people waiting, by service."""
        found: dict[str, dict[str, Cell]] = {"occ": {}, "dtoc": {}}
        for row in self.known(rows):
            measure, node = row["measure"], row["node"].text
            if measure.text not in found:
                self.wrong(measure.where, f"unknown measure {measure.text[:40]!r}; allowed: occ "
                           "(people there), dtoc (people waiting)")  # fmt: skip
            elif node in found[measure.text]:
                self.wrong(measure.where, f"{node} has {measure.text} twice; first at "
                           f"{found[measure.text][node].where}")  # fmt: skip
            else:
                found[measure.text][node] = row["value"]
        self.all_there(rows, "value", {name: set(values) for name, values in found.items()})
        return found["occ"], found["dtoc"]

    def costs(self, rows: list[Row]) -> tuple[dict[str, Cell], Cell | None]:
        """The cost of a day in each service, and that of a day's delay in hospital."""
        found: dict[str, Cell] = {}
        acute: Cell | None = None
        for row in self.known(rows):
            node, cell = row["node"], row["acute_dtoc"]
            if node.text in found:
                self.wrong(node.where, f"{node.text} is here twice")
            for cost in (row["community_cost"], cell):
                if cost.number < 0:
                    self.wrong(cost.where, f"a cost of {cost.number:g} is below 0")
            found.setdefault(node.text, row["community_cost"])
            acute = acute or cell
            if cell.number != acute.number:
                self.wrong(
                    cell.where, f"a day's delay costs {cell.number:g} here and {acute.number:g} at "
                    f"{acute.where}; one cost for all is carried over",
                )  # fmt: skip
        self.all_there(rows, "node", {"costs": set(found)})
        return found, acute
