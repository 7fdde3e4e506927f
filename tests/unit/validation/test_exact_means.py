"""The exact mean of a setting without limit is what closed forms and a run give."""

import math

import pytest

from sim.validation.exact_means import exact_mean
from tests.places import a_place, one_ward, run, value


def test_from_empty_with_exponential_stays() -> None:
    place = one_ward("unlimited", 10.0, {"exponential": {"mean": 4}})
    mean = 40 * (1 - 4 / 30 * (1 - math.exp(-30 / 4)))
    assert exact_mean(place, "ward", 30) == pytest.approx(mean, rel=2e-3)


def test_people_there_and_waiting_at_the_start_count_for_what_is_left() -> None:
    place = one_ward(
        "unlimited", 0.0001, {"fixed": {"value": 11}},
        start={
            "people": [{"setting": "ward", "group": "people", "number": 8,
                        "stay_left": "uniform from one day"}],
            "waiting": [{"waiting_for": "ward", "group": "people", "number": 3}],
        },
    )  # fmt: skip
    # 8 stay 6 days on average (1 to 11), and 3 stay 11 days.
    assert exact_mean(place, "ward", 30) == pytest.approx((8 * 6 + 3 * 11) / 30, rel=1e-2)
    runs = [value(run(place, 30, number=n), "occupied", "ward") for n in range(60)]
    assert sum(runs) / 60 == pytest.approx((8 * 6 + 3 * 11) / 30, rel=0.05)


def test_only_where_nobody_can_wait_is_there_one() -> None:
    stay = {"exponential": {"mean": 4}}
    assert exact_mean(one_ward("unlimited", 10.0, stay), "ward", 30) is not None
    assert exact_mean(one_ward(2000, 10.0, stay), "ward", 30) is not None
    assert exact_mean(one_ward(50, 10.0, stay), "ward", 30) is None
    rounds = {"decision_rounds": [{"days": "every day", "at": "09:00"}]}
    assert exact_mean(one_ward("unlimited", 10.0, stay, ward=rounds), "ward", 30) is None
    line = a_place(
        settings={name: {"beds": "unlimited", "stay": 3} for name in ("a", "b")},
        routes={"a": {"b": 1}, "b": {"home": 1}},
        patients={"people": {"arrives_at": "a", "per_day": 2}},
    )
    assert exact_mean(line, "a", 30) is None  # they may have to wait for b
    assert exact_mean(line, "b", 30) is None


def test_people_may_come_through_a_setting_in_which_they_need_no_time() -> None:
    place = a_place(
        settings={
            "hospital": {"beds": "unlimited", "stay": {"fixed": {"value": 0}}},
            "rehab": {"beds": "unlimited", "stay": {"exponential": {"mean": 4}}},
        },
        routes={"hospital": {"rehab": 1}, "rehab": {"home": 1}},
        patients={"people": {"arrives_at": "hospital", "per_day": 10}},
    )
    alone = exact_mean(one_ward("unlimited", 10.0, {"exponential": {"mean": 4}}), "ward", 30)
    assert exact_mean(place, "rehab", 30) == alone
