"""Exports are written whole or not at all, the same each time, and over nothing."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from sim.exporters import csv_files, star
from sim.exporters.csv_files import export_csv
from sim.exporters.ocel import export_ocel
from sim.exporters.process_csv import export_bupar, export_pm4py, export_vidigi
from sim.exporters.source import open_one_run
from sim.exporters.star import export_parquet
from sim.exporters.words import clock_texts, guarded, instants, plain
from sim.exporters.workbook import export_excel
from sim.exporters.xes import export_xes
from sim.place.problems import InputError

Export = Callable[[Path, Path | None, bool], list[str]]


def all_runs(export: Callable[..., list[str]]) -> Export:
    return lambda results, out, replace: export(results, out, None, None, replace)


FOLDERS: dict[str, Export] = {
    "csv": all_runs(export_csv),
    "parquet": all_runs(export_parquet),
}
FILES: dict[str, Export] = {
    "results.xlsx": lambda results, out, replace: export_excel(results, out, None, replace),
    "vidigi.csv": all_runs(export_vidigi),
    "pm4py.csv": all_runs(export_pm4py),
    "bupar.csv": all_runs(export_bupar),
    "events.xes": all_runs(export_xes),
    "ocel.json": all_runs(export_ocel),
    "ocel.sqlite": all_runs(export_ocel),
}
LOGS_ONLY = ("parquet", "vidigi.csv", "pm4py.csv", "bupar.csv", "events.xes", "ocel.json")
EVERY = FOLDERS | FILES


def contents(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else sorted(path.iterdir())
    return {file.name if path.is_dir() else "": file.read_bytes() for file in files}


@pytest.mark.parametrize("name", EVERY)
def test_the_same_results_give_the_same_bytes(name: str, results: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one" / name, tmp_path / "two" / name
    EVERY[name](results, one, False)
    EVERY[name](results, two, False)
    assert contents(one) == contents(two)
    assert sum(map(len, contents(one).values())) > 5000


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_there_is_replaced_only_when_asked(
    name: str, results: Path, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text("precious")
    with pytest.raises(InputError, match=r"already there; name another with -o, or .*--replace"):
        FILES[name](results, path, False)
    assert path.read_text() == "precious"
    FILES[name](results, path, True)
    assert path.stat().st_size > 5000
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_that_is_there_is_replaced_only_when_asked(
    name: str, results: Path, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.mkdir()
    FOLDERS[name](results, path, False)
    before = contents(path)
    with pytest.raises(InputError, match=r"already there, and not empty; .*--replace"):
        FOLDERS[name](results, path, False)
    first = next(iter(path.iterdir()))
    first.write_text("stale")
    FOLDERS[name](results, path, True)
    assert contents(path) == before
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_with_anything_else_in_it_is_never_replaced(
    name: str, results: Path, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.mkdir()
    (path / "thesis.docx").write_text("precious")
    with pytest.raises(InputError, match=r"holds thesis\.docx"):
        FOLDERS[name](results, path, True)
    assert contents(path) == {"thesis.docx": b"precious"}


def test_a_file_in_place_of_a_folder_and_a_folder_in_place_of_a_file_are_refused(
    results: Path, tmp_path: Path
) -> None:
    (tmp_path / "a").write_text("precious")
    with pytest.raises(InputError, match="is not a folder"):
        export_csv(results, tmp_path / "a", None, None, True)
    (tmp_path / "b.xes").mkdir()
    with pytest.raises(InputError, match="is a folder; name a file"):
        export_xes(results, tmp_path / "b.xes", None, None, True)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("runs/a.xes", "lies among the results"),
        ("a.xes", "lies among the results"),
        ("exports/../runs/a.xes", "lies among the results"),
        ("exports/a.txt", r"must end in \.xes"),
    ],
)
def test_results_themselves_are_never_written_over(name: str, said: str, results: Path) -> None:
    before = sorted(results.rglob("*"))
    with pytest.raises(InputError, match=said):
        export_xes(results, results / name, None, None, True)
    assert sorted(results.rglob("*")) == before


@pytest.mark.parametrize("out", ["", "runs", ".."])
def test_a_folder_of_tables_is_not_put_among_the_results(out: str, results: Path) -> None:
    with pytest.raises(InputError, match="lies among the results"):
        export_csv(results, results / out, None, None, True)


def test_what_breaks_half_way_leaves_nothing(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(csv_files.CsvWriter, "write", breaks)
    monkeypatch.setattr(star.ParquetTable, "write", breaks)
    monkeypatch.setattr("sim.exporters.xes._text", breaks)
    for name in ("csv", "parquet", "events.xes"):
        with pytest.raises(OSError, match="No space left"):
            EVERY[name](results, tmp_path / "out" / name, False)
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []


def test_what_can_not_be_put_in_place_leaves_the_old_folder(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    path = tmp_path / "csv"
    export_csv(results, path, None, None, False)
    before, replace = contents(path), os.replace

    def breaks(one: Path, other: Path) -> None:
        if Path(one).name.endswith(".partial"):
            raise OSError(13, "Permission denied")
        replace(one, other)

    monkeypatch.setattr(os, "replace", breaks)
    with pytest.raises(OSError, match="Permission denied"):
        export_csv(results, path, None, None, True)
    assert contents(path) == before
    assert [each.name for each in tmp_path.iterdir()] == ["csv"]


@pytest.mark.parametrize("name", LOGS_ONLY)
def test_without_logs_the_error_says_which_line_to_add_and_how_to_run_again(
    name: str, without_logs: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as refused:
        EVERY[name](without_logs, tmp_path / name, False)
    said = str(refused.value)
    assert "Add the line 'keep: logs' to the experiment (experiment.yaml)" in said
    assert "careflow run experiment.yaml --out results/with-logs" in said
    assert list(tmp_path.iterdir()) == []


def test_logs_of_an_earlier_version_are_refused_with_advice(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.exporters.source.STAY_COLUMNS", ("stay", "not_there_yet"))
    with pytest.raises(InputError, match="made by an earlier version"):
        export_xes(results, tmp_path / "a.xes", None, None, False)


@pytest.mark.parametrize(
    ("scenario", "replication", "said"),
    [
        ("biger", None, "did you mean 'bigger'"),
        (None, 2, "no replication 2 here; they are numbered 0 to 1"),
        (None, -1, "no replication -1"),
    ],
)
def test_a_run_that_is_not_there_is_refused(
    results: Path, scenario: str | None, replication: int | None, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        open_one_run(results, scenario, replication)


def test_a_run_with_nobody_in_it_is_exported_too(tmp_path: Path) -> None:
    from tests.unit.exporters import town

    folder = tmp_path / "empty"
    with pytest.MonkeyPatch.context() as patched:
        empty = town.PLACE.split("start:\n")[0].replace("per_day: 7", "per_day: 0")
        patched.setattr(town, "PLACE", empty.replace("per_day: 3", "per_day: 0"))
        results = town.run_town(folder)
    for name, export in EVERY.items():
        export(results, tmp_path / "out" / name, False)
    assert len(pd.read_parquet(tmp_path / "out" / "parquet" / "fact_stays.parquet")) == 0
    assert len(pd.read_csv(tmp_path / "out" / "vidigi.csv")) == 0


def test_text_and_time_are_written_as_other_tools_read_them() -> None:
    from datetime import date

    assert [guarded(text) for text in ("-1", " =1", "\t@x", "a=1")] == [
        "'-1",
        "' =1",
        "'\t@x",
        "a=1",
    ]
    assert plain("a\x1bb\ud800c\ufffe") == "a\ufffdb\ufffdc\ufffd"
    times = instants(date(2025, 3, 30), pd.Series([0.0, 0.5, float("nan"), -1.25]))
    assert clock_texts(times, "ms", "T") == [
        "2025-03-30T00:00:00.000", "2025-03-30T12:00:00.000", "", "2025-03-28T18:00:00.000",
    ]  # fmt: skip
