"""CSV files as Excel and pandas open them: right characters, dates that are dates, no formulas."""

import codecs
import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.exporters.csv_files import export_csv
from sim.exporters.process_csv import export_bupar, export_pm4py, export_vidigi
from sim.exporters.star import export_parquet, file_name
from sim.exporters.tables import TABLES

START_OF_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def folder(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("csv") / "csv"
    assert export_csv(results, path, None, None, False) == [f"15 CSV files are in {path}"]
    return path


def test_files_begin_with_the_mark_by_which_excel_knows_utf_8(folder: Path) -> None:
    for table in TABLES:
        assert (folder / f"{table.name}.csv").read_bytes().startswith(codecs.BOM_UTF8)


def test_pandas_reads_what_parquet_holds(folder: Path, results: Path, tmp_path: Path) -> None:
    export_parquet(results, tmp_path / "star", None, None, False)
    for table in TABLES:
        ours = pd.read_csv(folder / f"{table.name}.csv", encoding="utf-8-sig")
        star = pq.read_table(tmp_path / "star" / file_name(table)).to_pandas()
        assert list(ours.columns) == table.names
        assert len(ours) == len(star)
        for column in table.columns:
            one, other = ours[column.name], star[column.name]
            if column.kind == "number":
                assert np.allclose(one, other.astype(float), rtol=1e-9, equal_nan=True)
            elif column.kind in ("date", "date-time"):
                times = pd.to_datetime(one, format="ISO8601")
                late = pd.to_datetime(other) - times
                assert (late.dropna() >= pd.Timedelta(0)).all()
                assert (late.dropna() < pd.Timedelta(seconds=1)).all()
                assert (times.isna() == other.isna()).all()
            elif column.kind == "text":
                known = other.notna()
                texts = one[known].astype(str).str.removeprefix("'")
                same = other[known].astype(str).str.removeprefix("'")
                assert (texts == same).all(), column.name
                assert one[~known].isna().all()


def cells(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_no_cell_is_a_formula_whatever_the_names(folder: Path, results: Path) -> None:
    for name, export in (("a", export_pm4py), ("b", export_bupar), ("c", export_vidigi)):
        export(results, folder / f"{name}.csv", "bigger", None, True)
    for path in folder.glob("*.csv"):
        for cell in cells(path):
            assert is_number(cell) or not cell.startswith(START_OF_FORMULA), (path.name, cell)
    assert "'=Refer & ask" in cells(folder / "tasks.csv")
    assert '\'=HYPERLINK("http://nowhere")' in cells(folder / "scenarios.csv")


def test_date_times_are_in_the_form_that_excel_takes_for_one(folder: Path) -> None:
    stays = pd.read_csv(folder / "stays.csv", encoding="utf-8-sig", dtype=str)
    form = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
    assert stays["admitted_at"].dropna().str.fullmatch(form).all()
    assert stays["left_date"].dropna().str.fullmatch(r"\d{4}-\d\d-\d\d").all()
    assert (stays["left_at"].dropna().str[:10] == stays["left_date"].dropna()).all()


def test_without_logs_it_says_what_to_add_to_have_the_rest(
    without_logs: Path, tmp_path: Path
) -> None:
    written, missing = export_csv(without_logs, tmp_path / "csv", None, None, False)
    assert written.startswith("12 CSV files")
    assert "keep: logs" in missing
    assert "careflow run experiment.yaml" in missing
    assert not (tmp_path / "csv" / "stays.csv").exists()
    daily = pd.read_csv(tmp_path / "csv" / "daily.csv", encoding="utf-8-sig")
    assert len(daily) == (4 + 5) * 2 * 47
