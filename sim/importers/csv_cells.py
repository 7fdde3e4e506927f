"""A CSV file from a stranger as cells that know where they stand."""

import csv
import io
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sim.place.document import read_text
from sim.place.problems import Problem, input_error

MAX_BYTES = 5_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 2_000
DELIMITERS = (",", ";", "\t")
NOTHING = ("", "NA")
"""How an empty cell is written, also by R."""


@dataclass(frozen=True)
class Cell:
    """The text of one cell, and where it stands (``file:row:column``)."""

    text: str
    where: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written in it."""
        return self.text in NOTHING


@dataclass
class Cells:
    """The rows of a file, each of the same length, with everything found wrong so far."""

    path: Path
    rows: list[list[Cell]]
    has_decimal_commas: bool
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, cell: Cell, what: str) -> None:
        """Note what is wrong with a cell."""
        self.problems.append(Problem(cell.where, what))

    def number(
        self, cell: Cell, what: str, needed: str, allowed: Callable[[float], bool]
    ) -> float | None:
        """The number in a cell, infinity included; None (and a problem noted) if it is not one."""
        if cell.is_empty:
            self.wrong(cell, f"{what} is empty; needed: {needed}")
            return None
        value = self.plain_number(cell.text)
        if value is None or not allowed(value):
            self.wrong(cell, f"{what} {cell.text[:40]!r} is not allowed; needed: {needed}")
            return None
        return value

    def plain_number(self, text: str) -> float | None:
        """Text as a number; None if it is none."""
        if self.has_decimal_commas and "." not in text:
            text = text.replace(",", ".")
        try:
            value = float(text) if "_" not in text else math.nan
        except ValueError:
            return None
        return None if math.isnan(value) else value


def read_cells(path: Path) -> Cells:
    """The cells of a file with commas, semicolons or tabs between them; blank rows are left out.

    Cells are without spaces around them. Rows that are too short get empty cells; columns that
    are empty throughout, at the end, are left out.

    Raises:
        InputError: the file can't be read, is too large, or is not CSV.
    """
    text = read_text(path, MAX_BYTES)
    delimiter = _delimiter(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[Cell]] = []
    try:
        for row in lines:
            if len(rows) >= MAX_ROWS or len(row) > MAX_COLUMNS:
                raise input_error(
                    f"{path}:{lines.line_num}:1",
                    f"too large: at most {MAX_ROWS:,} rows and {MAX_COLUMNS:,} columns",
                )
            if any(cell.strip() for cell in row):
                line = lines.line_num
                rows.append(
                    [Cell(c.strip(), f"{path}:{line}:{i}") for i, c in enumerate(row, start=1)]
                )
    except csv.Error as error:
        raise input_error(f"{path}:{lines.line_num}:1", f"not a CSV file: {error}") from None
    if not rows:
        raise input_error(f"{path}:1:1", "the file is empty")
    return Cells(path, _of_equal_length(rows), delimiter == ";")


def _delimiter(text: str) -> str:
    """What stands between the cells of the first line that is not blank."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    outside_quotes = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=outside_quotes.count)


def _of_equal_length(rows: list[list[Cell]]) -> list[list[Cell]]:
    width = max((i + 1 for row in rows for i, cell in enumerate(row) if cell.text), default=1)
    whole = []
    for row in rows:
        line = row[0].where.rpartition(":")[0]
        missing = [Cell("", f"{line}:{i + 1}") for i in range(len(row), width)]
        whole.append([*row[:width], *missing])
    return whole
