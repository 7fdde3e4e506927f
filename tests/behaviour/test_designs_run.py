"""Designs run on a small place: what shortens one wait twice hinders, what follows on adds up."""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.experiment.carry_out import carry_out
from sim.experiment.results import open_results, write_tables
from sim.experiment.study import load_experiment
from sim.report.html import write_report
from sim.validation.theory.formulas import erlang_c
from tests.unit.experiment.design_town import write_design

LEVERS = "[quick-referral, shorter-referral, quick-agreement, fewer-to-care]"
DESIGNS = f"""
design:
  - {{kind: all pairs, levers: {LEVERS}}}
  - {{kind: full factorial, levers: {LEVERS}}}
  - {{kind: fractional factorial, levers: {LEVERS}, resolution: IV}}
"""
TRANSFERS = 5 * 0.5 * 365
"""A year, in the baseline."""


def run_design(path: Path, out: Path, workers: int = 1) -> Path:
    carry_out(load_experiment(path), out, workers)
    results = open_results(out)
    write_tables(results)
    write_report(out, results.bands(), results.journeys())
    return out


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("designs")
    return run_design(write_design(folder, DESIGNS), folder / "out")


@pytest.fixture(scope="module")
def effects(out: Path) -> pd.DataFrame:
    return pd.read_csv(out / "effects.csv", keep_default_na=False)


def row(effects: pd.DataFrame, design: int, *of: str) -> Any:
    names = [*of, ""][:2]
    mine = effects[(effects["design"] == design) & (effects["of"] == names[0])]
    mine = mine[mine["with"] == names[1]]
    assert len(mine) == 1
    return mine.iloc[0]


def test_two_levers_that_shorten_the_same_step_hinder_each_other(effects: pd.DataFrame) -> None:
    """A referral of 2 days at half and at 0.4: alone 1 and 1.2 days are saved, together 1.6."""
    both = row(effects, 1, "quick-referral", "shorter-referral")
    assert both["effect"] == pytest.approx((1 + 1.2 - 1.6) * TRANSFERS, rel=0.1)
    assert both["low"] > 0
    assert float(both["p_holm"]) < 0.001


def test_two_levers_on_steps_that_follow_each_other_nearly_add_up(effects: pd.DataFrame) -> None:
    first, second = (row(effects, 1, name)["effect"] for name in ("quick-referral",
                                                                   "quick-agreement"))  # fmt: skip
    both = row(effects, 1, "quick-referral", "quick-agreement")
    assert first == pytest.approx(-TRANSFERS, rel=0.1)
    assert abs(both["effect"]) < 0.01 * abs(first + second)


def test_fewer_transfers_and_quicker_ones_hinder_by_what_both_would_have_saved(
    effects: pd.DataFrame,
) -> None:
    both = row(effects, 1, "quick-referral", "fewer-to-care")
    assert both["effect"] == pytest.approx(0.2 * TRANSFERS, rel=0.25)


def test_all_pairs_are_the_differences_of_comparison_csv(out: Path, effects: pd.DataFrame) -> None:
    table = pd.read_csv(out / "comparison.csv", keep_default_na=False)
    plain = table[(table["measure"] == "delayed_bed_days") & (table["part"] == "")]
    plain = plain[(plain[["group", "locality", "reason"]] == "").all(axis=1)]
    change = plain.set_index("scenario")["difference"]
    for name in ("quick-referral", "fewer-to-care"):
        assert row(effects, 1, name)["effect"] == pytest.approx(change[name], rel=1e-8)
    pair = row(effects, 1, "quick-referral", "fewer-to-care")
    together = change["quick-referral & fewer-to-care"]
    apart = change["quick-referral"] + change["fewer-to-care"]
    assert pair["effect"] == pytest.approx(together - apart, rel=1e-6)


def test_a_half_of_all_combinations_agrees_with_all_of_them_up_to_its_aliases(
    effects: pd.DataFrame,
) -> None:
    """What is left is the interaction of three: a referral halved twice, in fewer transfers."""
    whole = effects[effects["design"] == 2]
    part = effects[effects["design"] == 3]
    assert (part["mixed_with"] != "").sum() == 3
    size = abs(row(effects, 2, "quick-referral")["effect"])
    for _, each in part.iterrows():
        names = [n for n in (each["of"], each["with"]) if n]
        expected = row(effects, 2, *names)["effect"]
        if each["mixed_with"]:
            expected += row(effects, 2, *each["mixed_with"].split(" × "))["effect"]
        assert each["effect"] == pytest.approx(expected, abs=0.06 * size), names
    assert len(whole) == 4 + 6


def test_the_report_says_which_hinder_and_what_can_t_be_told_apart(out: Path) -> None:
    page = (out / "report.html").read_text(encoding="utf-8")
    text = " ".join(re.sub("<[^>]*>", "", page).split())
    assert re.search(
        "‘quick-referral’ and ‘shorter-referral’ hinder each other: together they save [0-9]+ days "
        "a year fewer than each alone adds up to",
        text,
    )
    assert "8 of 16 combinations were run, at resolution IV" in text
    assert "D = ABC; defining relation I = ABCD" in text
    assert page.count("hinder each other") > 5
    assert text.count("Can’t be told from") == 1


def test_the_findings_are_plain_data_and_the_manifest_names_the_design(out: Path) -> None:
    found = json.loads((out / "findings.json").read_text(encoding="utf-8"))["design"]
    assert [each["kind"] for each in found] == [
        "all pairs", "full factorial", "fractional factorial",
    ]  # fmt: skip
    assert found[2]["letters"]["D"] == "fewer-to-care"
    points = pd.read_csv(out / "design.csv", keep_default_na=False)
    assert len(points) == 4 * (11 + 16 + 8)
    on = points[(points["scenario"] == "all together") & (points["design"] == 2)]
    assert set(on["level"]) == {"on"}
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    made = {each["name"]: each["design"] for each in manifest["scenarios"]}
    assert made["as it is"] is None
    assert made["quick-referral"] == "all pairs"
    assert made["all together"] == "full factorial"


def test_levers_written_out_alone_and_together_are_an_interaction_too(tmp_path: Path) -> None:
    path = write_design(
        tmp_path,
        "scenarios:\n"
        "  now: []\n  first: [quick-referral]\n  second: [shorter-referral]\n"
        "  both: [quick-referral, shorter-referral]\n",
    )
    out = run_design(path, tmp_path / "out")
    both = row(pd.read_csv(out / "effects.csv", keep_default_na=False), 1, "first", "second")
    assert both["design_kind"] == "list"
    assert both["low"] > 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "‘first’ and ‘second’ hinder each other" in page
    assert not (out / "sweep.csv").exists()


def test_an_experiment_without_a_design_or_such_scenarios_says_nothing(tmp_path: Path) -> None:
    path = write_design(tmp_path, "scenarios: {now: [], first: [quick-referral]}")
    out = run_design(path, tmp_path / "out")
    assert json.loads((out / "findings.json").read_text(encoding="utf-8")) == {}
    assert not (out / "effects.csv").exists()
    assert 'id="effects"' not in (out / "report.html").read_text(encoding="utf-8")


QUEUE = """
place: Queue
start_date: 2025-04-14
organisations: {trust: {body: NHS}}
settings: {ward: {beds: 12, acute: yes, organisation: trust, stay: {exponential: {mean: 2}}}}
exits: {home: {}}
routes: {ward: {home: 1}}
patients: {adults: {arrives_at: ward, per_day: 5}}
"""


def test_a_sweep_of_beds_follows_erlang_s_curve(tmp_path: Path) -> None:
    head = (
        "experiment: Beds\nquestion: How many?\nplace: place.yaml\ndays: 1200\nwarm_up: 60\n"
        "replications: 6\nseed: 2\ncompare_on: [{measure: share_waiting, setting: ward}, "
        "{measure: wait_days, setting: ward}]\n"
    )
    path = write_design(
        tmp_path,
        "design: {kind: sweep, vary: {settings.ward.beds: {from: 12, to: 18, by: 2}}}",
        QUEUE, head,
    )  # fmt: skip
    out = run_design(path, tmp_path / "out")
    table = pd.read_csv(out / "sweep.csv", keep_default_na=False)
    shares = table[table["measure"] == "share_waiting"]
    assert list(shares["value"]) == [12, 14, 16, 18]
    for _, at in shares.iterrows():
        exact = erlang_c(int(at["value"]), 10.0)
        assert abs(at["mean"] - exact) < 2 * (at["high"] - at["low"]) / 2 + 1e-4
    assert shares["mean"].is_monotonic_decreasing
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Along ward beds" in page
