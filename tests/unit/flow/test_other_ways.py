"""Who waits too long for a space goes another way; who is booked and has no bed is cancelled."""

from typing import Any

import pytest

from sim.experiment.making.replicate import Replication
from sim.flow.log import CANCELLED
from tests.places import value
from tests.unit.flow.by_hand import by_hand, clock, comes, delayed_days, jobs, path, played, stays

FORM = {"task": "Form", "takes": "6 hours", "reason": "referral-to-hub"}
SPOT = {"task": "Spot purchase", "takes": "12 hours", "reason": "funding-eligibility"}


def two_ways(after: Any, care_until: float, **tables: Any) -> Replication:
    """Ann is ready on day 2 for care, which Zoe has until some day; else she goes to a hotel."""
    ways = {
        "care": {"share": 1, "pathway": "P1", "transfer": "arranged",
                 "otherwise": {"route": "hotel", "after": after}},
        "hotel": {"share": 0, "pathway": "P2", "transfer": "spot"},
    }  # fmt: skip
    return played(
        by_hand(
            settings={
                "ward": {"beds": 5, "acute": True},
                "care": {"places": 1},
                "hotel": {"places": "unlimited"},
            },
            transfers={"arranged": {"arrange": [FORM]}, "spot": {"arrange": [SPOT]}},
            routes={"ward": ways, "care": {"home": 1}, "hotel": {"home": 1}},
            patients={
                "Ann": comes("ward", 0, 12, stay={"ward": 1.5, "care": 2, "hotel": 1}),
                "Zoe": comes("care", 0, 0, stay={"care": care_until}),
                **tables,
            },
        )
    )


def test_who_has_waited_long_enough_after_asking_goes_the_other_way_with_its_own_tasks() -> None:
    result = two_ways(after=2, care_until=9)
    first, waits, after, hotel = stays(result, "Ann")
    assert (first.ready, waits.asked, waits.placed) == (2.0, 2.25, None)
    assert first.left == after.admitted == 4.25, "two days after asking, in the same bed"
    assert (after.ready, after.left) == (4.25, 4.75)
    assert (hotel.asked, hotel.admitted, hotel.left) == (4.75, 4.75, 5.75)


def test_the_whole_of_it_is_one_delay_and_its_parts_sum_to_it() -> None:
    result = two_ways(after=2, care_until=9)
    assert delayed_days(result, "referral-to-hub") == pytest.approx(0.25)
    assert delayed_days(result, "p1-rehabilitation-capacity") == pytest.approx(2)
    assert delayed_days(result, "funding-eligibility") == pytest.approx(0.5)
    assert value(result, "delayed_bed_days") == pytest.approx(2.75 * 365 / 20)
    assert value(result, "delay_days") == pytest.approx(2.75)
    assert value(result, "drd_delay_days") == 2, "ready on day 2, left on day 4"
    assert value(result, "newly_ready_per_day") == pytest.approx(1 / 20), "once"


def test_who_finds_a_space_in_time_does_not() -> None:
    result = two_ways(after=2, care_until=4)
    assert path(result, "Ann") == [("ward", 0.5, 4.0), ("care", 4.0, 6.0)]


def test_the_place_in_the_queue_goes_to_the_next() -> None:
    bob = comes("ward", 2, 0, stay={"ward": 0.5, "care": 1, "hotel": 1},
                routes={"ward": {"care": 1}})  # fmt: skip
    result = two_ways(after=2, care_until=6, Bob=bob)
    assert path(result, "Ann")[-1] == ("hotel", 4.75, 5.75)
    assert path(result, "Bob") == [("ward", 2.0, 6.0), ("care", 6.0, 7.0)]
    assert value(result, "waiting", "care") == pytest.approx((2 + 3.5) / 20)


def test_what_a_team_was_to_do_for_the_first_way_is_dropped() -> None:
    """Medicines are begun when ready; the team has time for them only after Ann went elsewhere."""
    medicines = {"task": "Medicines", "team": "pharmacy", "works_for": "1 hours",
                 "reason": "medicines-and-letter", "starts": "when ready"}  # fmt: skip
    result = played(
        by_hand(
            settings={
                "ward": {"beds": 5, "acute": True},
                "care": {"places": 0},
                "hotel": {"places": "unlimited"},
            },
            teams={
                "pharmacy": {"staff": 1, "works": {"days": "sun", "from": "10:00", "to": "12:00"}}
            },
            transfers={"go": {"hand_over": [medicines]}},
            routes={
                "ward": {
                    "care": {"share": 1, "transfer": "go",
                             "otherwise": {"route": "hotel", "after": 1}},
                    "hotel": 0,
                },
                "care": {"home": 1},
                "hotel": {"home": 1},
            },
            patients={"Ann": comes("ward", 0, 12, stay={"ward": 1.5, "care": 2, "hotel": 1})},
        )
    )  # fmt: skip
    assert path(result, "Ann")[-1] == ("hotel", 3.0, 4.0)
    assert [(job.due, job.started, job.done) for job in jobs(result)] == [(2.0, None, None)]
    assert value(result, "backlog", team="pharmacy") == pytest.approx(1 / 20)


def test_a_route_leads_to_the_setting_of_the_locality() -> None:
    result = played(
        by_hand(
            settings={
                "ward": {"beds": 5, "acute": True},
                "north-care": {"places": 1, "stay": 2},
                "south-care": {"places": 1, "stay": 2},
            },
            routes={
                "ward": {"P1": {"share": 1, "to": {"north": "north-care", "south": "south-care"}}},
                "north-care": {"home": 1},
                "south-care": {"home": 1},
            },
            patients={
                "Nan": comes("ward", 0, 0, locality="north", stay={"ward": 1}),
                "Neo": comes("ward", 0, 1, locality="north", stay={"ward": 1}),
                "Sue": comes("ward", 0, 2, locality="south", stay={"ward": 1}),
            },
        )
    )
    assert path(result, "Nan")[-1] == ("north-care", 1.0, 3.0)
    assert path(result, "Neo")[-1] == ("north-care", 3.0, 5.0)
    assert path(result, "Sue")[-1] == ("south-care", clock(1, 2), clock(3, 2))


def an_elective(after: str, ann_stays: float) -> Replication:
    return played(
        by_hand(
            settings={"ward": {"beds": 1, "acute": True}},
            routes={"ward": {"home": 1}},
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": ann_stays}),
                "Bob": comes("ward", 1, 6, stay={"ward": 1}, elective=True, cancelled_after=after),
                "Cat": comes("ward", 1, 9, stay={"ward": 1}),
            },
        )
    )


def test_a_booked_patient_without_a_bed_in_time_is_cancelled() -> None:
    result = an_elective("12 hours", ann_stays=3)
    log = result.measured.stays
    assert [result.run.plan.groups[g] for g in log.group[log.came == CANCELLED]] == ["Bob"]
    assert path(result, "Bob") == []
    assert path(result, "Cat") == [("ward", 3.25, 4.25)], "the turn is hers"
    assert value(result, "electives_cancelled") == pytest.approx(365 / 20)
    assert value(result, "waiting", "ward") == pytest.approx((0.5 + 3.25 - clock(1, 9)) / 20)


def test_a_booked_patient_with_a_bed_in_time_is_not() -> None:
    result = an_elective("3 days", ann_stays=3)
    assert path(result, "Bob") == [("ward", 3.25, 4.25)]
    assert value(result, "electives_cancelled") == 0


def test_the_waits_of_booked_patients_are_not_waits_of_emergencies() -> None:
    result = an_elective("3 days", ann_stays=3)
    wait = (4.25 - clock(1, 9)) * 24
    assert value(result, "bed_wait_hours") == pytest.approx((0 + wait) / 2), "Ann and Cat"
    assert value(result, "over_4_hours") == value(result, "over_12_hours") == 0.5
