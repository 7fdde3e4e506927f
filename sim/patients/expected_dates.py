"""What an expected date says of the days that somebody still needs.

Wards write down when they expect each person to be ready. The model knows how far such dates err
(``expected_date_error``), and so how far to believe one: what is left is drawn from what is left of
stays that have lasted so long, each length weighted by how well the date would agree with it.
"""

import math
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from sim.patients.conditional import days_left_given
from sim.patients.looking_back import Past, share_over
from sim.place.distributions import Distribution
from sim.place.schema import Place, Setting
from sim.place.weeks import MINUTES_PER_DAY, kinds_of_day

Floats = NDArray[np.float64]

DAYS_AHEAD = 120
"""How far the calendar is looked ahead through; after that, every day counts as one."""
STEPS = 64
"""In how many steps the days left are gone through."""
LEAST_ERROR = 0.25
"""No date is believed more closely than to a quarter of a day."""


@dataclass(frozen=True)
class Ahead:
    """The calendar of a setting over the days from a run's start."""

    gained: Floats
    """Days of treatment gained in the first 0, 1, 2 … days."""
    rounds: Floats
    chance: Floats
    """Cumulative hazard of being declared ready, before each round and after the last."""

    def ready_at(self, need: Floats, threshold: Floats) -> Floats:
        """When people are ready whose need from now on is this; shape kept."""
        days = np.arange(len(self.gained), dtype=np.float64)
        # A day that gains nothing has no length here, so each is let gain a very little.
        gained = self.gained + 1e-9 * days
        end = np.interp(need, gained, days) + np.maximum(need - gained[-1], 0.0)
        if not len(self.rounds):
            return np.asarray(end)
        before = self.chance[np.searchsorted(self.rounds, end)]
        declared = np.searchsorted(self.chance, before + threshold) - 1
        within = declared < len(self.rounds)
        return np.asarray(
            np.where(within, self.rounds[np.minimum(declared, len(self.rounds) - 1)], end)
        )


def ahead_of(place: Place, setting: Setting) -> Ahead:
    """The calendar of a setting over the days from the start date."""
    pace, rounds = [], []
    by_weekday = setting.pace_by_weekday.factors() if setting.pace_by_weekday else (1.0,) * 7
    for day, kind in enumerate(kinds_of_day(place, DAYS_AHEAD)):
        today = place.start_date + timedelta(days=day)
        push = [push for push in setting.pushes if push.first <= today <= push.last]
        pace.append(by_weekday[kind] * math.prod(each.pace.value for each in push))
        faster = math.prod(each.readiness.value for each in push)
        for each in setting.decision_rounds:
            if kind in each.days:
                hazard = -math.log1p(-min(each.prob_ready.value, 1 - 1e-16)) * faster
                rounds.append((day + each.at / MINUTES_PER_DAY, hazard))
    rounds.sort()
    return Ahead(
        np.concatenate(([0.0], np.cumsum(pace))),
        np.array([at for at, _ in rounds]),
        np.concatenate(([0.0], np.cumsum([hazard for _, hazard in rounds]))),
    )


def need_left_by_date(
    past: Past,
    ahead: Ahead,
    stay: Distribution,
    days_there: Floats,
    expected_in: Floats,
    error_days: Floats,
    threshold: Floats,
    u: Floats,
) -> Floats:
    """Days of need left to people who have been there so long and are expected to be ready then.

    ``error_days`` is the standard deviation of such dates; ``threshold`` each person's number on
    the hazard of the rounds; all of shape (people,).
    """
    treated = past.treated(days_there)
    shares = ((np.arange(STEPS) + 0.5) / STEPS)[:, None] * np.ones(len(u))
    left = days_left_given(stay, np.broadcast_to(treated, shares.shape), shares)
    over = share_over(past, stay, days_there, treated)
    left = np.concatenate((np.zeros((1, len(u))), left))
    prior = np.concatenate((over[None, :], np.broadcast_to((1 - over) / STEPS, shares.shape)))
    error = ahead.ready_at(left, threshold) - expected_in
    fit = -0.5 * (error / np.maximum(error_days, LEAST_ERROR)) ** 2
    weight = prior * np.exp(fit - np.where(prior > 0, fit, -np.inf).max(axis=0))
    up_to = np.cumsum(weight, axis=0)
    return np.array(
        [
            _between(float(share) * column[-1], column, lengths)
            for share, column, lengths in zip(u, up_to.T, left.T, strict=True)
        ]
    )


def _between(share: float, up_to: Floats, lengths: Floats) -> float:
    """The length at a share of the weights added up; between two lengths, evenly."""
    at = min(int(np.searchsorted(up_to, share, side="right")), len(lengths) - 1)
    if at == 0:
        return 0.0
    begin, end = up_to[at - 1], up_to[at]
    part = (share - begin) / (end - begin) if end > begin else 0.5
    low = lengths[at - 1] if at > 1 else 0.0
    low, high = (low + lengths[at]) / 2, (lengths[at] + lengths[min(at + 1, len(lengths) - 1)]) / 2
    return float(low + part * (high - low))
