"""The sheets of a workbook as rows: each filled cell under its heading, as its column needs it.

Blank rows are skipped and columns may stand in any order. What can't be read is noted, cell by
cell, so that a planner sees everything wrong at once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sim.place.problems import InputError, Problem, did_you_mean, one_of, refuse
from sim.place.workbook_cells import Book, CellValue
from sim.place.workbook_tables import SHEET, SHEETS, Column, Sheet, is_for_people

Scalar = str | int | float | bool


@dataclass(frozen=True)
class Cell:
    """A value and the cell that it stands in."""

    value: Scalar
    where: str


@dataclass(frozen=True)
class Row:
    """One row that is not blank: its filled cells by heading, and where any cell would stand."""

    cells: Mapping[str, Cell]
    spots: Mapping[str, str]
    start: str

    def __getitem__(self, heading: str) -> Cell | None:
        return self.cells.get(heading)

    def at(self, heading: str) -> str:
        """Where the cell under a heading stands, filled or blank."""
        return self.spots.get(heading, self.start)

    def text(self, heading: str) -> str:
        """What a cell says, as text; empty if blank."""
        cell = self.cells.get(heading)
        return "" if cell is None else str(cell.value)


def rows_in(book: Book, problems: list[Problem]) -> dict[str, list[Row]]:
    """The rows of every sheet that a place is read from; a sheet that is not there has none."""
    found: dict[str, str] = {}
    for name in book.names:
        known = next((s.name for s in SHEETS if s.name.lower() == name.strip().lower()), None)
        if known in found:
            note_problem(problems, f"{book.path}: {name}!A1", f"there are two sheets {known!r}")
        elif known is not None:
            found[known] = name
        elif name in book.filled and not is_for_people(name):
            note_problem(
                problems,
                f"{book.path}: {name}!A1",
                f"unknown sheet {name[:40]!r}{did_you_mean(name, SHEET)}; allowed: "
                f"{one_of(SHEET)}; and, for your own use, sheets whose names begin with Notes",
            )
    rows: dict[str, list[Row]] = {}
    for sheet in SHEETS:
        if sheet.name in found:
            rows[sheet.name] = _rows_of(problems, book, sheet, found[sheet.name])
            continue
        rows[sheet.name] = []
        if sheet.required:
            here = one_of(name for name in book.names if not is_for_people(name))
            note_problem(
                problems,
                str(book.path),
                f"no sheet {sheet.name!r} ({sheet.about}); sheets here: {here}",
            )
    return rows


def _rows_of(problems: list[Problem], book: Book, sheet: Sheet, name: str) -> list[Row]:
    try:
        lines = book.rows(name)
    except InputError as error:
        problems.extend(error.problems)
        return []
    if not lines and not sheet.required:
        return []
    columns = _columns(problems, book, sheet, name, lines[0] if lines else [])
    if columns is None:
        return []
    found: list[Row] = []
    firsts: dict[tuple[str, ...], str] = {}
    for number, line in enumerate(lines[1:], start=1):
        row = _row(problems, book, name, columns, number, line)
        if row is None:
            continue
        blank = [c.heading for c in sheet.columns if c.required and c.heading in row.spots
                 and row[c.heading] is None and c.kind in ("name", "word", "date")]  # fmt: skip
        for heading in blank:
            note_problem(problems, row.at(heading), f"{heading} is blank; it must be filled in")
        if blank:
            continue
        key = tuple(row.text(heading) for heading in sheet.key)
        if sheet.key and key in firsts:
            what = " and ".join(sheet.key)
            shown = ", ".join(repr(word) for word in key if word)
            note_problem(
                problems,
                row.at(sheet.key[-1] if key[-1] else sheet.key[0]),
                f"the {what} {shown} is here twice; first at {firsts[key]}",
            )
            continue
        firsts[key] = row.at(sheet.key[-1] if sheet.key and key[-1] else sheet.columns[0].heading)
        found.append(row)
    return found


def _columns(
    problems: list[Problem], book: Book, sheet: Sheet, name: str, headings: list[CellValue]
) -> dict[int, Column | None] | None:
    """The column that each heading means, if any; None where headings that are needed are not."""
    columns: dict[int, Column | None] = {}
    places: dict[str, str] = {}
    for place, written in enumerate(headings):
        text = _heading(written)
        if not text:
            continue
        column = sheet.column(text)
        where = book.at(name, 0, place)
        columns[place] = None
        if column is None:
            hint = did_you_mean(text, sheet.headings())
            note_problem(
                problems,
                where,
                f"unknown heading {text[:40]!r}{hint}; allowed: {one_of(sheet.headings())}",
            )
        elif column.heading in places:
            first = places[column.heading]
            note_problem(
                problems, where, f"the heading {text[:40]!r} is here twice; first at {first}"
            )
        else:
            columns[place] = column
            places[column.heading] = where
    missing = [c.heading for c in sheet.columns if c.required and c.heading not in places]
    if not missing:
        return columns
    here = one_of(places)
    for heading in missing:
        note_problem(
            problems, book.at(name, 0, 0), f"no heading {heading!r} in row 1; headings here: {here}"
        )
    return None


def _heading(written: CellValue) -> str:
    if isinstance(written, time | timedelta | date):
        return _clock(written)
    return str(written).strip()


def _row(
    problems: list[Problem],
    book: Book,
    sheet: str,
    columns: Mapping[int, Column | None],
    number: int,
    line: list[CellValue],
) -> Row | None:
    """One line of cells as a row; None where it is blank."""
    cells: dict[str, Cell] = {}
    for place, value in enumerate(line):
        if isinstance(value, str) and not value.strip():
            continue
        where = book.at(sheet, number, place)
        column = columns.get(place)
        if column is None and place in columns:
            continue  # what is wrong with its heading has been said
        if column is None:
            note_problem(
                problems,
                where,
                "the cell is filled in, but its column has no heading of this sheet; keep notes of "
                "your own on a sheet named Notes",
            )
            continue
        converted, what = _converted(value, column)
        if what:
            note_problem(problems, where, what)
        if converted is not None:
            cells[column.heading] = Cell(converted, where)
    if not cells:
        return None
    spots = {
        column.heading: book.at(sheet, number, place) for place, column in columns.items() if column
    }
    return Row(cells, spots, book.at(sheet, number, 0))


NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")


def _converted(value: CellValue, column: Column) -> tuple[Scalar | None, str]:
    """A cell's value as its column needs it, or what is wrong with it.

    A number kept as text is a number; a date or time is text as a place writes it; text has no
    spaces round it, but for prose, which is kept as it is; capitals make no other word.
    """
    kind = column.kind
    if isinstance(value, str):
        text = value if kind == "text" else value.strip()
        if kind in ("word", "yes or no"):
            text = next((word for word in column.words if word.lower() == text.lower()), text)
        if kind == "number" and NUMBER.fullmatch(text):
            return plain_number(float(text)), ""
        return text, ""
    if isinstance(value, bool):
        return (value if kind in ("yes or no", "number") else str(value).upper()), ""
    if isinstance(value, int | float):
        number = plain_number(float(value))
        return (number if kind in ("number", "yes or no") else str(number)), ""
    text = _clock(value) if kind == "clock" else _date_or_time(value)
    if kind in ("date", "clock", "text"):
        return text, ""
    needed = "General" if kind == "number" else "Text"
    return None, (
        f"Excel has made a date or time of this ({text}); set the cell's format to {needed} and "
        "write it again"
    )


def plain_number(number: float) -> int | float:
    """A whole number without its point, as YAML would have it."""
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _clock(value: date | time | timedelta) -> str:
    """A time of day as 09:30; the end of the day as 24:00."""
    if isinstance(value, time):
        seconds = value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    elif isinstance(value, timedelta):
        seconds = value.total_seconds()
    elif value.year == 1900 and not isinstance(value, datetime):
        seconds = 86400.0 * value.day
    else:
        return _date_or_time(value)
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{rest:02}" if rest else "")


def _date_or_time(value: date | time | timedelta) -> str:
    if isinstance(value, timedelta):
        return _clock(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat()


MOST_PROBLEMS = 200


def note_problem(problems: list[Problem], where: str, what: str) -> None:
    """Note something wrong, and go on to find the rest; after very many, that is enough.

    Raises:
        InputError: there are very many.
    """
    problems.append(Problem(where, what))
    if len(problems) >= MOST_PROBLEMS:
        refuse(problems)
