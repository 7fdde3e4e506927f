"""What calendars and expected dates say of people who are there when a run starts."""

from typing import Any

import numpy as np
import pytest

from sim.flow.readiness import readiness
from sim.patients.expected_dates import ahead_of, need_left_by_date
from sim.patients.looking_back import need_left, past_of
from sim.place.distributions import Distribution
from sim.place.schema import Place
from sim.place.weeks import kinds_of_day
from tests.places import one_ward

STAY = {"gamma": {"mean": 6, "sd": 4}}
N = 4_000


def ward(**more: Any) -> Place:
    return one_ward(50, 5, STAY, ward=more)


ROUNDS = {
    "decision_rounds": [
        {"days": "mon-fri", "at": "09:00", "prob_ready": 0.4},
        {"days": "sat, sun", "at": "11:00", "prob_ready": 0.15},
    ],
    "pace_by_weekday": {"sat": 0.5, "sun": 0.25},
}


def those_still_there(place: Place, days_there: float, day: int) -> np.ndarray:
    """Need left, at the beginning of a day, of people who came so long before: by trying many."""
    rule = readiness(place, "ward", kinds_of_day(place, day + 60))
    assert rule is not None
    came_at = day - days_there
    random = np.random.default_rng(1)
    shape, scale = (6 / 4) ** 2, 16 / 6
    left = []
    for need, threshold in zip(
        random.gamma(shape, scale, 20 * N), random.exponential(size=20 * N), strict=True
    ):
        if rule.ready_at(came_at, need, threshold) > day:
            left.append(max(need - rule.treated_days(came_at, float(day)), 0.0))
    return np.array(left)


@pytest.mark.parametrize("days_there", [0.4, 3.2, 9.7])
def test_need_left_is_that_of_people_not_declared_ready_yet(days_there: float) -> None:
    """Against trying many people from their first day on, and keeping those still there."""
    day = 70  # a Monday
    place = ward(**ROUNDS)
    found = those_still_there(place, days_there, day)
    then = place.model_copy(update={"start_date": place.start_date.fromordinal(
        place.start_date.toordinal() + day)})  # fmt: skip
    past = past_of(then, then.settings["ward"])
    u = (np.arange(N) + 0.5) / N
    mixed = np.random.default_rng(2).permutation(u)
    stay = Distribution.model_validate(STAY)
    drawn = need_left(past, stay, np.full(N, days_there), u, mixed)
    near = 4 / np.sqrt(len(found))
    assert np.mean(drawn == 0) == pytest.approx(np.mean(found == 0), abs=near)
    for part in (0.5, 0.75, 0.9):
        exact = np.quantile(found, part)
        assert np.quantile(drawn, part) == pytest.approx(exact, rel=0.05, abs=0.1)


def test_without_rounds_or_pace_every_day_counts_as_one_and_all_still_need_it() -> None:
    place = ward()
    past = past_of(place, place.settings["ward"])
    assert past.treated(np.array([0.3, 7.5, 400.0])).tolist() == [0.3, 7.5, 400.0]
    u = np.full(5, 0.5)
    drawn = need_left(past, Distribution.model_validate(9), np.full(5, 4.0), u, u * 0)
    assert drawn.tolist() == [5.0] * 5


def test_the_calendar_ahead_declares_people_ready_as_the_model_does() -> None:
    place = ward(**ROUNDS)
    rule = readiness(place, "ward", kinds_of_day(place, 200))
    assert rule is not None
    random = np.random.default_rng(3)
    need, threshold = random.gamma(2.0, 4.0, 300), random.exponential(size=300)
    ahead = ahead_of(place, place.settings["ward"])
    exact = [
        rule.ready_at(0.0, n, t) for n, t in zip(need.tolist(), threshold.tolist(), strict=True)
    ]
    assert ahead.ready_at(need, threshold) == pytest.approx(exact, abs=1e-6)


def by_date(error: float, expected: float, days_there: float = 2.0) -> np.ndarray:
    place = ward()
    ones = np.ones(N)
    return need_left_by_date(
        past_of(place, place.settings["ward"]),
        ahead_of(place, place.settings["ward"]),
        Distribution.model_validate(STAY),
        ones * days_there,
        ones * expected,
        ones * error,
        ones,
        (np.arange(N) + 0.5) / N,
    )


def test_a_date_that_errs_little_is_believed() -> None:
    left = by_date(error=0.5, expected=5.0)
    assert left.mean() == pytest.approx(5.0, abs=0.15)
    assert 0.3 < left.std() < 0.7


def test_a_date_that_says_nothing_leaves_what_is_left_given_the_days_there() -> None:
    place, u = ward(), (np.arange(N) + 0.5) / N
    past = past_of(place, place.settings["ward"])
    plain = need_left(past, Distribution.model_validate(STAY), np.full(N, 2.0), u, u * 0)
    left = by_date(error=1000.0, expected=5.0)
    for part in (0.1, 0.5, 0.9):
        assert np.quantile(left, part) == pytest.approx(np.quantile(plain, part), rel=0.03)


def test_between_the_two_the_date_and_the_days_there_are_weighed_by_bayes() -> None:
    lengths = np.random.default_rng(4).gamma((6 / 4) ** 2, 16 / 6, 400_000)
    longer = lengths[lengths > 2.0] - 2.0
    weight = np.exp(-0.5 * ((longer - 7.0) / 2.5) ** 2)
    exact = float(np.average(longer, weights=weight))
    assert by_date(error=2.5, expected=7.0).mean() == pytest.approx(exact, rel=0.03)


def test_a_date_long_past_still_leaves_something_to_wait_for() -> None:
    left = by_date(error=2.5, expected=-40.0)
    assert np.isfinite(left).all()
    assert (left >= 0).all()
    assert left.mean() < 1.0
