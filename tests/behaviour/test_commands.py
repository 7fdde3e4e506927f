"""The commands, as a user meets them: what they make, what they say, and how they refuse."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from sim.place.document import read_yaml
from sim.place.load import load_place
from tests.behaviour.bad_inputs import CASES
from tests.conftest import Command

ROOT = Path(__file__).parents[2]


def test_help_answers_at_once_and_names_every_command() -> None:
    times = []
    for _ in range(3):
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "sim", "--help"], cwd=ROOT, capture_output=True, text=True
        )
        times.append(time.perf_counter() - began)
    assert done.returncode == 0
    for command in (
        "new",
        "check",
        "explain",
        "run",
        "compare",
        "report",
        "state",
        "forecast",
        "export",
        "import",
        "schema",
    ):
        assert f"  {command} " in done.stdout
    assert min(times) < 0.3


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_every_wrong_file_ends_in_exit_code_2_with_its_line(
    case, careflow: Command, tmp_path: Path
) -> None:
    expected = case.write(tmp_path)
    code, _, err = careflow("check", expected.target)
    assert code == 2
    assert expected.line is None or expected.where in err
    assert all(words in err for words in expected.says)
    assert "Traceback" not in err


@pytest.fixture
def town(careflow: Command, tmp_path: Path) -> Path:
    """The starter place, with an experiment that is over in a moment."""
    code, out, _ = careflow("new", tmp_path / "town")
    assert code == 0
    assert "careflow run" in out
    experiment = tmp_path / "town" / "experiment.yaml"
    text = experiment.read_text()
    for long, short in (("days: 182", "days: 20"), ("warm_up: 84", "warm_up: 10"),
                        ("replications: 20", "replications: 3")):  # fmt: skip
        assert long in text
        text = text.replace(long, short)
    experiment.write_text(text)
    return tmp_path / "town"


def test_a_new_place_is_valid_explained_run_compared_and_reported(
    town: Path, careflow: Command, tmp_path: Path
) -> None:
    files = [town / "place.yaml", town / "experiment.yaml", *sorted((town / "levers").iterdir())]
    code, out, _ = careflow("check", *files)
    assert code == 0
    assert out.count(": a valid ") == len(files)
    drawing = tmp_path / "network.svg"
    code, out, _ = careflow("explain", town / "place.yaml", "--svg", drawing)
    assert code == 0
    assert "Load" in out
    assert drawing.read_text().lstrip().startswith(("<?xml", "<svg"))
    results = tmp_path / "results"
    code, out, err = careflow("run", town / "experiment.yaml", "--out", results, "--workers", 1)
    assert code == 0
    assert out.rstrip().endswith(f"The report is {results / 'report.html'}")
    assert "15 replications run" in err
    page = (results / "report.html").read_bytes()
    code, out, err = careflow("run", town / "experiment.yaml", "--out", results)
    assert code == 0
    assert "15 were there already" in err
    code, out, _ = careflow("compare", results, "--baseline", "more places")
    assert code == 0
    assert "Difference from ‘more places’" in out
    (results / "report.html").unlink()
    code, out, _ = careflow("report", results)
    assert code == 0
    assert (results / "report.html").read_bytes() == page


def test_numbers_and_scenarios_on_the_command_line_stand_before_the_files(
    town: Path, careflow: Command, tmp_path: Path
) -> None:
    results = tmp_path / "results"
    options = ("--replications", 1, "--days", 5, "--seed", 9, "--scenario", "more places")
    code, _, _ = careflow("run", town / "experiment.yaml", "--out", results, *options)
    assert code == 0
    assert [path.name for path in (results / "runs").iterdir()] == ["more-places"]
    code, _, err = careflow("run", town / "experiment.yaml", "--out", results, "--days", 6)
    assert code == 2
    assert "days is 5 there and 6 here" in err


def test_a_workbook_stands_wherever_a_place_does(careflow: Command, tmp_path: Path) -> None:
    book = tmp_path / "town.xlsx"
    code, out, _ = careflow("new", "--workbook", book)
    assert code == 0
    assert "town.xlsx" in out
    code, out, _ = careflow("check", book)
    assert code == 0
    assert "a valid place" in out
    code, _, _ = careflow("explain", book, "--svg", tmp_path / "n.svg")
    assert code == 0
    code, _, err = careflow("new", "--workbook", book)
    assert code == 2
    assert "already there" in err


def test_results_of_a_workbook_equal_those_of_the_same_place_in_yaml(
    town: Path, careflow: Command, tmp_path: Path
) -> None:
    careflow("new", "--workbook", town / "place.xlsx")
    text = (town / "experiment.yaml").read_text().replace("place: place.yaml", "place: place.xlsx")
    (town / "from_excel.yaml").write_text(text)
    options = ("--scenario", "as it is", "--workers", 1)
    careflow("run", town / "experiment.yaml", "--out", tmp_path / "yaml", *options)
    careflow("run", town / "from_excel.yaml", "--out", tmp_path / "xlsx", *options)
    yaml, xlsx = ((tmp_path / kind / "summary.csv").read_bytes() for kind in ("yaml", "xlsx"))
    assert yaml == xlsx


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "nowhere.yaml"), "nowhere.yaml: no such file"),
        (("explain", "nowhere.xlsx"), "nowhere.xlsx"),
        (("run", "nowhere.yaml"), "no such file"),
        (("compare", "nowhere"), "no manifest.json"),
        (("report", "nowhere"), "no manifest.json"),
        (("new",), "name either a folder or --workbook"),
        (("new", "a", "--workbook", "b.xlsx"), "name either a folder or --workbook"),
        (("new", "--workbook", "b.csv"), "ends in .xlsx"),
        (("run", "x.yaml", "--workers", "0"), "--workers"),
        (("fly",), "fly"),
    ],
)
def test_a_wrong_command_says_what_is_wrong(
    words: tuple[str, ...], said: str, careflow: Command, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    code, _, err = careflow(*words)
    assert code == 2
    assert said in err
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir())


def test_new_leaves_a_folder_with_files_alone(careflow: Command, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    code, _, err = careflow("new", tmp_path / "mine")
    assert code == 2
    assert "not empty" in err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_a_folder_that_cannot_be_written_is_said_without_a_traceback(
    town: Path, careflow: Command, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    code, _, err = careflow("run", town / "experiment.yaml", "--out", blocked / "results")
    assert code == 2
    assert "file" in err
    assert "Traceback" not in err


def test_a_failed_self_check_stops_the_run_and_asks_for_a_report(
    town: Path, careflow: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.measures import checks

    def fails(*_: object) -> None:
        raise checks.CheckFailed("ward: people went missing")

    monkeypatch.setattr(checks, "CHECKS", (fails,))
    out = tmp_path / "out"
    code, _, err = careflow("run", town / "experiment.yaml", "--out", out, "--workers", 1)
    assert code == 1
    assert "people went missing" in err
    assert "fault in careflow" in err
    assert not (out / "report.html").exists()


def test_too_many_people_are_refused_before_memory_runs_out(
    town: Path, careflow: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.experiment.making import replicate

    monkeypatch.setattr(replicate, "MAX_PEOPLE", 50)
    out = tmp_path / "out"
    code, _, err = careflow("run", town / "experiment.yaml", "--out", out, "--workers", 1)
    assert code == 2
    assert "allowed here: 50" in err


def test_stopping_by_hand_says_how_to_go_on(
    careflow: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sim.cli

    def stop(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sim.cli, "app", stop)
    code, _, err = careflow("run", "x.yaml")
    assert code == 130
    assert "the same command goes on" in err


def test_the_version_is_said(careflow: Command) -> None:
    from sim import __version__

    assert careflow("--version") == (0, f"careflow {__version__}\n", "")


def test_schemas_are_written_where_asked(careflow: Command, tmp_path: Path) -> None:
    code, out, _ = careflow("schema", tmp_path / "schema")
    assert code == 0
    written = [Path(line) for line in out.splitlines()]
    assert all(path.exists() for path in written)
    shipped = Path(__file__).parents[2] / "configs" / "schema"
    assert {path.name for path in written} == {path.name for path in shipped.iterdir()}


# States and forecasts


def test_a_state_of_a_run_is_written_and_the_next_days_follow_from_it(
    careflow: Command, town: Path, tmp_path: Path
) -> None:
    place, state = town / "place.yaml", tmp_path / "lists" / "today.csv"
    code, out, err = careflow("state", place, "--day", 28, "-o", state, "--workers", 1)
    assert code == 0, err
    assert "from one run" in out
    assert "another weekday" not in out
    lever = next((town / "levers").glob("*.yaml"))
    code, out, err = careflow(
        "forecast", place, "--today", state, "--days", 5, "--lever", lever, "--runs", 40,
        "--workers", 1, "-o", tmp_path / "next",
    )  # fmt: skip
    assert code == 0, err
    assert "with a chance of 80%" in out
    page = (tmp_path / "next" / "forecast.html").read_text(encoding="utf-8")
    assert page.count("<svg") == page.count('role="img"') == 4, "two figures, and two of the lever"
    assert "<script" not in page
    table = pd.read_csv(tmp_path / "next" / "forecast.csv", keep_default_na=False)
    assert set(table["course"]) == {"as it is", read_yaml(lever).tree["lever"]}  # type: ignore[index,call-overload]
    assert (table["low_95"] <= table["low_80"]).all()
    assert (table["high_80"] <= table["high_95"]).all()
    assert set(table["counted"]) == {"at midnight", "mean of day"}
    assert table["date"].nunique() == 5
    before = page
    careflow(
        "forecast", place, "--today", state, "--days", 5, "--lever", lever, "--runs", 40,
        "--workers", 1, "-o", tmp_path / "next",
    )  # fmt: skip
    assert (tmp_path / "next" / "forecast.html").read_text(encoding="utf-8") == before


def test_a_typical_state_starts_a_place_without_warm_up(careflow: Command, town: Path) -> None:
    code, out, _ = careflow(
        "state", town / "place.yaml", "--day", 30, "--replications", 4, "-o", town / "start.csv",
        "--workers", 1,
    )  # fmt: skip
    assert code == 0
    assert "4 runs (a typical state)" in out
    assert "another weekday" in out
    place = town / "place.yaml"
    text = re.sub(r"(?ms)^start:.*?(?=^\S|\Z)", "", place.read_text(encoding="utf-8"))
    place.write_text(text + "\nstart: {file: start.csv}\n", encoding="utf-8")
    code, _, err = careflow("check", place)
    assert code == 0, err


@pytest.mark.parametrize(
    ("row", "words", "said"),
    [
        ("there,nowhere,{group}", (), "today.csv:2:setting: no setting 'nowhere'"),
        ("maybe,{setting},{group}", (), "today.csv:2:status"),
        ("there,{setting},{group}", ("--date", "11/06/2025"), "--date: '11/06/2025' is not a date"),
        ("there,{setting},{group}", ("--lever", "no-such.yaml"), "no-such.yaml: no such file"),
    ],
)
def test_a_forecast_from_something_wrong_ends_in_exit_code_2(
    careflow: Command, town: Path, tmp_path: Path, row: str, words: tuple[str, ...], said: str
) -> None:
    place = load_place(town / "place.yaml")
    group = next(iter(place.patients))
    setting = place.patients[group].arrives_at
    today = tmp_path / "today.csv"
    today.write_text(f"status,setting,group\n{row.format(group=group, setting=setting)}\n")
    code, out, err = careflow("forecast", town / "place.yaml", "--today", today, *words)
    assert code == 2
    assert out == ""
    assert said in err
    assert "Traceback" not in err
