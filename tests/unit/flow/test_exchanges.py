"""Rings: people who each wait for the next one's space exchange at once."""

import pytest

from sim.experiment.making.replicate import Replication
from tests.places import value
from tests.unit.flow.by_hand import by_hand, comes, delayed_days, path, played, stays


def swap(a: dict[str, object], b: dict[str, object], **more: object) -> Replication:
    """Ann needs A until 2.0, then B; Bob needs B until 3.0, then A; one bed in each."""
    tables: dict[str, object] = {
        "settings": {"A": {"beds": 1, **a}, "B": {"beds": 1, **b}},
        "routes": {"A": {"B": 0.5, "home": 0.5}, "B": {"A": 0.5, "home": 0.5}},
        "patients": {
            "Ann": comes(
                "A", 0, 0, stay={"A": 2, "B": 4}, routes={"A": {"B": 1}, "B": {"home": 1}}
            ),
            "Bob": comes(
                "B", 0, 0, stay={"B": 3, "A": 4}, routes={"B": {"A": 1}, "A": {"home": 1}}
            ),
        },
    }
    return played(by_hand(**{**tables, **more}))


def test_two_who_wait_for_each_others_beds_exchange_at_once() -> None:
    result = swap({}, {})
    assert path(result, "Ann") == [("A", 0.0, 3.0), ("B", 3.0, 7.0)]
    assert path(result, "Bob") == [("B", 0.0, 3.0), ("A", 3.0, 7.0)]
    assert result.run.log.exchanges == 1
    assert value(result, "exchanges_per_day", "A") == 1 / 20
    assert value(result, "exchanges_per_day", "B") == 1 / 20


def test_who_waits_at_the_front_does_not_get_a_bed_that_is_exchanged() -> None:
    place = {
        "patients": {
            "Ann": comes(
                "A", 0, 0, stay={"A": 2, "B": 4}, routes={"A": {"B": 1}, "B": {"home": 1}}
            ),
            "Bob": comes(
                "B", 0, 0, stay={"B": 3, "A": 4}, routes={"B": {"A": 1}, "A": {"home": 1}}
            ),
            "Cat": comes("A", 1, 0, stay={"A": 1}, priority=1, routes={"A": {"home": 1}}),
        }
    }
    result = swap({}, {}, **place)
    assert path(result, "Bob")[1] == ("A", 3.0, 7.0)
    assert path(result, "Cat") == [("A", 7.0, 8.0)], "though she asked first, at a higher priority"


def test_no_ring_is_needed_where_a_bed_is_free() -> None:
    result = swap({"beds": 2}, {})
    assert path(result, "Bob")[1] == ("A", 3.0, 7.0)
    assert path(result, "Ann")[1] == ("B", 3.0, 7.0)
    assert result.run.log.exchanges == 0


def test_an_exchange_takes_the_longest_of_the_hand_overs() -> None:
    result = swap(
        {}, {},
        transfers={
            "quick": {"hand_over": [{"task": "Transport", "takes": 0.5, "reason": "transport"}]},
            "slow": {"hand_over": [{"task": "Transport", "takes": 1.25, "reason": "transport"}]},
        },
        settings={"A": {"beds": 1, "acute": True}, "B": {"beds": 1, "acute": True}},
        patients={
            "Ann": comes("A", 0, 0, stay={"A": 2, "B": 4}, routes={
                "A": {"B": {"share": 1, "transfer": "quick"}}, "B": {"home": 1}}),
            "Bob": comes("B", 0, 0, stay={"B": 3, "A": 4}, routes={
                "B": {"A": {"share": 1, "transfer": "slow"}}, "A": {"home": 1}}),
        },
    )  # fmt: skip
    assert path(result, "Ann") == [("A", 0.0, 4.25), ("B", 4.25, 8.25)]
    assert path(result, "Bob") == [("B", 0.0, 4.25), ("A", 4.25, 8.25)]
    # Ann waits a day for a space, half a day for her transport, then .75 for Bob's.
    assert delayed_days(result, "next-ward") == pytest.approx(1.0)
    assert delayed_days(result, "transport") == pytest.approx(0.5 + 1.25)
    assert delayed_days(result, "unspecified") == pytest.approx(0.75)
    assert value(result, "delayed_handover", "A") == pytest.approx(1.25 / 20)
    assert value(result, "reserved", "A") == 0, "each gives up one space and gets one"


def ring_of_three(**settings: object) -> Replication:
    def one(start: str, then: str, ready: float) -> dict[str, object]:
        ways = {start: {then: 1}, then: {"home": 1}}
        return comes(start, 0, 0, stay={start: ready, then: 1}, routes=ways)

    return played(
        by_hand(
            settings={name: {"beds": 1, **settings} for name in "ABC"},
            patients={
                "Ann": one("A", "B", 1),
                "Bob": one("B", "C", 2),
                "Cat": one("C", "A", 3),
            },
        )
    )


def test_three_in_a_ring_exchange_when_the_last_of_them_is_ready() -> None:
    result = ring_of_three()
    assert path(result, "Ann") == [("A", 0.0, 3.0), ("B", 3.0, 4.0)]
    assert path(result, "Bob") == [("B", 0.0, 3.0), ("C", 3.0, 4.0)]
    assert path(result, "Cat") == [("C", 0.0, 3.0), ("A", 3.0, 4.0)]
    assert result.run.log.exchanges == 1
    assert [value(result, "exchanges_per_day", name) for name in "ABC"] == [1 / 20] * 3


def test_a_space_given_up_in_an_exchange_is_not_made_ready() -> None:
    result = ring_of_three(turnaround=0.5)
    assert path(result, "Cat") == [("C", 0.0, 3.0), ("A", 3.0, 4.0)]


def test_a_ring_waits_for_the_admission_hours_of_every_ward_in_it() -> None:
    result = swap({"admits": {"days": "every day", "from": "00:00", "to": "12:00"}}, {})
    assert path(result, "Ann")[1] == ("B", 3.0, 7.0)
    result = swap({"admits": {"days": "mon, tue, fri", "from": "00:00", "to": "12:00"}}, {})
    assert path(result, "Ann") == [("A", 0.0, 4.0), ("B", 4.0, 8.0)]
    assert path(result, "Bob") == [("B", 0.0, 4.0), ("A", 4.0, 8.0)]


def test_a_ward_with_more_people_than_spaces_takes_no_part_in_a_ring() -> None:
    changes = [
        {"from": "2024-01-09", "to": "2024-01-12", "spaces": 0},
        {"from": "2024-01-13", "spaces": 1},
    ]
    result = swap({"capacity_changes": changes}, {})
    assert path(result, "Ann") == [("A", 0.0, 5.0), ("B", 5.0, 9.0)]
    assert path(result, "Bob") == [("B", 0.0, 5.0), ("A", 5.0, 9.0)]
    assert result.run.log.exchanges == 1


def test_who_waits_for_another_space_where_they_are_changes_places_with_nobody() -> None:
    """An outlier in B whose way on leads to B: a ring of one."""
    result = played(
        by_hand(
            settings={"A": {"beds": 1, "overflow": ["B"]}, "B": {"beds": 1}},
            routes={"A": {"B": 1}, "B": {"home": 1}},
            patients={
                "Ann": comes("A", 0, 0, stay={"A": 9, "B": 1}),
                "Bob": comes("A", 1, 0, stay={"A": 2, "B": 1}),
            },
        )
    )
    assert path(result, "Bob") == [("B", 1.0, 3.0), ("B", 3.0, 4.0)]
    assert result.run.log.exchanges == 1


def test_the_first_in_turn_of_those_who_could_exchange_is_the_one_who_does() -> None:
    def one(day: int, ready: float) -> dict[str, object]:
        ways = {"A": {"B": 1}, "B": {"home": 1}}
        return comes("A", day, 0, stay={"A": ready, "B": 1}, routes=ways)

    result = played(
        by_hand(
            settings={"A": {"beds": 2}, "B": {"beds": 1}},
            patients={
                "Ann": one(0, 2.0),
                "Abe": one(0, 1.0),
                "Bob": comes(
                    "B", 0, 0, stay={"B": 3, "A": 1}, routes={"B": {"A": 1}, "A": {"home": 1}}
                ),
            },
        )
    )
    assert path(result, "Abe")[1] == ("B", 3.0, 4.0)
    assert path(result, "Ann")[1] == ("B", 4.0, 5.0)


def test_people_change_places_again_and_again_until_nobody_is_left_to() -> None:
    """Two people, two wards, who each go to and fro: nobody is stuck, and everybody leaves."""
    place = by_hand(
        settings={"A": {"beds": 1, "stay": 1}, "B": {"beds": 1, "stay": 1}},
        routes={"A": {"B": 0.95, "home": 0.05}, "B": {"A": 0.95, "home": 0.05}},
        patients={"Ann": comes("A", 0, 0), "Bob": comes("B", 0, 0)},
    )
    result = played(place, days=400)
    for name in ("Ann", "Bob"):
        told = stays(result, name)
        assert all(stay.left == stay.ready for stay in told), "nobody waits"
        assert told[-1].left is not None
    assert result.run.log.exchanges > 3


def test_a_ring_through_care_that_is_counted_in_visits_does_not_exchange() -> None:
    """What one person gives up there need not be what another needs."""
    care = {"beds": None, "visits_per_day": 2, "need": {"first": 2, "last": 1}}
    result = swap({}, care)
    assert result.run.log.exchanges == 0
    assert path(result, "Ann") == [("A", 0.0, None)], "she waits for two visits, and one is free"
    assert path(result, "Bob") == [("B", 0.0, None)], "he waits for her bed"
