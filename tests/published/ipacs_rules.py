"""The rules of the published IPACS model, simulated on their own: nothing of careflow runs here.

Harper A and others (2023), doi 10.5281/zenodo.7845908: its script ``visit_functions.R`` for P1,
``bed_functions.R`` for P2 and P3, the latter also with what goes wrong there with people who wait
at the start.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BEYOND = 400
"""Days after the run for which care may be promised."""
VISITS_PER_PLACE = 2.5


@dataclass(frozen=True)
class Service:
    """One service of one combination; stays are lognormal, for P1 below ``longest`` days."""

    rates: Floats
    """Mean arrivals on each day."""
    mu: float
    sigma: float
    longest: float
    places: int
    there: int
    waiting: int


@dataclass(frozen=True)
class Person:
    """Somebody who needs so many visits on each day of a stay, from a day on."""

    day: int
    needs: Floats
    is_there: bool = False
    """Begins on that day whether the visits fit or not."""


def first_days(visits: float, people: Sequence[Person], days: int) -> tuple[list[int], Floats]:
    """When each begins, in turn: the first day from which the whole run of visits fits.

    Also the visits used on each day.
    """
    free = np.full(days + BEYOND, float(visits))
    began = []
    for one in people:
        day = one.day
        while not one.is_there and day < days:
            if np.all(free[day : day + len(one.needs)] >= one.needs - 1e-9):
                break
            day += 1
        free[day : day + len(one.needs)] -= one.needs
        began.append(day)
    return began, visits - free[:days]


def care_in_visits(
    rng: np.random.Generator, service: Service, sd: float = 0.5, is_put_off: bool = True
) -> tuple[Floats, Floats]:
    """P1: visits used on each day, and people who wait at the end of it.

    ``sd`` is that of the first and the last need; with 0 these are 4 and 1, and needs between them
    are not rounded. ``is_put_off``: people there at the start wait too, if their visits do not fit.
    """

    def whole(mean: float) -> int:
        while not 0 < (number := round(rng.normal(mean, sd))) <= mean + 3 * sd:
            pass
        return number

    def stay() -> int:
        while not 0 < (days := round(rng.lognormal(service.mu, service.sigma))) < service.longest:
            pass
        return days

    def needs(days: int) -> Floats:
        return np.round(np.linspace(whole(4), whole(1), days)) if sd else np.linspace(4, 1, days)

    people = []
    for _ in range(service.there):
        days = stay()
        left = round(rng.uniform(1, days))
        people.append(Person(0, needs(days)[-left:], is_there=not is_put_off))
    people += [Person(0, needs(stay())) for _ in range(service.waiting)]
    for day, number in enumerate(rng.poisson(service.rates)):
        people += [Person(day, needs(stay())) for _ in range(number)]
    length = len(service.rates)
    began, used = first_days(VISITS_PER_PLACE * service.places, people, length)
    came, began_on = np.array([one.day for one in people]), np.array(began)
    each = np.arange(length)[:, None]
    return used, ((came <= each) & (began_on > each)).sum(axis=1).astype(float)


def beds(rng: np.random.Generator, service: Service, is_faulty: bool) -> tuple[float, float, float]:
    """P2 and P3: mean people in beds, mean people waiting, and people in beds at the end.

    With the fault, who waits at the start is a number without people. When somebody leaves and
    nobody else waits, the bed goes to whoever will come next, who later comes and is given another;
    when one of the two stays ends, the other is forgotten and holds its bed for good.
    """
    end = len(service.rates)
    came = [
        day + u
        for day, number in enumerate(rng.poisson(service.rates))
        for u in sorted(rng.random(number))
    ]

    def stay() -> float:
        return float(rng.lognormal(service.mu, service.sigma))

    leaving = [(float(rng.uniform(1, max(1.0, stay()))), -1 - n) for n in range(service.there)]
    heapify(leaving)
    in_beds, waiting = service.there, service.waiting
    queue: deque[int] = deque() if is_faulty else deque(10**6 + n for n in range(waiting))
    has_bed: set[int] = set()
    gone: set[int] = set()
    now = bed_days = waiting_days = 0.0
    following = 0

    def admit(who: int, at: float) -> None:
        has_bed.add(who)
        heappush(leaving, (at + stay(), who))

    while not is_faulty and queue and in_beds < service.places:
        admit(queue.popleft(), 0.0)
        in_beds, waiting = in_beds + 1, waiting - 1
    while True:
        arrives = following < len(came) and (not leaving or came[following] <= leaving[0][0])
        at = min(came[following] if arrives else leaving[0][0] if leaving else end, end)
        bed_days += in_beds * (at - now)
        waiting_days += waiting * (at - now)
        now = at
        if now >= end:
            return bed_days / end, waiting_days / end, in_beds
        if arrives:
            who, following = following, following + 1
            if who in gone:
                continue
            if in_beds < service.places:
                in_beds += 1
                admit(who, now)
            else:
                waiting += 1
                if who not in has_bed:
                    queue.append(who)
            continue
        who = heappop(leaving)[1]
        if who in gone:
            continue
        gone.add(who)
        if waiting == 0 or in_beds > service.places:
            in_beds -= 1
            continue
        taken = (n for n in range(following, len(came)) if n not in has_bed)
        next_one = queue.popleft() if queue else next(taken, None)
        if next_one is not None:
            waiting -= 1
            admit(next_one, now)


def means(service: Service, runs: int, seed: int = 1, **rules: float | bool) -> Floats:
    """Mean people in P1 (visits over 2.5) and waiting, with standard deviations of one run.

    Shape (2, 2): mean and standard deviation of each.
    """
    rng = np.random.default_rng(seed)
    each = []
    for _ in range(runs):
        used, waiting = care_in_visits(rng, service, **rules)  # type: ignore[arg-type]
        each.append((used.mean() / VISITS_PER_PLACE, waiting.mean()))
    found = np.array(each)
    return np.array([found.mean(axis=0), found.std(axis=0, ddof=1)]).T


def as_it_ran(service: Service, mean: float) -> Service:
    """The service as the published figures seem to have been made of it.

    ``rlnorm`` was given mu and sigma as one argument, so sigma was its default of 1; and stays were
    cut at the mean and three times a standard deviation of 3 days.
    """
    return replace(service, sigma=1.0, longest=mean + 9)
