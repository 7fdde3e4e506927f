"""How far a lever has come on a day, and what it makes of spaces and of numbers."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.place.schema import Place
from sim.place.uptake import Phase, Phases, Uptake
from sim.place.weeks import capacity_steps, kinds_of_day, spaces_by_day
from tests.places import one_ward


def phase(first: float = 0.0, reaches: float = 1.0, over: float = 0.0, name: str = "a") -> Phase:
    return Phase(name, first, reaches, over, covers_people=True, touches=(("settings", "ward"),))


def phased(levers: tuple[Phase, ...], places: tuple[Place, ...] = ()) -> Phases:
    """Levers that all touch the ward, and the place as each set of them leaves it."""
    return Phases(levers, dict(enumerate(places)))


@pytest.mark.parametrize(
    ("lever", "day", "uptake"),
    [
        (phase(), 0, 1.0),
        (phase(), -1, 0.0),
        (phase(-math.inf), -5000, 1.0),
        (phase(-math.inf, 0.3), -5000, 0.3),
        (phase(10), 9, 0.0),
        (phase(10), 10, 1.0),
        (phase(10, over=30), 10, 0.0),
        (phase(10, over=30), 25, 0.5),
        (phase(10, 0.8, 40), 30, 0.4),
        (phase(10, 0.8, 40), 50, 0.8),
        (phase(10, 0.8, 40), 5000, 0.8),
        (phase(-20, over=40), -30, 0.0),
        (phase(-20, over=40), 0, 0.5),
    ],
)
def test_uptake_is_nought_then_a_straight_line_then_level(
    lever: Phase, day: float, uptake: float
) -> None:
    assert lever.at(day) == pytest.approx(uptake, abs=1e-15)


def test_the_mean_uptake_is_that_of_the_days_asked_for() -> None:
    assert phase(10).mean(0, 20) == 0.5
    assert phase(10).mean(10, 20) == 1.0
    assert phase(over=4).mean(0, 4) == (0 + 0.25 + 0.5 + 0.75) / 4


def test_an_uptake_is_whole_and_at_once_unless_it_says_otherwise() -> None:
    uptake = Uptake()
    assert (uptake.reaches.value, uptake.over_days.value) == (1.0, 0.0)


@pytest.mark.parametrize("wrong", [{"reaches": 1.2}, {"over_days": -1}, {"to": 1}])
def test_an_uptake_beyond_its_bounds_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Uptake.model_validate(wrong)


def wards(levers: tuple[Phase, ...], *beds: int | str) -> Phases:
    return phased(levers, tuple(one_ward(each, 1.0, 1.0) for each in beds))


@pytest.mark.parametrize(
    ("beds", "reaches", "spaces"),
    [
        ((20, 30), 0.55, 25),  # 5.5 more: five more
        ((20, 10), 0.55, 15),  # 5.5 fewer: five fewer
        ((20, 21), 0.99, 20),
        ((20, 21), 1.0, 21),
        ((20, 30), 0.0, 20),
        ((0, 10), 0.7, 7),  # 7.000000000000001, or a little less, is seven
        ((0, 100), 0.29, 29),
        ((40, 40), 0.3, 40),
    ],
)
def test_spaces_change_in_whole_ones_rounded_towards_the_number_before(
    beds: tuple[int, int], reaches: float, spaces: int
) -> None:
    assert spaces_by_day(wards((phase(reaches=reaches),), *beds), "ward", 2) == [spaces] * 2


def test_an_unlimited_setting_stays_so() -> None:
    phases = wards((phase(reaches=0.5),), "unlimited", "unlimited")
    assert spaces_by_day(phases, "ward", 2) == [math.inf] * 2


def test_capacity_grows_step_by_step_from_the_start_of_the_lever() -> None:
    phases = wards((phase(2, over=4),), 10, 12)
    place = phases.places[1]
    by_day = spaces_by_day(phases, "ward", 10)
    steps = capacity_steps(place, place.settings["ward"], kinds_of_day(place, 10), by_day)
    assert steps == [(0, 10), (4, 11), (6, 12)]


def test_weekly_and_dated_numbers_of_spaces_stand_before_those_of_a_lever() -> None:
    ward = {
        "capacity_by_week": [{"days": "tue", "from": "08:00", "to": "24:00", "spaces": 3}],
        "capacity_changes": [{"from": "2024-01-04", "to": "2024-01-04", "spaces": 5}],
    }
    places = tuple(one_ward(beds, 1.0, 1.0, ward=ward) for beds in (10, 20))
    by_day = spaces_by_day(phased((phase(1),), places), "ward", 6)
    steps = capacity_steps(places[0], places[0].settings["ward"], list(range(6)), by_day)
    assert steps == [(0, 10), (1, 20), (1 + 1 / 3, 3), (2, 20), (3, 5), (4, 20)]


numbers = st.floats(0, 1e6)
shares = st.floats(0, 1)


@given(values=st.lists(numbers, min_size=4, max_size=4), on=st.tuples(st.booleans(), st.booleans()))
def test_uptakes_of_nought_and_one_give_exactly_the_number_of_one_place(
    values: list[float], on: tuple[bool, bool]
) -> None:
    levers = phase(reaches=float(on[0])), phase(reaches=float(on[1]), name="b")
    assert phased(levers).mixed(0, (0, 1), values) == values[on[0] + 2 * on[1]]


@given(base=numbers, plus=st.tuples(numbers, numbers), reaches=st.tuples(shares, shares))
def test_what_two_levers_add_counts_by_the_uptake_of_each(
    base: float, plus: tuple[float, float], reaches: tuple[float, float]
) -> None:
    a, b = plus
    levers = phase(reaches=reaches[0]), phase(reaches=reaches[1], name="b")
    mixed = phased(levers).mixed(0, (0, 1), [base, base + a, base + b, base + a + b])
    assert mixed == pytest.approx(base + reaches[0] * a + reaches[1] * b, rel=1e-9, abs=1e-9)


@given(value=numbers, reaches=shares)
def test_a_lever_that_changes_nothing_here_leaves_the_number_to_the_bit(
    value: float, reaches: float
) -> None:
    assert phased((phase(reaches=reaches),)).mixed(0, (0,), [value, value]) == value
