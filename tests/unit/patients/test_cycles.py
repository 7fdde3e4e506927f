"""Calendars that repeat after any length of time: spaces and arrivals."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.patients.arrivals import draw_arrivals, mean_by_day
from sim.place.cycles import ArrivalsCycle, CapacityCycle
from sim.place.schema import Place
from sim.place.weeks import capacity_steps, kinds_of_day

NIGHT = {"from": 0, "to": 8, "spaces": 3}


def place(ward: dict[str, Any], group: dict[str, Any]) -> Place:
    return Place.model_validate(
        {
            "place": "A place", "start_date": "2024-01-03",
            "settings": {"ward": {"beds": 6, "stay": 1, **ward}}, "exits": {"home": {}},
            "routes": {"ward": {"home": 1}},
            "patients": {"all": {"arrives_at": "ward", **group}},
        }
    )  # fmt: skip


def steps_in_hours(ward: dict[str, Any], days: int, by_day: list[float]) -> list[Any]:
    one = place(ward, {"per_day": 1})
    steps = capacity_steps(one, one.settings["ward"], kinds_of_day(one, days), by_day)
    return [(pytest.approx(at * 24), spaces) for at, spaces in steps]


def test_spaces_follow_a_cycle_of_a_day_and_a_half_in_hours() -> None:
    windows = [NIGHT, {"from": 8, "to": 9, "spaces": 0}, {"from": 20, "to": 36, "spaces": 4}]
    ward = {"capacity_cycle": {"every": 36, "unit": "hours", "windows": windows}}
    first = [(0, 3), (8, 0), (9, 6), (20, 4), (36, 3), (44, 0), (45, 6)]
    assert steps_in_hours(ward, 2, []) == first


def test_outside_the_windows_levers_on_the_number_of_beds_hold() -> None:
    ward = {"capacity_cycle": {"every": 24, "unit": "hours", "windows": [NIGHT]}}
    found = steps_in_hours(ward, 3, [6, 7, 7])
    assert found == [(0, 3), (8, 6), (24, 3), (32, 7), (48, 3), (56, 7)]


def test_people_come_at_the_rates_of_the_cycle_and_at_no_other_time() -> None:
    windows = [{"from": 9, "to": 12, "rate": 2.0}, {"from": 20, "to": 36, "rate": 1.0}]
    group = {"arrivals_cycle": {"every": 36, "unit": "hours", "windows": windows}}
    one = place({}, group)
    means = mean_by_day(one, one.patients["all"], 6)
    assert means.tolist() == pytest.approx([10, 18, 16, 10, 18, 16])
    days = 3000
    arrivals = draw_arrivals(one, "all", days, seed=1, replication=1)
    assert (arrivals.at // 1 == arrivals.day).all()
    hour = (arrivals.at * 24) % 36
    found, _ = np.histogram(hour, bins=np.arange(37))
    expected = np.zeros(36)
    expected[9:12], expected[20:] = 2.0, 1.0
    error = np.sqrt(expected * days * 24 / 36) + 1e-9
    assert (np.abs(found - expected * days * 24 / 36) <= 5 * error).all()
    assert found[expected == 0].sum() == 0


def test_the_same_rate_all_day_is_the_mean_a_day() -> None:
    cycle = {"every": 2, "windows": [{"from": 0, "to": 2, "rate": 5}]}
    steady, cycled = place({}, {"per_day": 5}), place({}, {"arrivals_cycle": cycle})
    one = draw_arrivals(steady, "all", 50, seed=3, replication=0)
    other = draw_arrivals(cycled, "all", 50, seed=3, replication=0)
    np.testing.assert_allclose(one.at, other.at, atol=1e-9)


def windows(*parts: tuple[float, float], every: float = 24) -> dict[str, Any]:
    listed = [{"from": start, "to": end, "spaces": 1} for start, end in parts]
    return {"every": every, "unit": "hours", "windows": listed}


@pytest.mark.parametrize(
    ("cycle", "why"),
    [
        (windows((8, 6)), "'from' must be before 'to'"),
        (windows((8, 20), (19, 22)), "begins before the one from 8 ends"),
        (windows((8, 25)), "the last window ends at 25, after the cycle"),
        (windows((0, 0.01)), "shorter than a minute"),
        (windows((0, 0.001), every=0.001), "the cycle is shorter than a minute"),
    ],
)
def test_windows_that_do_not_fit_a_cycle_are_refused(cycle: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        CapacityCycle.model_validate(cycle)


@pytest.mark.parametrize(
    ("rate", "why"), [(0, "nobody would come"), (500, "above 10,000 people a day")]
)
def test_rates_are_above_0_and_bounded(rate: float, why: str) -> None:
    written = {"every": 24, "unit": "hours", "windows": [{"from": 0, "to": 9, "rate": rate}]}
    with pytest.raises(ValidationError, match=why):
        ArrivalsCycle.model_validate(written)


@pytest.mark.parametrize(
    ("ward", "group", "why"),
    [
        ({"capacity_cycle": windows((0, 8)),
          "capacity_changes": [{"from": "2024-02-01", "spaces": 2}]},
         {"per_day": 1}, "either capacity_cycle, or capacity_by_week"),
        ({}, {"per_day": 1, "arrivals_cycle": {"every": 1, "windows": [
            {"from": 0, "to": 1, "rate": 1}]}}, "write exactly one of: per_day"),
        ({}, {"by_hour": [1] * 24, "arrivals_cycle": {"every": 1, "windows": [
            {"from": 0, "to": 1, "rate": 1}]}}, "by_hour goes with numbers a day"),
    ],
)  # fmt: skip
def test_a_cycle_stands_alone(ward: dict[str, Any], group: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        place(ward, group)
