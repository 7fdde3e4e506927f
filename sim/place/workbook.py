"""A place as an Excel workbook, for people whose tables are there: one sheet a table.

Reading gives the same plain tree as the YAML of the same place, so that levers, rules and errors
work alike; an error names its sheet and cell. What the sheets look like is in
``workbook_tables.py``.
"""

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sim.place.document import Document, Mark
from sim.place.problems import input_error, refuse
from sim.place.reasons import REASONS
from sim.place.workbook_cells import INSTALL, open_workbook
from sim.place.workbook_reading import Reading, read_place
from sim.place.workbook_rows import Scalar, rows_in
from sim.place.workbook_tables import (
    ALLOWED_WORDS,
    NOTED,
    PLACE_ITEMS,
    READ_ME,
    SHEETS,
    Column,
    Kind,
    Sheet,
    noted_column,
    noted_heading,
)
from sim.place.workbook_writing import Row, Rows, rows_of


def read_workbook(path: Path) -> Document:
    """Read a place from a workbook: formulas by their last results, blank rows skipped.

    Raises:
        InputError: not a workbook, too large, or with sheets, headings or cells that can't be
            read; each problem with its sheet and cell.
    """
    book = open_workbook(path)
    document = Document(path, None)
    at = book.at("Place", 0, 0)
    document.marks[()] = Mark(at, at)
    reading = Reading(document)
    rows = rows_in(book, reading.problems)
    refuse(reading.problems)
    read_place(reading, rows)
    refuse(reading.problems)
    document.tree = reading.tree
    return document


def write_workbook(path: Path, tree: object) -> None:
    """Write a place's plain tree as a workbook; the same tree gives the same bytes.

    Raises:
        InputError: the tree is not a place's, the file can't be written, or the package that
            writes workbooks is not installed.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise input_error(path, f"writing a workbook needs xlsxwriter; {INSTALL}") from None
    rows = rows_of(tree)
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True})
    workbook.set_properties({"title": "A place for careflow", "created": datetime(2000, 1, 1)})
    look = _Look(workbook)
    _write_read_me(workbook, look)
    for sheet in SHEETS:
        _write_sheet(workbook, look, sheet, rows[sheet.name])
    _write_allowed_words(workbook, look, rows)
    workbook.get_worksheet_by_name(READ_ME).activate()
    workbook.close()
    try:
        path.write_bytes(content.getvalue())
    except OSError as error:
        hint = " (is it open in Excel?)" if isinstance(error, PermissionError) else ""
        raise input_error(path, f"can't be written: {error.strerror}{hint}") from None


LAST_ROW = 1000
"""Drop-downs reach this far down each sheet."""
LISTED = 700
_WIDEST = 56


class _Look:
    """The formats of the workbook; nothing is said by colour alone."""

    def __init__(self, workbook: Any) -> None:
        heading = {"text_wrap": True, "valign": "top", "bottom": 2, "bg_color": "#E4E4E4"}
        self.required = workbook.add_format({**heading, "bold": True})
        self.heading = workbook.add_format(heading)
        self.noted = workbook.add_format({**heading, "italic": True})
        self.title = workbook.add_format({"bold": True, "font_size": 16})
        self.wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.link = workbook.add_format({"underline": 1, "valign": "top"})
        self.bold = workbook.add_format({"bold": True, "valign": "top"})
        self._kinds = {
            "date": workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            "clock": workbook.add_format({"num_format": "@"}),
            "name": workbook.add_format({"num_format": "@"}),
        }

    def of(self, column: Column) -> Any:
        """The format of a column's cells; names and times are text, so that Excel keeps them."""
        return self._kinds.get(column.kind)

    def of_heading(self, sheet: Sheet, column: Column) -> Any:
        """Bold for what must be filled in, italic for what says where a number comes from."""
        if column.heading not in sheet.headings():
            return self.noted
        return self.required if column.required else self.heading


def _write_sheet(workbook: Any, look: _Look, sheet: Sheet, rows: list[Row]) -> None:
    from xlsxwriter.utility import xl_range

    page = workbook.add_worksheet(sheet.name)
    columns = _columns_of(sheet, rows)
    own = len(sheet.columns)
    for place, column in enumerate(columns):
        page.write_string(0, place, column.heading, look.of_heading(sheet, column))
        lines = column.note.count("\n") + len(column.note) // 38 + 2
        page.write_comment(
            0, place, column.note, {"x_scale": 2, "y_scale": max(1.0, lines / 5), "author": ""}
        )
        page.set_column(
            place, place, _width(column, rows), look.of(column), {"level": int(place >= own)}
        )
        if column.words or column.names_on or column.heading in _LISTS:
            page.data_validation(1, place, LAST_ROW, place, _drop_down(column))
    for line, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            if column.heading in row:
                _write_cell(page, line, place, row[column.heading], look.of(column), column.kind)
    if sheet.name == "Place":
        _finish_place(page, look, rows)
    names = [place for place, column in enumerate(columns) if column.kind == "name"]
    if names:  # a name such as 7 is text on purpose
        ranges = (xl_range(1, place, LAST_ROW, place) for place in names)
        page.ignore_errors({"number_stored_as_text": " ".join(ranges)})
    page.set_row(0, 34)
    page.freeze_panes(1, max(1, len(sheet.key)))
    page.repeat_rows(0)
    page.hide_gridlines(0)
    width = sum(_width(column, rows) for column in columns)
    _set_paper(page, fit=sheet.name == "Place" or width < _PAGE_WIDTH)
    if width >= _PAGE_WIDTH:
        page.set_print_scale(60)
        page.repeat_columns(0)


_PAGE_WIDTH = 170


def _set_paper(page: Any, *, fit: bool) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.set_header("&C&A")
    page.set_footer("&CPage &P of &N")
    if fit:
        page.fit_to_pages(1, 0)


def _height(text: str) -> float:
    """The height of a row that holds this text in the wide column."""
    lines = sum(1 + len(line) // 94 for line in text.split("\n"))
    return min(15.0 * lines + 2, 400.0)


def _columns_of(sheet: Sheet, rows: list[Row]) -> list[Column]:
    """The sheet's own columns, then those on sources that are always there or used."""
    used = {heading for row in rows for heading in row}
    quantiles = sorted(
        heading for heading in used if heading.startswith("quantile ") and heading.count(" ") == 1
    )
    columns = [*sheet.columns, *filter(None, map(sheet.column, quantiles))]
    for column in tuple(columns):
        always = column.heading in sheet.always_noted
        for part in NOTED:
            if noted_heading(column.heading, part) in used or (always and part != "unit"):
                columns.append(noted_column(column.heading, part))
    return columns


def _width(column: Column, rows: list[Row]) -> float:
    widest = max((len(str(row.get(column.heading, ""))) for row in rows), default=0)
    by_word = max(len(word) for word in column.heading.split())
    return min(max(widest + 2, by_word + 3, 8), _WIDEST)


class _Exact(float):
    """A float that is written with all its figures; the writer itself stops at 16."""

    def __format__(self, _: str) -> str:
        return repr(float(self)).upper()


def _write_cell(page: Any, line: int, place: int, value: Scalar, look: Any, kind: Kind) -> None:
    day = _excel_date(value) if kind == "date" else None
    if day is not None:
        page.write_datetime(line, place, day, look)
    elif isinstance(value, bool):
        page.write_string(line, place, "yes" if value else "no", look)
    elif isinstance(value, str):
        page.write_string(line, place, value, look)
    else:
        page.write_number(line, place, _Exact(value), look)


def _excel_date(value: Scalar) -> date | None:
    """A date that Excel can hold as one; others stay text."""
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return None
    return day if day.year > 1900 and day.isoformat() == value else None


def _finish_place(page: Any, look: _Look, rows: list[Row]) -> None:
    """The sheet Place has values of several kinds in one column."""
    page.set_column(1, 1, 95, look.wrapped)
    for line, row in enumerate(rows, start=1):
        column = PLACE_ITEMS[str(row["item"])]
        page.set_row(line, _height(str(row.get("value", ""))))
        page.write_string(line, 0, column.heading, look.bold)
        page.write_comment(line, 0, column.note, {"x_scale": 2, "y_scale": 1.2, "author": ""})
        if "value" in row and column.kind == "date":
            _write_cell(page, line, 1, row["value"], look.of(column), "date")
        elif "value" in row:
            page.write_string(line, 1, str(row["value"]), look.wrapped)
        if column.words:
            page.data_validation(line, 1, line, 1, _drop_down(column))


# --- drop-downs, and the sheet that holds the longer lists ---------------------------------------


_LISTS = {
    "reason": f"='{ALLOWED_WORDS}'!$A$2:$A${len(REASONS) + 1}",
    "capacity_reason": f"='{ALLOWED_WORDS}'!$A$2:$A${len(REASONS) + 1}",
    "route": f"=OFFSET('{ALLOWED_WORDS}'!$F$2,0,0,MAX(1,COUNTA(Settings!$A$2:$A${LAST_ROW})"
    f"+COUNTA(Exits!$A$2:$A${LAST_ROW})),1)",
}
_LISTS["to"] = _LISTS["route"]


def _drop_down(column: Column) -> dict[str, Any]:
    """A list to choose from; Excel warns of other words but takes them, as names may come later."""
    if column.kind == "clock" or column.kind == "date":
        return {"validate": "any"}
    source: Any = list(column.words)
    if column.names_on:
        names = f"'{column.names_on}'!$A$2"
        source = f"=OFFSET({names},0,0,MAX(1,COUNTA({names}:$A${LAST_ROW})),1)"
    elif column.heading in _LISTS:
        source = _LISTS[column.heading]
    return {
        "validate": "list",
        "source": source,
        "error_type": "warning",
        "error_title": "Is this right?",
        "error_message": "This is not in the list. See the note on the heading.",
        "show_error": column.heading not in ("route", "days", "unit"),
    }


def _write_allowed_words(workbook: Any, look: _Look, rows: Rows) -> None:
    """The delay reasons with their meaning, and every setting and exit that a route may go to."""
    page = workbook.add_worksheet(ALLOWED_WORDS)
    for place, (heading, width) in enumerate(
        (("reason", 32), ("its title", 62), ("group", 28), ("usual body", 14), ("", 4),
         ("settings and exits", 32))
    ):  # fmt: skip
        page.set_column(place, place, width)
        if heading:
            page.write_string(0, place, heading, look.heading)
    for line, reason in enumerate(REASONS.values(), start=1):
        for place, word in enumerate((reason.code, reason.title, reason.group, reason.body)):
            page.write_string(line, place, word)
    settings, exits = f"Settings!$A$2:$A${LAST_ROW}", f"Exits!$A$2:$A${LAST_ROW}"
    names = [str(row["setting"]) for row in rows["Settings"]]
    names += [str(row["exit"]) for row in rows["Exits"]]
    for line in range(1, LISTED + 1):
        formula = (
            f"=IF({line}<=COUNTA({settings}),INDEX({settings},{line}),"
            f"IF({line}<=COUNTA({settings})+COUNTA({exits}),"
            f'INDEX({exits},{line}-COUNTA({settings})),""))'
        )
        page.write_formula(line, 5, formula, None, names[line - 1] if line <= len(names) else "")
    page.freeze_panes(1, 1)
    page.print_area(0, 0, len(REASONS), 3)
    _set_paper(page, fit=True)


# --- the first sheet -----------------------------------------------------------------------------

_HOW_TO = (
    "A place is described here, one sheet for each table. Change a number, save the workbook, and "
    "run: careflow check, with the name of this file. Errors name the sheet and the cell.",
    "Rest the pointer on a heading for its meaning, unit and allowed values. Bold headings must be "
    "filled in. Columns may change places, and blank rows are skipped.",
    "A short name, such as that of a setting, is the same on every sheet where it is used; the "
    "drop-downs offer the names there are.",
    "Any number may say where it comes from, in columns of its own to the right, in italics: for "
    "beds these are beds low, beds high, beds unit, beds source, beds certainty and beds note. "
    "Add such a column for any number by writing its heading.",
    "Lengths of stay and of tasks vary from person to person: choose a family, then fill in its "
    "numbers (the note on family says which). A fixed length needs only value and unit.",
    "CSV files that are named here lie beside this workbook.",
    "Sheets of your own are welcome where their names begin with Notes. They are not read, and nor "
    "are this sheet and Allowed words.",
)


def _write_read_me(workbook: Any, look: _Look) -> None:
    page = workbook.add_worksheet(READ_ME)
    page.set_column(0, 0, 22)
    page.set_column(1, 1, 95, look.wrapped)
    page.write_string(0, 0, "A place, as a workbook", look.title)
    page.set_row(0, 24)
    line = 2
    for text in _HOW_TO:
        page.write_string(line, 1, text, look.wrapped)
        page.set_row(line, _height(text))
        line += 1
    line += 1
    page.write_string(line, 0, "The sheets", look.bold)
    for sheet in SHEETS:
        line += 1
        must = " Must be there." if sheet.required else ""
        page.write_url(line, 0, f"internal:'{sheet.name}'!A1", look.link, sheet.name)
        page.write_string(line, 1, sheet.about + must, look.wrapped)
        page.set_row(line, _height(sheet.about + must))
    page.hide_gridlines(2)
    _set_paper(page, fit=True)
