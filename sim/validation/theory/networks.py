"""Several settings: networks with loops, and lines in which the next one being full blocks.

Sources: Jackson (1957, 1963) for the product form; Hunt (1956), Avi-Itzhak and Yadin (1965) for
lines with no space between.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.experiment.making.replicate import Replication
from sim.measures.beds_tried import numbers_there
from sim.place.schema import Place
from sim.validation.case import Case, a_place, measured, theory
from sim.validation.theory.formulas import (
    State,
    erlang_c,
    flows,
    line_moves,
    numbers_in_mmc,
    stationary,
)


def networks(quick: bool) -> Iterator[Case]:
    """Networks and lines of settings."""
    yield jackson(quick)
    yield line("line-2", 4.0, (3.0, 2.0), (1, 1), quick)
    yield line("line-3", 6.0, (2.0, 1.5, 2.5), (3, 3, 2), quick)
    yield line("line-4", 3.0, (2.5, 2.0, 3.0, 2.2), (1, 2, 1, 1), quick)
    yield never_idle(quick)


STATIONS = ("a", "b", "c")
SERVERS = (2, 1, 3)
MEANS = (0.4, 0.25, 0.5)
OUTSIDE = np.array([1.6, 0.5, 0.0])
ROUTES = np.array([[0.0, 0.5, 0.3], [0.2, 0.0, 0.6], [0.25, 0.1, 0.0]])
"""Shares of those who leave a station for another; the rest go home."""


def a_network() -> Place:
    """Three stations, each with a place without limit in front of it, in which people wait.

    So nobody is blocked, as Jackson's networks ask; in careflow who waits keeps the space they
    have, and in these places there is always space.
    """
    settings: dict[str, Any] = {}
    routes: dict[str, Any] = {}
    for i, name in enumerate(STATIONS):
        settings[f"before-{name}"] = {"places": "unlimited", "stay": {"fixed": {"value": 0}}}
        stay = {"exponential": {"mean": MEANS[i]}}
        settings[name] = {"places": SERVERS[i], "stay": stay}
        routes[f"before-{name}"] = {name: 1}
        onward = {f"before-{STATIONS[j]}": share for j, share in enumerate(ROUTES[i]) if share}
        routes[name] = {**onward, "home": "rest"}
    return a_place(
        settings=settings,
        routes=routes,
        patients={
            f"to-{name}": {"arrives_at": f"before-{name}", "per_day": float(rate)}
            for name, rate in zip(STATIONS, OUTSIDE, strict=True) if rate
        },
    )  # fmt: skip


def jackson(quick: bool) -> Case:
    """Each station is as if alone, and their numbers are independent, loops or not."""
    through = flows(OUTSIDE, ROUTES)
    exact: dict[str, float] = {}
    chances = []
    for i, name in enumerate(STATIONS):
        load = float(through[i]) * MEANS[i]
        share = erlang_c(SERVERS[i], load)
        exact[f"admitted a day, {name}"] = float(through[i])
        exact[f"share who wait, {name}"] = share
        exact[f"people waiting, {name}"] = share * load / (SERVERS[i] - load)
        chances.append(numbers_in_mmc(SERVERS[i], load, 400))
    at_most = [float(each[:3].sum()) for each in chances]
    exact["time with at most 2 at a"] = at_most[0]
    exact["time with at most 2 at each of a, b and c"] = float(np.prod(at_most))
    exact["time with nobody anywhere"] = float(np.prod([each[0] for each in chances]))
    days, warm_up = 1500, 50

    def read(run: Replication) -> list[float]:
        found = []
        for name in STATIONS:
            names = ("admitted_per_day", "share_waiting", "waiting")
            found += [measured(run, each, name) for each in names]
        window = float(warm_up), float(warm_up + days)
        number = numbers_there(run.measured.stays, range(6), window)
        at = number.there.reshape(3, 2, -1).sum(axis=1)
        few = at <= 2
        for time in (few[0], few.all(axis=0), at.sum(axis=0) == 0):
            found.append(float(number.days[time].sum()) / days)
        return found

    return theory(
        "jackson", "Three stations with loops: a network in product form", "Jackson (1957, 1963)",
        a_network(), exact, read, days=days, warm_up=warm_up, replications=(160, 32), quick=quick,
        about="People wait in places without limit, so that nobody is blocked.", near=0.03,
    )  # fmt: skip


def a_line(per_day: float, rates: tuple[float, ...], beds: tuple[int, ...], **first: Any) -> Place:
    """Settings in a line, with no space between: who has to wait for the next keeps the bed."""
    names = [f"station-{i + 1}" for i in range(len(rates))]
    settings: dict[str, Any] = {
        name: {"beds": beds[i], "stay": {"exponential": {"mean": 1 / rates[i]}}}
        for i, name in enumerate(names)
    }
    settings[names[0]] |= first
    return a_place(
        settings=settings,
        routes={name: {to: 1} for name, to in zip(names, [*names[1:], "home"], strict=True)},
        patients={"people": {"arrives_at": names[0], "per_day": per_day}},
    )


def line(
    key: str, per_day: float, rates: tuple[float, ...], beds: tuple[int, ...], quick: bool
) -> Case:
    """A line of settings whose first turns people away, by its exact chain."""
    empty: State = ((0, 0),) * len(rates)
    chance = stationary(empty, line_moves(per_day, rates, beds))
    stations = range(len(rates))
    needing, waiting = (
        [sum(p * state[i][part] for state, p in chance.items()) for i in stations]  # type: ignore[index]
        for part in (0, 1)
    )
    exact = {"people a day through it": needing[-1] * rates[-1]}
    exact["share turned away"] = 1 - needing[-1] * rates[-1] / per_day
    for i in stations:
        exact[f"people there, station {i + 1}"] = needing[i] + waiting[i]
    for i in stations[:-1]:
        exact[f"blocked, station {i + 1}"] = waiting[i]

    def read(run: Replication) -> list[float]:
        names = [f"station-{i + 1}" for i in stations]
        return [
            measured(run, "admitted_per_day", names[-1]),
            measured(run, "turned_away_per_day", names[0]) / per_day,
            *(measured(run, "occupied", name) for name in names),
            *(measured(run, "delayed_capacity", name) for name in names[:-1]),
        ]

    return theory(
        key, f"{len(rates)} settings in a line, {' + '.join(map(str, beds))} beds, blocking",
        "Hunt (1956), Avi-Itzhak and Yadin (1965)",
        a_line(per_day, rates, beds, queue_limit=0), exact, read,
        days=700, warm_up=30, replications=(140, 34), quick=quick,
        about=f"The exact chain has {len(chance)} states.",
    )  # fmt: skip


def never_idle(quick: bool) -> Case:
    """Two stations of which the first always has somebody waiting: how many come through."""
    first, second = 3.0, 2.0
    exact = first * second * (first + second) / (first**2 + first * second + second**2)
    return theory(
        "never-idle", "Two settings in a line, the first never idle: people a day through both",
        "Hunt (1956)", a_line(12.0, (first, second), (1, 1)),
        {"people a day through it": exact},
        lambda run: [measured(run, "admitted_per_day", "station-2")],
        days=500, warm_up=50, replications=(60, 20), quick=quick,
    )  # fmt: skip
