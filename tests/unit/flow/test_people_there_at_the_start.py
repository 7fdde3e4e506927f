"""A run that starts from people who are there and people who wait already."""

import pytest

from sim.experiment.making.replicate import Replication
from sim.flow.log import TURNED_AWAY
from tests.places import value
from tests.unit.flow.by_hand import (
    by_hand,
    comes,
    delayed_days,
    nobody_comes,
    path,
    played,
    stays,
    there,
    waits,
)


def test_people_there_need_what_is_left_of_their_stay() -> None:
    place = by_hand(
        settings={"ward": {"beds": 1}},
        routes={"ward": {"home": 1}},
        patients={
            "Ann": nobody_comes("ward", stay={"ward": 9}),
            "Bob": comes("ward", 1, 0, stay={"ward": 1}),
        },
        start={"people": [there("ward", "Ann", 2.5)]},
    )
    result = played(place)
    assert path(result, "Ann") == [("ward", 0.0, 2.5)]
    assert path(result, "Bob") == [("ward", 2.5, 3.5)]


def test_a_place_may_start_with_more_people_than_spaces() -> None:
    place = by_hand(
        settings={"ward": {"beds": 1}},
        routes={"ward": {"home": 1}},
        patients={
            "Ann": nobody_comes("ward", stay={"ward": 1}),
            "Bob": nobody_comes("ward", stay={"ward": 1}),
            "Cat": comes("ward", 0, 6, stay={"ward": 1}),
        },
        start={"people": [there("ward", "Ann", 1), there("ward", "Bob", 2)]},
    )
    result = played(place)
    assert path(result, "Ann") == [("ward", 0.0, 1.0)]
    assert path(result, "Cat") == [("ward", 2.0, 3.0)], "not before there are fewer than spaces"


def test_those_who_waited_already_go_first_longest_wait_first() -> None:
    place = by_hand(
        settings={"ward": {"beds": 1}},
        routes={"ward": {"home": 1}},
        patients={
            "Ann": nobody_comes("ward", stay={"ward": 1}),
            "Bob": nobody_comes("ward", stay={"ward": 1}),
            "Cat": nobody_comes("ward", stay={"ward": 1}),
            "Dan": comes("ward", 0, 6, stay={"ward": 1}),
        },
        start={
            "people": [there("ward", "Ann", 1)],
            "waiting": [waits("ward", "Bob", 2), waits("ward", "Cat", 3.5)],
        },
    )
    result = played(place)
    assert path(result, "Cat") == [("ward", 1.0, 2.0)]
    assert path(result, "Bob") == [("ward", 2.0, 3.0)]
    assert path(result, "Dan") == [("ward", 3.0, 4.0)]
    assert [stay.asked for stay in stays(result, "Cat")] == [-3.5]
    assert value(result, "wait_days", "ward") == pytest.approx((4.5 + 4 + 2.75) / 3)
    assert value(result, "share_waiting", "ward") == 1, "of those who asked during the run: Dan"
    assert value(result, "waiting", "ward") == pytest.approx((1 + 2 + 2.75) / 20)


def test_who_finds_a_free_space_at_the_start_has_it_at_once() -> None:
    place = by_hand(
        settings={"ward": {"beds": 2}},
        routes={"ward": {"home": 1}},
        patients={"Ann": nobody_comes("ward", stay={"ward": 1})},
        start={"waiting": [waits("ward", "Ann", 2)]},
    )
    assert path(played(place), "Ann") == [("ward", 0.0, 1.0)]


def waiting_inside() -> Replication:
    place = by_hand(
        settings={"ward": {"beds": 1, "acute": True}, "care": {"places": 1}},
        transfers={
            "to-care": {
                "arrange": [{"task": "Form", "takes": 2, "reason": "referral-to-hub"}],
                "hand_over": [{"task": "Transport", "takes": 0.5, "reason": "transport"}],
            }
        },
        routes={
            "ward": {"home": 0.9, "care": {"share": 0.1, "pathway": "P2", "transfer": "to-care"}},
            "care": {"home": 1},
        },
        patients={
            "Ann": nobody_comes("ward", stay={"ward": 9, "care": 1}),
            "Bob": comes("ward", 0, 6, stay={"ward": 1, "care": 1}, routes={"ward": {"home": 1}}),
            "Cat": nobody_comes("care", stay={"care": 1}),
        },
        start={
            "people": [there("care", "Cat", 2)],
            "waiting": [waits("care", "Ann", 4, setting="ward")],
        },
    )
    return played(place)


def test_who_waits_inside_holds_the_bed_and_has_had_everything_arranged() -> None:
    result = waiting_inside()
    assert path(result, "Ann") == [("ward", -4.0, 2.5), ("care", 2.5, 3.5)]
    assert path(result, "Bob") == [("ward", 2.5, 3.5)]


def test_the_delay_of_who_waited_already_counts_from_before_the_start() -> None:
    result = waiting_inside()
    assert value(result, "delay_days") == pytest.approx((6.5 + 0) / 2), "Ann, and Bob"
    assert value(result, "delay_days_if_delayed") == pytest.approx(6.5)


def test_the_bed_days_of_who_waited_already_count_from_the_start() -> None:
    result = waiting_inside()
    assert value(result, "delayed_bed_days") == pytest.approx(2.5 * 365 / 20)
    assert delayed_days(result, "p2-capacity") == pytest.approx(2.0)
    assert delayed_days(result, "transport") == pytest.approx(0.5)
    assert delayed_days(result, "referral-to-hub") == 0


def test_those_who_wait_already_are_not_turned_away() -> None:
    place = by_hand(
        settings={"ward": {"beds": 1, "queue_limit": 1}},
        routes={"ward": {"home": 1}},
        patients={
            name: nobody_comes("ward", stay={"ward": 1}) for name in ("Ann", "Bob", "Cat")
        } | {"Dan": comes("ward", 0, 6, stay={"ward": 1})},
        start={
            "people": [there("ward", "Ann", 1)],
            "waiting": [waits("ward", "Bob", 2), waits("ward", "Cat", 1)],
        },
    )  # fmt: skip
    result = played(place)
    assert path(result, "Bob") == [("ward", 1.0, 2.0)]
    assert path(result, "Cat") == [("ward", 2.0, 3.0)]
    assert path(result, "Dan") == [], "the queue is over its limit"
    assert list(result.measured.stays.came).count(TURNED_AWAY) == 1


def test_those_who_wait_already_for_a_ward_are_not_sent_to_its_overflow() -> None:
    place = by_hand(
        settings={"ward": {"beds": 1, "overflow": ["near"]}, "near": {"beds": 1}},
        routes={"ward": {"home": 1}, "near": {"home": 1}},
        patients={name: nobody_comes("ward", stay={"ward": 1}) for name in ("Ann", "Bob")},
        start={"people": [there("ward", "Ann", 1)], "waiting": [waits("ward", "Bob", 2)]},
    )
    assert path(played(place), "Bob") == [("ward", 1.0, 2.0)]


def test_a_ring_that_is_there_at_the_start_exchanges_at_the_start() -> None:
    place = by_hand(
        settings={"A": {"beds": 1}, "B": {"beds": 1}},
        routes={"A": {"B": 0.5, "home": 0.5}, "B": {"A": 0.5, "home": 0.5}},
        patients={
            "Ann": nobody_comes("A", stay={"A": 1, "B": 1}),
            "Bob": nobody_comes("B", stay={"A": 1, "B": 1}),
        },
        start={"waiting": [waits("B", "Ann", 1, setting="A"), waits("A", "Bob", 2, setting="B")]},
    )
    result = played(place)
    assert path(result, "Ann")[:2] == [("A", -1.0, 0.0), ("B", 0.0, 1.0)]
    assert path(result, "Bob")[:2] == [("B", -2.0, 0.0), ("A", 0.0, 1.0)]


def test_people_there_wait_for_rounds_and_go_at_the_pace_of_the_day() -> None:
    ward = {
        "beds": 1,
        "pace_by_weekday": {"mon": 0.5},
        "decision_rounds": [{"days": "every day", "at": "12:00"}],
    }
    place = by_hand(
        settings={"ward": ward},
        routes={"ward": {"home": 1}},
        patients={"Ann": nobody_comes("ward", stay={"ward": 9})},
        start={"people": [there("ward", "Ann", 1.25)]},
    )
    (ann,) = stays(played(place), "Ann")
    assert (ann.ready, ann.left) == (2.5, 2.5), "needs 1.25 days: to Tuesday 18:00"


def test_two_rows_of_one_setting_and_group_are_different_people() -> None:
    place = by_hand(
        settings={"ward": {"beds": 20, "stay": {"exponential": {"mean": 5}}}},
        routes={"ward": {"home": 1}},
        patients={"people": nobody_comes("ward")},
        start={
            "people": [
                there("ward", "people", "equilibrium", 5),
                there("ward", "people", "fresh", 5),
            ]
        },
    )
    cohort = played(place).run.cohort
    assert len(set(cohort.key.tolist())) == 10
