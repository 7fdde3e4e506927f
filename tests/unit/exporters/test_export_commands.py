"""``careflow export`` as a user meets it: what it says, and how it refuses."""

from pathlib import Path

import pytest

from tests.conftest import Command


@pytest.mark.parametrize(
    ("words", "name", "said"),
    [
        (["csv", "--scenario", "bigger", "--replication", "0"], "tables", "15 CSV files are in"),
        (["excel", "--scenario", "bigger"], "town.xlsx", "The workbook is"),
        (["parquet", "--replication", "1"], "star", "15 Parquet files are in"),
        (["vidigi", "--replication", "1"], "a.csv", "time is in minutes"),
        (["pm4py"], "a.csv", "cases,"),
        (["bupar"], "a.csv", "cases,"),
        (["xes", "--scenario", "bigger"], "a.xes", "cases,"),
        (["ocel"], "a.sqlite", "people,"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_each_format_says_what_it_wrote_and_refuses_to_write_it_twice(
    words: list[str], name: str, said: str, results: Path, tmp_path: Path, careflow: Command
) -> None:
    path = tmp_path / name
    command = ["export", words[0], results, *words[1:], "-o", path]
    code, out, err = careflow(*command)
    assert (code, err) == (0, "")
    assert said in out
    assert str(path) in out
    code, _, err = careflow(*command)
    assert code == 2
    assert "--replace" in err
    assert "Traceback" not in err
    assert careflow(*command, "--replace")[0] == 0


def test_a_folder_that_holds_no_results_is_refused(tmp_path: Path, careflow: Command) -> None:
    code, _, err = careflow("export", "excel", tmp_path)
    assert code == 2
    assert "not a results folder" in err


def test_without_a_place_to_write_exports_stand_in_the_results_folder(
    without_logs: Path, careflow: Command
) -> None:
    code, out, _ = careflow("export", "excel", without_logs)
    assert code == 0
    assert str(without_logs / "exports" / "results.xlsx") in out
    code, _, err = careflow("export", "xes", without_logs)
    assert code == 2
    assert "keep: logs" in err
