"""The exact mean number in a setting that is never full, from a start state and changing arrivals.

Nobody waits there, so each person counts as long as they need the setting: those there at the
start for what is left of their stays, those waiting then for a fresh stay, and those who come
later, at the rate of each day, for as long as stays last.

Source: Eick, Massey and Whitt (1993), The physics of the M_t/G/infinity queue.
"""

import numpy as np
from numpy.typing import NDArray

from sim.patients.arrivals import mean_by_day
from sim.patients.distributions import inverse_cdf, mean_days
from sim.place.distributions import Distribution
from sim.place.reach import settings_reached
from sim.place.schema import Group, Place, destinations
from sim.place.start import RemainingRule

Floats = NDArray[np.float64]

STEPS = 50
"""Steps in a day."""
QUANTILES = 4000


NEVER_FULL = 8.0
"""A setting is never full if it has so many standard deviations of room above the highest mean."""


def exact_mean(place: Place, setting: str, days: int) -> float | None:
    """The mean number of people in a setting over the first days of a run.

    None where it is not known: where people may have to wait to come in or to leave, or come from
    a setting in which they spend time.
    """
    if not _nobody_waits(place, setting):
        return None
    at = (np.arange(days * STEPS) + 0.5) / STEPS
    there = np.zeros(len(at))
    for name, group in place.patients.items():
        stays = _lengths(_stay(place, group, setting))
        if _comes_at_once(place, name, setting):
            rate = np.repeat(mean_by_day(place, group, days), STEPS)
            there += np.convolve(rate, _still(stays, at))[: len(at)] / STEPS
        for people in place.start.people:
            if people.setting == setting and people.group == name:
                left = _left(stays, at, people.stay_left.rule)
                there += people.number.value * left
        for waiting in place.start.waiting:
            if waiting.waiting_for == setting and waiting.group == name:
                there += waiting.number.value * _still(stays, at)
    limit, highest = place.settings[setting].spaces.limit, float(there.max())
    if limit is not None and limit < highest + NEVER_FULL * highest**0.5:
        return None
    return float(there.mean())


def _nobody_waits(place: Place, setting: str) -> bool:
    """Whether nobody can have to wait in a setting that is not full."""
    here = place.settings[setting]
    rules = {each.stay_left.rule for each in place.start.people if each.setting == setting}
    return (
        all(
            _comes_at_once(place, name, setting) or setting not in settings_reached(place, name)
            for name in place.patients
        )
        and not (here.decision_rounds or here.pace_by_weekday or here.admits or here.pushes)
        and rules <= {"uniform from one day", "fresh"}
    )


def _comes_at_once(place: Place, name: str, setting: str) -> bool:
    """Whether all of a group come to a setting at once, and then go to none."""
    first = place.patients[name].arrives_at
    onward = place.every_route(name, setting)
    if any(route in place.settings for route in onward):
        return False
    if first == setting:
        return True
    ways = place.every_route(name, first)
    leads = {to for key, route in ways.items() for to in destinations(key, route).values()}
    passes = mean_days(_stay(place, place.patients[name], first)) == 0
    unlimited = place.settings[first].spaces.limit is None
    return passes and unlimited and leads == {setting}


def _stay(place: Place, group: Group, setting: str) -> Distribution:
    stay = group.stay.get(setting) or place.settings[setting].stay
    return stay if stay is not None else Distribution.model_validate(0)


def _lengths(stay: Distribution) -> Floats:
    return np.sort(inverse_cdf(stay)((np.arange(QUANTILES) + 0.5) / QUANTILES))


def _still(stays: Floats, at: Floats) -> Floats:
    """The share of fresh stays that are not over."""
    return np.asarray(1 - np.searchsorted(stays, at, "right") / len(stays))


def _left(stays: Floats, at: Floats, rule: RemainingRule | None) -> Floats:
    """The share of those there at the start who are still there."""
    if rule == "fresh":
        return _still(stays, at)
    # What is left is uniform from one day to a fresh stay, and one day of a shorter one.
    long = stays[stays > 1]
    days = np.unique(np.concatenate(([0.0, 1.0], np.arange(1, at[-1] + 1, 0.5))))
    shares = [np.clip((long - day) / (long - 1), 0, 1).sum() / len(stays) for day in days]
    return np.where(at < 1, 1.0, np.interp(at, days, shares))
