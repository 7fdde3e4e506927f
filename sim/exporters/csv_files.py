"""Tidy CSV files that Excel opens rightly: UTF-8 with its mark, ISO dates, no formulas."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.exporters.everything import write_everything
from sim.exporters.output import new_folder
from sim.exporters.source import how_to_keep_logs, open_source
from sim.exporters.tables import TABLES, Column, Table
from sim.exporters.words import clock_texts, guarded

BYTE_ORDER_MARK = "\ufeff"


def export_csv(
    folder: Path, out: Path | None, scenario: str | None, replication: int | None, replace: bool
) -> list[str]:
    """Write every table as a CSV file in a folder; returns what to say of it.

    Raises:
        InputError: not a results folder, no such scenario or replication, or something is there.
    """
    source = open_source(folder, scenario, replication)
    names = {f"{table.name}.csv" for table in TABLES}
    with new_folder(folder, out, "csv", names, replace) as (path, partial):
        written = write_everything(source, lambda table: CsvWriter(partial, table))
    said = [f"{len(written)} CSV files are in {path}"]
    if not source.has_logs:
        said.append(f"Without stays.csv, tasks.csv and delays.csv: {how_to_keep_logs(source)}")
    return said


class CsvWriter:
    """One CSV file, with its heading."""

    def __init__(self, folder: Path, table: Table) -> None:
        self.columns = table.columns
        path = folder / f"{table.name}.csv"
        self.file = path.open("w", encoding="utf-8", newline="")
        self.file.write(BYTE_ORDER_MARK + ",".join(table.names) + "\n")

    def write(self, frame: pd.DataFrame) -> None:
        """Add rows."""
        texts = pd.DataFrame(
            {column.name: texts_of(column, frame[column.name]) for column in self.columns}
        )
        texts.to_csv(self.file, index=False, header=False, lineterminator="\n")

    def close(self) -> None:
        """No more rows."""
        self.file.close()


def texts_of(column: Column, values: pd.Series) -> Sequence[str]:
    """A column as text for a spreadsheet; empty for 'none'."""
    if column.kind in ("date", "date-time"):
        times = values.to_numpy(dtype="datetime64[us]")
        return clock_texts(times, "D" if column.kind == "date" else "s")
    if column.kind == "number":
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return [f"{number:.10g}" if np.isfinite(number) else "" for number in numbers.tolist()]
    known = values.notna()
    if column.kind == "text":
        return values.astype(object).map(guarded, na_action="ignore").where(known, "").tolist()
    written: Callable[[Any], str] = _yes_or_no if column.kind == "yes/no" else _whole
    return [
        written(value) if is_known else "" for value, is_known in zip(values, known, strict=True)
    ]


def _yes_or_no(value: Any) -> str:
    return "TRUE" if value else "FALSE"


def _whole(value: Any) -> str:
    return str(int(value))
