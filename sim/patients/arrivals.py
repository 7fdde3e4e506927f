"""How many people of a group come each day, and at what time of day."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.patients.streams import named_key, person_keys, uniforms
from sim.place.cycles import ArrivalsCycle
from sim.place.schema import Group, Place
from sim.place.uptake import Phases

Ints = NDArray[np.signedinteger]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arrivals:
    """Who of one group comes: day, index within the day, instant in days; each shape (people,)."""

    day: Ints
    index: Ints
    at: Floats


def mean_by_day(place: Place, group: Group, days: int) -> Floats:
    """The mean number of arrivals on each day of a run; shape (days,)."""
    dates = [place.start_date + timedelta(days=day) for day in range(days)]
    if group.per_day is not None:
        weekday = group.by_weekday.factors() if group.by_weekday else (1.0,) * 7
        month = group.by_month.factors() if group.by_month else (1.0,) * 12
        factors = [weekday[day.weekday()] * month[day.month - 1] for day in dates]
        for push in group.by_dates:
            factors = [
                factor * push.times.value if push.first <= day <= push.last else factor
                for factor, day in zip(factors, dates, strict=True)
            ]
        return group.per_day.value * np.array(factors)
    if group.daily_numbers is not None:
        by_date = group.daily_numbers.by_date
        return np.array([by_date[day] for day in dates], dtype=np.float64)
    if group.arrivals_cycle is not None:
        at, so_far = _cumulative(group.arrivals_cycle, days)
        return np.diff(np.interp(np.arange(days + 1), at, so_far))
    return _listed(dates, group.arrival_dates or ())


def _cumulative(cycle: ArrivalsCycle, days: int) -> tuple[Floats, Floats]:
    """Instants of a run, and the mean number who have come by each; straight in between."""
    at, so_far = [0.0], [0.0]
    for number, start, end in cycle.occurrences(cycle.windows, days):
        per_day = cycle.windows[number].rate.value / cycle.days_per_unit
        at += [start, end]
        so_far += [so_far[-1], so_far[-1] + per_day * (end - start)]
    return np.array([*at, float(days)]), np.array([*so_far, so_far[-1]])


def means_of_run(place: Place, name: str, days: int, phases: Phases | None) -> Floats:
    """A group's mean arrivals on each day, as far as the levers have come; shape (days,)."""
    if phases is None:
        return mean_by_day(place, place.patients[name], days)
    levers = phases.touching(("patients", name, "arrivals"))
    versions = phases.versions(levers)
    means = [mean_by_day(each, each.patients[name], days) for each in versions]
    if not levers:
        return means[0]
    rows = zip(*(each.tolist() for each in means), strict=True)
    return np.array([phases.mixed(day, levers, row) for day, row in enumerate(rows)])


def draw_arrivals(
    place: Place, name: str, days: int, seed: int, replication: int, phases: Phases | None = None
) -> Arrivals:
    """The arrivals of one group over a run, the same whatever other groups there are.

    A day's number comes by inverse distribution function from the day's own uniform number, so a
    lower rate takes away the last of a day and renumbers nobody.
    """
    group = place.patients[name]
    means = means_of_run(place, name, days, phases)
    counts = means.astype(np.int64)
    if _is_random(group):
        day_key = named_key(seed, replication, "days", name)
        everyday = np.arange(days, dtype=np.int32)
        of_day = person_keys(day_key, everyday, np.zeros_like(everyday))
        counts = poisson_inverse(uniforms(of_day, named_key("how many")), means)
    day = np.repeat(np.arange(days, dtype=np.int32), counts)
    first = (np.cumsum(counts) - counts).astype(np.int32)
    index = np.arange(counts.sum(), dtype=np.int32) - np.repeat(first, counts)
    people = person_keys(group_key(seed, replication, name), day, index)
    u = uniforms(people, named_key("time of day"))
    if group.arrivals_cycle is not None:
        return Arrivals(day, index, _in_cycle(group.arrivals_cycle, days, day, u))
    return Arrivals(day, index, day + time_of_day(group, u))


def _in_cycle(cycle: ArrivalsCycle, days: int, day: Ints, u: Floats) -> Floats:
    """Instants of arrivals on known days, by the inverse of the mean number so far."""
    at, so_far = _cumulative(cycle, days)
    by_midnight = np.interp(np.arange(days + 1), at, so_far)
    wanted = by_midnight[day] + u * (by_midnight[day + 1] - by_midnight[day])
    rises = np.flatnonzero(np.diff(so_far) > 0)
    place = np.searchsorted(so_far[rises + 1], wanted)
    place = rises[np.minimum(place, len(rises) - 1)]
    share = (wanted - so_far[place]) / (so_far[place + 1] - so_far[place])
    return np.asarray(at[place] + np.clip(share, 0.0, 1 - 1e-12) * (at[place + 1] - at[place]))


def group_key(seed: int, replication: int, group: str) -> np.uint64:
    """The key from which the keys of a group's people are made."""
    return named_key(seed, replication, "people", group)


def poisson_inverse(u: Floats, mean: Floats) -> Ints:
    """The Poisson number at each uniform number; shape of ``u``.

    >>> poisson_inverse(np.array([0.1, 0.9]), np.array([0.0, 2.0])).tolist()
    [0, 4]
    """
    with np.errstate(invalid="ignore"):
        guess = np.ceil(special.pdtrik(u, np.maximum(mean, 1e-300)))
    guess = np.nan_to_num(guess, nan=0.0)
    below = np.maximum(guess - 1, 0)
    number = np.where(special.pdtr(below, mean) >= u, below, guess)
    return np.where(mean > 0, number, 0).astype(np.int64)


def time_of_day(group: Group, u: Floats) -> Floats:
    """The time of day, as a share of the day, at each uniform number; shape of ``u``."""
    if group.by_hour is None:
        return u
    weights = np.array(group.by_hour.by_hour(), dtype=np.float64)
    so_far = np.cumsum(weights)
    up_to = np.concatenate(([0.0], so_far / so_far[-1]))
    hour = np.searchsorted(up_to, u, side="right") - 1
    within = (u - up_to[hour]) / (up_to[hour + 1] - up_to[hour])
    return np.asarray((hour + np.minimum(within, 1 - 1e-9)) / 24)


def _is_random(group: Group) -> bool:
    """Whether the numbers of a day are means to draw from, not counts."""
    if group.per_day is not None:
        return True
    if group.arrivals_cycle is not None:
        return True
    return group.daily_numbers is not None and group.daily_numbers.are == "means"


def _listed(dates: list[date], listed: tuple[date, ...]) -> Floats:
    numbers = dict.fromkeys(dates, 0)
    for day in listed:
        if day in numbers:
            numbers[day] += 1
    return np.array(list(numbers.values()), dtype=np.float64)
