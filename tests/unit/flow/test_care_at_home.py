"""Care at home in visits: a need that falls each midnight, and who can be taken on."""

from typing import Any

import pytest

from sim.experiment.making.replicate import Replication
from tests.places import value
from tests.unit.flow.by_hand import admitted, by_hand, comes, path, played

NEED = {"first": 4, "last": 1}


def at_home(visits: Any, people: dict[str, Any], **more: Any) -> Replication:
    return played(
        by_hand(
            settings={"care": {"visits_per_day": visits, "need": NEED}, **more},
            routes={"care": {"home": 1}},
            patients=people,
        )
    )


def test_the_need_falls_in_a_straight_line_a_step_each_midnight() -> None:
    result = at_home(4, {"Ann": comes("care", 0, 0, stay={"care": 3})})
    assert path(result, "Ann") == [("care", 0.0, 3.0)]
    assert value(result, "care_per_day", "care") == pytest.approx((4 + 3 + 2) / 20)
    assert value(result, "occupancy", "care") == pytest.approx(9 / 80)
    assert value(result, "occupied", "care") == pytest.approx(3 / 20), "one person all the time"


def test_a_stay_from_noon_to_noon_has_its_steps_at_midnight_too() -> None:
    result = at_home(4, {"Ann": comes("care", 0, 12, stay={"care": 3})})
    assert value(result, "care_per_day", "care") == pytest.approx((2 + 3 + 2 + 0.5) / 20)


def test_somebody_is_taken_on_when_a_whole_first_days_need_is_free() -> None:
    people = {
        "Ann": comes("care", 0, 0, stay={"care": 3}),
        "Bob": comes("care", 0, 1, stay={"care": 3}),
        "Cat": comes("care", 0, 2, stay={"care": 3}),
    }
    result = at_home(8, people)
    assert admitted(result, "Bob", "care") == pytest.approx(1 / 24)
    assert admitted(result, "Cat", "care") == 2.0, "on day 1 the others need 6 of 8, then 4"
    few = at_home(7, people)
    assert admitted(few, "Bob", "care") == 1.0
    assert value(few, "waiting", "care") == pytest.approx((1 - 1 / 24 + 3 - 2 / 24) / 20)
    assert admitted(few, "Cat", "care") == 3.0, "Bob's 2, and Ann's have gone"


def test_hours_a_day_are_counted_likewise() -> None:
    result = played(
        by_hand(
            settings={"care": {"hours_per_day": 4, "need": {"first": 2.5, "last": 0.5}}},
            routes={"care": {"home": 1}},
            patients={
                "Ann": comes("care", 0, 0, stay={"care": 2}),
                "Bob": comes("care", 0, 1, stay={"care": 2}),
            },
        )
    )
    assert admitted(result, "Bob", "care") == 1.0
    assert value(result, "care_per_day", "care") == pytest.approx((2.5 + 1.5 + 2.5 + 1.5) / 20)


def moves_on(homes: int) -> Replication:
    """Ann's care ends on day 3, and she waits for a home until Zoe's ends on day 6."""
    return played(
        by_hand(
            settings={"care": {"visits_per_day": 5, "need": NEED}, "homes": {"places": homes}},
            routes={"care": {"homes": 1}, "homes": {"home": 1}},
            patients={
                "Ann": comes("care", 0, 0, stay={"care": 3, "homes": 1}),
                "Bob": comes("care", 0, 1, stay={"care": 3, "homes": 1},
                             routes={"care": {"home": 1}}),
                "Zoe": comes("homes", 0, 0, stay={"homes": 6}),
            },
        )
    )  # fmt: skip


def test_who_waits_to_leave_keeps_the_need_of_the_last_day() -> None:
    result = moves_on(homes=1)
    assert path(result, "Ann") == [("care", 0.0, 6.0), ("homes", 6.0, 7.0)]
    assert admitted(result, "Bob", "care") == 3.0, "Ann needs one of five, and holds it"
    ann, bob = 4 + 3 + 2 + 1 + 1 + 1, 4 + 3 + 2
    assert value(result, "care_per_day", "care") == pytest.approx((ann + bob) / 20)


def test_care_that_is_promised_is_held_in_full_until_it_begins() -> None:
    transport = {"task": "Transport", "takes": 1.5, "reason": "transport"}
    result = played(
        by_hand(
            settings={
                "ward": {"beds": 2, "acute": True},
                "care": {"visits_per_day": 6, "need": NEED},
            },
            transfers={"go": {"hand_over": [transport]}},
            routes={"ward": {"care": {"share": 1, "transfer": "go"}}, "care": {"home": 1}},
            patients={
                "Ann": comes("ward", 0, 0, stay={"ward": 1, "care": 3}),
                "Bob": comes("care", 2, 0, stay={"care": 1}),
            },
        )
    )
    assert path(result, "Ann") == [("ward", 0.0, 2.5), ("care", 2.5, 5.5)]
    assert value(result, "reserved", "care") == pytest.approx(1.5 / 20)
    assert admitted(result, "Bob", "care") == 4.0, "4 held; Ann needs 4, then 3, then 2 of 6"
    ann = 1.5 * 4 + 0.5 * 4 + 3 + 2 + 0.5 * 1
    assert value(result, "care_per_day", "care") == pytest.approx((ann + 4) / 20)


def test_without_a_limit_everybody_is_taken_on_at_once() -> None:
    people = {name: comes("care", 0, 0, stay={"care": 3}) for name in ("Ann", "Bob", "Cat")}
    result = at_home("unlimited", people)
    assert value(result, "wait_days", "care") == 0
