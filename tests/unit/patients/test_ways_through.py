"""Each person's whole way through is drawn before the clock starts, as far as the run can go."""

import pytest

from sim.flow.model import simulate
from sim.measures.checks import nobody_lost
from sim.measures.stays import stays_of
from sim.patients.cohort import Cohort, TooLarge, draw_cohort
from sim.patients.plan import Plan, make_plan
from tests.places import a_place, value
from tests.places import run as run_place


def to_and_fro(stay: float, days: int, home: float = 0, **ward: object) -> tuple[Plan, Cohort]:
    """One person who goes from A to B and back again."""
    table = {"beds": "unlimited", "stay": stay, **ward}
    place = a_place(
        start_date="2024-01-08",
        settings={"A": table, "B": table},
        routes={"A": {"B": 1 - home, "home": home}, "B": {"A": 1}},
        patients={"people": {"arrives_at": "A", "per_day": 0}},
        start={
            "people": [{"setting": "A", "group": "people", "number": 1, "stay_left": stay}],
        },
    )
    plan = make_plan(place)
    return plan, draw_cohort(plan, days, 1, 0, 100_000)


def test_a_way_is_drawn_on_until_it_would_start_after_the_run() -> None:
    _, cohort = to_and_fro(stay=1, days=5)
    assert len(cohort.visits.setting) == 6, "the last asks at the end of day 5, if at all"
    assert cohort.visits.setting.tolist() == [0, 1, 0, 1, 0, 1]
    assert cohort.visits.number.tolist() == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("pace", "stay"), [(3, 0.3), (3, 0.6), (6, 0.6), (7, 0.7), (10, 0.2), (1.9, 0.1), (2.3, 0.3)]
)
def test_a_way_is_long_enough_however_the_sums_are_rounded(pace: float, stay: float) -> None:
    days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), pace)
    plan, cohort = to_and_fro(stay, 3, pace_by_weekday=days)
    run = simulate(plan, cohort, 3)
    nobody_lost(run, stays_of(run))


def test_faster_treatment_and_shorter_outlier_stays_make_ways_longer() -> None:
    _, usual = to_and_fro(stay=1, days=10)
    _, faster = to_and_fro(stay=1, days=10, pace_by_weekday={"wed": 2})
    _, outliers = to_and_fro(stay=1, days=10, outlier_stay_times=0.25)
    assert len(usual.visits.setting) == 11
    assert len(faster.visits.setting) == 21, "as if every day were a Wednesday"
    assert len(outliers.visits.setting) == 41


def test_too_many_people_are_refused() -> None:
    place = a_place(
        settings={"ward": {"beds": 1, "stay": 1}},
        routes={"ward": {"home": 1}},
        patients={"people": {"arrives_at": "ward", "per_day": 100}},
    )
    with pytest.raises(TooLarge, match="1,000 people would be in one replication"):
        draw_cohort(make_plan(place), 10, 1, 0, 500)


def test_too_many_settings_and_days_are_refused() -> None:
    settings = {f"ward {n}": {"beds": 1, "stay": 1} for n in range(300)}
    place = a_place(
        settings=settings,
        routes={name: {"home": 1} for name in settings},
        patients={"people": {"arrives_at": "ward 0", "per_day": 1}},
    )
    with pytest.raises(TooLarge, match="300 settings over 20000 days"):
        draw_cohort(make_plan(place), 20_000, 1, 0, 10**7)


def test_journeys_without_end_are_refused() -> None:
    with pytest.raises(TooLarge, match="round and round"):
        to_and_fro(stay=0, days=5)


def test_a_run_without_anybody_is_empty() -> None:
    place = a_place(
        settings={"ward": {"beds": 1, "stay": 1}},
        routes={"ward": {"home": 1}},
        patients={"people": {"arrives_at": "ward", "per_day": 0}},
    )
    cohort = draw_cohort(make_plan(place), 10, 1, 0, 500)
    assert len(cohort.group) == 0
    assert cohort.first_visit.tolist() == [0]


def test_people_are_in_order_of_arrival_those_of_the_start_first() -> None:
    place = a_place(
        settings={"ward": {"beds": 1, "stay": 1}},
        routes={"ward": {"home": 1}},
        patients={name: {"arrives_at": "ward", "per_day": 4} for name in ("one", "other")},
        start={"people": [{"setting": "ward", "group": "other", "number": 3}]},
    )
    cohort = draw_cohort(make_plan(place), 10, 1, 0, 500)
    assert (cohort.starts[:3] > 0).all()
    assert (cohort.starts[3:] == 0).all()
    assert (cohort.arrived_at[3:][1:] >= cohort.arrived_at[3:][:-1]).all()
    assert len(set(cohort.group[3:].tolist())) == 2


def test_a_place_to_which_nobody_comes_can_be_run_and_measured() -> None:
    place = a_place(
        settings={"ward": {"beds": 2, "stay": 1, "acute": True, "cost_per_day": 5}},
        routes={"ward": {"home": 1}},
        patients={"people": {"arrives_at": "ward", "per_day": 0}},
    )
    result = run_place(place, days=5)
    assert value(result, "occupied", "ward") == 0
    assert value(result, "delayed_bed_days") == 0
    (delay,) = [row for row in result.measured.rows if row.measure == "delay_days"]
    assert (delay.numerator, delay.denominator) == (0, 0)
