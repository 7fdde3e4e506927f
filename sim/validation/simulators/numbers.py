"""The numbers by which two simulators of one place are compared, from what each tells of a run."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sim.place.schema import Place
from sim.validation.simulators.told import Bools, Floats, Told


class Key(NamedTuple):
    """What a number is of."""

    measure: str
    setting: str
    group: str = ""
    days: str = ""
    """The interval of the run, as in '8 to 24'; empty for all but the first."""


def intervals(days: int) -> list[tuple[float, float]]:
    """The parts of a run: while it fills, and two halves of what follows.

    >>> intervals(40)
    [(0.0, 8.0), (8.0, 24.0), (24.0, 40.0)]
    """
    edges = [0.0, days / 5, days * 3 / 5, float(days)]
    return list(pairwise(edges))


def numbers_of(told: Told, place: Place, days: int) -> dict[Key, float]:
    """The numbers of one run; NaN where nobody was there to be counted.

    For each setting and each interval the mean number of people there, waiting for it, and blocked
    in it (in need of nothing but a space elsewhere). For the whole run but its first part: people
    admitted, and turned away, a day; and of those who were admitted, the mean and the standard
    deviation of their wait, and the mean wait of each group.
    """
    found: dict[Key, float] = {}
    parts = intervals(days)
    was_asked = ~told.turned_away
    is_in = np.isfinite(told.admitted_at)
    later = parts[0][1], parts[-1][1]
    came = is_in & (told.admitted_at >= later[0])
    length = later[1] - later[0]
    for number, name in enumerate(place.settings):
        here = told.setting == number
        for start, end in parts:
            days_of = f"{start:g} to {end:g}"
            if not _is_queue(place, name):
                found[Key("occupied", name, "", days_of)] = _mean(
                    told.admitted_at, told.left_at, here & is_in, start, end
                )
                found[Key("blocked", name, "", days_of)] = _mean(
                    told.done_at, told.left_at, here & is_in, start, end
                )
            found[Key("waiting", name, "", days_of)] = _mean(
                told.asked_at, told.stopped_at, here & was_asked, start, end
            )
        wait = (told.stopped_at - told.asked_at)[here & came]
        found[Key("admitted_per_day", name)] = len(wait) / length
        away = here & told.turned_away & (told.asked_at >= later[0])
        found[Key("turned_away_per_day", name)] = float(away.sum()) / length
        found[Key("wait_days", name)] = float(wait.mean()) if len(wait) else np.nan
        found[Key("wait_sd", name)] = float(wait.std()) if len(wait) > 1 else np.nan
        for g, group in enumerate(place.patients) if len(place.patients) > 1 else ():
            its_own = wait[told.group[here & came] == g]
            found[Key("wait_days", name, group)] = float(its_own.mean()) if len(its_own) else np.nan
    return found


def _mean(start: Floats, end: Floats, of: Bools, low: float, high: float) -> float:
    """The mean number between two instants of those who are something from one time to another."""
    inside = np.minimum(end[of], high) - np.maximum(start[of], low)
    return float(np.maximum(inside, 0.0).sum()) / (high - low)


def _is_queue(place: Place, name: str) -> bool:
    """Whether a setting is only where people wait for another: they need it for no time."""
    stay = place.settings[name].stay
    return stay is not None and stay.fixed is not None and stay.fixed.value.value == 0
