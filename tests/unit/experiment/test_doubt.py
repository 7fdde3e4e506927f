"""Doubt about the inputs of a real place: what is drawn, what is run, what is refused."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.experiment.carry_out import carry_out
from sim.experiment.doubt import doubt as doubt_section
from sim.experiment.doubt.unknown_inputs import UnknownInput, latin_hypercube
from sim.experiment.folder.findings import read_findings
from sim.experiment.results import open_results, write_tables
from sim.experiment.study import Study, load_experiment
from sim.experiment.variants import Variant
from sim.place.distributions import Fixed
from sim.place.problems import InputError
from sim.report.html import write_report
from tests.unit.exporters.town import write_town

DOUBT = """
doubt:
  scenarios: [as it is, bigger]
  measure: [delayed_bed_days, {measure: occupied, setting: ward}]
  draws: 6
  place_ranges: yes
  inputs:
    steps:
      change: {transfers.*.arrange.*.works_for: times}
      low: 0.5
      central: 1
      high: 2
      why: Nobody has counted.
      certainty: guess
    beds:
      change: {settings.ward.beds: times}
      low: 0.9
      central: 1
      high: 1.1
      why: The two registers differ.
    hours in transport:
      change: {transfers.to-care.hand_over.1.takes: set}
      low: 4
      central: 6
      high: 9
      why: Told by the provider.
"""
RANGE = "{value: 400, low: 300, high: 500}"


def written(folder: Path, doubt: str = DOUBT, place: tuple[str, str] | None = None) -> Path:
    path = write_town(folder, "summary")
    path.write_text(path.read_text() + doubt)
    town = (
        (folder / "place.yaml").read_text().replace("cost_per_day: 400", f"cost_per_day: {RANGE}")
    )
    (folder / "place.yaml").write_text(town.replace(*place) if place else town)
    return path


def plain(doubt: str = DOUBT) -> str:
    """Without the input that is set in hours."""
    return doubt.partition("    hours in transport")[0]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return load_experiment(written(tmp_path_factory.mktemp("doubt"), plain()), days=20)


@pytest.fixture(scope="module")
def folder(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("found")
    carry_out(study, folder, workers=1)
    return folder


def test_a_place_has_its_own_ranges_and_those_that_the_experiment_names(study: Study) -> None:
    ranges = {each.name: (each.low, each.central, each.high) for each in study.unknowns}
    assert ranges == {
        "steps": (0.5, 1, 2), "beds": (0.9, 1, 1.1),
        "settings.ward.cost_per_day": (300, 400, 500),
    }  # fmt: skip


def test_whole_numbers_are_set_to_the_nearest_one_and_others_multiplied(study: Study) -> None:
    steps, beds, cost = study.unknowns
    assert [str(each) for each in beds.changes(1.04)] == ["settings.ward.beds = 31"]
    assert [str(each) for each in steps.changes(0.7)] == ["transfers.*.arrange.*.works_for × 0.7"]
    assert [str(each) for each in cost.changes(333.0)] == ["settings.ward.cost_per_day.value = 333"]
    assert steps.changes(1.0) == beds.changes(1.0) == cost.changes(400.0) == ()


def test_draws_stay_in_their_ranges_spread_evenly_with_their_peak_at_the_centre() -> None:
    factor = UnknownInput("f", 0.5, 1, 2, (), is_factor=True)
    skew = UnknownInput("s", 0, 1, 10, ())
    even = UnknownInput("e", 0, 1, 10, (), "uniform")
    drawn = latin_hypercube([factor, skew, even], 1000, 7)
    assert np.median(drawn[:, 0]) == pytest.approx(1, rel=0.01)
    assert drawn[:, 0].min() >= 0.5
    assert drawn[:, 0].max() <= 2
    assert drawn[:, 1].mean() == pytest.approx((0 + 1 + 10) / 3, rel=0.01)
    assert (drawn[:, 1] < 1).mean() == pytest.approx(0.1, abs=0.002)
    assert (drawn[:, 1] < 5.5).mean() == pytest.approx(1 - 4.5**2 / 90, abs=0.002)
    assert drawn[:, 2].mean() == pytest.approx(5, rel=0.01)
    strata = np.sort(drawn[:, 2]) / 10 * 1000
    assert (np.floor(strata + 1e-2) >= np.arange(1000) - 1).all()
    again = latin_hypercube([factor, skew, even], 1000, 7)
    assert (again == drawn).all()


def test_what_was_drawn_and_came_out_is_written_for_every_draw(folder: Path) -> None:
    draws = pd.read_csv(folder / "draws.csv")
    assert len(draws) == 6 * 2 * 2
    assert list(draws.columns) == [
        "draw", "scenario", "replication", "input: steps", "input: beds",
        "input: settings.ward.cost_per_day", "delayed_bed_days", "occupied of ward",
    ]  # fmt: skip
    assert draws.groupby("draw")["input: steps"].nunique().eq(1).all()
    assert draws["input: steps"].between(0.5, 2).all()
    assert draws["delayed_bed_days"].nunique() > 12
    assert (draws["occupied of ward"] > 10).all()


def test_the_central_places_are_the_experiments_own_runs(folder: Path) -> None:
    found = read_findings(folder)["doubt"]
    results = open_results(folder)
    scores = results.scores()
    level = found["outcomes"][0]
    key = next(key for key in scores["as it is"].keys if key == ("delayed_bed_days", *[""] * 7))
    assert level["central"] == pytest.approx(scores["as it is"].value(key).mean())
    assert not list((folder / "runs").glob("doubt-central*"))


def test_an_input_that_is_only_money_moves_no_delay_and_steps_do(folder: Path) -> None:
    table = pd.read_csv(folder / "doubt.csv")
    level = table[(table["measure"] == "delayed_bed_days") & (table["scenario"] == "as it is")]
    swing = dict(zip(level["input"], level["swing"], strict=True))
    assert swing["settings.ward.cost_per_day"] == 0
    assert swing["steps"] > 0
    assert set(table["measure"]) == {"delayed_bed_days", "occupied"}
    assert len(table) == 3 * 2 * 2


def test_a_second_time_nothing_is_run_and_the_same_is_found(study: Study, folder: Path) -> None:
    before = (folder / "findings.json").read_bytes()
    times = {p: p.stat().st_mtime_ns for p in (folder / "runs").rglob("*.parquet")}
    carry_out(study, folder, workers=1)
    assert {p: p.stat().st_mtime_ns for p in (folder / "runs").rglob("*.parquet")} == times
    assert (folder / "findings.json").read_bytes() == before


def test_the_report_says_it_in_words_a_picture_and_tables(folder: Path) -> None:
    results = open_results(folder)
    write_tables(results)
    page = write_report(folder, results.bands()).read_text(encoding="utf-8")
    assert "If the inputs are other than assumed" in page
    assert 'id="tornado"' in page
    assert "3 inputs in doubt (1 guess) were drawn together 6 times" in page
    assert "is best with a probability of" in page
    assert "Nobody has counted" in page


def load(folder: Path, doubt: str, **more: Any) -> Study:
    return load_experiment(written(folder, doubt, **more))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("settings.ward.beds: times", "settings.wrad.beds: times", "did you mean 'ward'"),
        ("settings.ward.beds: times", "settings.ward.overflow: set", "no number"),
        ("low: 0.9", "low: 1.9", "must rise"),
        ("low: 0.9", "low: -1", "a factor is above 0"),
        ("[as it is, bigger]", "[as it is, biger]", "did you mean 'bigger'"),
        ("[as it is, bigger]", "[as it is, as it is]", "here twice"),
        ("draws: 6", "draws: 3", "4"),
        ("draws: 6", "draws: 6\n  replications: 1", "2"),
        ("draws: 6", "draws: 6\n  indices: {method: sobol, points: 60}", "power of 2"),
        ("delayed_bed_days,", "delay_days,", "value_of_a_day needs"),
        ("delayed_bed_days,", "delayed_bed_days, delayed_bed_days,", "here twice"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    doubt = plain().replace("  draws", "  value_of_a_day: 400\n  draws")
    with pytest.raises(InputError, match=r"experiment\.yaml:\d+:\d+: ") as error:
        load(tmp_path, doubt.replace(old, new))
    assert says in str(error.value)


def test_nothing_in_doubt_no_ranges_too_many_runs_and_a_name_that_is_taken_are_refused(
    tmp_path: Path,
) -> None:
    nothing = "\ndoubt: {scenarios: [as it is], measure: delayed_bed_days, draws: 9}\n"
    with pytest.raises(InputError, match="nothing is in doubt"):
        load(tmp_path / "a", nothing)
    ranges = nothing.replace("draws: 9", "draws: 9, place_ranges: yes")
    assert len(load(tmp_path / "b", ranges).unknowns) == 1
    with pytest.raises(InputError, match="both low and high"):
        load(tmp_path / "c", ranges, place=(f"cost_per_day: {RANGE}", "cost_per_day: 400"))
    many = plain().replace("draws: 6", "draws: 5000\n  replications: 100")
    with pytest.raises(InputError, match=r"asks for 1,\d{3},\d{3} runs of 3 inputs; at most"):
        load(tmp_path / "d", many)
    path = written(tmp_path / "e", plain())
    path.write_text(path.read_text().replace("{as it is: [],", "{as it is: [], Doubt 1: [],"))
    with pytest.raises(InputError, match="begin with 'doubt'"):
        load_experiment(path)


def test_without_salib_a_screen_is_refused_before_anything_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubt = plain().replace("draws: 6", "draws: 6\n  screen: {method: morris}")
    load(tmp_path / "a", doubt)
    monkeypatch.setattr(doubt_section, "_has_salib", lambda: False)
    with pytest.raises(InputError, match=r"needs SALib.*careflow\[analysis\]"):
        load(tmp_path / "b", doubt)


def test_a_draw_that_makes_no_place_is_refused_with_its_draw_and_input(tmp_path: Path) -> None:
    doubt = plain().replace("settings.ward.beds", "routes.ward.home-care.share")
    doubt = doubt.replace("high: 1.1", "high: 5").replace("low: 0.9", "low: 0.99")
    study = load(tmp_path / "town", doubt)
    with pytest.raises(InputError) as error:
        carry_out(study, tmp_path / "out", workers=1)
    said = r"experiment\.yaml:\d+:\d+ \(draw \d: beds = [34]\.\d+\): value 1\.\d+ is not allowed"
    assert re.search(said, str(error.value))


def test_a_length_of_time_is_set_in_its_own_unit(tmp_path: Path) -> None:
    study = load(tmp_path, DOUBT)
    hours = study.unknowns[2]
    assert hours.name == "hours in transport"
    changed = study.scenario_of(Variant("x", (), (), hours.changes(8.0))).place
    takes = changed.transfers["to-care"].hand_over[0].takes
    assert takes is not None
    length = takes.family
    assert isinstance(length, Fixed)
    assert (length.value.value, length.unit) == (8.0, "hours")


def test_draws_may_be_given_with_the_command_and_none_leave_doubt_out(tmp_path: Path) -> None:
    path = written(tmp_path, plain())
    fewer = load_experiment(path, draws=4).experiment.doubt
    assert fewer is not None
    assert fewer.draws == 4
    without = load_experiment(path, draws=0)
    assert without.experiment.doubt is None
    assert without.unknowns == ()
    with pytest.raises(InputError, match=r"--draws: .*4"):
        load_experiment(path, draws=3)
    path.write_text(path.read_text().partition("doubt:")[0])
    with pytest.raises(InputError, match=r"--draws: .* has no inputs in doubt"):
        load_experiment(path, draws=4)


def test_only_the_scenarios_that_are_run_are_in_doubt(tmp_path: Path) -> None:
    path = written(tmp_path / "town", plain().replace("[as it is, bigger]", "[bigger]"))
    study = load_experiment(path, days=5, scenarios=["as it is"])
    carry_out(study, tmp_path / "out", workers=1)
    assert read_findings(tmp_path / "out") == {}
    assert not (tmp_path / "out" / "draws.csv").exists()
