"""The cells of an Excel workbook, opened with care: a file from anyone must do no harm.

The zip is looked through before anything is loaded: how large it unpacks, how many cells there
are and how far apart. What was looked through is what is then read: the parts that matter are
packed again in memory, and nothing else of the file is used.
"""

import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from sim.place.problems import InputError, Problem, input_error

MAX_FILE_BYTES = 10_000_000
MAX_UNPACKED_BYTES = 50_000_000
MAX_PARTS = 2_000
MAX_WRITTEN_CELLS = 300_000
MAX_LISTED_CELLS = 1_500_000
MAX_ROWS = 100_000
MAX_COLUMNS = 300
MAX_AREA = 2_000_000
MAX_TEXT = 20_000_000
INSTALL = "install it with: pip install 'careflow[office]'"

CellValue = str | int | float | bool | date | datetime | time | timedelta


@dataclass
class Book:
    """An open workbook: the names of its sheets, and the cells of each on request."""

    path: Path
    names: tuple[str, ...]
    filled: frozenset[str]
    """The names of the sheets that are not blank."""
    _calamine: Any
    _faults: dict[str, list[tuple[str, str]]]

    def at(self, sheet: str, row: int, column: int) -> str:
        """Where a cell stands, rows and columns counted from 0: ``place.xlsx: Settings!C5``."""
        return f"{self.path}: {sheet}!{column_letters(column)}{row + 1}"

    def rows(self, sheet: str) -> list[list[CellValue]]:
        """The cells of a sheet from A1 on, row by row; a blank cell is empty text.

        Raises:
            InputError: a cell holds an error such as #N/A, or a formula not worked out.
        """
        faults = self._faults.get(sheet)
        if faults:
            raise InputError(Problem(f"{self.path}: {sheet}!{cell}", what) for cell, what in faults)
        rows: list[list[CellValue]] = _guarded(
            self.path,
            lambda: self._calamine.get_sheet_by_name(sheet).to_python(skip_empty_area=False),
        )
        return rows


def column_letters(column: int) -> str:
    """A column's letters, counted from 0.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def open_workbook(path: Path) -> Book:
    """Open an Excel workbook (.xlsx) for reading its values; formulas give their last results.

    Raises:
        InputError: no such file, not a workbook, encrypted, too large once unpacked, or the
            package that reads workbooks is not installed.
    """
    try:
        import python_calamine
    except ImportError:
        raise input_error(path, f"reading a workbook needs python-calamine; {INSTALL}") from None
    parts = _parts(path, _bytes(path))
    part_of = _sheet_parts(path, parts)
    seen = _look_through(path, parts, {part: name for name, part in part_of.items()})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as again:
        for name, content in parts.items():
            again.writestr(zipfile.ZipInfo(name), content)
    packed.seek(0)
    calamine = _guarded(path, lambda: python_calamine.CalamineWorkbook.from_filelike(packed))
    names = tuple(name for name in calamine.sheet_names if name in part_of)
    return Book(path, names, frozenset(seen.filled), calamine, seen.faults)


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise input_error(path, "no such file" if not path.exists() else "not a file")
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise input_error(path, f"the file has {size:,} bytes; allowed: {MAX_FILE_BYTES:,}")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise input_error(path, f"can't be read: {getattr(error, 'strerror', error)}") from None


def _parts(path: Path, content: bytes) -> dict[str, bytes]:
    """The XML parts of the workbook, unpacked within bounds."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise input_error(
            path,
            "an old Excel file (.xls), or one with a password; save it as an Excel workbook "
            "(.xlsx) without a password",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
            if len(members) > MAX_PARTS:
                raise input_error(path, f"too many parts in the file; allowed: {MAX_PARTS:,}")
            size = sum(member.file_size for member in members)
            if size > MAX_UNPACKED_BYTES:
                raise input_error(
                    path,
                    f"the workbook unpacks to {size:,} bytes; allowed: {MAX_UNPACKED_BYTES:,}",
                )
            parts = {
                member.filename: packed.read(member)
                for member in members
                if member.filename.lower().endswith((".xml", ".rels"))
            }
    except InputError:
        raise
    except Exception:  # zipfile raises a dozen kinds on a file that is not what it says
        raise _not_a_workbook(path) from None
    if "xl/workbook.xml" not in parts:
        raise _not_a_workbook(path)
    parts.pop("content.xml", None)  # so that it can't be taken for an OpenDocument file
    return parts


def _not_a_workbook(path: Path) -> InputError:
    return input_error(path, "not an Excel workbook (.xlsx) that can be read")


@dataclass
class _Seen:
    """What looking through the parts has found."""

    texts: list[int] = field(default_factory=list)
    """The length of each shared text."""
    text_uses: Counter[int] = field(default_factory=Counter)
    faults: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Sheet → cells that hold no value to read, each with what is wrong."""
    filled: set[str] = field(default_factory=set)
    listed: int = 0
    written: int = 0
    area: int = 0

    def count_text(self) -> int:
        """How much text the cells hold, shared texts counted for each use."""
        return sum(
            self.texts[index] * uses
            for index, uses in self.text_uses.items()
            if index < len(self.texts)
        )


def _look_through(path: Path, parts: dict[str, bytes], sheet_in: dict[str, str]) -> _Seen:
    """Count cells and text, part by part, before any of it is loaded."""
    seen = _Seen()
    for name, content in parts.items():
        look = _Look(path, sheet_in.get(name, name), seen)
        try:
            look.parse(content)
        except (ExpatError, ValueError):
            raise _not_a_workbook(path) from None
        if look.last_row:
            seen.filled.add(look.sheet)
        seen.area += look.last_row * look.last_column
        if seen.area > MAX_AREA:
            raise input_error(path, "the cells are too far apart; keep each table at its top left")
    if seen.count_text() > MAX_TEXT:
        raise input_error(path, f"more than {MAX_TEXT:,} letters in the workbook")
    return seen


_REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")


class _Look:
    """Reads one part's XML as a stream: where its written cells are, and how long its texts."""

    def __init__(self, path: Path, sheet: str, seen: _Seen) -> None:
        self.path, self.sheet, self.seen = path, sheet, seen
        self.last_row = self.last_column = 0
        self._row = self._column = 0
        self._cell = ""
        self._kind: str | None = None
        self._text: list[str] = []
        self._has_value = self._has_formula = False
        self._text_length = 0

    def parse(self, content: bytes) -> None:
        parser = _parser()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.Parse(content, True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag.rpartition(":")[2]:
            case "row":
                self._row = int(attributes.get("r", self._row + 1))
                self._column = 0
            case "c":
                self._start_cell(attributes)
            case "v" | "is":
                self._has_value = True
                self._text.clear()
            case "f":
                self._has_formula = True
            case "si":
                self._text_length = 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.seen.listed += 1
        if self.seen.listed > MAX_LISTED_CELLS:
            raise input_error(self.path, f"more than {MAX_LISTED_CELLS:,} cells")
        self._column += 1
        self._row = max(self._row, 1)
        reference = attributes.get("r")
        if reference is not None:
            found = _REFERENCE.fullmatch(reference)
            if not found:
                raise ValueError(reference)
            self._column = 0
            for letter in found[1].upper():
                self._column = self._column * 26 + ord(letter) - ord("A") + 1
            self._row = int(found[2])
        self._cell = f"{column_letters(self._column - 1)}{self._row}"
        self._kind = attributes.get("t")
        self._has_value = self._has_formula = False
        self._text.clear()

    def _characters(self, text: str) -> None:
        self._text_length += len(text)
        if self._has_value and (self._has_formula or self._kind in ("s", "e")):
            self._text.append(text)

    def _end(self, tag: str) -> None:
        match tag.rpartition(":")[2]:
            case "si":
                self.seen.texts.append(self._text_length)
            case "v" if self._has_formula and self._kind != "str" and not self._text:
                self._has_value = False  # as programs write a formula that they do not work out
            case "v" if self._kind == "s":
                self.seen.text_uses[int("".join(self._text))] += 1
            case "v" if self._kind == "e":
                text = "".join(self._text)[:20]
                self._fault(f"the cell holds the error {text}; mend its formula or write a value")
            case "c":
                self._end_cell()

    def _end_cell(self) -> None:
        if self._has_formula and not self._has_value:
            self._fault(
                "the formula here has no result yet; open the workbook in Excel, save it and try "
                "again, or write the value"
            )
        if not self._has_value:
            return
        self.seen.written += 1
        if self.seen.written > MAX_WRITTEN_CELLS:
            raise input_error(self.path, f"more than {MAX_WRITTEN_CELLS:,} cells are filled in")
        self.last_row = max(self.last_row, self._row)
        self.last_column = max(self.last_column, self._column)
        if self.last_row > MAX_ROWS or self.last_column > MAX_COLUMNS:
            raise input_error(
                f"{self.path}: {self.sheet}!{self._cell}",
                f"a cell is filled in beyond row {MAX_ROWS:,} or column "
                f"{column_letters(MAX_COLUMNS - 1)}",
            )

    def _fault(self, what: str) -> None:
        self.seen.faults.setdefault(self.sheet, []).append((self._cell, what))


def _sheet_parts(path: Path, parts: dict[str, bytes]) -> dict[str, str]:
    """Sheet name → the part that holds it."""
    try:
        relations = _elements(parts.get("xl/_rels/workbook.xml.rels", b""), "Relationship")
        sheets = _elements(parts["xl/workbook.xml"], "sheet")
    except (ExpatError, ValueError):
        raise _not_a_workbook(path) from None
    targets: dict[str, str] = {}
    for relation in relations:
        target = relation.get("Target", "")
        name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        targets[relation.get("Id", "")] = name
    names: dict[str, str] = {}
    for sheet in sheets:
        identity = next((v for k, v in sheet.items() if k.rpartition(":")[2] == "id"), "")
        if sheet.get("name", "") in names:
            raise _not_a_workbook(path)
        names[sheet.get("name", "")] = targets.get(identity, "")
    if len(set(names.values())) < len(names):
        raise _not_a_workbook(path)  # one part under two names
    return names


def _elements(content: bytes, wanted: str) -> list[dict[str, str]]:
    """The attributes of every element of one name."""
    found: list[dict[str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == wanted:
            found.append(attributes)

    parser = _parser()
    parser.StartElementHandler = start
    if content:
        parser.Parse(content, True)
    return found


def _parser() -> XMLParserType:
    """An XML parser that refuses document types, and so entities and their bombs."""
    parser = ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> None:
    raise ValueError("a workbook has no document type")


def _guarded(path: Path, read: Any) -> Any:
    """What calamine reads; whatever it raises, a panic included, is an error of the file."""
    try:
        return read()
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise _not_a_workbook(path) from None
        raise
