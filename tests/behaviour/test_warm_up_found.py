"""A warm-up found by MSER-5 from a pilot: long enough, the same again, and never a silent half."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.linalg import expm

from sim.experiment.carry_out import carry_out
from sim.experiment.making.lab import Progress
from sim.experiment.results import open_results, write_tables
from sim.experiment.study import load_experiment
from sim.place.problems import InputError
from sim.report.html import write_report
from sim.validation.theory.formulas import numbers_in_mmc
from tests.stopping import Stop

WARD = """
place: A ward
start_date: 2024-01-01
settings: {{ward: {{beds: {beds}, acute: yes, stay: {stay}}}}}
exits: {{home: {{}}}}
routes: {{ward: {{home: 1}}}}
patients: {{people: {{arrives_at: ward, per_day: {per_day}}}}}
"""
EXPERIMENT = """
experiment: A ward
question: How long does it take to fill?
place: place.yaml
scenarios: {as it is: []}
days: 30
warm_up: MSER-5
replications: 2
seed: 11
compare_on: [{measure: occupied, setting: ward}]
"""
Length = Any
"""A distribution of scipy's."""
SPREAD = float(np.log(1 + (25 / 20) ** 2) ** 0.5)
"""The parameter of a lognormal stay with a mean of 20 days and a standard deviation of 25."""
MEASURED = 365
"""Days over which a mean is taken after the warm-up."""


def write(folder: Path, place: str, experiment: str = EXPERIMENT) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "place.yaml").write_text(place)
    (folder / "experiment.yaml").write_text(experiment)
    return folder / "experiment.yaml"


def a_ward(beds: int | str, per_day: float, stay: str) -> str:
    return WARD.format(beds=beds, per_day=per_day, stay=stay)


def run(experiment: Path, out: Path, progress: Progress | None = None) -> Path:
    carry_out(load_experiment(experiment), out, 1, progress)
    write_tables(open_results(out))
    return out


def warm_up_of(folder: Path) -> int:
    return int(json.loads((folder / "manifest.json").read_text())["warm_up"])


# The bias that is left, exactly


def without_limit(per_day: float, stay: Length) -> tuple[Callable[[int], float], float]:
    """The exact mean number in a ward without limit that begins empty, in the days after a warm-up,
    and in the long run (Eick, Massey and Whitt 1993)."""
    step = 0.05
    still = stay.sf(np.arange(0.0, MEASURED + 400, step) + step / 2)
    there = per_day * still.cumsum() * step

    def after(cut: int) -> float:
        return float(there[round(cut / step) : round((cut + MEASURED) / step)].mean())

    return after, per_day * float(stay.mean())


def many_beds(per_day: float, mean: float, beds: int) -> tuple[Callable[[int], float], float]:
    """The same of M/M/c, there or waiting, by its chain."""
    most = 6 * beds
    rates = np.zeros((most + 1, most + 1))
    for n in range(most):
        rates[n, n + 1], rates[n + 1, n] = per_day, min(n + 1, beds) / mean
    rates -= np.diag(rates.sum(axis=1))
    day, chance = expm(rates), np.eye(most + 1)[0]
    numbers = []
    for _ in range(2 * MEASURED + 400):
        numbers.append(float(chance @ np.arange(most + 1)))
        chance = chance @ day
    at_midnight = np.array(numbers)
    daily = (at_midnight[:-1] + at_midnight[1:]) / 2
    long_run = numbers_in_mmc(beds, per_day * mean, 2000) @ np.arange(2001)
    return lambda cut: float(daily[cut : cut + MEASURED].mean()), float(long_run)


CASES = {
    "no limit, exponential stays": (
        a_ward("unlimited", 8, "{exponential: {mean: 30}}"),
        without_limit(8, stats.expon(scale=30)),
    ),
    "no limit, lognormal stays": (
        a_ward("unlimited", 8, "{lognormal: {mean: 20, sd: 25}}"),
        without_limit(8, stats.lognorm(SPREAD, scale=20 * np.exp(-(SPREAD**2) / 2))),
    ),
    "ten beds and a queue (M/M/c)": (
        a_ward(10, 0.7, "{exponential: {mean: 10}}"), many_beds(0.7, 10.0, 10)
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_started_empty_the_bias_after_the_cut_is_under_one_percent(
    name: str, tmp_path: Path
) -> None:
    place, (mean_after, long_run) = CASES[name]
    assert mean_after(0) < 0.98 * long_run, "with no warm-up the mean would be far too low"
    assert mean_after(300) == pytest.approx(long_run, rel=0.002)
    for seed in (11, 12):
        text = EXPERIMENT.replace("seed: 11", f"seed: {seed}")
        out = run(write(tmp_path / f"of {seed}", place, text), tmp_path / f"out {seed}")
        cut = warm_up_of(out)
        assert cut % 7 == 0
        assert abs(mean_after(cut) / long_run - 1) < 0.01, (seed, cut)


# What is kept, and that it is the same again


SMALL = a_ward("unlimited", 3, "{exponential: {mean: 10}}")
SHORT = EXPERIMENT.replace(
    "warm_up: MSER-5", "warm_up: {method: MSER-5, pilot_replications: 4, at_most: 100}"
)


def contents(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".html")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_cut_short_in_the_pilot_or_after_it_a_run_comes_to_the_same_bytes(tmp_path: Path) -> None:
    experiment = write(tmp_path / "in", SMALL, SHORT)
    whole = contents(run(experiment, tmp_path / "whole"))
    assert sum(name.startswith("pilot/runs/") for name in whole) == 4
    cut = tmp_path / "cut"
    for after in (2, 3, 6):
        with pytest.raises(KeyboardInterrupt):
            run(experiment, cut, Stop(after))
        with pytest.raises(InputError):
            open_results(cut)
    assert contents(run(experiment, cut)) == whole


def test_the_warm_up_found_is_that_of_every_run_and_of_the_tables(tmp_path: Path) -> None:
    out = run(write(tmp_path / "in", SMALL, SHORT), tmp_path / "out")
    found = json.loads((out / "findings.json").read_text())["warm_up"]
    days = warm_up_of(out)
    assert 14 <= days == found["days"] <= 105
    assert found["days"] - 7 < max(cut["at"]["days"] for cut in found["cuts"]) <= found["days"]
    table = pd.read_csv(out / "warm_up.csv", keep_default_na=False)
    assert set(table.counts) == {"delayed", "there"}
    assert table.cut_days.max() <= days
    plain = SHORT.replace("{method: MSER-5, pilot_replications: 4, at_most: 100}", str(days))
    told = run(write(tmp_path / "told", SMALL, plain), tmp_path / "told out")
    assert (told / "summary.csv").read_bytes() == (out / "summary.csv").read_bytes()
    pilot = json.loads((out / "pilot" / "manifest.json").read_text())
    assert (pilot["days"], pilot["warm_up"], pilot["seed"]) == (200, 0, 10)


def test_the_report_shows_the_series_and_the_cut(tmp_path: Path) -> None:
    out = run(write(tmp_path / "in", SMALL, SHORT), tmp_path / "out")
    page = write_report(out, open_results(out).bands()).read_text(encoding="utf-8")
    assert 'id="warm-up"' in page
    assert "How the warm-up was found" in page
    assert f"the warm-up is {warm_up_of(out)} days, in whole weeks" in page
    assert "In ward, or waiting for it" in page


def test_results_with_another_warm_up_or_of_another_place_are_refused(tmp_path: Path) -> None:
    experiment = write(tmp_path / "in", SMALL, SHORT)
    out = run(experiment, tmp_path / "out")
    before = contents(out)
    days = warm_up_of(out)
    write(tmp_path / "in", SMALL, EXPERIMENT.replace("MSER-5", str(days + 1)))
    with pytest.raises(InputError, match=f"warm_up is {days} there and {days + 1} here"):
        run(experiment, out)
    write(tmp_path / "in", SMALL.replace("per_day: 3", "per_day: 4"), SHORT)
    with pytest.raises(InputError, match="another place"):
        run(experiment, out)
    write(tmp_path / "in", SMALL, SHORT.replace("at_most: 100", "at_most: 110"))
    with pytest.raises(InputError, match="days is 200 there and 220 here"):
        run(experiment, out)
    assert contents(out) == before


# No silent half


def test_a_place_that_fills_without_end_is_refused_with_what_it_shows(tmp_path: Path) -> None:
    overloaded = a_ward(10, 1.3, "{exponential: {mean: 10}}")
    with pytest.raises(InputError) as error:
        run(write(tmp_path / "in", overloaded), tmp_path / "out")
    said = str(error.value)
    assert "experiment.yaml:7:10: MSER-5 finds no end of the drift within 365 days" in said
    assert "people in 'ward' or waiting for it" in said
    assert not (tmp_path / "out" / "summary.csv").exists()
    with pytest.raises(InputError):
        open_results(tmp_path / "out")


def test_a_place_of_which_no_day_is_typical_is_refused(tmp_path: Path) -> None:
    lever = (
        "lever: later\ntitle: Later\nhow: So.\nstarts: 2024-03-01\n"
        "change: {settings.ward.beds: {plus: 2}}\nevidence: {strength: none, says: Made up.}\n"
    )
    experiment = write(
        tmp_path / "in",
        a_ward(20, 1, "{exponential: {mean: 10}}"),
        EXPERIMENT.replace("{as it is: []}", "{as it is: [], later: [later]}\nlevers: levers"),
    )
    (tmp_path / "in" / "levers").mkdir()
    (tmp_path / "in" / "levers" / "later.yaml").write_text(lever)
    with pytest.raises(InputError, match="'later' has a lever that starts on a date"):
        run(experiment, tmp_path / "out")


@pytest.mark.parametrize(
    ("warm_up", "said"),
    [
        ("MSER", "'MSER' is no warm-up; write a number of days, or MSER-5"),
        ("-1", "a whole number from 0 to 20,000"),
        ("3.5", "a whole number from 0 to 20,000"),
        ("{method: welch}", "allowed: MSER-5"),
        ("{days: 3, method: MSER-5}", "either the days, or the method"),
        ("{at_most: 90}", "a pilot needs a method"),
        ("{method: MSER-5, at_most: 10}", "a whole number from 50 to 10,000"),
        ("{method: MSER-5, pilot_replications: 1}", "a whole number from 3 to 1,000"),
        ("[5]", "a table with"),
    ],
)
def test_a_warm_up_that_can_not_be_is_refused(warm_up: str, said: str, tmp_path: Path) -> None:
    experiment = write(tmp_path / "in", SMALL, EXPERIMENT.replace("MSER-5", warm_up))
    with pytest.raises(InputError, match=said):
        load_experiment(experiment)
