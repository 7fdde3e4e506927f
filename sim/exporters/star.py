"""Parquet files as a star: facts, and the dimensions that they join to, one file each."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.exporters.everything import write_everything
from sim.exporters.output import new_folder
from sim.exporters.source import need_logs, open_source
from sim.exporters.tables import TABLES, Kind, Table
from sim.exporters.words import plain

TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "yes/no": pa.bool_(),
    "date": pa.date32(),
    "date-time": pa.timestamp("us"),
}
PREFIX = {"fact": "fact_", "dimension": "dim_", "result": ""}


def file_name(table: Table) -> str:
    """The name of a table's file."""
    return f"{PREFIX[table.role]}{table.name}.parquet"


def export_parquet(
    folder: Path, out: Path | None, scenario: str | None, replication: int | None, replace: bool
) -> list[str]:
    """Write every table as a Parquet file in a folder; returns what to say of it.

    Raises:
        InputError: not a results folder, its logs were not kept, no such scenario or replication,
            or something is there.
    """
    source = open_source(folder, scenario, replication)
    need_logs(source)
    names = {file_name(table) for table in TABLES}
    with new_folder(folder, out, "parquet", names, replace) as (path, partial):
        written = write_everything(source, lambda table: ParquetTable(partial, table))
    return [f"{len(written)} Parquet files are in {path}"]


class ParquetTable:
    """One Parquet file; what its columns mean stands in their metadata."""

    def __init__(self, folder: Path, table: Table) -> None:
        fields = [
            pa.field(column.name, TYPES[column.kind], metadata={"meaning": column.meaning})
            for column in table.columns
        ]
        self.table = table
        self.schema = pa.schema(fields, metadata={"about": table.about})
        self.writer = pq.ParquetWriter(folder / file_name(table), self.schema, compression="snappy")

    def write(self, frame: pd.DataFrame) -> None:
        """Add rows."""
        arrays = []
        for column, field in zip(self.table.columns, self.schema, strict=True):
            values = frame[column.name]
            if column.kind == "text":
                values = values.astype(object).map(plain, na_action="ignore")
            arrays.append(pa.Array.from_pandas(values, type=field.type))
        self.writer.write_table(pa.Table.from_arrays(arrays, schema=self.schema))

    def close(self) -> None:
        """No more rows."""
        self.writer.close()
