"""Coordination, not beds: the published model of Arntzen and others (2023), from config alone.

Here is what follows from it; ``careflow validate`` sets it beside the published figures.
"""

import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.experiment.intervals import Interval, pooled
from sim.experiment.making.replicate import replicate
from sim.experiment.study import Study, load_experiment
from sim.measures.stays import stays_of
from sim.patients.offered_load import offered_load
from sim.patients.plan import make_plan
from sim.place.load import load_place
from sim.place.numbers import Spaces
from sim.place.schema import Place

ROOT = Path(__file__).parents[2]
PLACE = ROOT / "configs" / "published" / "arntzen_2023.yaml"
YEARS, WARM_UP = 3650, 400


@cache
def study() -> Study:
    return load_experiment(ROOT / "experiments" / "published" / "arntzen_2023.yaml")


@cache
def found(scenario: str, replications: int) -> dict[tuple[str, str], Interval]:
    """(measure, setting) → what a scenario gives, of the measures that are the place's or a whole
    setting's."""
    plan = make_plan(study().scenarios[scenario].place)
    scores: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for number in range(replications):
        rows = replicate(plan, YEARS, WARM_UP, study().experiment.seed, number).measured.rows
        for row in rows:
            if not (row.team or row.locality or row.group or row.reason or row.body or row.part):
                scores.setdefault((row.measure, row.setting), []).append(
                    (row.numerator, row.denominator)
                )
    return {key: pooled(*np.array(pairs).T) for key, pairs in scores.items()}


@pytest.mark.slow
def test_most_of_the_delay_in_current_practice_is_not_for_want_of_a_bed() -> None:
    ours = found("current-practice", 4)
    delayed = ours["delayed", "hospital"].mean
    assert ours["delayed_capacity", "hospital"].mean < delayed / 3
    turns = found("admission-turns", 2)
    assert turns["occupied", "residential"].mean == pytest.approx(
        ours["occupied", "residential"].mean, rel=0.03
    )


def test_as_many_beds_are_needed_as_the_published_rates_and_stays_make() -> None:
    load = next(x for x in offered_load(load_place(PLACE)) if x.setting == "residential")
    going_home = 0.578 * 31.1 + 0.107 * 43.9
    stay = going_home + 0.198 * 47.8 + 0.034 * 29.8 + (0.023 + 0.06) * 22.9
    assert load.arrivals_per_day == pytest.approx((9.4 + 5.8 + 6.6) / 7, rel=1e-3)
    assert load.need_days == pytest.approx(stay, rel=1e-3)
    # published: 85% of 128 beds occupied in 2019, and 84% in the published model
    assert 0.845 < load.arrivals_per_day * stay / 128 < 0.855


def with_beds_for_all(place: Place) -> Place:
    unlimited = {"beds": Spaces.model_validate("unlimited")}
    residential = place.settings["residential"].model_copy(update=unlimited)
    return place.model_copy(update={"settings": {**place.settings, "residential": residential}})


def test_without_want_of_beds_the_waits_are_those_of_office_hours_and_transfer() -> None:
    """Closed forms. Those who ask outside office hours wait for the next working day.

    Hospitals ask at any hour: four nights of 7 hours and a weekend of 55, of which one waits half
    on average. GPs ask from 8:00 to 17:00: at 12:30 on average, so 35.5 hours of a Saturday and
    11.5 of a Sunday. Published with beds to spare: 1.8 days each, and 46% of those from EDs
    admitted to hospital.
    """
    place = with_beds_for_all(load_place(PLACE))
    run = replicate(make_plan(place), 7300, 30, 2023, 0).run
    stays = stays_of(run)
    origin = np.array(list(place.settings))[stays.setting]
    gone = np.isfinite(stays.left_at) & (stays.ready_at > 30)
    expected = {
        "hospital": 1.5 + (4 * 7**2 / 2 + 55**2 / 2) / 168 / 24,
        "home-waiting": 1.5 + (35.5 + 11.5) / 7 / 24,
    }
    for setting, mean in expected.items():
        here = gone & (origin == setting)
        waits = stays.left_at[here] - stays.ready_at[here]
        assert abs(waits.mean() - mean) < 4 * waits.std() / math.sqrt(len(waits)), setting
    from_ed = np.char.startswith(np.array(list(place.patients))[stays.group], "ed-")
    admitted = (gone & from_ed & (origin == "hospital")).sum()
    people = admitted + (gone & from_ed & (origin == "ed-working-day") & ~stays.goes_on).sum()
    assert admitted / people == pytest.approx(1 - 5 / 7 * 17 / 24, abs=0.02)


def test_what_the_paper_leaves_open_is_said_and_has_scenarios_of_its_own() -> None:
    place = load_place(PLACE)
    said = " ".join(place.assumptions)
    for word in ("exponential", "gamma", "Office hours", "same day", "van Loon"):
        assert word in said
    open_questions = load_experiment(ROOT / "experiments" / "published" / "arntzen_2023_open.yaml")
    assert {"gamma-shape-half", "gamma-shape-4", "transfer-fixed", "transfer-uniform"} <= set(
        open_questions.scenarios
    )
