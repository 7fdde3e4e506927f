"""Published models with known answers come out of plain configs.

Fewer replications than a study would take, so that this stays quick; the commands in
``docs/published.md`` make the whole comparison.
"""

import csv
import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import lognorm

from sim.experiment.intervals import Interval, pooled
from sim.experiment.question import load_experiment
from sim.experiment.replicate import replicate
from sim.patients.arrivals import mean_by_day
from sim.patients.plan import make_plan
from sim.place.schema import Place

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
Found = dict[tuple[str, str, str], Interval]


@cache
def found_by(experiment: str, replications: int) -> Found:
    """(scenario, setting, measure) → what the shipped experiment gives."""
    study = load_experiment(ROOT / "experiments" / "published" / f"{experiment}.yaml")
    settings = study.experiment
    scores: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    for scenario in study.scenarios.values():
        plan = make_plan(scenario.place)
        for number in range(replications):
            result = replicate(plan, settings.days, settings.warm_up, settings.seed, number)
            for row in result.measured.rows:
                if row.setting:
                    key = scenario.name, row.setting, row.measure
                    scores.setdefault(key, []).append((row.numerator, row.denominator))
    return {key: pooled(*np.array(pairs).T) for key, pairs in scores.items()}


def standard_error(interval: Interval) -> float:
    """The standard error that an interval stands on (many replications: t is near 1.96)."""
    return (interval.high - interval.low) / 2 / 1.96


def test_blocking_is_right_in_the_stroke_pathway_of_wood_and_murch() -> None:
    """Independent check of Wood and Murch (2020), current state, 1,500 runs."""
    expected = {
        "xac": (26.94, 0.044),
        "yac": (16.76, 0.044),
        "z": (6.89, 0.059),
        "xrh": (13.09, 0.229),
        "yrh": (9.97, 0.093),
    }
    found = found_by("wood_murch_2020", 600)
    scenario = next(iter(found))[0]
    for unit, (occupied, waiting) in expected.items():
        assert found[scenario, unit, "occupied"].mean == pytest.approx(occupied, abs=0.3)
        assert found[scenario, unit, "share_waiting"].mean == pytest.approx(waiting, abs=0.02)


def test_transfers_are_right_in_the_stroke_use_case_of_pathsimr() -> None:
    """An independent long run (20,000 replications) of PathSimR's stroke use case."""
    expected = {
        "occupied": (21.64, 25.13, 19.03, 12.41),
        "delayed_capacity": (3.53, 7.66, 0.0, 0.0),
        "delayed_handover": (1.265, 1.046, 1.365, 0.891),
    }
    found = found_by("pathsimr_stroke", 150)
    units = list(dict.fromkeys(setting for _, setting, _ in found))
    scenario = next(iter(found))[0]
    for measure, values in expected.items():
        for unit, value in zip(units, values, strict=True):
            ours = found[scenario, unit, measure]
            assert abs(ours.mean - value) <= 3 * standard_error(ours) + 0.005, (unit, measure)


def test_starting_from_a_given_state_is_right_in_the_bedded_services_of_ipacs() -> None:
    """An independent simulation of the IPACS inputs, 60 runs: 216 figures.

    At most 8% may lie outside two combined standard errors and none outside four, no standard
    error being taken below 0.1.
    """
    found = found_by("ipacs_2023_bedded", 40)
    deviations = []
    with (Path(__file__).parent / "ipacs_2023_bedded.csv").open() as file:
        for row in csv.DictReader(file):
            scenario = f"{row['capacity']}_{row['stays']}_{row['arrivals']}"
            for measure in ("occupied", "waiting", "waiting_at_end"):
                ours = found[scenario, row["setting"], measure]
                combined = math.hypot(
                    max(standard_error(ours), 0.1), max(float(row[f"{measure}_se"]), 0.1)
                )
                deviations.append(abs(ours.mean - float(row[measure])) / combined)
    assert len(deviations) == 216
    assert max(deviations) <= 4
    assert np.mean(np.array(deviations) > 2) <= 0.08


def exact_mean_without_limit(place: Place, service: str, days: int) -> float:
    """The mean number in a service without limit over some days, from its start state.

    The people there, each with a remaining stay uniform between one day and a fresh stay; those
    waiting, who enter at once; and Poisson arrivals at each day's rate, who stay as they survive.
    """
    step = 0.02
    at = np.arange(0, days, step) + step / 2
    family = place.settings[service].stay.lognormal
    stay = lognorm(family.sigma.value, scale=math.exp(family.mu.value))
    there = next(row.number.value for row in place.start.people if row.setting == service)
    waiting = next(row.number.value for row in place.start.waiting if row.waiting_for == service)
    fresh = stay.ppf((np.arange(2000) + 0.5) / 2000)
    longer = np.maximum(fresh - 1, 1e-9)
    still = [
        1.0 if t < 1 else np.where(fresh > 1, np.clip((fresh - t) / longer, 0, 1), 0).mean()
        for t in at[::50]
    ]
    survive = stay.sf(at)
    rate = np.repeat(mean_by_day(place, place.patients[service], days), round(1 / step))
    came = np.convolve(rate, survive)[: len(at)] * step
    return float((there * np.interp(at, at[::50], still) + waiting * survive + came).mean())


def test_services_without_limit_have_their_exact_mean() -> None:
    """Where nobody waits, theory gives the mean exactly, start state and weekly pattern included.

    The 60-run independent check lies on average 1.4 of its standard errors below these means; we
    agree with theory.
    """
    study = load_experiment(ROOT / "experiments" / "published" / "ipacs_2023_bedded.yaml")
    found = found_by("ipacs_2023_bedded", 40)
    deviations = []
    for name in (n for n in study.scenarios if n.startswith("S1Cap")):
        place = study.scenarios[name].place
        for service in (s for s in place.settings if s.startswith(("p2", "p3"))):
            ours = found[name, service, "occupied"]
            exact = exact_mean_without_limit(place, service, 181)
            deviations.append((ours.mean - exact) / standard_error(ours))
    assert len(deviations) == 36
    assert np.abs(deviations).max() < 3.5
    assert abs(np.mean(deviations)) < 1
