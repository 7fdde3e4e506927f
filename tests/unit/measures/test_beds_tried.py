"""How often somebody would find no bed, from a run in which nobody waits."""

import math

import numpy as np
import pytest

from sim.experiment.making.replicate import replicate
from sim.measures.beds_tried import BedsTried, beds_tried_rows, numbers_there
from sim.measures.rows import MeasureRow
from sim.patients.plan import make_plan
from tests.places import a_place, one_ward, run

BY_HAND = a_place(
    settings={
        "acute": {"beds": "unlimited", "stay": {"fixed": {"value": 2}}},
        "rehab": {"beds": "unlimited", "stay": {"fixed": {"value": 3}}},
    },
    routes={"acute": {"rehab": 1}, "rehab": {"home": 1}},
    patients={
        "people": {
            "arrives_at": "acute", "arrival_dates": ["2024-01-01", "2024-01-02", "2024-01-04"],
            "by_hour": [1, *[0] * 23],
        }
    },
)  # fmt: skip
"""Three people who come in the first hour of days 0, 1 and 3."""


def asked(tried: BedsTried, window: tuple[float, float]) -> dict[str, MeasureRow]:
    result = run(BY_HAND, days=10)
    rows = beds_tried_rows(result.run, result.measured.stays, [tried], window)
    return {row.setting: row for row in rows}


def test_the_numbers_there_are_those_of_each_instant() -> None:
    result = run(BY_HAND, days=10)
    stays = result.measured.stays
    numbers = numbers_there(stays, (0, 1), (0.0, 10.0))
    assert numbers.days.sum() == pytest.approx(10)
    instants = np.linspace(0.05, 9.95, 199)
    stretch = np.searchsorted(numbers.days.cumsum(), instants, "right")
    for setting in (0, 1):
        mine = stays.setting == setting
        there = [
            int(((stays.admitted_at[mine] <= t) & (stays.left_at[mine] > t)).sum())
            for t in instants
        ]
        assert numbers.there[setting, stretch].tolist() == there


def test_people_there_before_the_window_count_in_it() -> None:
    stays = run(BY_HAND, days=10).measured.stays
    numbers = numbers_there(stays, (0,), (1.5, 2.5))
    assert numbers.there[0, numbers.days > 0][0] == 2
    assert numbers.days.sum() == pytest.approx(1)


def test_a_setting_alone_is_full_in_the_time_with_just_so_many_there() -> None:
    """Two are in acute care from day 1 to day 2, give or take the hours at which they came."""
    row = asked(BedsTried((("acute", 2),)), (0.0, 10.0))["acute"]
    assert row.numerator == pytest.approx(1, abs=0.05)
    assert row.denominator == pytest.approx(10)
    row = asked(BedsTried((("acute", 1),)), (0.0, 10.0))["acute"]
    assert row.denominator == pytest.approx(9, abs=0.05)
    assert row.numerator == pytest.approx(4, abs=0.1)


def test_shared_beds_are_full_when_both_units_together_have_filled_them() -> None:
    """One own bed each and one shared: full while three are there, or two in one unit.

    Acute has 1, 2, 1, 1, 1, 0 … people on days 0 to 5, rehab 0, 0, 1, 2, 2, 2, 1, 1 on 0 to 7.
    """
    rows = asked(BedsTried((("acute", 1), ("rehab", 1)), 1), (0.0, 10.0))
    assert rows["acute"].part == "1, rehab 1, shared 1"
    assert rows["acute"].numerator == pytest.approx(3, abs=0.1)  # days 1, 3, 4
    assert rows["rehab"].numerator == pytest.approx(3, abs=0.2)  # days 3, 4, 5
    assert rows["acute"].denominator == pytest.approx(10)


def test_beds_that_are_all_shared_are_those_of_one_unit() -> None:
    rows = asked(BedsTried((("acute", 0), ("rehab", 0)), 3), (0.0, 10.0))
    assert rows["acute"].numerator == rows["rehab"].numerator == pytest.approx(2, abs=0.1)


def test_the_chance_of_delay_in_a_ward_is_erlang_s_loss_formula() -> None:
    place = one_ward("unlimited", 4.0, {"exponential": {"mean": 1}})
    tried = [BedsTried((("ward", beds),)) for beds in (4, 6)]
    result = replicate(make_plan(place), 4000, 20, 1, 0, beds_tried=tried)
    rows = [row for row in result.measured.rows if row.measure == "prob_delay"]
    for row, beds in zip(rows, (4, 6), strict=True):
        terms = [4.0**n / math.factorial(n) for n in range(beds + 1)]
        assert row.numerator / row.denominator == pytest.approx(terms[-1] / sum(terms), rel=0.1)


def test_an_ordinary_run_measures_nothing_of_the_kind() -> None:
    assert not [row for row in run(BY_HAND).measured.rows if row.measure == "prob_delay"]
