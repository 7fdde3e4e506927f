"""A small town with a lever that starts on a date, run in earnest and set on a control chart."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.experiment.carry_out import carry_out
from sim.experiment.days import day_series
from sim.experiment.folder.store import run_path
from sim.experiment.results import open_results, write_tables
from sim.experiment.study import load_experiment
from sim.report.html import write_report
from sim.report.parts.control import rules_table, said_of_control, seen_table, spacing_table
from sim.report.parts.control_charts import run_picture, xmr_picture
from sim.report.reading import read_results

PLACE = """
place: Little Town
start_date: 2025-01-06
settings:
  ward: {name: The ward, beds: 30, acute: yes, stay: {lognormal: {mean: 5, sd: 5}}}
  home-care: {places: 13, stay: {exponential: {mean: 12}}}
exits: {home: {}}
transfers: {to-care: {arrange: [{task: refer, takes: 1 day, reason: referral-to-hub}]}}
routes:
  ward: {home: {share: rest, pathway: P0},
         home-care: {share: 0.25, pathway: P1, transfer: to-care}}
  home-care: {home: 1}
patients: {adults: {arrives_at: ward, per_day: 4}}
"""
LEVER = """
lever: NAME
title: More home care
how: More people can be cared for at once.
change: {settings.home-care.places: {plus: 8}}
evidence: {strength: none, says: An example.}
"""
EXPERIMENT = """
experiment: Seen or not
question: When would more home care be seen?
place: place.yaml
levers: levers
scenarios:
  as it is: []
  from a date: [dated]
  always: [always]
  always and more: [always, dated]
baselines: {always and more: always}
days: 300
warm_up: 56
replications: 3
seed: 3
compare_on: [delayed_bed_days]
"""
CONTROL = "control: {watch: delayed, baseline_weeks: 14, fall: [10%, 90%]}\n"


def write_files(folder: Path, control: str) -> Path:
    """The town's files; the dated lever starts 20 weeks into measuring, on a Monday."""
    (folder / "levers").mkdir(parents=True)
    (folder / "place.yaml").write_text(PLACE)
    dated = LEVER.replace("NAME", "dated").replace("title", "starts: 2025-07-21\ntitle")
    (folder / "levers" / "dated.yaml").write_text(dated)
    (folder / "levers" / "always.yaml").write_text(LEVER.replace("NAME", "always"))
    (folder / "experiment.yaml").write_text(EXPERIMENT + control)
    return folder / "experiment.yaml"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    out = folder / "out"
    carry_out(load_experiment(write_files(folder, CONTROL)), out, workers=1)
    results = open_results(out)
    write_tables(results)
    write_report(out, results.bands())
    return out


@pytest.fixture(scope="module")
def found(out: Path) -> dict[str, Any]:
    finding: dict[str, Any] = json.loads((out / "findings.json").read_text())["control"]
    return finding


@pytest.fixture(scope="module")
def rows(out: Path) -> pd.DataFrame:
    return pd.read_csv(out / "control.csv", keep_default_na=False, na_values=[""])


def chart(found: dict[str, Any], scenario: str) -> dict[str, Any]:
    return next(each for each in found["charts"] if each["scenario"] == scenario)


def weeks(out: Path, slug: str, number: int) -> np.ndarray:
    settings, values = day_series(run_path(out, slug, number), ["delayed"])
    days = values[0, settings.index("ward"), 56:]
    return np.asarray(days[: len(days) // 7 * 7].reshape(-1, 7).mean(axis=1))


def test_the_points_are_weekly_means_of_the_first_replication(
    out: Path, found: dict[str, Any]
) -> None:
    assert found["drawn"] == 1
    assert chart(found, "as it is")["values"] == pytest.approx(weeks(out, "as-it-is", 0))
    assert len(chart(found, "as it is")["values"]) == 300 // 7


def test_the_mean_and_limits_are_those_of_the_baseline_weeks(found: dict[str, Any]) -> None:
    mine = chart(found, "as it is")
    baseline = np.array(mine["values"][:14])
    assert mine["mean"] == pytest.approx(baseline.mean())
    away = 2.66 * np.abs(np.diff(baseline)).mean()
    assert mine["upper"] - mine["mean"] == pytest.approx(away)
    assert mine["mean"] - mine["lower"] == pytest.approx(away)
    assert mine["median"] == pytest.approx(np.median(baseline))


def test_before_it_starts_a_lever_changes_nothing(found: dict[str, Any]) -> None:
    dated, base = chart(found, "from a date"), chart(found, "as it is")
    assert dated["values"][:20] == base["values"][:20]
    assert dated["values"][20:] != base["values"][20:]
    assert dated["change_week"] == 20
    assert not dated["is_spliced"]


def test_a_lever_that_was_always_there_has_its_baselines_weeks_in_front(
    out: Path, found: dict[str, Any]
) -> None:
    always = chart(found, "always")
    assert always["values"][:14] == chart(found, "as it is")["values"][:14]
    assert always["values"][14:] == pytest.approx(weeks(out, "always", 0)[14:])
    assert always["is_spliced"]
    assert always["change_week"] == 14


def test_a_scenario_is_set_beside_the_one_it_is_compared_with(
    found: dict[str, Any], rows: pd.DataFrame
) -> None:
    more = chart(found, "always and more")
    assert more["change_week"] == 20
    assert more["values"][14:20] == chart(found, "always")["values"][14:20]
    unchanged = rows[(rows["what"] == "unchanged") & (rows["every"] == "week")]
    assert set(zip(unchanged["scenario"], unchanged["from_week"], strict=True)) == {
        ("as it is", 14), ("as it is", 20), ("always", 20),
    }  # fmt: skip


def test_a_fall_of_nine_tenths_is_seen_within_seven_weeks(rows: pd.DataFrame) -> None:
    """What is left of any week then lies below the mean, and seven such weeks fire a rule."""
    mine = rows[(rows["what"] == "fall") & (rows["every"] == "week") & (rows["rule"] == "any")]
    large, small = mine[mine["fall"] == 0.9].iloc[0], mine[mine["fall"] == 0.1].iloc[0]
    assert large["weeks_95"] <= 7
    assert large["share_13_weeks"] == 1
    assert small["share_13_weeks"] < 1
    assert (mine["replications"] == 3).all()


def test_the_first_point_outside_is_found_by_hand_as_well(out: Path, rows: pd.DataFrame) -> None:
    """The same fall laid on each replication's weeks, one at a time."""
    times = []
    for number in range(3):
        points = weeks(out, "as-it-is", number)
        baseline, after = points[:14], 0.1 * points[14:]
        lower = baseline.mean() - 2.66 * np.abs(np.diff(baseline)).mean()
        outside = [n + 1 for n, value in enumerate(after) if value < lower]
        times.append(outside[0] if outside else np.inf)
    row = rows[
        (rows["what"] == "fall") & (rows["fall"] == 0.9) & (rows["every"] == "week")
        & (rows["rule"] == "outside")
    ].iloc[0]  # fmt: skip
    assert row["share_13_weeks"] == pytest.approx(np.mean(np.array(times) <= 13))
    middle = float(np.median(times))
    assert row["median_weeks"] == middle or (np.isinf(middle) and np.isnan(row["median_weeks"]))


def test_every_change_has_its_false_alarms_beside_it(rows: pd.DataFrame) -> None:
    unchanged = rows[rows["what"] == "unchanged"]
    for row in rows[rows["what"] != "unchanged"].itertuples():
        beside = unchanged[
            (unchanged["every"] == row.every) & (unchanged["from_week"] == row.from_week)
            & (unchanged["direction"] == row.direction) & (unchanged["rule"] == row.rule)
        ]  # fmt: skip
        assert len(beside) >= 1


def test_the_same_falls_are_tried_at_every_spacing_that_the_run_is_long_enough_for(
    rows: pd.DataFrame,
) -> None:
    spacings = rows[["every", "baseline_weeks"]].drop_duplicates()
    assert dict(zip(spacings["every"], spacings["baseline_weeks"], strict=True)) == {
        "week": 14, "day": 14, "fortnight": 24,
    }  # fmt: skip


def test_writing_the_tables_again_gives_the_same_bytes(out: Path) -> None:
    before = (out / "control.csv").read_bytes()
    write_tables(open_results(out))
    assert (out / "control.csv").read_bytes() == before


def test_the_report_has_both_charts_and_the_false_alarms(out: Path) -> None:
    page = (out / "report.html").read_text()
    assert '<section id="control"' in page
    assert 'id="xmr-title">XmR control charts of people delayed in acute settings' in page
    assert 'id="run-chart-title"' in page
    assert "Only 3 histories simulated: too few to say how soon a change is seen" in page
    assert "Nothing changed (false alarms)" in page


def test_one_setting_may_be_watched_and_few_replications_have_no_interval(tmp_path: Path) -> None:
    control = (
        "control: {watch: {series: occupied, setting: home-care}, every: fortnight, "
        "baseline_weeks: 24, fall: []}\n"
    )
    path = write_files(tmp_path / "town", control)
    late = LEVER.replace("NAME", "dated").replace("title", "starts: 2025-09-15\ntitle")
    (path.parent / "levers" / "dated.yaml").write_text(late)
    out = tmp_path / "out"
    carry_out(load_experiment(path, replications=2, days=400), out, workers=1)
    write_tables(open_results(out))
    found = json.loads((out / "findings.json").read_text())["control"]
    settings, values = day_series(run_path(out, "as-it-is", 0), ["occupied"])
    days = values[0, settings.index("home-care"), 56:]
    assert found["charts"][0]["values"][0] == pytest.approx(days[:14].mean())
    assert all(row["low"] is None for row in found["seen"])
    results = read_results(out)
    picture = xmr_picture(results, "xmr")
    assert picture is not None
    assert "People there in home-care, a point for a fortnight" in picture.caption
    assert len(said_of_control(results)) == 1


def test_without_control_there_is_no_chart_and_no_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    carry_out(load_experiment(write_files(tmp_path / "town", ""), replications=2), out, workers=1)
    write_tables(open_results(out))
    assert not (out / "control.csv").exists()
    results = read_results(out)
    assert xmr_picture(results, "xmr") is None
    assert run_picture(results, "run") is None
    assert seen_table(results) is None
    assert rules_table(results) is None
    assert spacing_table(results) is None
    assert said_of_control(results) == []
