"""What must be done for somebody to leave: arrange, find a place, hand over."""

import pytest

from sim.experiment.making.replicate import Replication
from tests.places import value
from tests.unit.flow.by_hand import (
    by_hand,
    comes,
    delayed_days,
    nobody_comes,
    path,
    played,
    stays,
    waits,
)

FORM = {"task": "Form", "takes": "6 hours", "reason": "referral-to-hub"}
FUNDING = {"task": "Funding", "takes": 1.5, "reason": "funding-eligibility", "body": "social care"}
LETTER = {"task": "Letter", "takes": 0.25, "reason": "medicines-and-letter"}
TRANSPORT = {"task": "Transport", "takes": "12 hours", "reason": "transport"}
TRANSFER = {"arrange": [FORM, FUNDING], "hand_over": [LETTER, TRANSPORT]}


def to_care(care_days: float, **more: object) -> Replication:
    """Ann is ready on day 2 for the one care place, which Zoe has until some day."""
    return played(
        by_hand(
            settings={"ward": {"beds": 1, "acute": True}, "care": {"places": 1}},
            transfers={"to-care": TRANSFER},
            routes={
                "ward": {"care": {"share": 1, "transfer": "to-care", "pathway": "P1"}},
                "care": {"home": 1},
            },
            patients={
                "Ann": comes("ward", 0, 12, stay={"ward": 1.5, "care": 3}),
                "Zoe": comes("care", 0, 0, stay={"care": care_days}),
                **more,
            },
        )
    )


def test_a_place_is_asked_for_when_all_is_arranged_one_task_after_another() -> None:
    result = to_care(care_days=1)
    ward, care = stays(result, "Ann")
    assert ward.ready == 2.0
    assert care.asked == 2.0 + 0.25 + 1.5
    assert care.placed == care.asked


def test_both_spaces_are_held_while_people_are_handed_over() -> None:
    result = to_care(care_days=1)
    assert path(result, "Ann") == [("ward", 0.5, 4.5), ("care", 4.5, 7.5)]
    assert value(result, "occupied", "ward") == pytest.approx(4 / 20)
    assert value(result, "occupied", "care") == pytest.approx((1 + 3) / 20)
    assert value(result, "reserved", "care") == pytest.approx(0.75 / 20)
    assert value(result, "occupancy", "care") == pytest.approx((4 + 0.75) / 20)
    assert result.run.in_use_days == (4.0, 4.75)


def test_every_part_of_a_delay_has_its_reason_and_body_and_they_sum_to_it() -> None:
    result = to_care(care_days=6)
    assert path(result, "Ann")[0] == ("ward", 0.5, 6.75)
    parts = {
        ("referral-to-hub", "NHS"): 0.25,
        ("funding-eligibility", "social care"): 1.5,
        ("p1-rehabilitation-capacity", "both"): 6 - 3.75,
        ("medicines-and-letter", "NHS"): 0.25,
        ("transport", "NHS"): 0.5,
    }
    for (reason, body), days in parts.items():
        assert delayed_days(result, reason, body) == pytest.approx(days), reason
    assert sum(parts.values()) == 6.75 - 2.0
    assert value(result, "delayed_bed_days") == pytest.approx(4.75 * 365 / 20)
    assert value(result, "delayed_process", "ward") == pytest.approx(1.75 / 20)
    assert value(result, "delayed_capacity", "ward") == pytest.approx(2.25 / 20)
    assert value(result, "delayed_handover", "ward") == pytest.approx(0.75 / 20)
    assert value(result, "delayed", "ward") == pytest.approx(4.75 / 20)


def test_a_task_that_is_not_done_when_the_run_ends_counts_so_far() -> None:
    late = comes("ward", 0, 12, stay={"ward": 18.5, "care": 1})
    result = to_care(care_days=1, Ann=late)
    assert path(result, "Ann") == [("ward", 0.5, None)]
    assert delayed_days(result, "referral-to-hub") == pytest.approx(0.25)
    assert delayed_days(result, "funding-eligibility") == pytest.approx(0.75)
    assert delayed_days(result, "p1-rehabilitation-capacity") == 0


def test_who_comes_for_the_bed_waits_until_the_hand_over_is_done() -> None:
    bob = comes("ward", 3, 0, stay={"ward": 1, "care": 1})
    assert path(to_care(care_days=1, Bob=bob), "Bob")[0][:2] == ("ward", 4.5)


def test_an_exit_is_left_for_without_waiting_for_a_place() -> None:
    result = played(
        by_hand(
            settings={"ward": {"beds": 1, "acute": True}},
            transfers={"home-with-letter": TRANSFER},
            routes={"ward": {"home": {"share": 1, "transfer": "home-with-letter"}}},
            patients={"Ann": comes("ward", 0, 12, stay={"ward": 1.5})},
        )
    )
    (ann,) = stays(result, "Ann")
    assert (ann.ready, ann.left) == (2.0, 4.5)
    assert value(result, "delayed_process", "ward") == pytest.approx(1.75 / 20)
    assert value(result, "delayed_capacity", "ward") == 0
    assert value(result, "delayed_handover", "ward") == pytest.approx(0.75 / 20)


def test_the_reason_of_waiting_is_the_settings_own_where_it_names_one() -> None:
    result = played(
        by_hand(
            organisations={"council": {"body": "social care"}},
            settings={
                "ward": {"beds": 1, "acute": True},
                "care": {
                    "places": 1,
                    "organisation": "council",
                    "capacity_reason": "p1-social-care-capacity",
                },
            },
            routes={"ward": {"care": {"share": 1, "pathway": "P1"}}, "care": {"home": 1}},
            patients={
                "Ann": comes("ward", 0, 0, stay={"ward": 1, "care": 1}),
                "Zoe": comes("care", 0, 0, stay={"care": 3}),
            },
        )
    )
    assert delayed_days(result, "p1-social-care-capacity", "social care") == pytest.approx(2)


@pytest.mark.parametrize(
    ("pathway", "reason"),
    [("P0", "p0-restart-capacity"), ("P2", "p2-capacity"), ("P3", "p3-capacity"),
     (None, "next-ward")],
)  # fmt: skip
def test_otherwise_the_reason_of_waiting_goes_by_pathway(pathway: str | None, reason: str) -> None:
    result = played(
        by_hand(
            settings={"ward": {"beds": 1, "acute": True}, "care": {"places": 1}},
            routes={"ward": {"care": {"share": 1, "pathway": pathway}}, "care": {"home": 1}},
            patients={
                "Ann": comes("ward", 0, 0, stay={"ward": 1, "care": 1}),
                "Zoe": comes("care", 0, 0, stay={"care": 3}),
            },
        )
    )
    assert delayed_days(result, reason, "both") == pytest.approx(2)


def test_the_same_task_twice_in_a_transfer_takes_a_time_of_its_own_each_time() -> None:
    panel = {"task": "Panel", "takes": {"uniform": [1, 3]}, "reason": "funding-eligibility"}
    result = played(
        by_hand(
            settings={"ward": {"beds": 1, "acute": True}},
            transfers={"two panels": {"arrange": [panel, panel]}},
            routes={"ward": {"home": {"share": 1, "transfer": "two panels"}}},
            patients={"Ann": comes("ward", 0, 0, stay={"ward": 1})},
        )
    )
    days = [float(days[0]) for _, days in result.run.cohort.task_days.values()]
    assert len(days) == 2
    assert days[0] != days[1]
    assert delayed_days(result, "funding-eligibility") == pytest.approx(sum(days))


def test_a_hand_over_may_end_after_the_next_setting_has_shut() -> None:
    result = played(
        by_hand(
            settings={
                "ward": {"beds": 1},
                "care": {
                    "places": 1,
                    "admits": {"days": "every day", "from": "06:00", "to": "12:00"},
                },
            },
            transfers={"to-care": {"hand_over": [TRANSPORT]}},
            routes={"ward": {"care": {"share": 1, "transfer": "to-care"}}, "care": {"home": 1}},
            patients={"Ann": comes("ward", 0, 0, stay={"ward": 1.25, "care": 1})},
        )
    )
    assert path(result, "Ann") == [("ward", 0.0, 1.75), ("care", 1.75, 2.75)]


@pytest.mark.parametrize(
    ("zoe", "reserved", "waiting"), [(1, 2.0, 0.0), (19, 1.0, 1.0), (30, 0, 2)]
)
def test_a_place_is_asked_for_and_held_though_the_hand_over_ends_after_the_run(
    zoe: float, reserved: float, waiting: float
) -> None:
    result = played(
        by_hand(
            settings={"ward": {"beds": 1, "acute": True}, "care": {"places": 1}},
            transfers={"go": {"hand_over": [{"task": "Move", "takes": 5, "reason": "transport"}]}},
            routes={"ward": {"care": {"share": 1, "transfer": "go"}}, "care": {"home": 1}},
            patients={
                "Ann": comes("ward", 10, 0, stay={"ward": 8, "care": 1}),
                "Zoe": comes("care", 0, 0, stay={"care": zoe}),
            },
        )
    )
    assert path(result, "Ann") == [("ward", 10.0, None)]
    assert value(result, "reserved", "care") == pytest.approx(reserved / 20)
    assert value(result, "waiting", "care") == pytest.approx(waiting / 20)
    assert delayed_days(result, "transport") == pytest.approx(reserved)
    assert delayed_days(result, "next-ward") == pytest.approx(waiting)


def test_who_waited_already_is_handed_over_from_the_start_not_from_before_it() -> None:
    result = played(
        by_hand(
            settings={"ward": {"beds": 1, "acute": True}, "care": {"places": 1}},
            transfers={"go": {"hand_over": [{"task": "Move", "takes": 21, "reason": "transport"}]}},
            routes={"ward": {"care": {"share": 1, "transfer": "go"}}, "care": {"home": 1}},
            patients={"Ann": nobody_comes("ward", stay={"ward": 8, "care": 1})},
            start={"waiting": [waits("care", "Ann", 3, setting="ward")]},
        )
    )
    assert path(result, "Ann") == [("ward", -3.0, None)]
    assert value(result, "reserved", "care") == 1
