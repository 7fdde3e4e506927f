"""Parquet files, read back: keys join without loss, and totals are those of the measures."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.exporters.dimensions import KEYS
from sim.exporters.star import TYPES, export_parquet, file_name
from sim.exporters.tables import BY_NAME, TABLES
from tests.unit.exporters.town import DAYS

START = pd.Timestamp("2025-04-14")
WARM_UP = 7
Star = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def folder(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("star") / "parquet"
    export_parquet(results, path, None, None, False)
    return path


@pytest.fixture(scope="module")
def star(folder: Path) -> Star:
    return {table.name: pq.read_table(folder / file_name(table)).to_pandas() for table in TABLES}


def measured(results: Path, measure: str, **dimensions: str) -> pd.DataFrame:
    """The rows of a measure in summary.csv that have these dimensions and no others."""
    summary = pd.read_csv(results / "summary.csv")
    rows = summary[summary["measure"] == measure]
    for name in ("setting", "team", "locality", "group", "reason", "body", "part"):
        wanted = dimensions.get(name)
        rows = rows[rows[name].isna() if wanted is None else rows[name] == wanted]
    return rows.set_index("scenario")


def test_every_column_has_the_type_and_meaning_of_its_definition(folder: Path) -> None:
    for table in TABLES:
        schema = pq.read_schema(folder / file_name(table))
        assert schema.names == table.names
        for column in table.columns:
            assert schema.field(column.name).type == TYPES[column.kind], column
            meaning = schema.field(column.name).metadata[b"meaning"]
            assert meaning.decode() == column.meaning


@pytest.mark.parametrize("table", [t.name for t in TABLES if t.role == "dimension"])
def test_the_key_of_a_dimension_is_filled_and_unique(star: Star, table: str) -> None:
    key = star[table][KEYS.get(table, "date")]
    assert key.notna().all()
    assert key.is_unique


@pytest.mark.parametrize("fact", [t.name for t in TABLES if t.role in ("fact", "result")])
def test_every_name_in_a_fact_has_its_row_in_the_dimension(star: Star, fact: str) -> None:
    joined = 0
    for column in BY_NAME[fact].names:
        same = {"setting_asked_for": "setting", "next_setting": "setting", "baseline": "scenario"}
        for dimension, key in (*KEYS.items(), ("dates", "date")):
            if same.get(column, column) == key or (key == "date" and column.endswith("_date")):
                names = star[fact][column].dropna()
                assert names.isin(star[dimension][key]).all(), (column, dimension)
                joined += len(names)
    assert joined > len(star[fact])


def test_a_setting_and_a_team_that_a_lever_brings_have_rows_too(star: Star) -> None:
    assert "new-beds" in set(star["settings"]["setting"])
    assert "night-hub" in set(star["teams"]["team"])
    assert (star["stays"]["setting"] == "new-beds").any()


def test_stays_tasks_and_delays_join_by_the_number_of_the_stay(star: Star) -> None:
    stays = star["stays"].set_index("stay_id")
    assert stays.index.is_unique
    assert star["tasks"]["task_id"].is_unique
    for name in ("tasks", "delays"):
        facts = star[name].merge(
            stays, left_on="stay_id", right_index=True, suffixes=("", "_of_stay"), validate="m:1"
        )
        assert len(facts) == len(star[name])
        for column in ("scenario", "replication", "patient", "setting"):
            assert (facts[column] == facts[f"{column}_of_stay"]).all(), (name, column)
    onward = stays.dropna(subset="next_stay_id").merge(
        stays, left_on="next_stay_id", right_index=True, suffixes=("", "_next"), validate="1:1"
    )
    assert (onward["patient"] == onward["patient_next"]).all()
    assert (onward["left_at"].dropna() == onward["admitted_at_next"][onward.left_at.notna()]).all()


def test_daily_occupancy_is_that_of_the_measures(results: Path, star: Star) -> None:
    daily = star["daily"].merge(star["dates"], on="date")
    daily = daily[daily["is_measured"]]
    assert len(daily) == (4 + 5) * 2 * (DAYS - WARM_UP)
    for name in ("occupied", "reserved", "waiting", "delayed"):
        mean = daily.groupby(["scenario", "setting"])[name].mean()
        for (scenario, setting), value in mean.items():
            ours = measured(results, name, setting=setting).loc[scenario, "mean"]
            assert value == pytest.approx(ours, rel=1e-8, abs=1e-12)


def test_stays_add_up_to_daily_occupancy(star: Star) -> None:
    """From admission to leaving, cut at each midnight, against the series kept by the run."""
    stays = star["stays"].dropna(subset="admitted_at")
    end = START + pd.Timedelta(days=DAYS)
    came, left = stays["admitted_at"], stays["left_at"].fillna(end)
    keys = ["scenario", "replication", "setting"]
    for day in (START + pd.Timedelta(days=n) for n in range(0, int(DAYS), 5)):
        next_day = day + pd.Timedelta(days=1)
        inside = (left.clip(day, next_day) - came.clip(day, next_day)) / pd.Timedelta(days=1)
        of_day = star["daily"][star["daily"]["date"] == day.date()].set_index(keys)["occupied"]
        by_setting = inside.groupby([stays[key] for key in keys]).sum()
        assert np.allclose(by_setting.reindex(of_day.index, fill_value=0.0), of_day, atol=1e-7)


def test_the_number_of_stays_is_that_of_admissions(results: Path, star: Star) -> None:
    stays = star["stays"].merge(star["dates"], left_on="admitted_date", right_on="date")
    stays = stays[stays["is_measured"]]
    stays = stays[~stays["came"].isin(["found there", "another way on", "unwell again"])]
    number = stays.groupby(["scenario", "setting"]).size() / 2 / (DAYS - WARM_UP)
    assert len(number) == 9
    for (scenario, setting), a_day in number.items():
        ours = measured(results, "admitted_per_day", setting=setting).loc[scenario, "mean"]
        assert a_day == pytest.approx(ours, rel=1e-9)


def test_the_reasons_of_every_stay_add_up_to_its_delay(star: Star) -> None:
    by_stay = star["delays"].groupby("stay_id")["days"].sum()
    delay = star["stays"].set_index("stay_id")["delay_days"].dropna()
    assert (by_stay > 0).sum() > 300
    assert np.allclose(by_stay.reindex(delay.index, fill_value=0.0), delay, atol=1e-7)
    assert by_stay.index.isin(delay.index).all()


def test_delayed_bed_days_by_reason_are_those_of_the_measures(results: Path, star: Star) -> None:
    delays = star["delays"].merge(star["settings"][["setting", "is_acute"]], on="setting")
    delays = delays[delays["is_acute"] == True]  # noqa: E712 - a nullable column
    since = START + pd.Timedelta(days=WARM_UP)
    inside = delays["ended_at"] - delays["started_at"].clip(lower=since)
    delays["inside"] = (inside / pd.Timedelta(days=1)).clip(lower=0)
    a_year = delays.groupby(["scenario", "reason", "body"])["inside"].sum() / 2
    a_year *= 365 / (DAYS - WARM_UP)
    assert len(a_year) > 8
    for (scenario, reason, body), days in a_year.items():
        ours = measured(results, "delayed_bed_days", reason=reason, body=body)
        assert days == pytest.approx(ours.loc[scenario, "mean"], rel=1e-6, abs=1e-6)


def test_tasks_are_in_order_and_end_in_one_way(star: Star) -> None:
    tasks = star["tasks"]
    assert {"=Refer & ask", "-Agree", "@Plain"} <= set(tasks["task"])
    begun = tasks.dropna(subset="started_at")
    assert (begun["started_at"] >= begun["due_at"]).all()
    done = tasks.dropna(subset="done_at")
    assert (done["done_at"] >= done["started_at"]).all()
    assert not (tasks["done_at"].notna() & tasks["stopped_at"].notna()).any()
    assert tasks["stopped_at"].notna().sum() > 10
    assert (tasks["attempt"] > 0).any()


def test_nothing_happens_after_the_end_of_the_run(star: Star) -> None:
    end = START + pd.Timedelta(days=DAYS)
    for name in ("stays", "tasks", "delays"):
        for column in BY_NAME[name].columns:
            if column.kind == "date-time":
                assert (star[name][column.name].dropna() <= end).all(), column.name


def test_the_calendar_knows_easter_and_the_days_measured(star: Star) -> None:
    dates = star["dates"].set_index(pd.to_datetime(star["dates"]["date"]))
    assert dates.loc["2025-04-18", "bank_holiday"] == "Good Friday"
    assert dates.loc["2025-04-18", "weekday"] == "fri"
    assert dates["is_bank_holiday"].sum() == 4
    assert dates["is_measured"].sum() == DAYS - WARM_UP
    assert (dates.index.to_series().diff().dropna() == pd.Timedelta(days=1)).all()
    assert dates.loc["2025-04-14", "day_of_run"] == 0


def test_one_scenario_and_replication_may_be_taken_out(
    results: Path, star: Star, tmp_path: Path
) -> None:
    export_parquet(results, tmp_path / "one", "bigger", 1, False)
    stays = pd.read_parquet(tmp_path / "one" / "fact_stays.parquet")
    assert set(stays["scenario"]) == {"bigger"}
    assert set(stays["replication"]) == {1}
    same = star["stays"][(star["stays"].scenario == "bigger") & (star["stays"].replication == 1)]
    assert len(stays) == len(same)
    dimension = pd.read_parquet(tmp_path / "one" / "dim_scenarios.parquet")
    assert dimension["scenario"].tolist() == ["bigger"]
    assert dimension["order"].tolist() == [2]
