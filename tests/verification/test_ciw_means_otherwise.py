"""Where Ciw and careflow mean different things: tiny cases whose every instant is known, in both.

These are the differences that ``docs/independent.md`` lists. Each test says what each of the two
does, so a version of Ciw that does otherwise shows here.
"""

from typing import Any

import ciw

from tests.unit.flow.by_hand import admitted, by_hand, comes, path, played

INF = float("inf")
Person = tuple[float, list[tuple[int, float]]]
"""When somebody comes, and the nodes that they go through with the days in each."""


def in_ciw(
    people: dict[str, Person],
    servers: list[Any],
    queues: list[float],
    priorities: dict[str, int] | None = None,
    days: float = 20.0,
    seed: int = 1,
) -> dict[str, list[tuple[int, float, float | None]]]:
    """For each person the (node, from, to) of each service; None is 'not by the end'."""
    n = len(servers)
    ways = {name: [node for node, _ in nodes] for name, (_, nodes) in people.items()}
    lengths = {name: [days for _, days in nodes] for name, (_, nodes) in people.items()}
    ciw.seed(seed)
    simulation = ciw.Simulation(
        ciw.create_network(
            number_of_servers=servers,
            queue_capacities=queues,
            arrival_distributions={
                name: [
                    ciw.dists.Sequential([at, INF]) if ways[name][0] == node else None
                    for node in range(1, n + 1)
                ]
                for name, (at, _) in people.items()
            },
            service_distributions={
                name: [ciw.dists.Sequential(lengths[name])] * n
                if len(set(ways[name])) == 1
                else [
                    ciw.dists.Deterministic(dict(people[name][1]).get(node, 0.0))
                    for node in range(1, n + 1)
                ]
                for name in people
            },
            routing={
                name: ciw.routing.ProcessBased(lambda *_, way=way[1:]: list(way))
                for name, way in ways.items()
            },
            priority_classes=priorities or dict.fromkeys(people, 0),
        )
    )
    simulation.simulate_until_max_time(days)
    told: dict[str, list[tuple[int, float, float | None]]] = {name: [] for name in people}
    for person in simulation.get_all_individuals():
        served = told[person.customer_class]
        for record in person.data_records:
            if record.record_type == "service":
                served.append(
                    (record.node, float(record.service_start_date), float(record.exit_date))
                )
        if person.node != -1 and person.service_start_date is not False:
            served.append((person.node, float(person.service_start_date), None))
    return told


UNIT_AND_WARD = {
    "settings": {"unit": {"beds": 2}, "ward": {"beds": 1, "queue_limit": 0}},
    "routes": {"unit": {"ward": 1}, "ward": {"home": 1}},
}


def test_of_those_who_block_beds_ciw_takes_the_first_and_careflow_the_most_urgent() -> None:
    result = played(
        by_hand(
            **UNIT_AND_WARD,
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 3}),
                "Bob": comes("unit", 0, 6, stay={"unit": 1, "ward": 1}, priority=5),
                "Cat": comes("unit", 0, 6, stay={"unit": 2, "ward": 1}, priority=1),
            },
        )
    )
    assert admitted(result, "Cat", "ward") == 3.25
    assert admitted(result, "Bob", "ward") == 4.25
    told = in_ciw(
        {
            "Ann": (0.25, [(2, 3.0)]),
            "Bob": (0.25, [(1, 1.0), (2, 1.0)]),
            "Cat": (0.25, [(1, 2.0), (2, 1.0)]),
        },
        servers=[2, 1],
        queues=[INF, 0],
        priorities={"Ann": 0, "Bob": 1, "Cat": 0},
    )
    assert told["Bob"][1] == (2, 3.25, 4.25)
    assert told["Cat"][1] == (2, 4.25, 5.25)


def test_when_beds_close_ciw_opens_new_ones_beside_those_in_use_and_careflow_does_not() -> None:
    result = played(
        by_hand(
            settings={
                "ward": {
                    "beds": 1,
                    "capacity_changes": [{"from": "2024-01-08", "to": "2024-01-08", "spaces": 2}],
                }
            },
            routes={"ward": {"home": 1}},
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 3}),
                "Bob": comes("ward", 0, 6, stay={"ward": 4}),
                "Cat": comes("ward", 0, 12, stay={"ward": 1}),
            },
        )
    )
    assert admitted(result, "Cat") == 4.25
    people: dict[str, Person] = {
        "Ann": (0.25, [(1, 3.0)]),
        "Bob": (0.25, [(1, 4.0)]),
        "Cat": (0.5, [(1, 1.0)]),
    }
    told = in_ciw(people, servers=[ciw.Schedule([2, 1], [1.0, 100.0])], queues=[INF])
    assert told["Cat"] == [(1, 1.0, 2.0)]


def test_pre_emption_in_ciw_puts_people_out_when_beds_close() -> None:
    people: dict[str, Person] = {"Ann": (0.25, [(1, 3.0)]), "Bob": (0.25, [(1, 4.0)])}
    schedule = ciw.Schedule([2, 1], [1.0, 100.0], preemption="resume")
    told = in_ciw(people, servers=[schedule], queues=[INF])
    last = sorted(served[-1] for served in told.values())
    assert last[0][2] in (3.25, 4.25)
    assert last[1][1] == last[0][2], "whoever was put out goes on when the other has left"


def test_a_limited_queue_before_a_schedule_admits_nobody_in_ciw() -> None:
    people: dict[str, Person] = {"Ann": (0.25, [(1, 1.0)])}
    assert in_ciw(people, servers=[ciw.Schedule([1], [100.0])], queues=[0])["Ann"] == []
    assert in_ciw(people, servers=[1], queues=[0])["Ann"] == [(1, 0.25, 1.25)]


def test_before_a_queue_without_limit_nobody_blocks_a_bed_in_ciw() -> None:
    settings = {"unit": {"beds": 1}, "ward": {"beds": 1}}
    result = played(
        by_hand(
            settings=settings,
            routes=UNIT_AND_WARD["routes"],
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 3}),
                "Bob": comes("unit", 0, 6, stay={"unit": 1, "ward": 1}),
            },
        )
    )
    assert path(result, "Bob")[0] == ("unit", 0.25, 3.25)
    told = in_ciw(
        {"Ann": (0.25, [(2, 3.0)]), "Bob": (0.25, [(1, 1.0), (2, 1.0)])},
        servers=[1, 1],
        queues=[INF, INF],
    )
    assert told["Bob"][0] == (1, 0.25, 1.25)


def test_people_in_a_ring_exchange_and_in_ciw_stand_still() -> None:
    result = played(
        by_hand(
            settings={
                "east": {"beds": 1, "queue_limit": 0},
                "west": {"beds": 1, "queue_limit": 0},
            },
            routes={"east": {"home": 1}, "west": {"home": 1}},
            patients={
                "Ann": comes(
                    "east", 0, 6, stay={"east": 1, "west": 1}, routes={"east": {"west": 1}}
                ),
                "Bob": comes(
                    "west", 0, 6, stay={"east": 1, "west": 2}, routes={"west": {"east": 1}}
                ),
            },
        )
    )
    assert path(result, "Ann") == [("east", 0.25, 2.25), ("west", 2.25, 3.25)]
    told = in_ciw(
        {"Ann": (0.25, [(1, 1.0), (2, 1.0)]), "Bob": (0.25, [(2, 2.0), (1, 1.0)])},
        servers=[1, 1],
        queues=[0, 0],
    )
    assert told == {"Ann": [(1, 0.25, None)], "Bob": [(2, 0.25, None)]}


def test_of_two_ready_at_one_instant_ciw_takes_one_by_chance_and_careflow_the_first() -> None:
    result = played(
        by_hand(
            **UNIT_AND_WARD,
            patients={
                "Ann": comes("unit", 0, 6, stay={"unit": 1, "ward": 2}),
                "Bob": comes("unit", 0, 12, stay={"unit": 0.75, "ward": 2}),
            },
        )
    )
    assert admitted(result, "Ann", "ward") == 1.25, "the lower patient number"
    people: dict[str, Person] = {
        "Ann": (0.25, [(1, 1.0), (2, 2.0)]),
        "Bob": (0.5, [(1, 0.75), (2, 2.0)]),
    }
    first = {
        min(people, key=lambda name: in_ciw(people, [2, 1], [INF, 0], seed=seed)[name][1][1])
        for seed in range(12)
    }
    assert first == {"Ann", "Bob"}


def test_who_comes_back_to_the_bed_just_left_is_in_ciw_behind_those_who_wait() -> None:
    place = by_hand(
        settings={"ward-queue": {"places": "unlimited", "stay": 0}, "ward": {"beds": 1}},
        routes={"ward-queue": {"ward": 1}, "ward": {"home": 1}},
        patients={
            "Ann": comes(
                "ward", 0, 6, stay={"ward": 2}, priority=1,
                routes={"ward": {"ward-queue": 0.999999999, "home": "rest"}},
            ),
            "Bob": comes("ward", 1, 6, stay={"ward": 1}, priority=5),
        },
    )  # fmt: skip
    result = played(place, days=4)
    assert admitted(result, "Bob") is None, "Ann is more urgent, and asks again at that instant"
    told = in_ciw(
        {"Ann": (0.25, [(1, 2.0), (1, 2.0)]), "Bob": (1.25, [(1, 1.0)])},
        servers=[1],
        queues=[INF],
        priorities={"Ann": 0, "Bob": 1},
    )
    assert told["Bob"] == [(1, 2.25, 3.25)]
