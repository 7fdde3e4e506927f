"""What the weeks before a run say of people who are there and have not been declared ready.

Where treatment has a pace by weekday, so many days there are not so many days of treatment. Where
people are declared ready at rounds, some of those there no longer need the setting, and only wait
for a round: all who are there had the rounds since their need ended decide against them.
"""

import math
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from sim.patients.conditional import days_left_given, log_share_above
from sim.place.distributions import Distribution
from sim.place.schema import Place, Setting
from sim.place.weeks import MINUTES_PER_DAY, kinds_of_day

Floats = NDArray[np.float64]

DAYS_BACK = 42
"""How far the calendar is looked back through; before that, the mean pace of these days counts."""
HARDLY_ANY = 1e-6
"""Rounds are looked back through until so small a share would be undeclared by all of them."""


@dataclass(frozen=True)
class Past:
    """The calendar of a setting before the run, backwards from its start."""

    gained: Floats
    """Days of treatment gained in the last 0, 1, 2 … days."""
    round_ago: Floats
    """How many days ago each round was, the latest first."""
    hazard: Floats
    """The hazard of being declared ready at each."""

    def treated(self, days: Floats) -> Floats:
        """Days of treatment gained in the last so many days; shape kept."""
        last = float(len(self.gained) - 1)
        inside = np.interp(np.minimum(days, last), np.arange(last + 1), self.gained)
        return np.asarray(inside + np.maximum(days - last, 0.0) * self.gained[-1] / last)


def past_of(place: Place, setting: Setting) -> Past:
    """The calendar of a setting over the days before the start date."""
    before = place.model_copy(update={"start_date": place.start_date - timedelta(days=DAYS_BACK)})
    plain = not (setting.pace_by_weekday or setting.decision_rounds or setting.pushes)
    if plain:
        return Past(np.arange(DAYS_BACK + 1.0), np.zeros(0), np.zeros(0))
    kinds = kinds_of_day(before, DAYS_BACK)[::-1]
    by_weekday = setting.pace_by_weekday.factors() if setting.pace_by_weekday else (1.0,) * 7
    pace: list[float] = []
    rounds: list[tuple[float, float]] = []
    for ago, kind in enumerate(kinds, start=1):
        today = place.start_date - timedelta(days=ago)
        push = [push for push in setting.pushes if push.first <= today <= push.last]
        pace.append(by_weekday[kind] * math.prod(each.pace.value for each in push))
        faster = math.prod(each.readiness.value for each in push)
        for each in setting.decision_rounds:
            if kind in each.days:
                hazard = -math.log1p(-min(each.prob_ready.value, 1 - 1e-16)) * faster
                rounds.append((ago - each.at / MINUTES_PER_DAY, hazard))
    rounds.sort()
    round_ago = np.array([at for at, _ in rounds])
    hazard_then = np.array([hazard for _, hazard in rounds])
    enough = int(np.searchsorted(np.cumsum(hazard_then), -math.log(HARDLY_ANY))) + 1
    gained = np.concatenate(([0.0], np.cumsum(pace)))
    return Past(gained, round_ago[:enough], hazard_then[:enough])


def need_left(
    past: Past, stay: Distribution, days_there: Floats, u_left: Floats, u_over: Floats
) -> Floats:
    """Days of need left to people who have been there so long and are not declared ready.

    ``u_over`` says whose need has ended already, with nothing left but to be declared ready;
    ``u_left`` what is left to the others.
    """
    treated = past.treated(days_there)
    left = days_left_given(stay, treated, u_left)
    return np.where(u_over < share_over(past, stay, days_there, treated), 0.0, left)


def share_over(past: Past, stay: Distribution, days_there: Floats, treated: Floats) -> Floats:
    """The chance that the need of somebody still there has ended; shape of ``days_there``.

    Need may have ended since the latest round, between two rounds, or before all of them; each of
    these counts as far as the rounds since then would all have decided against.
    """
    if not len(past.round_ago):
        return np.zeros(days_there.shape)
    ago = np.minimum(past.round_ago[:, None], days_there[None, :])
    at_round = np.maximum(treated - past.treated(ago), 0.0)
    edges = np.concatenate((treated[None, :], at_round, np.zeros((1, len(treated)))))
    above = log_share_above(stay, edges)
    largest = above.max(axis=0)
    share = np.exp(above - largest)
    undeclared = np.exp(-np.concatenate(([0.0], np.cumsum(past.hazard))))
    over = (np.maximum(np.diff(share, axis=0), 0.0) * undeclared[:, None]).sum(axis=0)
    whole = over + share[0]
    return np.asarray(np.divide(over, whole, out=np.ones_like(over), where=whole > 0))
