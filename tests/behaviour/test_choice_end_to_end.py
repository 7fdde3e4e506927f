"""An experiment that asks for the best is run, written down and told, the same way each time."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.experiment.study import load_experiment
from sim.place.problems import InputError

PLACE = """
place: Smalltown
start_date: 2025-01-06
organisations: {trust: {body: NHS}}
settings:
  ward: {beds: 6, acute: yes, organisation: trust}
  care: {places: 4, organisation: trust, stay: {exponential: {mean: 4}}}
exits: {home: {}}
routes: {ward: {home: rest, care: 0.5}, care: {home: 1}}
patients: {all: {arrives_at: ward, per_day: 2, stay: {ward: {exponential: {mean: 2}}}}}
"""
LEVER = """
lever: {name}
title: {name}
how: Places are opened.
change: {{settings.care.places: {{plus: {plus}}}}}
evidence: {{strength: none, says: An example.}}
"""
EXPERIMENT = """
experiment: Smalltown
question: How many places are enough?
place: place.yaml
levers: levers
scenarios: {as it is: [], one more: [one], two more: [two], four more: [four]}
days: 30
warm_up: 10
replications: 12
seed: 5
compare_on: [delayed_bed_days]
choose: {best_on: delayed_bed_days, among: [as it is, one more, four more], chance: 95%,
         indifference: %s, at_most: %s}
"""


def run(folder: Path, indifference: int, at_most: int, *options: str) -> tuple[Path, str]:
    """The results folder, and what was said at the end."""
    (folder / "levers").mkdir(parents=True, exist_ok=True)
    (folder / "place.yaml").write_text(PLACE)
    for name, plus in (("one", 1), ("two", 2), ("four", 4)):
        (folder / "levers" / f"{name}.yaml").write_text(LEVER.format(name=name, plus=plus))
    asked = EXPERIMENT.replace("%s", str(indifference), 1).replace("%s", str(at_most), 1)
    (folder / "experiment.yaml").write_text(asked)
    out = folder / "out"
    said = CliRunner().invoke(
        app, ["run", str(folder / "experiment.yaml"), "--out", str(out), *options]
    )
    assert said.exit_code == 0, said.output
    return out, " ".join(said.output.split())


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    return run(tmp_path_factory.mktemp("decided"), 30, 400, "--workers", "1")


def test_the_choice_is_in_ranking_csv_findings_manifest_and_tables(
    decided: tuple[Path, str],
) -> None:
    out, _ = decided
    ranking = pd.read_csv(out / "ranking.csv", keep_default_na=False)
    assert ranking["scenario"][0] == "four more"
    assert list(ranking["outcome"]) == ["chosen", "ruled out", "ruled out"]
    assert set(ranking["measure"]) == {"delayed_bed_days"}
    found = json.loads((out / "findings.json").read_text())["choose"]
    assert (found["leader"], found["is_decided"], found["first"]) == ("four more", True, 12)
    manifest = json.loads((out / "manifest.json").read_text())
    numbers = {each["name"]: each["replications"] for each in manifest["scenarios"]}
    assert numbers["two more"] == 12, "it is not chosen among"
    assert {row.scenario: row.replications for row in ranking.itertuples()} == {
        name: number for name, number in numbers.items() if name != "two more"
    }
    assert min(numbers.values()) < max(numbers.values()), "some were run on, others not"
    comparison = pd.read_csv(out / "comparison.csv", keep_default_na=False)
    for row in comparison.itertuples():
        assert row.replications == min(numbers[row.scenario], numbers[row.baseline])


def test_the_report_and_the_terminal_say_who_is_chosen_and_what_it_took(
    decided: tuple[Path, str],
) -> None:
    out, said = decided
    page = " ".join((out / "report.html").read_text(encoding="utf-8").split())
    for text in (said, page):
        assert "‘four more’ is chosen as the best on delayed bed days." in text
        assert "better than every other by 30 days a year or more" in text
        assert "a chance of 95% or more" in text
        assert "Ruled out: ‘one more’ after 17 replications; ‘as it is’ after 27." in text
        assert "12 of each scenario at first" in text
        assert "With equal numbers of all 3" in text
    assert "The best scenario, and what it took to say so" in page
    assert "chosen" in page


@pytest.mark.slow
def test_two_workers_find_the_same_and_a_second_run_makes_nothing(
    decided: tuple[Path, str], tmp_path: Path
) -> None:
    out, _ = decided
    other, _ = run(tmp_path, 30, 400, "--workers", "2")
    names = ("ranking.csv", "findings.json", "comparison.csv", "summary.csv", "report.html")
    for name in names:
        assert (other / name).read_bytes() == (out / name).read_bytes(), name
    _, said = run(tmp_path, 30, 400, "--workers", "1")
    assert "0 replications run" in said
    for name in names:
        assert (other / name).read_bytes() == (out / name).read_bytes(), name


@pytest.mark.slow
def test_where_the_most_comes_first_nothing_is_claimed(
    decided: tuple[Path, str], tmp_path: Path
) -> None:
    shutil.copytree(decided[0], tmp_path / "out")
    out, said = run(tmp_path, 1, 14, "--workers", "1")
    page = " ".join((out / "report.html").read_text(encoding="utf-8").split())
    for text in (said, page):
        assert "No scenario is chosen as the best on delayed bed days: after 14" in text
        assert "are still in" in text
        assert "not with the chance of 95% that was asked for" in text
        assert "To choose among them, allow at_most: " in text
    outcomes = set(pd.read_csv(out / "ranking.csv")["outcome"])
    assert "chosen" not in outcomes


def test_a_scenario_left_out_that_is_chosen_among_is_missed(decided: tuple[Path, str]) -> None:
    experiment = decided[0].parent / "experiment.yaml"
    with pytest.raises(InputError) as missed:
        load_experiment(experiment, scenarios=["as it is", "four more"])
    assert str(missed.value) == (
        "--scenario as it is: choose is among 'one more' as well; add --scenario 'one more'"
    )
    load_experiment(experiment, scenarios=["as it is", "one more", "four more"])
