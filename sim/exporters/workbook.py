"""An Excel workbook with a named table on each sheet: results, definitions and provenance."""

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.exporters.dimensions import Seen, dimensions
from sim.exporters.figures import figures
from sim.exporters.output import new_file
from sim.exporters.source import Source, open_source
from sim.exporters.tables import BY_NAME, Column, Table
from sim.exporters.words import plain
from sim.place.problems import input_error
from sim.place.workbook_cells import INSTALL

SHEETS = (
    "summary", "comparison", "measures", "scenarios", "settings", "groups", "teams",
    "organisations", "reasons",
)  # fmt: skip
MOST_ROWS = 1_048_575
WIDEST = 60


def export_excel(folder: Path, out: Path | None, scenario: str | None, replace: bool) -> list[str]:
    """Write results, definitions and provenance as a workbook; returns what to say of it.

    Raises:
        InputError: not a results folder, no such scenario, something is there, more rows than a
            sheet holds, or the package that writes workbooks is not installed.
    """
    source = open_source(folder, scenario, None)
    try:
        import xlsxwriter
    except ImportError:
        raise input_error("excel", f"writing a workbook needs xlsxwriter; {INSTALL}") from None
    with new_file(folder, out, "results.xlsx", (".xlsx",), replace) as (path, partial):
        content = io.BytesIO()
        as_text = {"strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(content, {"in_memory": True, **as_text})
        book.set_properties({"title": "Results of careflow", "created": datetime(2000, 1, 1)})
        looks = _Looks(book)
        _write_about(book, looks, source)
        frames = dimensions(source, Seen()) | figures(source)
        for name in SHEETS:
            if len(frames[name]) > MOST_ROWS:
                raise input_error(
                    path, f"{name} has more rows than a sheet holds; name one --scenario, or "
                    "export csv or parquet"
                )  # fmt: skip
            if len(frames[name]):
                _write_table(book, looks, BY_NAME[name], frames[name])
        book.close()
        partial.write_bytes(content.getvalue())
    return [f"The workbook is {path}"]


class _Looks:
    """The formats of the workbook."""

    def __init__(self, book: Any) -> None:
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.bold = book.add_format({"bold": True, "valign": "top"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.kinds = {
            "text": book.add_format({"num_format": "@"}),
            "number": book.add_format({"num_format": "#,##0.###"}),
            "whole": book.add_format({"num_format": "0"}),
        }


def _write_table(book: Any, looks: _Looks, table: Table, frame: pd.DataFrame) -> None:
    """One sheet with one table, both of the table's name."""
    page = book.add_worksheet(table.name)
    page.freeze_panes(1, 1)
    for place, column in enumerate(table.columns):
        cells = [_cell(column, value) for value in frame[column.name].tolist()]
        look = looks.kinds.get(column.kind)
        for line, cell in enumerate(cells, start=1):
            if isinstance(cell, str):
                page.write_string(line, place, cell)
            elif isinstance(cell, bool):
                page.write_boolean(line, place, cell)
            elif cell is not None:
                page.write_number(line, place, cell, look)
        width = max(len(column.name) + 4, *(len(str(cell)) for cell in cells))
        page.set_column(place, place, min(width, WIDEST))
    page.add_table(
        0, 0, len(frame), len(table.columns) - 1,
        {"name": table.name, "columns": [{"header": name} for name in table.names]},
    )  # fmt: skip


def _cell(column: Column, value: Any) -> str | float | bool | None:
    """A value as a cell holds it; None for an empty one."""
    if value is None or pd.isna(value) or value == "":
        return None
    if column.kind == "text":
        return plain(str(value))
    if column.kind == "yes/no":
        return bool(value)
    return float(value) if np.isfinite(float(value)) else None


def _write_about(book: Any, looks: _Looks, source: Source) -> None:
    """What was run, with what: enough to run it again."""
    page = book.add_worksheet("about")
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 100)
    manifest = source.results.manifest
    page.write_string(0, 0, plain(manifest["experiment"]), looks.title)
    rows = [
        ("question", manifest["question"]),
        ("place", manifest["place"]),
        ("about the place", manifest["place_about"]),
        ("experiment's file", manifest["file"]),
        ("start date", manifest["start_date"]),
        ("days measured", manifest["days"]),
        ("warm-up days left out", manifest["warm_up"]),
        ("replications", manifest["replications"]),
        ("seed", manifest["seed"]),
        ("careflow", manifest["careflow"]),
        *((name, version) for name, version in manifest["versions"].items()),
        *((f"fingerprint: {each['name']}", each["fingerprint"]) for each in manifest["scenarios"]),
        *(("check that held", title) for title in manifest["checks"]["held"]),
        *(("assumption", text) for text in manifest["assumptions"]),
        ("intervals", "low and high: 95%, over replications; they say nothing of the inputs"),
    ]
    known = [(name, str(value)) for name, value in rows if value not in (None, "")]
    for line, (name, value) in enumerate(known, start=2):
        page.write_string(line, 0, plain(name), looks.bold)
        page.write_string(line, 1, plain(value), looks.wrapped)
