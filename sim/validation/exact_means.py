"""The exact mean number in a setting without limit, from a start state and changing arrivals.

Nobody waits there, so each person counts as long as they need the setting: those there at the
start for what is left of their stays, those waiting then for a fresh stay, and those who come
later, at the rate of each day, for as long as stays last.

Source: Eick, Massey and Whitt (1993), The physics of the M_t/G/infinity queue.
"""

import numpy as np
from numpy.typing import NDArray

from sim.patients.arrivals import mean_by_day
from sim.patients.distributions import inverse_cdf
from sim.place.distributions import Distribution
from sim.place.schema import Group, Place
from sim.place.start import RemainingRule

Floats = NDArray[np.float64]

STEPS = 50
"""Steps in a day."""
QUANTILES = 4000


def exact_mean(place: Place, setting: str, days: int) -> float:
    """The mean number of people in a setting without limit over the first days of a run.

    People come to it only from outside, and leave as soon as they no longer need it.
    """
    at = (np.arange(days * STEPS) + 0.5) / STEPS
    there = np.zeros(len(at))
    for name, group in place.patients.items():
        stays = _lengths(_stay(place, group, setting))
        if group.arrives_at == setting:
            rate = np.repeat(mean_by_day(place, group, days), STEPS)
            there += np.convolve(rate, _still(stays, at))[: len(at)] / STEPS
        for people in place.start.people:
            if people.setting == setting and people.group == name:
                left = _left(stays, at, people.stay_left.rule)
                there += people.number.value * left
        for waiting in place.start.waiting:
            if waiting.waiting_for == setting and waiting.group == name:
                there += waiting.number.value * _still(stays, at)
    return float(there.mean())


def has_exact_mean(place: Place, setting: str) -> bool:
    """Whether nobody can wait in a setting, to come in or to leave."""
    here = place.settings[setting]
    reached = {
        route.to or name
        for routes in (place.routes, *(group.routes for group in place.patients.values()))
        for onward in routes.values()
        for name, route in onward.items()
    }
    rules = {each.stay_left.rule for each in place.start.people if each.setting == setting}
    return (
        here.spaces.limit is None
        and setting not in reached
        and not (here.decision_rounds or here.pace_by_weekday or here.admits or here.pushes)
        and rules <= {"uniform from one day", "fresh"}
    )


def _stay(place: Place, group: Group, setting: str) -> Distribution:
    stay = group.stay.get(setting) or place.settings[setting].stay
    assert stay is not None or group.arrives_at != setting
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
