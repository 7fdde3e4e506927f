"""Every number of a place is listed with its source; the shipped places leave none without one."""

from pathlib import Path

import pytest

from sim.place.load import load_place
from sim.place.numbers_used import NumberUsed, inventory
from tests.behaviour.spoilt_files import GOOD

ROOT = Path(__file__).parents[3]
SHIPPED = sorted(
    path
    for folder in ("configs", "sim/place/starter")
    for path in (ROOT / folder).rglob("*.yaml")
    if path.read_text(encoding="utf-8").count("\nsettings:") == 1
)


@pytest.fixture
def rows(tmp_path: Path) -> dict[str, NumberUsed]:
    for name in ("place.yaml", "numbers.csv", "hours.csv"):
        (tmp_path / name).write_text(GOOD[name], encoding="utf-8")
    return {row["path"]: row for row in inventory(load_place(tmp_path / "place.yaml"))}


def test_a_number_comes_with_its_range_source_and_unit(rows: dict[str, NumberUsed]) -> None:
    assert rows["settings.ward.beds"] == {
        "path": "settings.ward.beds", "value": "20", "unit": "beds", "low": 18, "high": 22,
        "source": "sitrep", "certainty": "high", "note": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value", "unit"),
    [
        ("settings.annexe.beds", "4", "beds"),
        ("settings.reablement.places", "30", "places"),
        ("settings.ward.capacity_by_week.1.spaces", "20", "spaces"),
        ("settings.ward.queue_limit", "3", "people"),
        ("settings.ward.turnaround", "2", "hours"),
        ("settings.ward.cost_per_day", "395", "pounds a day"),
        ("settings.ward.stay", "lognormal: mean 8, median 5 (days)", None),
        ("settings.reablement.stay", "quantiles: 0 at 1, 0.5 at 12, 1 at 60 (days)", None),
        ("settings.ward.decision_rounds.2.prob_ready", "0.4", "share"),
        ("settings.ward.pace_by_weekday.sat", "0.5", None),
        ("routes.ward.died.share", "0.05", "share"),
        ("transfers.with-care.hand_over.1.takes", "uniform: low 2, high 6 (days)", None),
        ("patients.older.per_day", "2", "people a day"),
        ("patients.older.by_hour", "24 weights, one an hour", None),
        ("patients.walk-in.by_hour", "column weight of hours.csv", None),
        ("patients.walk-in.daily_numbers", "column people by date of numbers.csv", None),
        ("start.people.1.number", "12", "people"),
        ("start.waiting.1.days_waited", "3 days", None),
    ],
)
def test_each_kind_of_number_is_listed(
    rows: dict[str, NumberUsed], path: str, value: str, unit: str | None
) -> None:
    assert (rows[path]["value"], rows[path]["unit"]) == (value, unit)


def test_what_is_not_written_is_not_listed(rows: dict[str, NumberUsed]) -> None:
    assert "settings.annexe.outlier_stay_times" not in rows
    assert "settings.ward.pace_by_weekday.mon" not in rows


def test_the_rest_of_other_shares_is_no_number_of_its_own(rows: dict[str, NumberUsed]) -> None:
    assert "routes.annexe.home.share" not in rows


def test_a_range_within_a_length_of_time_is_listed_too(tmp_path: Path) -> None:
    text = GOOD["place.yaml"].replace(
        "{gamma: {mean: 6, sd: 4}}",
        "{gamma: {mean: {value: 6, low: 5, high: 8}, sd: 4}, source: audit, certainty: low}",
    )
    (tmp_path / "place.yaml").write_text(text, encoding="utf-8")
    for name in ("numbers.csv", "hours.csv"):
        (tmp_path / name).write_text(GOOD[name], encoding="utf-8")
    rows = {row["path"]: row for row in inventory(load_place(tmp_path / "place.yaml"))}
    mean = rows["settings.annexe.stay.gamma.mean"]
    assert (mean["low"], mean["high"], mean["source"], mean["certainty"]) == (5, 8, "audit", "low")
    assert "settings.annexe.stay.gamma.sd" not in rows


def test_a_week_lends_its_source_to_its_days(tmp_path: Path) -> None:
    text = GOOD["place.yaml"].replace("{sat: 0.8, sun: 0.7}", "{sat: 0.8, source: HES}")
    (tmp_path / "place.yaml").write_text(text, encoding="utf-8")
    for name in ("numbers.csv", "hours.csv"):
        (tmp_path / name).write_text(GOOD[name], encoding="utf-8")
    rows = {row["path"]: row for row in inventory(load_place(tmp_path / "place.yaml"))}
    assert rows["patients.older.by_weekday.sat"]["source"] == "HES"


@pytest.mark.parametrize("path", SHIPPED, ids=[str(path.relative_to(ROOT)) for path in SHIPPED])
def test_every_number_of_a_shipped_place_has_a_source_and_a_certainty(path: Path) -> None:
    """But for words (unlimited), everybody going one way (a share of 1), a list of who is there."""
    bare = [
        row["path"]
        for row in inventory(load_place(path))
        if not (row["source"] and row["certainty"])
        and row["value"] != "unlimited"
        and not (row["path"].endswith(".share") and row["value"] == "1")
        and row["path"] != "start"
    ]
    assert bare == []
