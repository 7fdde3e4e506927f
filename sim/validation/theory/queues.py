"""One setting: who waits, how long, and who is turned away.

Sources: Gross and others (2008), Fundamentals of Queueing Theory, chapters 2, 3 and 6.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.experiment.making.replicate import Replication
from sim.validation.case import Case, a_place, measured, one_ward, theory
from sim.validation.theory.formulas import cobham, erlang_b, erlang_c, pollaczek_khinchine

WAITS = ("share_waiting", "wait_days", "waiting", "occupied")


def queues(quick: bool) -> Iterator[Case]:
    """Queues at one setting."""
    yield erlang_delay(quick)
    yield from one_server(quick)
    yield from losses(quick)
    yield priorities("priorities-1", [2.0, 4.0], 1, 0.1, quick)
    yield priorities("priorities-3", [4.0, 8.0, 12.0], 3, 0.1, quick)


def erlang_delay(quick: bool) -> Case:
    """M/M/c: Erlang's delay formula."""
    servers, per_day, stay = 4, 5.2, 0.5
    share = erlang_c(servers, per_day * stay)
    wait = share * stay / (servers - per_day * stay)
    return theory(
        "erlang-c", "Four beds, exponential stays: who waits, and how long (M/M/c)",
        "Erlang (1917)",
        one_ward(servers, per_day, {"exponential": {"mean": stay}}),
        {
            "share who wait": share, "days waited": wait, "people waiting": per_day * wait,
            "people there": per_day * stay,
        },
        lambda run: [measured(run, name, "ward") for name in WAITS],
        days=4000, warm_up=50, replications=(150, 24), quick=quick, near=0.03,
    )  # fmt: skip


STAYS: dict[str, tuple[dict[str, Any], float]] = {
    "fixed": ({"fixed": {"value": 0.5}}, 0.0),
    "uniform": ({"uniform": [0.2, 0.8]}, 0.6 / 12**0.5),
    "exponential": ({"exponential": {"mean": 0.5}}, 0.5),
    "gamma": ({"gamma": {"mean": 0.5, "sd": 0.25}}, 0.25),
    "lognormal": ({"lognormal": {"mean": 0.5, "sd": 0.6}}, 0.6),
}
"""Stays with a mean of half a day, and their standard deviations."""


def one_server(quick: bool) -> Iterator[Case]:
    """M/G/1: the mean wait depends on the mean and spread of the stay alone."""
    per_day = 1.4
    for name, (stay, sd) in STAYS.items():
        wait = pollaczek_khinchine(per_day, 0.5, sd)
        yield theory(
            f"mg1-{name}", f"One bed, {name} stays: the mean wait (M/G/1)",
            "Pollaczek (1930), Khinchine (1932)",
            one_ward(1, per_day, stay),
            {"share who wait": 0.7, "days waited": wait, "people waiting": per_day * wait},
            lambda run: [measured(run, each, "ward") for each in WAITS[:3]],
            days=4000, warm_up=100, replications=(150, 24), quick=quick, near=0.03,
        )  # fmt: skip


def losses(quick: bool) -> Iterator[Case]:
    """M/G/c/c: who is turned away depends on the mean stay alone, whatever its distribution."""
    per_day, beds = 12.0, 8
    lost = erlang_b(beds, per_day * 0.5)
    for name, (stay, _) in STAYS.items():
        yield theory(
            f"erlang-b-{name}", f"Eight beds and no queue, {name} stays (M/G/c/c)",
            "Erlang (1917), Sevastyanov (1957)",
            one_ward(beds, per_day, stay, ward={"queue_limit": 0}),
            {"share turned away": lost, "people there": 6 * (1 - lost)},
            lambda run: [
                measured(run, "turned_away_per_day", "ward") / per_day,
                measured(run, "occupied", "ward"),
            ],
            days=500, warm_up=30, replications=(120, 30), quick=quick,
        )  # fmt: skip


def priorities(key: str, rates: list[float], beds: int, mean: float, quick: bool) -> Case:
    """Priority classes that nobody is put out for."""
    exact = cobham(rates, mean, beds)
    names = [f"class {number}" for number in range(1, len(rates) + 1)]
    place = a_place(
        settings={"clinic": {"places": beds, "stay": {"exponential": {"mean": mean}}}},
        routes={"clinic": {"home": 1}},
        patients={
            name: {"arrives_at": "clinic", "per_day": rate, "priority": number}
            for number, (name, rate) in enumerate(zip(names, rates, strict=True), start=1)
        },
    )

    def waits(run: Replication) -> list[float]:
        stays = run.measured.stays
        asked = (stays.asked_at >= 20) & np.isfinite(stays.placed_at)
        wait = stays.placed_at - np.where(asked, stays.asked_at, 0.0)
        return [float(wait[asked & (stays.group == g)].mean()) for g in range(len(rates))]

    return theory(
        key, f"{len(rates)} priority classes, places: {beds}",
        "Cobham (1954)", place,
        {f"days waited, {name}": value for name, value in zip(names, exact, strict=True)},
        waits, days=1000, warm_up=20, replications=(120, 24), quick=quick, at_least=0.0,
        near=0.03,
    )  # fmt: skip
