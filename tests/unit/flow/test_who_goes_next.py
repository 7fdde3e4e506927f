"""Who gets a free space: priority, then the instant of asking, then the patient number."""

from tests.unit.flow.by_hand import admitted, by_hand, comes, order, path, played, stays

ONE_WARD = {"settings": {"ward": {"beds": 1}}, "routes": {"ward": {"home": 1}}}


def test_a_free_bed_goes_to_whoever_asked_first() -> None:
    result = played(
        by_hand(
            **ONE_WARD,
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 2}),
                "Cat": comes("ward", 0, 18, stay={"ward": 1}),
                "Bob": comes("ward", 0, 12, stay={"ward": 0.5}),
            },
        )
    )
    assert path(result, "Ann") == [("ward", 0.25, 2.25)]
    assert path(result, "Bob") == [("ward", 2.25, 2.75)]
    assert path(result, "Cat") == [("ward", 2.75, 3.75)]


def test_a_higher_priority_goes_before_whoever_asked_first() -> None:
    result = played(
        by_hand(
            **ONE_WARD,
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 2}),
                "Bob": comes("ward", 0, 12, stay={"ward": 1}, priority=5),
                "Cat": comes("ward", 1, 12, stay={"ward": 1}, priority=4),
            },
        )
    )
    assert admitted(result, "Cat") == 2.25
    assert admitted(result, "Bob") == 3.25


def test_nobody_is_put_out_for_somebody_of_higher_priority() -> None:
    result = played(
        by_hand(
            **ONE_WARD,
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 5}, priority=9),
                "Bob": comes("ward", 1, 6, stay={"ward": 1}, priority=1),
            },
        )
    )
    assert path(result, "Ann") == [("ward", 0.25, 5.25)]
    assert admitted(result, "Bob") == 5.25


def two_ways_in(cat_ready: float, route: dict[str, object] | float = 1) -> list[str]:
    """The order into the ward of Bob, at its door from 1.25, and Cat, who comes from a unit."""
    result = played(
        by_hand(
            settings={"ward": {"beds": 1}, "unit": {"beds": 1}},
            routes={"ward": {"home": 1}, "unit": {"ward": route}},
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 4}),
                "Bob": comes("ward", 1, 6, stay={"ward": 1}, priority=4),
                "Cat": comes("unit", 0, 0, stay={"unit": cat_ready, "ward": 1}, priority=4),
            },
        )
    )
    first, second = order(result, "ward", "Bob", "Cat")
    assert admitted(result, first) == 4.25
    assert admitted(result, second) == 5.25
    return [first, second]


def test_the_front_door_and_transfers_share_one_queue() -> None:
    assert two_ways_in(cat_ready=1) == ["Cat", "Bob"]
    assert two_ways_in(cat_ready=2) == ["Bob", "Cat"]


def test_a_routes_own_priority_stands_before_the_groups() -> None:
    assert two_ways_in(cat_ready=2, route={"share": 1, "priority": 3}) == ["Cat", "Bob"]
    assert two_ways_in(cat_ready=1, route={"share": 1, "priority": 5}) == ["Bob", "Cat"]


def test_those_who_ask_at_one_instant_go_in_order_of_patient_number() -> None:
    names = ["Bob", "Cat", "Dan", "Eve"]
    result = played(
        by_hand(
            **ONE_WARD,
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 2}),
                **{name: comes("ward", 0, 12, stay={"ward": 1}) for name in names},
            },
        )
    )
    cohort = result.run.cohort
    assert len(set(cohort.arrived_at[1:].tolist())) == 1
    by_number = [result.run.plan.groups[group] for group in cohort.group[1:].tolist()]
    assert order(result, "ward", *names) == by_number


def test_of_those_who_ask_at_one_instant_the_highest_priority_gets_the_free_bed() -> None:
    names = {"Ann": 3, "Bob": 1, "Cat": 2}
    result = played(
        by_hand(
            **ONE_WARD,
            patients={
                name: comes("ward", 0, 6, stay={"ward": 1}, priority=priority)
                for name, priority in names.items()
            },
        )
    )
    assert order(result, "ward", "Ann", "Bob", "Cat") == ["Bob", "Cat", "Ann"]


def test_a_bed_freed_at_the_instant_somebody_asks_is_free_for_them() -> None:
    result = played(
        by_hand(
            **ONE_WARD,
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 1}),
                "Bob": comes("ward", 1, 6, stay={"ward": 1}),
            },
        )
    )
    (bob,) = stays(result, "Bob")
    assert (bob.asked, bob.placed, bob.admitted) == (1.25, 1.25, 1.25)


def in_line() -> dict[str, object]:
    return {
        "settings": {"ward": {"beds": 1}, "rehab": {"beds": 1}, "care": {"places": 1}},
        "routes": {"ward": {"rehab": 1}, "rehab": {"care": 1}, "care": {"home": 1}},
    }


def test_a_delay_at_the_back_is_a_wait_at_the_front() -> None:
    result = played(
        by_hand(
            **in_line(),
            patients={
                "Ann": comes("care", 0, 0, stay={"care": 6}),
                "Bob": comes("rehab", 0, 0, stay={"rehab": 1, "care": 1}),
                "Cat": comes("ward", 0, 0, stay={"ward": 2, "rehab": 1, "care": 1}),
                "Dan": comes("ward", 3, 0, stay={"ward": 1, "rehab": 1, "care": 1}),
            },
        )
    )
    assert path(result, "Bob") == [("rehab", 0.0, 6.0), ("care", 6.0, 7.0)]
    assert path(result, "Cat") == [("ward", 0.0, 6.0), ("rehab", 6.0, 7.0), ("care", 7.0, 8.0)]
    assert [s.ready for s in stays(result, "Cat")] == [2.0, 7.0, 8.0]
    # Dan came on day 3 and waited at the front door until the care place came free.
    assert path(result, "Dan") == [("ward", 6.0, 7.0), ("rehab", 7.0, 8.0), ("care", 8.0, 9.0)]


def test_the_space_that_a_move_frees_is_filled_before_any_other_is_given_out() -> None:
    """At 2.0 beds of X and Y come free. Pat moves from Z to X, so Quin into Z, who needs nothing
    there and asks for Y: before Ray, who has waited for Y at a lower priority."""
    result = played(
        by_hand(
            settings={"X": {"beds": 1}, "Y": {"beds": 1}, "Z": {"beds": 1}},
            routes={
                "X": {"home": 1},
                "Y": {"home": 1},
                "Z": {"X": 0.5, "Y": {"share": 0.5, "priority": 1}},
            },
            patients={
                "in X": comes("X", 0, 0, stay={"X": 2}),
                "in Y": comes("Y", 0, 0, stay={"Y": 2}),
                "Pat": comes("Z", 0, 0, stay={"Z": 1, "X": 1, "Y": 1}, routes={"Z": {"X": 1}}),
                "Quin": comes(
                    "Z", 0, 6, stay={"Z": 0, "X": 1, "Y": 1},
                    routes={"Z": {"Y": {"share": 1, "priority": 1}}},
                ),
                "Ray": comes("Y", 0, 6, stay={"Y": 1}),
            },
        )
    )  # fmt: skip
    assert path(result, "Pat") == [("Z", 0.0, 2.0), ("X", 2.0, 3.0)]
    assert path(result, "Quin") == [("Z", 2.0, 2.0), ("Y", 2.0, 3.0)]
    assert path(result, "Ray") == [("Y", 3.0, 4.0)]


def test_repeat_visits_are_visits_of_their_own() -> None:
    """Home care and back to hospital: three visits to the ward, none of them forced."""
    result = played(
        by_hand(
            settings={
                "ward": {"beds": 1, "stay": {"uniform": [1, 3]}},
                "care": {"places": "unlimited", "stay": {"uniform": [1, 3]}},
            },
            routes={"ward": {"care": 1}, "care": {"ward": 0.9, "home": 0.1}},
            patients={"Ann": comes("ward", 0, 0)},
        ),
        days=60,
    )
    told = stays(result, "Ann")
    assert [stay.setting for stay in told[:4]] == ["ward", "care", "ward", "care"]
    lengths = [s.left - s.admitted for s in told if s.left is not None and s.admitted is not None]
    assert len(set(lengths)) == len(lengths), "each visit draws a length of its own"
