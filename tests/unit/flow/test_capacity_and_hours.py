"""Spaces that open and close, admission hours, and spaces being made ready."""

import pytest

from sim.place.weeks import capacity_steps, kinds_of_day, openings
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


def three_in(**ward: object) -> dict[str, object]:
    """Ann (0 to 3), Bob (0 to 5) and Cat, who asks on day 2.5 and needs a day."""
    return {
        "settings": {"ward": {"beds": 2, **ward}},
        "routes": {"ward": {"home": 1}},
        "patients": {
            "Ann": comes("ward", 0, 0, stay={"ward": 3}),
            "Bob": comes("ward", 0, 0, stay={"ward": 5}),
            "Cat": comes("ward", 2, 12, stay={"ward": 1}),
        },
    }


def test_spaces_close_as_they_empty_and_nobody_is_put_out() -> None:
    changes = [{"from": "2024-01-10", "spaces": 1}]
    result = played(by_hand(**three_in(capacity_changes=changes)))
    assert path(result, "Ann") == [("ward", 0.0, 3.0)]
    assert path(result, "Bob") == [("ward", 0.0, 5.0)]
    assert path(result, "Cat") == [("ward", 5.0, 6.0)], "Ann's bed closed when she left"
    assert value(result, "occupancy", "ward") == pytest.approx((3 + 5 + 1) / (2 * 2 + 18 * 1))


def test_a_dated_change_lasts_to_the_end_of_its_last_day() -> None:
    changes = [{"from": "2024-01-10", "to": "2024-01-11", "spaces": 1}]
    result = played(by_hand(**three_in(capacity_changes=changes)))
    assert path(result, "Cat") == [("ward", 4.0, 5.0)]


def test_spaces_that_open_are_filled_at_once() -> None:
    changes = [{"from": "2024-01-11", "spaces": "unlimited"}]
    place = by_hand(
        settings={"ward": {"beds": 0, "capacity_changes": changes}},
        routes={"ward": {"home": 1}},
        patients={"Ann": comes("ward", 0, 6, stay={"ward": 1})},
    )
    assert path(played(place), "Ann") == [("ward", 3.0, 4.0)]


def test_a_weekly_pattern_opens_and_closes_spaces() -> None:
    by_day = {"days": "mon-fri", "from": "06:00", "to": "18:00", "spaces": 1}
    place = by_hand(
        settings={"ward": {"beds": 0, "capacity_by_week": [by_day]}},
        routes={"ward": {"home": 1}},
        patients={
            "Ann": comes("ward", 0, 0, stay={"ward": 1}),
            "Bob": comes("ward", 0, 12, stay={"ward": 0.25}),
            "Cat": comes("ward", 4, 18, stay={"ward": 1}),
        },
    )
    result = played(place)
    assert path(result, "Ann") == [("ward", 0.25, 1.25)], "she stays through the closed night"
    assert path(result, "Bob") == [("ward", 1.25, 1.5)]
    assert path(result, "Cat") == [("ward", 7.25, 8.25)], "from Friday evening to Monday morning"


def test_a_dated_change_stands_before_the_weekly_pattern() -> None:
    by_day = {"days": "every day", "from": "06:00", "to": "18:00", "spaces": 3}
    change = {"from": "2024-01-09", "to": "2024-01-09", "spaces": 2}
    place = by_hand(
        settings={
            "ward": {
                "beds": 1,
                "stay": 1,
                "capacity_by_week": [by_day],
                "capacity_changes": [change],
            }
        },
        routes={"ward": {"home": 1}},
        patients={"nobody": nobody_comes("ward")},
    )
    steps = capacity_steps(place, place.settings["ward"], kinds_of_day(place, 3))
    assert steps == [(0.0, 1), (0.25, 3), (0.75, 1), (1.0, 2), (2.0, 1), (2.25, 3), (2.75, 1)]


def test_hours_that_meet_at_midnight_are_one_stretch() -> None:
    place = by_hand(
        settings={
            "ward": {
                "beds": 1,
                "stay": 1,
                "admits": [
                    {"days": "mon", "from": "18:00", "to": "24:00"},
                    {"days": "tue", "from": "00:00", "to": "06:00"},
                ],
            }
        },
        routes={"ward": {"home": 1}},
        patients={"nobody": nobody_comes("ward")},
    )
    windows = place.settings["ward"].admits
    assert windows is not None
    assert openings(windows, kinds_of_day(place, 9)) == [(0.75, 1.25), (7.75, 8.25)]


@pytest.mark.parametrize(
    ("day", "hour", "admitted"),
    [(0, 6, 0.25), (0, 12, 0.5), (0, 18, 1.25), (0, 0, 0.25), (4, 21, 7.25), (5, 12, 7.25)],
)
def test_people_are_admitted_from_the_opening_to_just_before_the_closing(
    day: int, hour: int, admitted: float
) -> None:
    hours = {"days": "mon-fri", "from": "06:00", "to": "18:00"}
    place = by_hand(
        settings={"ward": {"beds": 1, "admits": hours}},
        routes={"ward": {"home": 1}},
        patients={"Ann": comes("ward", day, hour, stay={"ward": 1})},
    )
    assert path(played(place), "Ann") == [("ward", admitted, admitted + 1)]


def waits_for_care(care: dict[str, object], **patients: object) -> object:
    """Ann is ready on Monday at 18:00 for a care place that admits from 06:00 to 18:00."""
    hours = {"days": "every day", "from": "06:00", "to": "18:00"}
    return by_hand(
        settings={
            "ward": {"beds": 5, "acute": True},
            "care": {"places": 1, "admits": hours, **care},
        },
        routes={"ward": {"care": {"share": 1, "pathway": "P2"}}, "care": {"home": 1}},
        patients={"Ann": comes("ward", 0, 6, stay={"ward": 0.5, "care": 1}), **patients},
    )


def test_a_space_free_while_nobody_is_admitted_is_a_wait_for_admission_hours() -> None:
    result = played(waits_for_care({}))
    assert path(result, "Ann") == [("ward", 0.25, 1.25), ("care", 1.25, 2.25)]
    assert delayed_days(result, "admission-hours") == pytest.approx(0.5)
    assert delayed_days(result, "p2-capacity") == pytest.approx(0)
    assert value(result, "delayed_process", "ward") == pytest.approx(0.5 / 20)
    assert value(result, "delayed_capacity", "ward") == pytest.approx(0)


def test_a_wait_is_split_at_the_instant_the_space_comes_free() -> None:
    """Bob leaves care at midnight; the place is then free for six hours before it admits."""
    result = played(waits_for_care({}, Bob=comes("care", 0, 12, stay={"care": 0.5})))
    assert path(result, "Ann") == [("ward", 0.25, 1.25), ("care", 1.25, 2.25)]
    assert delayed_days(result, "p2-capacity") == pytest.approx(0.25)
    assert delayed_days(result, "admission-hours") == pytest.approx(0.25)
    series = result.measured.series
    assert series["delayed_capacity"][0][:3] == pytest.approx([0.25, 0, 0])
    assert series["delayed_process"][0][:3] == pytest.approx([0, 0.25, 0])


def test_a_wait_while_there_is_no_space_is_capacity_open_or_shut() -> None:
    result = played(waits_for_care({}, Bob=comes("care", 0, 12, stay={"care": 1.0})))
    assert path(result, "Ann")[1] == ("care", 1.5, 2.5)
    assert delayed_days(result, "p2-capacity") == pytest.approx(0.75)
    assert delayed_days(result, "admission-hours") == pytest.approx(0)


def test_a_space_free_before_the_first_opening_of_the_run_is_admission_hours_too() -> None:
    hours = {"days": "every day", "from": "06:00", "to": "18:00"}
    place = by_hand(
        settings={"ward": {"beds": 5, "acute": True}, "care": {"places": 1, "admits": hours}},
        routes={"ward": {"care": {"share": 1, "pathway": "P2"}}, "care": {"home": 1}},
        patients={"Ann": nobody_comes("ward", stay={"ward": 1, "care": 1})},
        start={"waiting": [waits("care", "Ann", 0, setting="ward")]},
    )
    result = played(place)
    assert path(result, "Ann") == [("ward", 0.0, 0.25), ("care", 0.25, 1.25)]
    assert delayed_days(result, "admission-hours") == pytest.approx(0.25)
    assert delayed_days(result, "p2-capacity") == pytest.approx(0)


def test_a_ward_shut_to_the_end_of_the_run_keeps_people_waiting_for_its_hours() -> None:
    result = played(waits_for_care({"admits": {"days": "sun", "from": "06:00", "to": "18:00"}}), 5)
    assert path(result, "Ann") == [("ward", 0.25, None)]
    assert delayed_days(result, "admission-hours") == pytest.approx(5 - 0.75)
    assert value(result, "waiting_at_end", "care") == 1


def test_a_space_is_used_again_once_it_is_made_ready() -> None:
    place = by_hand(
        settings={"ward": {"beds": 1, "turnaround": "6 hours"}},
        routes={"ward": {"home": 1}},
        patients={
            "Ann": comes("ward", 0, 0, stay={"ward": 1}),
            "Bob": comes("ward", 0, 12, stay={"ward": 1}),
        },
    )
    result = played(place)
    assert path(result, "Bob") == [("ward", 1.25, 2.25)]
    assert value(result, "occupied", "ward") == pytest.approx(2 / 20)
    assert value(result, "reserved", "ward") == 0
    assert result.run.in_use_days == (2.5,), "in use while it is made ready, though nobody is there"


def test_who_moves_on_leaves_a_space_that_must_be_made_ready() -> None:
    place = by_hand(
        settings={"ward": {"beds": 1, "turnaround": 0.5}, "care": {"places": 1}},
        routes={"ward": {"care": 1}, "care": {"home": 1}},
        patients={
            "Ann": comes("ward", 0, 0, stay={"ward": 1, "care": 1}),
            "Bob": comes("ward", 0, 12, stay={"ward": 1, "care": 1}),
        },
    )
    result = played(place)
    assert [stay.admitted for stay in stays(result, "Bob")] == [1.5, 2.5]
