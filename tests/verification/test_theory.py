"""What queueing theory says exactly, the model says within a narrow 99% interval.

Sources: Gross and others (2008), Fundamentals of Queueing Theory, chapters 2 and 4; Erlang (1917);
Eick, Massey and Whitt (1993) for M_t/G/infinity; Hunt (1956) for two stations in line with
no space between.
"""

import math

import numpy as np
import pytest

from sim.experiment.replicate import Replication
from sim.patients.arrivals import draw_arrivals
from tests.places import a_place, agrees, measured, one_ward, replications, value

pytestmark = pytest.mark.slow


def erlang_b(servers: int, load: float) -> float:
    """The share lost of an Erlang loss system, by its recursion."""
    lost = 1.0
    for n in range(1, servers + 1):
        lost = load * lost / (n + load * lost)
    return lost


def erlang_c(servers: int, load: float) -> float:
    """The share that wait in M/M/c."""
    lost = erlang_b(servers, load)
    return servers * lost / (servers - load * (1 - lost))


def test_wait_and_queue_of_many_servers_are_erlang_c() -> None:
    servers, per_day, stay = 4, 5.2, 0.5
    place = one_ward(servers, per_day, {"exponential": {"mean": stay}})
    share = erlang_c(servers, per_day * stay)
    wait = share * stay / (servers - per_day * stay)

    def read(result: Replication) -> list[float]:
        names = ("share_waiting", "wait_days", "waiting", "occupied")
        return [value(result, name, "ward") for name in names]

    found = measured(place, read, number=80, days=8000, warm_up=50)
    for values, exact, name in zip(
        found,
        (share, wait, per_day * wait, per_day * stay),
        ("share waiting", "wait", "queue", "occupied"),
        strict=True,
    ):
        agrees(values, exact, name)


def test_those_turned_away_from_a_full_ward_are_erlang_b() -> None:
    place = one_ward(8, 12.0, {"lognormal": {"mean": 0.5, "sd": 0.6}}, ward={"queue_limit": 0})
    exact = erlang_b(8, 6.0)

    def read(result: Replication) -> list[float]:
        return [
            value(result, "turned_away_per_day", "ward") / 12.0,
            value(result, "occupied", "ward"),
        ]

    lost, occupied = measured(place, read, number=30, days=3000, warm_up=30)
    agrees(lost, exact, "share turned away")
    agrees(occupied, 6.0 * (1 - exact), "occupied")


def test_a_ward_without_limit_holds_a_poisson_number() -> None:
    place = one_ward("unlimited", 20.0, {"lognormal": {"mean": 0.4, "sd": 0.4}})

    def at_midnight(result: Replication) -> list[float]:
        stays = result.measured.stays
        midnights = np.arange(20, 2500, dtype=np.float64)
        came = np.searchsorted(np.sort(stays.admitted_at), midnights)
        left = np.searchsorted(np.sort(stays.left_at), midnights)
        there = came - left
        return [value(result, "occupied", "ward"), float(there.var(ddof=1)), float(there.mean())]

    occupied, variance, mean = measured(place, at_midnight, number=40, days=2480, warm_up=20)
    agrees(occupied, 8.0, "occupied")
    agrees(mean, 8.0, "people at midnight")
    agrees(variance, 8.0, "variance at midnight")


def test_two_priority_classes_wait_as_cobham_says() -> None:
    rates, mean = {"first": 2.0, "second": 4.0}, 0.1
    place = a_place(
        settings={"clinic": {"places": 1, "stay": {"exponential": {"mean": mean}}}},
        routes={"clinic": {"home": 1}},
        patients={
            name: {"arrives_at": "clinic", "per_day": rate, "priority": number}
            for number, (name, rate) in enumerate(rates.items(), start=1)
        },
    )
    residual = sum(rates.values()) * mean**2
    high = rates["first"] * mean
    exact = residual / (1 - high), residual / ((1 - high) * (1 - 6.0 * mean))

    def read(result: Replication) -> list[float]:
        stays = result.measured.stays
        asked = (stays.asked_at >= 20) & np.isfinite(stays.placed_at)
        wait = stays.placed_at - np.where(asked, stays.asked_at, 0.0)
        return [float(wait[asked & (stays.group == g)].mean()) for g in (0, 1)]

    found = measured(place, read, number=40, days=4000, warm_up=20)
    agrees(found[0], exact[0], "first class", at_least=0.0)
    agrees(found[1], exact[1], "second class", at_least=0.0)


def two_stations(per_day: float, first: float, second: float, queue_limit: int | None) -> object:
    """Two stations in line, one server each, no space between: the first can be blocked."""
    limit = {} if queue_limit is None else {"queue_limit": queue_limit}
    return a_place(
        settings={
            "first": {"beds": 1, "stay": {"exponential": {"mean": 1 / first}}, **limit},
            "second": {"beds": 1, "stay": {"exponential": {"mean": 1 / second}}},
        },
        routes={"first": {"second": 1}, "second": {"home": 1}},
        patients={"people": {"arrives_at": "first", "per_day": per_day}},
    )


def test_two_stations_in_line_with_people_turned_away_follow_the_exact_chain() -> None:
    arrive, first, second = 4.0, 3.0, 2.0
    # (first idle, busy or blocked; second idle or busy)
    states = [("idle", 0), ("busy", 0), ("idle", 1), ("busy", 1), ("blocked", 1)]
    number = {state: i for i, state in enumerate(states)}
    rates = np.zeros((5, 5))
    for start, end, rate in [
        (("idle", 0), ("busy", 0), arrive),
        (("idle", 1), ("busy", 1), arrive),
        (("busy", 0), ("idle", 1), first),
        (("busy", 1), ("blocked", 1), first),
        (("idle", 1), ("idle", 0), second),
        (("busy", 1), ("busy", 0), second),
        (("blocked", 1), ("idle", 1), second),
    ]:
        rates[number[start], number[end]] = rate
    balance = (rates - np.diag(rates.sum(axis=1))).T
    balance[-1] = 1.0
    chance = dict(zip(states, np.linalg.solve(balance, [0, 0, 0, 0, 1]), strict=True))
    blocked = chance["blocked", 1]
    busy_second = sum(p for (_, second_busy), p in chance.items() if second_busy)
    occupied_first = 1 - chance["idle", 0] - chance["idle", 1]

    def read(result: Replication) -> list[float]:
        return [
            value(result, "admitted_per_day", "second"),
            value(result, "delayed_capacity", "first"),
            value(result, "occupied", "first"),
            value(result, "occupied", "second"),
            value(result, "turned_away_per_day", "first") / arrive,
        ]

    place = two_stations(arrive, first, second, queue_limit=0)
    found = measured(place, read, number=30, days=3000, warm_up=20)
    exact = (second * busy_second, blocked, occupied_first, busy_second, occupied_first)
    for values, is_exactly in zip(found, exact, strict=True):
        agrees(values, is_exactly)


def test_two_stations_never_idle_have_the_known_throughput() -> None:
    first, second = 3.0, 2.0
    exact = first * second * (first + second) / (first**2 + first * second + second**2)
    place = two_stations(12.0, first, second, queue_limit=None)

    def read(result: Replication) -> list[float]:
        return [value(result, "admitted_per_day", "second")]

    found = measured(place, read, number=20, days=2000, warm_up=50)
    agrees(found[0], exact, "throughput")


def test_arrivals_by_hour_follow_their_profile() -> None:
    weights = [1, 1, 1, 1, 1, 1, 2, 3, 4, 6, 7, 7, 7, 8, 7, 7, 6, 6, 6, 6, 5, 3, 2, 2]
    place = a_place(
        settings={"ward": {"beds": "unlimited", "stay": 1}},
        routes={"ward": {"home": 1}},
        patients={"people": {"arrives_at": "ward", "per_day": 400, "by_hour": weights}},
    )
    days = 240
    by_hour = []
    for number in range(60):
        at = draw_arrivals(place, "people", days, 3, number).at
        hour = ((at % 1) * 24).astype(int)
        by_hour.append(np.bincount(hour, minlength=24) / days)
    for hour, each in enumerate(np.array(by_hour).T):
        agrees(each, 400 * weights[hour] / sum(weights), f"hour {hour}")


def test_occupancy_follows_arrivals_that_change_by_hour() -> None:
    """M_t/M/infinity with a sinusoidal rate has a known mean at each hour, late and flattened."""
    mean_rate, swing, stay = 200.0, 0.8, 0.25
    # The profile is constant within each hour, so the exact mean sums 24 steps.
    weights = [1 + swing * math.sin(2 * math.pi * (h + 0.5) / 24) for h in range(24)]
    place = a_place(
        settings={"ward": {"beds": "unlimited", "stay": {"exponential": {"mean": stay}}}},
        routes={"ward": {"home": 1}},
        patients={"people": {"arrives_at": "ward", "per_day": mean_rate, "by_hour": weights}},
    )
    rate = np.array(weights) / sum(weights) * 24 * mean_rate
    fade = math.exp(-1 / 24 / stay)
    there = 0.0
    for _ in range(40):
        for hour in range(24):
            there = there * fade + rate[hour] * stay * (1 - fade)
            if hour == 11:
                at_noon = there
    counts = []
    for result in replications(place, 40, 60, 5):
        stays = result.measured.stays
        noons = np.arange(5, 60) + 0.5
        came = np.searchsorted(np.sort(stays.admitted_at), noons)
        left = np.searchsorted(np.sort(stays.left_at), noons)
        counts.append(float((came - left).mean()))
    agrees(counts, at_noon, "people at noon")
