"""Queue limits, those turned away, and outliers."""

import pytest

from sim.experiment.making.replicate import Replication
from sim.flow.log import RETURNED, TURNED_AWAY
from tests.places import value
from tests.unit.flow.by_hand import admitted, by_hand, comes, path, played, stays


def turned_away(result: Replication) -> list[str]:
    """The names of those turned away."""
    log = result.measured.stays
    groups = result.run.plan.groups
    return [groups[group] for group in log.group[log.came == TURNED_AWAY].tolist()]


def a_full_ward(**ward: object) -> dict[str, object]:
    return {
        "settings": {"ward": {"beds": 1, **ward}},
        "routes": {"ward": {"home": 1}},
    }


@pytest.mark.parametrize(("limit", "away"), [(0, ["Bob", "Cat"]), (1, ["Cat"]), (2, [])])
def test_one_more_than_the_queue_limit_is_turned_away(limit: int, away: list[str]) -> None:
    result = played(
        by_hand(
            **a_full_ward(queue_limit=limit),
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 4}),
                "Bob": comes("ward", 1, 6, stay={"ward": 1}),
                "Cat": comes("ward", 2, 6, stay={"ward": 1}),
            },
        )
    )
    assert turned_away(result) == away
    assert value(result, "turned_away_per_day", "ward") == len(away) / 20
    assert value(result, "admitted_per_day", "ward") == (3 - len(away)) / 20


def test_a_limit_of_nought_lets_in_whoever_finds_a_bed() -> None:
    result = played(
        by_hand(
            **a_full_ward(queue_limit=0),
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 1}),
                "Bob": comes("ward", 1, 6, stay={"ward": 1}),
            },
        )
    )
    assert path(result, "Bob") == [("ward", 1.25, 2.25)]


def test_of_those_who_come_at_one_instant_the_last_in_turn_are_turned_away() -> None:
    result = played(
        by_hand(
            **a_full_ward(queue_limit=1),
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 1}, priority=2),
                "Bob": comes("ward", 0, 6, stay={"ward": 1}, priority=3),
                "Cat": comes("ward", 0, 6, stay={"ward": 1}, priority=1),
            },
        )
    )
    assert turned_away(result) == ["Bob"]
    assert admitted(result, "Cat") == 0.25
    assert admitted(result, "Ann") == 1.25


def test_the_limit_is_of_the_front_door_and_transfers_are_never_turned_away() -> None:
    result = played(
        by_hand(
            settings={"ward": {"beds": 1, "queue_limit": 1}, "unit": {"beds": 2}},
            routes={"ward": {"home": 1}, "unit": {"ward": 1}},
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 8}),
                "Bob": comes("unit", 0, 0, stay={"unit": 1, "ward": 1}),
                "Cat": comes("unit", 0, 0, stay={"unit": 2, "ward": 1}),
                "Dan": comes("ward", 3, 0, stay={"ward": 1}),
                "Eve": comes("ward", 4, 0, stay={"ward": 1}),
            },
        )
    )
    assert turned_away(result) == ["Eve"]
    assert [admitted(result, name) for name in ("Bob", "Cat", "Dan")] == [8.25, 9.25, 10.25]


def with_overflow(patients: dict[str, object], **more: object) -> Replication:
    """A ward of one bed, whose people may be outliers in two other settings of one bed each."""
    ward = {"beds": 1, "overflow": ["near", "far"], **more}
    return played(
        by_hand(
            settings={"ward": ward, "near": {"beds": 1}, "far": {"beds": 1}},
            routes={name: {"home": 1} for name in ("ward", "near", "far")},
            patients={"Ann": comes("ward", 0, 0, stay={"ward": 4}), **patients},
        )
    )


def test_an_outlier_goes_to_the_first_overflow_with_a_space() -> None:
    result = with_overflow(
        {
            "Bob": comes("ward", 1, 0, stay={"ward": 10}),
            "Cat": comes("ward", 2, 0, stay={"ward": 10}),
        }
    )
    assert path(result, "Bob") == [("near", 1.0, 11.0)]
    assert path(result, "Cat") == [("far", 2.0, 12.0)]
    assert value(result, "outlier_days", "ward") == pytest.approx(20 * 365 / 20)
    assert value(result, "share_waiting", "ward") == 0


def test_who_finds_no_overflow_with_space_waits_at_the_front() -> None:
    result = with_overflow(
        {
            "Bob": comes("near", 0, 0, stay={"near": 9}),
            "Cat": comes("far", 0, 0, stay={"far": 9}),
            "Dan": comes("ward", 1, 0, stay={"ward": 2}),
        }
    )
    assert path(result, "Dan") == [("ward", 4.0, 6.0)]
    assert value(result, "wait_days", "ward") == pytest.approx(3 / 2), "Ann 0, Dan 3"


def test_an_outliers_stay_is_the_drawn_one_times_the_factor() -> None:
    result = with_overflow({"Bob": comes("ward", 1, 0, stay={"ward": 6})}, outlier_stay_times=1.5)
    assert path(result, "Bob") == [("near", 1.0, 10.0)]


def test_an_outlier_stays_where_it_is_unless_it_returns() -> None:
    result = with_overflow({"Bob": comes("ward", 1, 0, stay={"ward": 6})}, returns="no")
    assert path(result, "Bob") == [("near", 1.0, 7.0)]


def test_an_outlier_who_returns_has_the_rest_of_the_stay_at_the_usual_length() -> None:
    bob = comes("ward", 1, 0, stay={"ward": 6})
    result = with_overflow({"Bob": bob}, returns="yes", outlier_stay_times=1.5)
    # In near, 9 days would be needed; a third is gone when a bed of the ward comes free.
    assert path(result, "Bob") == [("near", 1.0, 4.0), ("ward", 4.0, 8.0)]
    assert list(result.run.log.came[len(result.run.cohort.visits.person) :]) == [RETURNED]
    assert value(result, "outlier_days", "ward") == pytest.approx(3 * 365 / 20)


def test_an_outlier_keeps_its_turn_before_those_who_came_later() -> None:
    patients = {
        "Bob": comes("ward", 1, 0, stay={"ward": 6}),
        "far": comes("far", 0, 0, stay={"far": 20}),
        "Cat": comes("ward", 2, 0, stay={"ward": 1}),
    }
    result = with_overflow(patients, returns="yes")
    assert path(result, "Bob") == [("near", 1.0, 4.0), ("ward", 4.0, 7.0)]
    # Cat found both overflows full and waited; Bob was before her in turn.
    assert path(result, "Cat") == [("ward", 7.0, 8.0)]


def test_whoever_waits_at_the_front_goes_before_an_outlier_who_came_later() -> None:
    patients = {
        "near": comes("near", 0, 0, stay={"near": 2}),
        "far": comes("far", 0, 0, stay={"far": 20}),
        "Bob": comes("ward", 1, 0, stay={"ward": 1}),
        "Cat": comes("ward", 3, 0, stay={"ward": 6}),
    }
    result = with_overflow(patients, returns="yes")
    assert path(result, "Bob") == [("ward", 4.0, 5.0)]
    assert path(result, "Cat") == [("near", 3.0, 5.0), ("ward", 5.0, 9.0)]


def test_an_outlier_who_is_ready_no_longer_wants_the_right_ward() -> None:
    result = played(
        by_hand(
            settings={
                "ward": {"beds": 1, "overflow": ["near"], "returns": "yes"},
                "near": {"beds": 1},
                "care": {"places": 1},
            },
            routes={"ward": {"care": 1}, "near": {"home": 1}, "care": {"home": 1}},
            patients={
                "Ann": comes("ward", 0, 0, stay={"ward": 4, "care": 1}),
                "Bob": comes("ward", 1, 0, stay={"ward": 2, "care": 1}),
                "Cat": comes("care", 0, 0, stay={"care": 9}),
                "Dan": comes("ward", 5, 0, stay={"ward": 1, "care": 1}),
            },
        )
    )
    # Ann keeps the bed until a care place is free; Bob, an outlier, was ready before her.
    assert path(result, "Bob") == [("near", 1.0, 9.0), ("care", 9.0, 10.0)]
    assert path(result, "Ann") == [("ward", 0.0, 10.0), ("care", 10.0, 11.0)]
    # Dan, who found no space anywhere, waits at the front door for the ward and no other.
    assert path(result, "Dan")[0] == ("ward", 10.0, 11.0)


def test_an_overflow_is_used_only_beyond_the_queue_limit() -> None:
    patients = {
        "Bob": comes("ward", 1, 0, stay={"ward": 1}),
        "Cat": comes("ward", 2, 0, stay={"ward": 1}),
    }
    result = with_overflow(patients, queue_limit=1)
    assert path(result, "Bob") == [("ward", 4.0, 5.0)]
    assert path(result, "Cat") == [("near", 2.0, 3.0)]


def test_an_outlier_follows_the_ways_on_of_the_ward_it_came_for() -> None:
    result = played(
        by_hand(
            settings={
                "ward": {"beds": 1, "overflow": ["near"]},
                "near": {"beds": 1},
                "care": {"places": 1},
            },
            routes={"ward": {"care": 1}, "near": {"home": 1}, "care": {"home": 1}},
            patients={
                "Ann": comes("ward", 0, 0, stay={"ward": 9, "care": 1}),
                "Bob": comes("ward", 1, 0, stay={"ward": 2, "care": 1}),
            },
        )
    )
    assert path(result, "Bob") == [("near", 1.0, 3.0), ("care", 3.0, 4.0)]


def test_an_outlier_who_returned_is_woken_once_when_ready() -> None:
    """The instant of readiness in near, had Bob stayed there, is that in the ward as well."""
    result = played(
        by_hand(
            settings={
                "ward": {"beds": 1, "overflow": ["near"], "returns": "yes"},
                "near": {"beds": 1},
                "care": {"places": 1},
            },
            routes={"ward": {"care": 0.5, "home": 0.5}, "near": {"home": 1}, "care": {"home": 1}},
            patients={
                "Ann": comes(
                    "ward", 0, 0, stay={"ward": 1, "care": 1}, routes={"ward": {"home": 1}}
                ),
                "Bob": comes(
                    "ward", 0, 12, stay={"ward": 2, "care": 1}, routes={"ward": {"care": 1}}
                ),
                "Cat": comes("care", 0, 0, stay={"care": 5}),
            },
        )
    )
    assert stays(result, "Bob")[1].ready == 2.5
    assert path(result, "Bob") == [("near", 0.5, 1.0), ("ward", 1.0, 5.0), ("care", 5.0, 6.0)]
    assert turned_away(result) == []


def test_who_has_moved_on_at_once_is_not_sent_to_the_overflow() -> None:
    """Pat gets the last bed of the ward, needs nothing there, and waits in it for care."""
    result = played(
        by_hand(
            settings={
                "ward": {"beds": 1, "overflow": ["near"]},
                "near": {"beds": 1},
                "care": {"places": 1},
            },
            routes={
                "ward": {"care": {"share": 1, "priority": 9}},
                "near": {"home": 1},
                "care": {"home": 1},
            },
            patients={
                "Pat": comes("ward", 1, 0, stay={"ward": 0, "care": 1}, priority=1),
                "Ray": comes("ward", 1, 0, stay={"ward": 3, "care": 1}),
                "Cat": comes("care", 0, 0, stay={"care": 5}),
            },
        )
    )
    assert path(result, "Pat") == [("ward", 1.0, 5.0), ("care", 5.0, 6.0)]
    assert path(result, "Ray")[0] == ("near", 1.0, 6.0), "ready on day 4, and then waits for care"


@pytest.mark.parametrize("factor", [0.5, 1, 2])
def test_an_outlier_whose_need_has_ended_still_waits_for_the_round_after_a_move(
    factor: float,
) -> None:
    """Bob's need ends at 2.5, after a round; the bed in the ward is his at 3.0; the next is 3.5."""
    result = with_overflow(
        {
            "Ann": comes("ward", 0, 0, stay={"ward": 1}, routes={"ward": {"home": 1}}),
            "Bob": comes("ward", 0, 12, stay={"ward": 2 / factor}),
        },
        returns="yes",
        outlier_stay_times=factor,
        decision_rounds=[
            {"days": "tue, wed", "at": "06:00"},
            {"days": "thu", "at": "12:00"},
        ],
        capacity_changes=[
            {"from": "2024-01-09", "to": "2024-01-10", "spaces": 0},
            {"from": "2024-01-11", "spaces": 2},
        ],
    )
    told = stays(result, "Bob")
    assert [stay.setting for stay in told] == ["near", "ward"]
    assert (told[0].admitted, told[0].left) == (0.5, 3.0)
    assert (told[1].admitted, told[1].ready) == (3.0, 3.5)


@pytest.mark.parametrize("factor", [0.5, 1, 2])
def test_rounds_that_an_outlier_was_not_ready_at_count_after_a_move(factor: float) -> None:
    """The chances of rounds add up to the same readiness, moved or not."""
    rounds = [{"days": "every day", "at": "06:00", "prob_ready": 0.2}]
    people = {f"p{i}": comes("ward", 0, 12, stay={"ward": 0.5 / factor}) for i in range(40)}

    def ready(returns: str) -> list[float | None]:
        changes = [{"from": "2024-01-12", "spaces": "unlimited"}]
        result = played(
            by_hand(
                settings={
                    "ward": {
                        "beds": 0,
                        "overflow": ["near"],
                        "returns": returns,
                        "outlier_stay_times": factor,
                        "decision_rounds": rounds,
                        "capacity_changes": changes,
                    },
                    "near": {"beds": "unlimited"},
                },
                routes={"ward": {"home": 1}, "near": {"home": 1}},
                patients=people,
            )
        )
        return [stays(result, name)[-1].ready for name in people]

    assert ready("yes") == ready("no")


def test_an_outlier_who_needs_nothing_but_a_round_returns_too() -> None:
    result = with_overflow(
        {"Bob": comes("ward", 1, 0, stay={"ward": 0})},
        returns="yes",
        decision_rounds=[{"days": "mon-thu", "at": "06:00"}, {"days": "sat", "at": "06:00"}],
        capacity_changes=[{"from": "2024-01-09", "to": "2024-01-09", "spaces": 0}],
    )
    assert path(result, "Bob") == [("near", 1.0, 1.25)], "ready before there was a bed"
    result = with_overflow(
        {"Bob": comes("ward", 1, 0, stay={"ward": 0})},
        returns="yes",
        decision_rounds=[{"days": "fri", "at": "06:00"}, {"days": "sat", "at": "06:00"}],
        capacity_changes=[{"from": "2024-01-10", "spaces": 2}],
    )
    assert path(result, "Bob") == [("near", 1.0, 2.0), ("ward", 2.0, 4.25)]
