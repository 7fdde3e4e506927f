"""Event logs replay to the very run that they come from."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.exporters.events import EventLog, event_log
from sim.exporters.process_csv import export_bupar, export_pm4py, export_vidigi
from sim.exporters.source import open_one_run
from sim.measures.definitions import SERIES
from tests.unit.exporters.town import DAYS

INSTANTS = np.linspace(0.37, DAYS - 0.5, 60)
LIFE_CYCLES = {
    ("schedule", "start", "complete"),
    ("schedule", "start", "ate_abort"),
    ("schedule", "start"),
    ("schedule", "withdraw"),
    ("schedule",),
    ("start", "complete"),
    ("start",),
    ("complete",),
}


@pytest.fixture(scope="module", params=["as it is", "bigger"])
def log(results: Path, request: pytest.FixtureRequest) -> EventLog:
    return event_log(open_one_run(results, request.param, None))


def there(log: EventLog, instant: float) -> dict[str, int]:
    """How many were in each setting at an instant, from the stays."""
    stays = log.stays
    inside = (stays["admitted_at"] <= instant) & ~(stays["left_at"] <= instant)
    return {str(name): int(n) for name, n in stays[inside].groupby("setting").size().items()}


def replayed(log: EventLog, instant: float) -> dict[str, int]:
    """The same, from starts less completions before that instant."""
    past = log.events[(log.events["days"] <= instant) & (log.events["kind"] == "stay")]
    change = past["transition"].map({"start": 1, "complete": -1}).fillna(0)
    found = change.groupby(past["activity"]).sum()
    return {str(name): int(n) for name, n in found.items() if n}


def test_events_replay_to_the_same_number_in_each_setting(log: EventLog) -> None:
    for instant in INSTANTS:
        assert replayed(log, instant) == there(log, instant)


def test_events_give_back_the_mean_number_of_each_day(log: EventLog) -> None:
    daily = log.run.days()
    starts = log.events[log.events["kind"] == "stay"]
    sign = starts["transition"].map({"start": 1.0, "complete": -1.0}).fillna(0.0)
    for setting in daily["setting"].unique():
        mine = starts["activity"] == setting
        for day in (0, 20, 46):
            rest = (day + 1 - starts["days"][mine].clip(day, day + 1)) * sign[mine]
            series = daily[(daily["setting"] == setting) & (daily["day"] == day)]["occupied"]
            assert rest.sum() == pytest.approx(series.iloc[0], abs=1e-9)
    assert "occupied" in SERIES


def test_every_activity_goes_through_its_life_cycle_in_order(log: EventLog) -> None:
    cycles = log.events.groupby("instance", sort=False)["transition"].agg(tuple)
    assert set(cycles) <= LIFE_CYCLES
    assert len(set(cycles)) > 6


def test_cases_are_in_time_and_each_instance_has_one_resource(log: EventLog) -> None:
    for _, events in log.events.groupby("case"):
        assert events["days"].is_monotonic_increasing
    assert (log.events.groupby("instance")["resource"].nunique() <= 1).all()
    assert log.events["case"].is_monotonic_increasing


def test_a_stay_is_completed_before_the_next_one_is_started(log: EventLog) -> None:
    stays = log.events[(log.events["kind"] == "stay")]
    moves = stays[stays["transition"].isin(["start", "complete"])]
    for _, events in moves.groupby("case"):
        for one, other in pairwise(events["transition"]):
            assert one != other


def test_a_case_leaves_once_at_most_and_nothing_happens_to_it_after(log: EventLog) -> None:
    exits = log.events[log.events["kind"] == "exit"]
    assert exits["case"].is_unique
    last = log.events.groupby("case").tail(1)
    assert set(exits.index) <= set(last.index)
    assert set(exits["activity"]) == {"exit: home", "exit: died"}


def test_a_readmitted_person_is_a_new_case(log: EventLog) -> None:
    again = log.cases[log.cases["episode"] > 1]
    assert len(again) > 20
    assert (again["name"] == again["patient"] + " #" + again["episode"].astype(str)).all()
    assert log.cases["name"].is_unique
    first = log.cases[log.cases["episode"] == 1]["patient"]
    assert again["patient"].isin(first).all()
    assert len(log.cases) == log.stays.groupby(["patient", "episode"]).ngroups


def test_every_task_and_stay_of_the_log_is_there(log: EventLog) -> None:
    tasks = log.events[log.events["kind"] == "task"]
    assert (tasks["transition"] == "schedule").sum() == len(log.tasks)
    assert (tasks["transition"] == "complete").sum() == log.tasks["done_at"].notna().sum()
    dropped = tasks["transition"].isin(["withdraw", "ate_abort"]).sum()
    assert dropped == log.tasks["stopped_at"].notna().sum() > 5
    stays = log.events[log.events["kind"] == "stay"]
    assert (stays["transition"] == "start").sum() == log.stays["admitted_at"].notna().sum()
    vain = log.stays["came"].isin(["turned away", "cancelled", "gave up"])
    assert (stays["transition"] == "withdraw").sum() == vain.sum() > 30


# The columns of each tool.


def test_pm4py_has_its_columns_and_instants_with_a_zone(results: Path, tmp_path: Path) -> None:
    (said,) = export_pm4py(results, tmp_path / "a.csv", None, 1, False)
    table = pd.read_csv(tmp_path / "a.csv")
    assert {"case:concept:name", "concept:name", "time:timestamp", "lifecycle:transition",
            "org:resource", "case:group"} <= set(table.columns)  # fmt: skip
    times = pd.to_datetime(table["time:timestamp"], format="ISO8601")
    assert str(times.dt.tz) == "UTC"
    cases = table["case:concept:name"].nunique()
    assert said.startswith(f"{cases} cases, {len(table)} events")


def test_bupar_has_its_six_columns_and_instances_of_one_activity(
    results: Path, tmp_path: Path
) -> None:
    export_bupar(results, tmp_path / "a.csv", None, None, False)
    table = pd.read_csv(tmp_path / "a.csv")
    assert table.columns[:6].tolist() == [
        "case_id", "activity", "activity_instance_id", "lifecycle", "timestamp", "resource",
    ]  # fmt: skip
    by_instance = table.groupby("activity_instance_id")
    for column in ("case_id", "activity"):
        assert (by_instance[column].nunique() == 1).all()
    assert not table.duplicated(["activity_instance_id", "lifecycle"]).any()


@pytest.fixture(scope="module", params=["as it is", "bigger"])
def moves(results: Path, tmp_path_factory: pytest.TempPathFactory, request) -> pd.DataFrame:
    path = tmp_path_factory.mktemp("vidigi") / "a.csv"
    export_vidigi(results, path, request.param, None, False)
    moves = pd.read_csv(path)
    moves.attrs["log"] = event_log(open_one_run(results, request.param, None))
    return moves


def test_vidigi_sees_as_many_in_each_setting_as_there_were(moves: pd.DataFrame) -> None:
    """vidigi draws everybody who has come and not gone at their latest event."""
    log = moves.attrs["log"]
    gone = moves[moves["event"] == "depart"].set_index("entity_id")["time"]
    for instant in INSTANTS:
        minute = instant * 1440
        here = moves[~moves["entity_id"].isin(gone[gone < minute].index)]
        latest = here[here["time"] <= minute].groupby("entity_id").tail(1)
        drawn = latest["event"].value_counts().to_dict()
        assert {name: n for name, n in drawn.items() if n and name in there(log, instant)} == there(
            log, instant
        )
        stays = log.stays
        at_door = ~stays["stay"].isin(stays["next_stay"]) & (stays["came"] != "gave up")
        waits = stays[at_door & (stays["asked_at"] <= instant) & (stays["came"] != "turned away")]
        waits = waits[~(waits["stopped_at"] <= instant)]
        for setting, number in waits.groupby("wanted").size().items():
            held = stays["placed_at"].le(instant) & stays["admitted_at"].gt(instant) & at_door
            held &= stays["setting"] == setting
            assert drawn.get(f"waits for {setting}", 0) == number + held.sum()


def test_vidigi_finds_one_arrival_and_at_most_one_departure(moves: pd.DataFrame) -> None:
    ends = moves[moves["event_type"] == "arrival_departure"]
    assert (ends[ends["event"] == "arrival"].groupby("entity_id").size() == 1).all()
    assert ends[ends["event"] == "arrival"]["entity_id"].nunique() == moves["entity_id"].nunique()
    assert ends[ends["event"] == "depart"]["entity_id"].is_unique
    assert (moves.groupby("entity_id")["pathway"].nunique() == 1).all()
    assert moves["run_number"].nunique() == 1
    assert (moves["time"] >= 0).all()


def test_vidigi_draws_no_two_people_in_one_bed(moves: pd.DataFrame) -> None:
    used = moves[moves["event_type"] == "resource_use"]
    assert used["resource_id"].notna().all()
    taken: dict[tuple[str, float], int] = {}
    for row in moves.itertuples():
        if row.event_type == "resource_use":
            assert taken.setdefault((row.event, row.resource_id), row.entity_id) == row.entity_id
        elif row.event_type == "resource_use_end":
            taken.pop((row.event.removeprefix("leaves "), row.resource_id), None)
    assert len(taken) == sum(there(moves.attrs["log"], DAYS - 1e-9).values())
