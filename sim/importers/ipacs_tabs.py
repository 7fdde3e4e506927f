"""The tabs of an IPACS workbook as rows of typed cells, each of which knows where it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from sim.place.problems import InputError, Problem, did_you_mean, one_of
from sim.place.workbook_cells import Book, CellValue
from sim.place.workbook_rows import NUMBER, note_problem

Kind = Literal["text", "number", "whole", "date"]


@dataclass(frozen=True)
class Tab:
    """A tab of the workbook: its columns, in the file's own names, and the kind of each."""

    name: str
    needed: Mapping[str, Kind]
    also: Mapping[str, Kind] = field(default_factory=dict)
    """Columns that may be left out, and cells that may be blank."""

    @property
    def columns(self) -> dict[str, Kind]:
        """Every column."""
        return {**self.needed, **self.also}


TABS = (
    Tab("arrivals", {"node": "text", "arrivals": "number", "scenario": "text", "date": "date"},
        {"day": "whole"}),
    Tab("initial conditions", {"node": "text", "measure": "text", "value": "whole"}),
    Tab("capacity", {"node": "text", "scenario": "text", "capacity": "whole"}),
    Tab("los",
        {"node": "text", "scenario": "text", "mean_los": "number", "los_dist": "text"},
        {"median": "number", "sd_los": "number", "mu": "number", "sigma": "number",
         "los_params": "text", "IVR": "number", "FVR": "number"}),
    Tab("costs", {"node": "text", "community_cost": "number", "acute_dtoc": "number"}),
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """A text, number or date, and the cell that it stands in."""

    value: str | float | date
    where: str

    @property
    def text(self) -> str:
        """The value of a cell of text."""
        assert isinstance(self.value, str)
        return self.value

    @property
    def number(self) -> float:
        """The value of a cell of numbers."""
        assert isinstance(self.value, float)
        return self.value

    @property
    def date(self) -> date:
        """The value of a cell of dates."""
        assert isinstance(self.value, date)
        return self.value


Row = dict[str, Cell]
"""The filled cells of a row by column."""


def rows_of(book: Book, problems: list[Problem]) -> dict[str, list[Row]]:
    """The rows of each tab; what is wrong with a heading or a cell is noted among the problems."""
    names = {name.strip().lower(): name for name in book.names}
    rows: dict[str, list[Row]] = {}
    for tab in TABS:
        rows[tab.name] = []
        if tab.name in names:
            rows[tab.name] = list(_rows(book, tab, names[tab.name], problems))
            continue
        note_problem(
            problems, str(book.path),
            f"no tab {tab.name!r}; tabs here: {one_of(book.names)}"
            f"{did_you_mean(tab.name, book.names)}",
        )  # fmt: skip
    return rows


def other_tabs(book: Book) -> list[str]:
    """The names of filled tabs that are not the model's, such as working sheets."""
    known = {tab.name for tab in TABS}
    return [n for n in book.names if n.strip().lower() not in known and n in book.filled]


def _rows(book: Book, tab: Tab, sheet: str, problems: list[Problem]) -> Iterator[Row]:
    try:
        lines = book.rows(sheet)
    except InputError as error:
        problems.extend(error.problems)
        return
    columns = _columns(book, tab, sheet, lines[0] if lines else [], problems)
    if columns is None:
        return
    if not any(_is_filled(value) for line in lines[1:] for value in line):
        note_problem(problems, book.at(sheet, 1, 0), "the tab has no rows")
    for number, line in enumerate(lines[1:], start=1):
        if not any(_is_filled(value) for value in line):
            continue
        row: Row = {}
        is_whole = True
        for place, value in enumerate(line):
            where = book.at(sheet, number, place)
            name = columns.get(place)
            if name is None and _is_filled(value):
                note_problem(problems, where, "filled in, but its column has no heading")
            elif name is not None and _is_filled(value):
                cell, wrong = _read(value, tab.columns[name], where)
                if cell is None:
                    note_problem(problems, where, wrong)
                    is_whole = False
                else:
                    row[name] = cell
            elif name in tab.needed:
                note_problem(problems, where, f"{name} is blank; it must be filled in")
                is_whole = False
        if is_whole:
            yield row


def _columns(
    book: Book, tab: Tab, sheet: str, headings: list[CellValue], problems: list[Problem]
) -> dict[int, str] | None:
    """The column that stands at each place; None where one that is needed does not."""
    columns: dict[int, str] = {}
    for place, heading in enumerate(headings):
        name, where = str(heading).strip(), book.at(sheet, 0, place)
        if not name:
            continue
        if name not in tab.columns:
            note_problem(
                problems, where,
                f"unknown heading {name[:40]!r}{did_you_mean(name, tab.columns)}; allowed: "
                f"{one_of(tab.columns)}",
            )  # fmt: skip
        elif name in columns.values():
            note_problem(problems, where, f"the heading {name!r} is here twice")
        else:
            columns[place] = name
    missing = [name for name in tab.needed if name not in columns.values()]
    for name in missing:
        note_problem(problems, book.at(sheet, 0, 0), f"no heading {name!r} in row 1")
    return None if missing else columns


def _is_filled(value: CellValue) -> bool:
    return not isinstance(value, str) or bool(value.strip())


def _read(value: CellValue, kind: Kind, where: str) -> tuple[Cell | None, str]:
    """A filled cell as its column needs it, or what is wrong with it."""
    if kind == "text":
        if isinstance(value, str):
            return Cell(value.strip(), where), ""
        return None, f"{value} is not text"
    if kind == "date":
        if isinstance(value, datetime):
            value = value.date()
        if isinstance(value, date):
            return Cell(value, where), ""
        return None, f"{str(value)[:40]!r} is not a date; set the cell's format to Date"
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None, f"{str(value)[:40]!r} is not a number"
    if value < 0 and kind == "whole":
        return None, f"{value:g} is below 0"
    if kind == "whole" and value != int(value):
        return None, f"{value:g} is not a whole number"
    return Cell(float(value), where), ""
