"""Numbers that a place takes from a CSV file beside it."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Literal, TypeVar

from pydantic import Field, PrivateAttr, ValidationInfo, model_validator

from sim.place.document import read_text
from sim.place.numbers import MAX_NUMBER, Noted, wrong
from sim.place.problems import InputError, did_you_mean, one_of

MAX_CSV_BYTES = 20_000_000
MAX_ROWS = 200_000
_T = TypeVar("_T")


def safe_file(folder: Path, name: str) -> Path:
    """The file of this name inside a folder.

    Raises:
        PydanticCustomError: the name is absolute, climbs out of the folder, or follows a link out.
    """
    parts = PurePosixPath(name.replace("\\", "/"))
    inside = folder.resolve()
    if parts.is_absolute() or ".." in parts.parts or ":" in name or "\x00" in name:
        raise wrong(f"{name[:80]!r} is outside the folder of this file; allowed: files inside it")
    path = folder / parts
    try:
        leads_out = not path.resolve().is_relative_to(inside)
    except (OSError, RuntimeError, ValueError):
        raise wrong(f"{name[:80]!r} can't be followed: too long, or a link to itself") from None
    if leads_out:
        raise wrong(f"{name[:80]!r} leads outside the folder of this file")
    return path


class CsvColumn(Noted):
    """One column of numbers in a CSV file in the place's own folder."""

    file: str = Field(description="The CSV file, inside the folder of this place.", max_length=200)
    column: str = Field(description="The column's heading.", max_length=200)

    _values: tuple[float, ...] = PrivateAttr(())

    @property
    def values(self) -> tuple[float, ...]:
        """The numbers of the column, in the file's order."""
        return self._values

    @model_validator(mode="after")
    def _read(self, info: ValidationInfo) -> "CsvColumn":
        self._values = tuple(_number(text, where) for text, where in self._cells(info, self.column))
        return self

    def _cells(self, info: ValidationInfo, *columns: str) -> list[tuple[str, str]]:
        """(text, where it stands) of each row; with several columns, cells come in turn."""
        folder = (info.context or {}).get("folder")
        if folder is None:
            return []
        return _column_cells(safe_file(folder, self.file), columns)


class DailyNumbers(CsvColumn):
    """People a day from a CSV file with a date column: means of each day, or the counts."""

    dates: str = Field("date", description="The heading of the date column (YYYY-MM-DD).")
    are: Literal["means", "counts"] = Field(
        "means",
        description="means = the day's mean, the count is drawn (Poisson); counts = as they are.",
    )

    _by_date: dict[date, float] = PrivateAttr(default_factory=dict)

    @property
    def by_date(self) -> dict[date, float]:
        """Number by date."""
        return self._by_date

    @model_validator(mode="after")
    def _read(self, info: ValidationInfo) -> "DailyNumbers":
        cells = self._cells(info, self.dates, self.column)
        by_date: dict[date, float] = {}
        for (day_text, day_where), (text, where) in zip(cells[::2], cells[1::2], strict=True):
            day = _iso_date(day_text, day_where)
            if day in by_date:
                raise wrong(f"{day_where}: the date {day} is here twice")
            by_date[day] = _number(text, where)
            if self.are == "counts" and by_date[day] != int(by_date[day]):
                raise wrong(f"{where}: {text} is not a whole number; counts must be")
        self._by_date = by_date
        self._values = tuple(by_date.values())
        return self


def _column_cells(path: Path, columns: tuple[str, ...]) -> list[tuple[str, str]]:
    """The cells of some columns, row by row, each with its ``file:line``."""
    try:
        text = read_text(path, MAX_CSV_BYTES)
    except InputError as error:
        raise wrong(str(error)) from None
    rows = csv.reader(text.splitlines())
    try:
        heading = [name.strip() for name in next(rows, [])]
        places = [_place_of(path, heading, column) for column in columns]
        cells: list[tuple[str, str]] = []
        for row in rows:
            where = f"{path}:{rows.line_num}"
            if not any(cell.strip() for cell in row):
                continue
            if rows.line_num > MAX_ROWS:
                raise wrong(f"{where}: more than {MAX_ROWS:,} rows")
            if len(row) != len(heading):
                raise wrong(f"{where}: {len(row)} cells where the heading has {len(heading)}")
            cells.extend((row[place].strip(), where) for place in places)
    except csv.Error as error:
        raise wrong(f"{path}:{rows.line_num}: not a CSV file: {error}") from None
    if not cells:
        raise wrong(f"{path}: the file has no rows of numbers")
    return cells


def _place_of(path: Path, heading: list[str], column: str) -> int:
    if heading.count(column) != 1:
        problem = "no column" if column not in heading else "more than one column"
        hint = did_you_mean(column, heading) if column not in heading else ""
        raise wrong(f"{path}:1: {problem} {column!r}; columns here: {one_of(heading)}{hint}")
    return heading.index(column)


def _number(text: str, where: str) -> float:
    """A number of 0 or more from a cell."""
    wanted = f"a number from 0 to {MAX_NUMBER:,.0f}"
    return _parse(text, where, float, wanted, lambda x: 0 <= x <= MAX_NUMBER)


def _iso_date(text: str, where: str) -> date:
    return _parse(text, where, date.fromisoformat, "a date as YYYY-MM-DD", lambda _: True)


def _parse(
    text: str, where: str, read: Callable[[str], _T], wanted: str, allowed: Callable[[_T], bool]
) -> _T:
    try:
        value = read(text)
    except ValueError:
        raise wrong(f"{where}: {text[:40]!r} is not {wanted}") from None
    if not allowed(value):
        raise wrong(f"{where}: {text[:40]!r} is not {wanted}")
    return value
