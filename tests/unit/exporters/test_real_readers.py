"""The tools themselves open what is exported: pm4py and vidigi, in an environment of their own.

Neither is a dependency of careflow (pm4py is under the AGPL, vidigi holds plotly back), so these
run by ``make readers`` and are left out where the two are not installed.
"""

import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.exporters.events import EventLog, event_log
from sim.exporters.ocel import export_ocel
from sim.exporters.process_csv import export_pm4py, export_vidigi
from sim.exporters.source import open_one_run
from sim.exporters.xes import export_xes

pytestmark = pytest.mark.readers
pm4py = pytest.importorskip("pm4py", reason="run by make readers")
vidigi = pytest.importorskip("vidigi.prep", reason="run by make readers")

NOONS = np.arange(7, 47) + 0.5


@pytest.fixture(scope="module")
def log(results: Path) -> EventLog:
    return event_log(open_one_run(results, None, None))


def replay(table: pd.DataFrame, instant: pd.Timestamp) -> dict[str, int]:
    """How many are in each setting at an instant, from what a reader has read."""
    past = table[(table["time:timestamp"] <= instant) & (table["kind"] == "stay")]
    change = past["lifecycle:transition"].map({"start": 1, "complete": -1}).fillna(0)
    found = change.groupby(past["concept:name"]).sum()
    return {str(name): int(number) for name, number in found.items() if number}


def there(log: EventLog, instant: float) -> dict[str, int]:
    """The same, from the stays."""
    stays = log.stays
    inside = (stays["admitted_at"] <= instant) & ~(stays["left_at"] <= instant)
    return {str(name): int(n) for name, n in stays[inside].groupby("setting").size().items()}


def test_pm4py_reads_xes_with_every_case_and_event_and_discovers_the_process(
    results: Path, log: EventLog, tmp_path: Path
) -> None:
    export_xes(results, tmp_path / "a.xes", None, None, False)
    table = pm4py.read_xes(str(tmp_path / "a.xes"))
    assert table["case:concept:name"].nunique() == len(log.cases)
    assert len(table) == len(log.events)
    done = table[table["lifecycle:transition"] == "complete"]
    graph, _, ends = pm4py.discover_dfg(done)
    ours = log.events[log.events["transition"] == "complete"]
    follows = ours["case"].eq(ours["case"].shift(-1))
    pairs = Counter(
        zip(ours["activity"][follows], ours["activity"].shift(-1)[follows], strict=True)
    )
    assert dict(graph) == dict(pairs)
    assert len(pairs) > 20
    assert ends["exit: home"] == (log.events["activity"] == "exit: home").sum()
    tree = pm4py.discover_process_tree_inductive(done)
    assert "exit: home" in str(tree)


def test_pm4py_reads_the_csv_and_finds_as_many_people_at_noon(
    results: Path, log: EventLog, tmp_path: Path
) -> None:
    export_pm4py(results, tmp_path / "a.csv", None, None, False)
    table = pd.read_csv(tmp_path / "a.csv")
    table["time:timestamp"] = pd.to_datetime(table["time:timestamp"], format="ISO8601")
    table = pm4py.format_dataframe(table)
    assert len(table) == len(log.events)
    start = pd.Timestamp(log.start, tz="UTC")
    for noon in NOONS:
        assert replay(table, start + pd.Timedelta(days=noon)) == there(log, noon)
    intervals = pm4py.convert_to_dataframe(pm4py.convert_to_event_log(table))
    assert len(intervals) == len(table)


@pytest.mark.parametrize("ending", ["json", "sqlite"])
def test_pm4py_reads_ocel_with_every_object_and_event(
    results: Path, log: EventLog, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"a.{ending}"
    export_ocel(results, path, None, None, False)
    read = {"json": pm4py.read_ocel2_json, "sqlite": pm4py.read_ocel2_sqlite}[ending]
    ocel = read(str(path))
    assert len(ocel.events) == len(log.events)
    types = ocel.objects["ocel:type"].value_counts()
    assert types["patient"] == len(log.cases)
    assert types["task"] == len(log.tasks)
    assert types["setting"] == 4
    assert types["team"] == 2
    admitted = ocel.events["ocel:activity"].str.startswith("admitted to ").sum()
    assert admitted == log.stays["admitted_at"].notna().sum()
    done = ocel.events["ocel:activity"].str.endswith(": done").sum()
    assert done == log.tasks["done_at"].notna().sum()
    people = pm4py.ocel_flattening(ocel, "patient")
    assert people["case:concept:name"].nunique() == len(log.cases)
    assert pm4py.discover_oc_petri_net(ocel)["object_types"] == set(types.index)


def test_pm4py_finds_no_rule_of_the_standard_broken_in_the_database(
    results: Path, tmp_path: Path
) -> None:
    from pm4py.objects.ocel.validation import ocel20_rel_validation

    export_ocel(results, tmp_path / "a.sqlite", "bigger", 1, False)
    held, broken = ocel20_rel_validation.apply(str(tmp_path / "a.sqlite"))
    assert broken == []
    assert len(held) == 24


def test_vidigi_shows_as_many_in_each_event_at_every_noon(
    results: Path, log: EventLog, tmp_path: Path
) -> None:
    export_vidigi(results, tmp_path / "a.csv", None, None, False)
    moves = pd.read_csv(tmp_path / "a.csv")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shown = vidigi.reshape_for_animations(
            moves, every_x_time_units=1440, warm_up=int(NOONS[0] * 1440),
            limit_duration=int(NOONS[-1] * 1440), step_snapshot_max=10_000,
        )  # fmt: skip
    for noon in NOONS:
        drawn = shown[shown["snapshot_time"] == int(noon * 1440)]["event"].value_counts()
        assert {name: drawn.get(name, 0) for name in there(log, noon)} == there(log, noon)
    beds = shown[shown["event_type"] == "resource_use"]
    assert not beds.duplicated(["snapshot_time", "event", "resource_id"]).any()
    where = pd.DataFrame({"event": moves["event"].unique()})
    where["x"], where["y"] = 100, 10 * np.arange(len(where))
    where["label"] = where["event"]
    drawn = vidigi.generate_animation_df(shown, where, step_snapshot_max=10_000)
    assert drawn[drawn["event_type"] == "resource_use"]["x_final"].notna().all()
