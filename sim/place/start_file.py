"""A start state from a CSV file: one row for each person, or for several who are alike.

The rows become the ``people`` and ``waiting`` of the place's start, as if they stood in its YAML,
so every rule holds for them too; what is wrong is said with the file, the row and the column.
"""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from sim.place.csv_columns import MAX_CSV_BYTES, safe_file
from sim.place.document import Document, Keys, Mark, Tree, read_text
from sim.place.problems import Problem, did_you_mean, input_error, one_of, refuse

MAX_ROWS = 10_000
"""Rows in one start state; each may stand for many people."""
THERE, WAITING = "there", "waiting"

COLUMNS: dict[str, str] = {
    "status": "there (still needing the setting) or waiting (ready to leave it, or at its door)",
    "setting": "where they are; blank for people who wait at the front door",
    "outlier_in": "for outliers: the setting whose bed they have meanwhile",
    "group": "their group",
    "locality": "where they live; blank: by the group's shares",
    "number": "how many people the row stands for; blank: 1",
    "route": "the way on: the one they wait to take, or for people there the one expected",
    "waiting_for": "in place of route: the setting that they wait for",
    "task": "the first task of arranging that is not done; blank while waiting: all is arranged",
    "also_done": "later tasks, also of the hand-over, that are done already, with ; between them",
    "days_waited": "waiting: days since ready, or since asking for the space if all is arranged",
    "days_there": "days in the setting so far; for people waiting, before they began to wait",
    "expected_in": "there: days until the expected date; below 0 if it has passed",
    "days_left": "there: days still needed, or a rule: equilibrium, given days there, fresh, "
    "uniform from one day; blank: given days there if that is filled in, else equilibrium",
}
"""Every column, and what stands in it. Only status, setting and group must be there."""
NEEDED = ("status", "setting", "group")
NUMBERS = ("number", "days_waited", "days_there", "expected_in", "days_left")
NOT_FOR = {THERE: ("waiting_for", "days_waited"), WAITING: ("expected_in", "days_left")}


@dataclass(frozen=True)
class StartRow:
    """A row of the file: what is written in each column, and where it stands."""

    file: Path
    line: int
    cells: dict[str, str]
    """The cells that are not blank, by heading."""

    def at(self, heading: str = "") -> str:
        """Where a cell stands, or the row: ``file:row:column``."""
        return ":".join(filter(None, [str(self.file), str(self.line), heading]))


def with_start_file(document: Document) -> Document:
    """A place's document with the rows of its start file, if it names one, as if written in it.

    Raises:
        InputError: the file can't be read, or a cell of it can't be what it says.
    """
    tree = document.tree
    start = tree.get("start") if isinstance(tree, dict) else None
    name = start.get("file") if isinstance(start, dict) else None
    if not isinstance(tree, dict) or not isinstance(start, dict) or not isinstance(name, str):
        return document
    try:
        path = safe_file(document.path.parent, name)
    except PydanticCustomError as error:
        raise input_error(document.where(("start", "file")), str(error)) from None
    kept = {key: inside for key, inside in start.items() if key != "file"}
    return _with_rows(document, tree, kept, read_start(path))


def starting_from(document: Document, path: Path) -> Document:
    """A place's document that starts from a file's rows, in place of whatever its own start is.

    Raises:
        InputError: the file can't be read, or a cell of it can't be what it says.
    """
    rows = read_start(path)
    if not isinstance(document.tree, dict):
        return document
    marks = {keys: mark for keys, mark in document.marks.items() if keys[:1] != ("start",)}
    marks["start",] = Mark(str(path), str(path))
    bare = Document(document.path, document.tree, marks, document.changed)
    return _with_rows(bare, document.tree, {}, rows)


def read_start(path: Path) -> list[StartRow]:
    """The rows of a start file, with its columns checked.

    Raises:
        InputError: the file can't be read, is too long, or its columns are not those of a start.
    """
    lines = csv.reader(read_text(path, MAX_CSV_BYTES).splitlines())
    try:
        heading = [name.strip() for name in next(lines, [])]
        refuse(_wrong_heading(path, heading))
        rows: list[StartRow] = []
        for line in lines:
            if not any(cell.strip() for cell in line):
                continue
            if len(line) != len(heading):
                what = f"{len(line)} cells where the heading has {len(heading)}"
                raise input_error(f"{path}:{lines.line_num}", what)
            if len(rows) == MAX_ROWS:
                what = (
                    f"more than {MAX_ROWS:,} rows; write people who are alike in one, with number"
                )
                raise input_error(f"{path}:{lines.line_num}", what)
            cells = {name: cell.strip() for name, cell in zip(heading, line, strict=True)}
            filled = {name: cell for name, cell in cells.items() if cell}
            rows.append(StartRow(path, lines.line_num, filled))
    except csv.Error as error:
        raise input_error(f"{path}:{lines.line_num}", f"not a CSV file: {error}") from None
    if not rows:
        raise input_error(path, "the file has no rows, so nobody would be there")
    return rows


def _wrong_heading(path: Path, heading: list[str]) -> Iterator[Problem]:
    """Columns that are not known, are there twice, or are missing."""
    for i, name in enumerate(heading):
        if name not in COLUMNS:
            hint = did_you_mean(name, COLUMNS)
            what = f"unknown column {name[:60]!r}; allowed: {one_of(COLUMNS)}{hint}"
            yield Problem(f"{path}:1", what)
        elif name in heading[:i]:
            yield Problem(f"{path}:1", f"the column {name!r} is here twice")
    for name in NEEDED:
        if name not in heading:
            yield Problem(f"{path}:1", f"no column {name!r}: {COLUMNS[name]}")


def _with_rows(
    document: Document, tree: dict[str, Tree], start: dict[str, Tree], rows: list[StartRow]
) -> Document:
    """The document with these rows after those that its start has already."""
    lists: dict[str, list[Tree]] = {}
    for name in ("people", "waiting"):
        written = start.get(name, [])
        if not isinstance(written, list):  # the schema says what is wrong with it
            return document
        lists[name] = list(written)
    marks = dict(document.marks)
    for name in lists:
        marks.setdefault(("start", name), Mark(str(rows[0].file), str(rows[0].file)))
    problems: list[Problem] = []
    for row in rows:
        wrong = list(_wrong_cells(row))
        problems += wrong
        if wrong:
            continue
        part = "people" if row.cells["status"] == THERE else "waiting"
        keys: Keys = ("start", part, len(lists[part]))
        marks[keys] = Mark(row.at(), row.at())
        lists[part].append(dict(_values(row, keys, marks)))
    refuse(problems)
    whole: dict[str, Tree] = {**tree, "start": {**start, **lists}}
    return Document(document.path, whole, marks, document.changed, document.base)


def _wrong_cells(row: StartRow) -> Iterator[Problem]:
    """What is wrong in a row by itself; names are looked up when the whole place is known."""
    status = row.cells.get("status", "")
    if status not in NOT_FOR:
        hint = did_you_mean(status, NOT_FOR)
        yield Problem(
            row.at("status"), f"{status[:40]!r} is not allowed; allowed: {one_of(NOT_FOR)}{hint}"
        )
    for name in NOT_FOR.get(status, ()):
        if name in row.cells:
            yield Problem(row.at(name), f"{name} is not for people {status}: {COLUMNS[name]}")
    if "group" not in row.cells:
        yield Problem(row.at("group"), "nothing is written; needed: a group of the place")
    if status == THERE and "setting" not in row.cells:
        yield Problem(row.at("setting"), "nothing is written; needed: the setting they are in")
    for name in NUMBERS:
        text = row.cells.get(name)
        if text is None or (name == "days_left" and _number(text) is None):
            continue  # a rule's words, which the schema knows
        number = _number(text)
        if number is None and name == "expected_in":
            yield Problem(row.at(name), f"{text[:40]!r} is not a number")
        elif number is None or (number < 0 and name != "expected_in"):
            yield Problem(row.at(name), f"{text[:40]!r} is not a number of 0 or more")
        elif name == "number" and number != int(number):
            yield Problem(row.at(name), f"{text[:40]!r} is not a whole number")


def _values(row: StartRow, keys: Keys, marks: dict[Keys, Mark]) -> Iterator[tuple[str, Tree]]:
    """What a row says, key by key as in YAML, noting where each stands."""
    for name, text in row.cells.items():
        if name == "status":
            continue
        key = "stay_left" if name == "days_left" else name
        marks[(*keys, key)] = Mark(row.at(name), row.at(name))
        number = _number(text) if name in NUMBERS else None
        value: Any = text if number is None else number
        if name == "number" and number is not None:
            value = int(number)
        if name == "also_done":
            value = [part.strip() for part in text.split(";") if part.strip()]
            for i in range(len(value)):
                marks[(*keys, key, i)] = marks[(*keys, key)]
        yield key, value
    if "number" not in row.cells:
        yield "number", 1


def _number(text: str) -> float | None:
    """A number from a cell; None where it is none that can be used."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def write_start(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Write a start file: its columns, then a row for each of these.

    Raises:
        OSError: the file can't be written.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(COLUMNS)
        for row in rows:
            lines.writerow(_text(row.get(name)) for name in COLUMNS)


def _text(value: object) -> str:
    """A cell as it is written; lengths of time to a thousandth of a day, a minute and a half."""
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, tuple | list):
        return "; ".join(str(part) for part in value)
    return "" if value is None else str(value)
