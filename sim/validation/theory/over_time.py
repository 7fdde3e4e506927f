"""Numbers that change over time: without limit, from a given state, and where too many come.

Sources: Eick, Massey and Whitt (1993) for M_t/G/infinity; Cox and Smith (1961), Queues, for the
transient M/M/1; Newell (1982) for fluid limits.
"""

import math
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.making.replicate import Replication
from sim.patients.distributions import inverse_cdf, mean_days
from sim.place.distributions import Distribution
from sim.validation.case import Case, a_place, measured, one_ward, theory
from sim.validation.theory.formulas import Move, after

Floats = NDArray[np.float64]


def over_time(quick: bool) -> Iterator[Case]:
    """Numbers that change over time."""
    yield poisson(quick)
    yield by_hour(quick)
    for name, stay in (
        ("exponential", {"exponential": {"mean": 0.25}}),
        ("fixed", {"fixed": {"value": 0.3}}),
        ("lognormal", {"lognormal": {"mean": 0.4, "sd": 0.5}}),
    ):
        yield daily_wave(name, stay, quick)
    yield weekly_wave(quick)
    yield from_a_state(quick)
    yield from_equilibrium(quick)
    yield queue_from_a_state(quick)
    yield from overloads(quick)


def there_at(run: Replication, instants: Floats) -> Floats:
    """How many people are in the only setting at some instants."""
    stays = run.measured.stays
    came, left = np.sort(stays.admitted_at), np.sort(stays.left_at)
    return np.asarray(
        np.searchsorted(came, instants, "right") - np.searchsorted(left, instants, "right"),
        dtype=np.float64,
    )


def poisson(quick: bool) -> Case:
    """M/G/infinity: the number there is Poisson, whatever the stay."""
    midnights = np.arange(20, 500, dtype=np.float64)
    chances = [math.exp(-8) * 8**n / math.factorial(n) for n in range(21)]

    def read(run: Replication) -> list[float]:
        there = there_at(run, midnights)
        return [
            measured(run, "occupied", "ward"), float(there.mean()), float(there.var(ddof=1)),
            float((there <= 4).mean()), float((there >= 13).mean()),
        ]  # fmt: skip

    return theory(
        "poisson", "A ward without limit holds a Poisson number (M/G/infinity)",
        "Gross and others (2008), section 2.11",
        one_ward("unlimited", 20.0, {"lognormal": {"mean": 0.4, "sd": 0.4}}),
        {
            "people there": 8.0, "people there at midnight": 8.0, "variance at midnight": 8.0,
            "midnights with 4 or fewer": sum(chances[:5]),
            "midnights with 13 or more": 1 - sum(chances[:13]),
        },
        read, days=480, warm_up=20, replications=(120, 24), quick=quick,
    )  # fmt: skip


PROFILE = [1, 1, 1, 1, 1, 1, 2, 3, 4, 6, 7, 7, 7, 8, 7, 7, 6, 6, 6, 6, 5, 3, 2, 2]


def by_hour(quick: bool) -> Case:
    """Arrivals follow the profile of the hours."""
    place = a_place(
        settings={"ward": {"beds": "unlimited", "stay": {"fixed": {"value": 0.01}}}},
        routes={"ward": {"home": 1}},
        patients={"people": {"arrives_at": "ward", "per_day": 400, "by_hour": PROFILE}},
    )
    days = 60

    def read(run: Replication) -> list[float]:
        hour = (run.measured.stays.admitted_at % 1 * 24).astype(int)
        return [float(number) / days for number in np.bincount(hour, minlength=24)]

    return theory(
        "by-hour", "Arrivals by the hour of the day", "the profile itself", place,
        {
            f"people a day, {hour}:00 to {hour + 1}:00": 400 * weight / sum(PROFILE)
            for hour, weight in enumerate(PROFILE)
        },
        read, days=days, replications=(60, 20), quick=quick, near=0.03,
    )  # fmt: skip


def still_there(stay: Distribution, ages: Floats) -> Floats:
    """The share of stays that last longer than each of some ages; from 20,000 quantiles."""
    lengths = np.sort(inverse_cdf(stay)((np.arange(20_000) + 0.5) / 20_000))
    return np.asarray(1 - np.searchsorted(lengths, ages, "right") / len(lengths))


def mean_there(
    rate: Callable[[Floats], Floats], stay: Distribution, at: float, back: float
) -> float:
    """The mean number there at an instant: the integral of rate(at - age) over those still there.

    ``back`` is the age beyond which nobody is left, or came.

    Source: Eick, Massey and Whitt (1993).
    """
    step = back / 40_000
    ages: Floats = np.asarray((np.arange(40_000) + 0.5) * step)
    return float((rate(at - ages) * still_there(stay, ages)).sum() * step)


def daily_wave(name: str, stay: dict[str, Any], quick: bool) -> Case:
    """M_t/G/infinity: the number there follows the hours of arrival, late and flattened."""
    swing, mean_rate = 0.8, 200.0
    weights = [1 + swing * math.sin(2 * math.pi * (hour + 0.5) / 24) for hour in range(24)]
    each = np.array(weights) / sum(weights) * 24 * mean_rate

    def rate(at: Floats) -> Floats:
        return np.asarray(each[np.floor(at % 1 * 24).astype(int)])

    place = a_place(
        settings={"ward": {"beds": "unlimited", "stay": stay}},
        routes={"ward": {"home": 1}},
        patients={"people": {"arrives_at": "ward", "per_day": mean_rate, "by_hour": weights}},
    )
    family = place.settings["ward"].stay
    assert family is not None
    hours = (0, 6, 12, 18)
    first, last = 8, 28

    def read(run: Replication) -> list[float]:
        days = np.arange(first, last, dtype=np.float64)
        return [float(there_at(run, days + hour / 24).mean()) for hour in hours]

    return theory(
        f"wave-{name}",
        f"Arrivals that rise and fall with the hours, {name} stays (M_t/G/infinity)",
        "Eick, Massey and Whitt (1993)", place,
        {
            f"people there at {hour}:00": mean_there(rate, family, 40 + hour / 24, 8)
            for hour in hours
        },
        read, days=last, replications=(80, 20), quick=quick,
    )  # fmt: skip


def weekly_wave(quick: bool) -> Case:
    """The same over the week: by_weekday, with long stays."""
    factors = {"mon": 1.3, "tue": 1.2, "wed": 1.1, "thu": 1.0, "fri": 1.0, "sat": 0.8, "sun": 0.6}
    by_day = np.array(list(factors.values())) * 40.0
    place = a_place(
        bank_holidays="as usual",
        settings={"ward": {"beds": "unlimited", "stay": {"gamma": {"mean": 2.5, "sd": 2}}}},
        routes={"ward": {"home": 1}},
        patients={"people": {"arrives_at": "ward", "per_day": 40.0, "by_weekday": factors}},
    )  # the start date is a Monday
    stay = place.settings["ward"].stay
    assert stay is not None

    def rate(at: Floats) -> Floats:
        return np.asarray(by_day[np.floor(at).astype(int) % 7])

    weeks = np.arange(5, 25, dtype=np.float64)

    def read(run: Replication) -> list[float]:
        return [float(there_at(run, weeks * 7 + day).mean()) for day in range(7)]

    return theory(
        "week", "Arrivals by weekday, stays of some days (M_t/G/infinity)",
        "Eick, Massey and Whitt (1993)", place,
        {
            f"people there at the beginning of {day}": mean_there(rate, stay, 70.0 + number, 35.0)
            for number, day in enumerate(factors)
        },
        read, days=180, replications=(120, 24), quick=quick,
    )  # fmt: skip


DAYS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""The instants at which a start state is followed."""
NOBODY_FROM = 2.0
"""Before this day it hardly happens that six people have all gone."""


def from_a_state(quick: bool) -> Case:
    """M/M/infinity from a given number: what is left of them, and what has come since."""
    there, per_day, mean = 60, 10.0, 3.0
    place = one_ward(
        "unlimited", per_day, {"exponential": {"mean": mean}},
        start={"people": [{"setting": "ward", "group": "people", "number": there}]},
    )  # fmt: skip
    exact = {
        f"people there after {day:g} days":
            there * math.exp(-day / mean) + per_day * mean * (1 - math.exp(-day / mean))
        for day in DAYS
    }  # fmt: skip
    return theory(
        "state-mm-infinity", "From 60 people there at the start, no limit (M/M/infinity)",
        "Cox and Smith (1961)", place, exact,
        lambda run: [float(number) for number in there_at(run, np.array(DAYS))],
        days=9, replications=(1500, 300), quick=quick,
    )  # fmt: skip


def from_equilibrium(quick: bool) -> Case:
    """M/G/infinity from a chance day of a long run: what is left of stays, and those who come."""
    there, per_day = 60, 4.0
    place = one_ward(
        "unlimited", per_day, {"lognormal": {"mean": 8, "sd": 8}},
        start={"people": [{"setting": "ward", "group": "people", "number": there}]},
    )  # fmt: skip
    stay = place.settings["ward"].stay
    assert stay is not None
    mean, step = mean_days(stay), 0.001
    exact = {}
    for day in DAYS:
        ages = np.arange(0, day, step) + step / 2
        passed = float(still_there(stay, ages).sum() * step)
        exact[f"people there after {day:g} days"] = there * (1 - passed / mean) + per_day * passed
    return theory(
        "state-mg-infinity",
        "From 60 people found on a chance day, lognormal stays, no limit (M/G/infinity)",
        "Cox (1962), Renewal theory, section 5.3", place, exact,
        lambda run: [float(number) for number in there_at(run, np.array(DAYS))],
        days=9, replications=(1200, 200), quick=quick,
    )  # fmt: skip


def queue_from_a_state(quick: bool) -> Case:
    """M/M/1 from a given number: the exact chain after some days."""
    there, per_day, served, most = 6, 1.6, 2.0, 80

    def moves(state: Hashable) -> Iterable[Move]:
        number = int(str(state))
        if number < most:
            yield number + 1, per_day
        if number:
            yield number - 1, served

    exact = {}
    for day in DAYS:
        chances = after(there, moves, day)
        exact[f"people there or waiting after {day:g} days"] = sum(
            int(str(number)) * chance for number, chance in chances.items()
        )
        if day >= NOBODY_FROM:
            exact[f"chance of nobody after {day:g} days"] = chances[0]
    place = one_ward(
        1, per_day, {"exponential": {"mean": 1 / served}},
        start={
            "people": [{"setting": "ward", "group": "people", "number": 1}],
            "waiting": [{"waiting_for": "ward", "group": "people", "number": there - 1}],
        },
    )  # fmt: skip

    def read(run: Replication) -> list[float]:
        stays = run.measured.stays
        asked, left = np.sort(stays.asked_at), np.sort(stays.left_at)
        found = []
        for day in DAYS:
            number = np.searchsorted(asked, day, "right") - np.searchsorted(left, day, "right")
            found += [float(number), float(number == 0)][: 1 + (day >= NOBODY_FROM)]
        return found

    return theory(
        "state-mm1", "From one person in the only bed and five waiting (M/M/1)",
        "Cox and Smith (1961)", place, exact, read,
        days=9, replications=(8000, 1500), quick=quick, at_least=0.015, near=0.03,
    )  # fmt: skip


def overloads(quick: bool) -> Iterator[Case]:
    """More come than can be served: the queue grows as the difference, day by day."""
    begin, end = 100, 400

    def growth(setting: int) -> Callable[[Replication], list[float]]:
        def read(run: Replication) -> list[float]:
            stays = run.measured.stays
            mine = stays.wanted == setting
            asked, placed = np.sort(stays.asked_at[mine]), np.sort(stays.placed_at[mine])
            waiting = [
                int(np.searchsorted(asked, day, "right") - np.searchsorted(placed, day, "right"))
                for day in (begin, end)
            ]
            return [(waiting[1] - waiting[0]) / (end - begin)]

        return read

    yield theory(
        "fluid-one", "Ten beds asked for 1.2 times over: growth of the queue",
        "Newell (1982)",
        one_ward(10, 12.0, {"gamma": {"mean": 1.0, "sd": 0.7}}),
        {"people waiting, more each day": 12.0 - 10.0}, growth(0),
        days=end + 1, replications=(100, 25), quick=quick, near=0.03,
    )  # fmt: skip
    # Of 12 a day 60% go on: 7.2 a day, to 6 places for a day each.
    place = a_place(
        settings={
            "ward": {"beds": "unlimited", "stay": {"exponential": {"mean": 1}}},
            "home-care": {"places": 6, "stay": {"exponential": {"mean": 1}}},
        },
        routes={"ward": {"home-care": 0.6, "home": 0.4}, "home-care": {"home": 1}},
        patients={"people": {"arrives_at": "ward", "per_day": 12.0}},
    )
    yield theory(
        "fluid-next", "A ward without limit whose next step is asked for 1.2 times over",
        "Newell (1982)", place, {"people waiting in the ward, more each day": 7.2 - 6.0},
        growth(1), days=end + 1, replications=(150, 40), quick=quick, near=0.03,
    )  # fmt: skip
    first, second = 3.0, 2.0
    through = first * second * (first + second) / (first**2 + first * second + second**2)
    place = a_place(
        settings={
            "first": {"beds": 1, "stay": {"exponential": {"mean": 1 / first}}},
            "second": {"beds": 1, "stay": {"exponential": {"mean": 1 / second}}},
        },
        routes={"first": {"second": 1}, "second": {"home": 1}},
        patients={"people": {"arrives_at": "first", "per_day": 2.4}},
    )
    yield theory(
        "fluid-blocked", "A bed that could serve 3 a day, blocked by the next: growth of its queue",
        "Hunt (1956), Newell (1982)", place,
        {"people waiting at the front door, more each day": 2.4 - through},
        growth(0), days=end + 1, replications=(200, 60), quick=quick,
    )  # fmt: skip
