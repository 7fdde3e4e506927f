"""When people are ready to leave: decision rounds, their chance, and the pace of treatment."""

import numpy as np
import pytest
from scipy import stats

from sim.flow.readiness import Readiness, readiness
from sim.place.schema import Place
from sim.place.weeks import kinds_of_day
from tests.unit.flow.by_hand import by_hand, comes, nobody_comes, path, played, stays


def a_ward(start_date: str = "2024-01-08", **ward: object) -> Place:
    return by_hand(
        start_date=start_date,
        settings={"ward": {"beds": "unlimited", "stay": 1, **ward}},
        routes={"ward": {"home": 1}},
        patients={"nobody": nobody_comes("ward")},
    )


def rule(days: int = 28, start_date: str = "2024-01-08", **ward: object) -> Readiness:
    """The readiness rule of a ward, from a Monday."""
    place = a_ward(start_date, **ward)
    found = readiness(place, "ward", kinds_of_day(place, days))
    assert found is not None
    return found


NOON = {"days": "every day", "at": "12:00"}


def test_without_rounds_the_end_of_need_is_readiness() -> None:
    place = a_ward()
    assert readiness(place, "ward", kinds_of_day(place, 7)) is None


@pytest.mark.parametrize(
    ("need_ends", "ready"),
    [(0.25, 0.5), (0.5, 0.5), (0.50001, 1.5), (3.75, 4.5)],
)
def test_ready_is_the_first_round_at_or_after_the_end_of_need(
    need_ends: float, ready: float
) -> None:
    assert rule(decision_rounds=[NOON]).ready_at(0.0, need_ends, 1.0) == ready


def test_who_needs_nothing_more_on_friday_evening_is_ready_on_monday() -> None:
    rounds = [{"days": "weekdays", "at": "06:00"}]
    assert rule(decision_rounds=rounds).ready_at(2.0, 2.75, 1.0) == 7.25


def test_people_wait_for_the_round_in_bed_but_are_not_delayed_by_it() -> None:
    place = by_hand(
        settings={"ward": {"beds": 1, "acute": True, "decision_rounds": [NOON]}},
        routes={"ward": {"home": 1}},
        patients={"Ann": comes("ward", 0, 6, stay={"ward": 2})},
    )
    (ann,) = stays(played(place), "Ann")
    assert (ann.admitted, ann.ready, ann.left) == (0.25, 2.5, 2.5)


def test_who_is_not_declared_ready_by_the_end_of_the_run_is_still_there() -> None:
    place = by_hand(
        settings={"ward": {"beds": 1, "decision_rounds": [{"days": "sun", "at": "12:00"}]}},
        routes={"ward": {"home": 1}},
        patients={"Ann": comes("ward", 0, 6, stay={"ward": 2})},
    )
    (ann,) = stays(played(place, days=5), "Ann")
    assert (ann.admitted, ann.ready, ann.left) == (0.25, None, None)


def test_several_rounds_a_day_are_tried_in_order_of_time() -> None:
    rounds = [{"days": "every day", "at": "18:00"}, {"days": "every day", "at": "06:00"}]
    assert rule(decision_rounds=rounds).ready_at(0.0, 0.125, 1.0) == 0.25
    assert rule(decision_rounds=rounds).ready_at(0.0, 0.375, 1.0) == 0.75


def test_a_round_that_cannot_declare_anybody_ready_is_passed_over() -> None:
    rounds = [
        {"days": "every day", "at": "06:00", "prob_ready": 0},
        {"days": "every day", "at": "18:00", "prob_ready": 1},
    ]
    found = rule(decision_rounds=rounds)
    ready = [found.ready_at(0.0, 0.1, threshold) for threshold in (1e-6, 1.0, 37.0)]
    assert ready == [0.75, 0.75, 0.75]


def test_rounds_with_a_chance_declare_people_ready_by_the_geometric_law() -> None:
    chance, n = 0.3, 20_000
    found = rule(days=200, decision_rounds=[{**NOON, "prob_ready": chance}])
    u = (np.arange(n) + 0.5) / n
    tried = np.array([found.ready_at(3.0, 0.25, t) - 3.5 for t in -np.log1p(-u)])
    share = np.bincount(tried.astype(int), minlength=60)[:20] / n
    assert share == pytest.approx(stats.geom.pmf(np.arange(1, 21), chance), abs=1.01 / n)


def test_a_lower_chance_at_weekends_makes_fewer_ready_then() -> None:
    rounds = [
        {"days": "weekdays", "at": "12:00", "prob_ready": 0.5},
        {"days": "weekends", "at": "12:00", "prob_ready": 0.1},
    ]
    found = rule(days=200, decision_rounds=rounds)
    n = 20_000
    u = (np.arange(n) + 0.5) / n
    ready = np.array([found.ready_at(4.0, 0.25, t) for t in -np.log1p(-u)])
    shares = [float(np.mean(ready == day + 0.5)) for day in range(4, 9)]
    # From Friday: .5, then Saturday .5 × .1, Sunday .5 × .9 × .1, Monday, Tuesday.
    left = [0.5, 0.5 * 0.9, 0.5 * 0.81]
    exact = [0.5, 0.5 * 0.1, 0.5 * 0.9 * 0.1, left[2] * 0.5, left[2] * 0.25]
    assert shares == pytest.approx(exact, abs=1.01 / n)


WEEK_OFF = {"sat": 0, "sun": 0}


@pytest.mark.parametrize(
    ("pace", "start", "need", "ends"),
    [
        ({"mon": 0.5}, 0.0, 0.25, 0.5),
        ({"mon": 0.5}, 0.0, 1.0, 1.5),
        (WEEK_OFF, 4.5, 2.0, 8.5),
        (WEEK_OFF, 4.5, 0.5, 5.0),
        (WEEK_OFF, 5.5, 0.25, 7.25),
        ({"mon": 2, "tue": 2}, 0.5, 2.0, 1.5),
    ],
)
def test_treatment_goes_at_the_pace_of_the_weekday(
    pace: dict[str, float], start: float, need: float, ends: float
) -> None:
    found = rule(pace_by_weekday=pace)
    assert found.ready_at(start, need, 0.0) == ends
    assert found.treated_days(start, ends) == pytest.approx(need)


def test_who_needs_nothing_is_ready_at_once_even_when_no_treatment_goes_on() -> None:
    found = rule(pace_by_weekday=WEEK_OFF)
    assert found.ready_at(5.5, 0.0, 0.0) == 5.5
    assert found.ready_at(6.0, 0.0, 0.0) == 6.0
    assert found.ready_at(2.0, 0.0, 0.0) == 2.0


def test_a_need_that_outlasts_the_run_never_ends_in_it() -> None:
    found = rule(days=7, pace_by_weekday=WEEK_OFF)
    assert found.ready_at(0.0, 5.5, 0.0) == np.inf
    assert found.ready_at(0.0, 5.0, 0.0) == 5.0


def test_pace_comes_before_rounds() -> None:
    found = rule(pace_by_weekday=WEEK_OFF, decision_rounds=[NOON])
    assert found.ready_at(4.25, 1.5, 1.0) == 8.5, "need ends on Monday at 18:00"


def test_pace_slows_the_stay_in_the_model() -> None:
    place = by_hand(
        settings={"ward": {"beds": 1, "pace_by_weekday": WEEK_OFF}},
        routes={"ward": {"home": 1}},
        patients={"Ann": comes("ward", 4, 12, stay={"ward": 2})},
    )
    assert path(played(place), "Ann") == [("ward", 4.5, 8.5)]


PUSH = {"from": "2024-01-10", "to": "2024-01-11"}
"""The Wednesday and Thursday of the first week."""


def test_on_the_dates_of_a_push_treatment_goes_faster() -> None:
    found = rule(pushes=[{**PUSH, "pace": 2}])
    assert found.ready_at(0.0, 2.0, 0.0) == 2.0
    assert found.ready_at(0.0, 3.0, 0.0) == 2.5
    assert found.ready_at(0.0, 7.0, 0.0) == 5.0, "two days at twice the pace, and three others"


def test_a_push_multiplies_the_pace_of_the_weekday_and_pushes_multiply_one_another() -> None:
    found = rule(pace_by_weekday={"wed": 0.5}, pushes=[{**PUSH, "pace": 2}])
    assert found.ready_at(2.0, 1.0, 0.0) == 3.0
    both = [{**PUSH, "pace": 2}, {"from": "2024-01-11", "to": "2024-01-11", "pace": 0.5}]
    assert rule(pushes=both).ready_at(3.0, 1.0, 0.0) == 4.0


def test_a_push_of_readiness_makes_a_round_as_good_as_several() -> None:
    n = 20_000
    thresholds = -np.log1p(-(np.arange(n) + 0.5) / n)
    rounds = [{**NOON, "prob_ready": 0.3}]
    found = rule(decision_rounds=rounds, pushes=[{**PUSH, "readiness": 2}])
    ready = np.array([found.ready_at(1.0, 0.25, t) for t in thresholds])
    shares = [float(np.mean(ready == day + 0.5)) for day in (1, 2, 3, 4)]
    twice = 1 - 0.7**2
    exact = [0.3, 0.7 * twice, 0.7**3 * twice, 0.7**5 * 0.3]
    assert shares == pytest.approx(exact, abs=1.01 / n)


def test_a_push_of_nothing_changes_nothing_and_one_of_nought_stops_treatment() -> None:
    assert rule(pushes=[PUSH]).ready_at(0.5, 3.25, 0.0) == 3.75
    assert rule(pushes=[{**PUSH, "pace": 0}]).ready_at(1.0, 1.5, 0.0) == 4.5


def test_an_english_bank_holiday_counts_as_a_sunday_unless_the_place_says_otherwise() -> None:
    rounds = [{"days": "weekdays", "at": "12:00"}]
    may = a_ward("2024-05-06", decision_rounds=rounds)
    assert kinds_of_day(may, 8) == [6, 1, 2, 3, 4, 5, 6, 0]
    found = readiness(may, "ward", kinds_of_day(may, 8))
    assert found is not None
    assert found.ready_at(0.0, 0.25, 1.0) == 1.5
    usual = may.model_copy(update={"bank_holidays": "as usual"})
    assert kinds_of_day(usual, 8) == [0, 1, 2, 3, 4, 5, 6, 0]


def test_bank_holidays_are_englands() -> None:
    dates = {
        "2024-03-29": 6,  # Good Friday
        "2024-04-01": 6,  # Easter Monday
        "2024-03-18": 0,  # (St Patrick's Day, observed in Northern Ireland)
        "2024-12-26": 6,
        "2024-01-02": 1,  # (a holiday in Scotland)
        "2023-05-08": 6,  # the coronation
    }
    for day, kind in dates.items():
        assert kinds_of_day(a_ward(day), 1) == [kind], day


def test_who_takes_another_way_stays_ready_and_waits_for_no_further_round() -> None:
    rounds = [{"days": "mon", "at": "12:00"}]
    otherwise = {"route": "hotel", "after": 1}
    place = by_hand(
        settings={
            "ward": {"beds": 2, "acute": True, "decision_rounds": rounds},
            "care": {"places": 0},
            "hotel": {"places": "unlimited"},
        },
        routes={
            "ward": {"care": {"share": 1, "otherwise": otherwise}, "hotel": 0},
            "care": {"home": 1},
            "hotel": {"home": 1},
        },
        patients={"Ann": comes("ward", 0, 6, stay={"ward": 0.25, "care": 1, "hotel": 3})},
    )
    assert path(played(place), "Ann") == [
        ("ward", 0.25, 1.5), ("ward", 1.5, 1.5), ("hotel", 1.5, 4.5)
    ]  # fmt: skip
