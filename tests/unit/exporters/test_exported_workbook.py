"""The workbook, opened by two readers: named tables, numbers that are numbers, no formulas."""

import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import python_calamine

from sim.exporters import workbook
from sim.exporters.tables import BY_NAME
from sim.exporters.workbook import SHEETS, export_excel
from sim.place.problems import InputError


@pytest.fixture(scope="module")
def path(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("excel") / "town.xlsx"
    export_excel(results, path, None, False)
    return path


def test_every_sheet_has_one_named_table_with_all_its_rows(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["about", *SHEETS]
    for name in SHEETS:
        (table,) = book[name].tables.values()
        assert table.name == name
        assert [column.name for column in table.tableColumns] == BY_NAME[name].names
        _, last = table.ref.split(":")
        assert book[name][last].row == book[name].max_row


def test_the_summary_is_that_of_the_results_folder(path: Path, results: Path) -> None:
    ours = pd.read_excel(path, sheet_name="summary", engine="calamine")
    summary = pd.read_csv(results / "summary.csv")
    assert len(ours) == len(summary) > 300
    for column in ("mean", "low", "high"):
        pd.testing.assert_series_equal(ours[column], summary[column], rtol=1e-9)
    assert (ours["measure"] == summary["measure"]).all()
    assert ours.set_index("measure").loc["occupancy", "unit"].iloc[0] == "share of spaces"
    comparison = pd.read_excel(path, sheet_name="comparison", engine="openpyxl")
    there = pd.read_csv(results / "comparison.csv")
    pd.testing.assert_series_equal(comparison["difference"], there["difference"], rtol=1e-9)


def test_every_measure_has_a_unit_a_better_direction_and_a_meaning(path: Path) -> None:
    measures = pd.read_excel(path, sheet_name="measures", engine="calamine")
    assert measures[["unit", "better", "meaning"]].notna().all().all()
    assert set(measures["better"]) == {"lower", "higher"}
    summary = pd.read_excel(path, sheet_name="summary", engine="calamine")
    assert set(summary["measure"]) <= set(measures["measure"])


def test_the_first_sheet_says_what_was_run_and_with_what(path: Path) -> None:
    rows = python_calamine.load_workbook(path).get_sheet_by_name("about").to_python()
    about = {row[0]: row[1] for row in rows[1:]}
    assert rows[0][0] == "-Town"
    assert about["place"] == "=Export & <Town>"
    assert about["seed"] == "3"
    assert about["start date"] == "2025-04-14"
    assert len(about["fingerprint: bigger"]) == 64
    assert "careflow" in about
    assert "pandas" in about


def test_nothing_in_it_is_a_formula_or_a_link(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    kinds = {cell.data_type for sheet in book for row in sheet for cell in row}
    assert "f" not in kinds
    texts = {cell.value for row in book["scenarios"] for cell in row}
    assert '=HYPERLINK("http://nowhere")' in texts
    with zipfile.ZipFile(path) as parts:
        assert not [name for name in parts.namelist() if "externalLink" in name]
        assert "hyperlink" not in parts.read("xl/worksheets/sheet5.xml").decode().lower().replace(
            "=hyperlink", ""
        )


def test_it_carries_no_time_of_its_making(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    assert book.properties.created == datetime(2000, 1, 1)


def test_more_rows_than_a_sheet_holds_are_refused(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 100)
    with pytest.raises(InputError, match="summary has more rows than a sheet holds"):
        export_excel(results, tmp_path / "big.xlsx", None, False)
    assert list(tmp_path.iterdir()) == []


def test_without_the_package_it_says_what_to_install(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(InputError, match=r"pip install 'careflow\[office\]'"):
        export_excel(results, tmp_path / "a.xlsx", None, False)
