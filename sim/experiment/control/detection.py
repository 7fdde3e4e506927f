"""After how many weeks the rules of a control chart see a change, over the replications of a run.

Limits are held from the baseline. A rule counts only if all points of its pattern lie after the
change began, as when a chart is annotated with the date and read from there; so seven on one side
takes seven points or more. What the rules say of the unchanged baseline in the same weeks are false
alarms: a rule that fires anyway has seen nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.experiment.control.control_chart import LIMIT, RULES, Limits, fired
from sim.experiment.intervals import Interval, median_of, pooled, share_of

Floats = NDArray[np.float64]

WITHIN_WEEKS = (13, 26, 52)
ANY = "any"
WIDE = "outside wide limits"
FEW_FALSE, FEW_FALSE_WEEKS = 0.05, 26
"""Limits are widened until at most this share of unchanged histories has a false alarm so soon."""


@dataclass(frozen=True)
class Change:
    """When a change begins, on the clock of a chart."""

    day: float
    """Day of measuring."""
    days_a_point: int

    @property
    def first_point(self) -> int:
        """The first point that lies wholly after it."""
        return int(-(-self.day // self.days_a_point))

    def weeks_at(self, points: Floats) -> Floats:
        """Weeks from the change to the end of the n-th point after it.

        >>> Change(day=10, days_a_point=7).weeks_at(np.array([1.0])).tolist()
        [1.5714285714285714]
        """
        return np.asarray(((self.first_point + points) * self.days_a_point - self.day) / 7)


@dataclass(frozen=True)
class Seen:
    """When a rule, or any of them, first fires on one side after a change."""

    rule: str
    weeks_watched: float
    """From the change to the end of the run."""
    median: Interval
    """Weeks; infinite where it is not seen by the end of the run."""
    five: float
    ninety_five: float
    """Between these lie nine in ten single histories; infinite as the median."""
    within: Mapping[int, Interval]
    """Weeks → the share of replications in which it is seen; only for weeks that were watched."""
    share_first: float
    """The share in which no other rule fires before it."""


def points_of(days: Floats, days_a_point: int) -> Floats:
    """Means of so many days each, the last incomplete point left out; time is the last axis.

    >>> points_of(np.arange(5.0), 2).tolist()
    [0.5, 2.5]
    """
    number = days.shape[-1] // days_a_point
    whole = days[..., : number * days_a_point]
    return np.asarray(whole.reshape(*days.shape[:-1], number, days_a_point).mean(-1))


def when_seen(points: Floats, limits: Limits, change: Change, sign: int) -> list[Seen]:
    """When each rule, and any of them, first fires on a side; shape (replications, points).

    ``points`` are those of the whole run; any of them stands first in the answer.
    """
    after = points[:, change.first_point :]
    first = {rule: _first(found == sign) for rule, found in fired(after, limits).items()}
    soonest = np.min(list(first.values()), axis=0)
    watched = float(change.weeks_at(np.array(after.shape[-1])))
    taken = np.zeros(len(points), dtype=np.bool_)
    found = [_seen(ANY, change.weeks_at(soonest), watched, float(np.isfinite(soonest).mean()))]
    for rule in RULES:
        is_first = np.isfinite(first[rule]) & (first[rule] == soonest) & ~taken
        taken |= is_first
        found.append(_seen(rule, change.weeks_at(first[rule]), watched, float(is_first.mean())))
    return found


def widening(unchanged: Floats, limits: Limits, change: Change, sign: int) -> float:
    """How many times as wide the limits must be for few false alarms; never below 1.

    So wide that of these replications of an unchanged series at most one in twenty has a point
    outside, on a side, within 26 weeks of a moment (or to the end of the run, if sooner).
    """
    after = unchanged[:, change.first_point :]
    after = after[:, change.weeks_at(np.arange(1.0, after.shape[-1] + 1)) <= FEW_FALSE_WEEKS]
    room = LIMIT * limits.moving_range
    away = (sign * (after - limits.mean[:, None])).max(axis=-1)
    times = np.divide(away, room, out=np.ones_like(away), where=room > 0)
    return max(1.0, float(np.quantile(times, 1 - FEW_FALSE, method="inverted_cdf")))


def seen_with_wide_limits(
    points: Floats, limits: Limits, times: float, change: Change, sign: int
) -> Seen:
    """When a point first lies outside limits so many times as wide, no other rule being used."""
    wide = Limits(limits.mean, limits.moving_range * times)
    found = next(e for e in when_seen(points, wide, change, sign) if e.rule == "outside")
    return replace(found, rule=WIDE, share_first=float("nan"))


def _first(fires: NDArray[np.bool_]) -> Floats:
    """The number of the first point that fires, from 1; infinite if none does."""
    return np.where(fires.any(-1), fires.argmax(-1) + 1.0, np.inf)


def _seen(rule: str, weeks: Floats, watched: float, share_first: float) -> Seen:
    five, ninety_five = np.quantile(weeks, [0.05, 0.95], method="inverted_cdf")
    within = {
        limit: share_of(int((weeks <= limit).sum()), len(weeks))
        for limit in WITHIN_WEEKS
        if limit <= watched
    }
    return Seen(
        rule, watched, median_of(weeks), float(five), float(ninety_five), within, share_first
    )


def autocorrelation(points: Floats) -> Interval:
    """How alike each point is to the one before (lag 1), over series of shape (series, points).

    All products over all squares about each series' own mean; 0 where nothing varies.

    Source: Chatfield (2003), The Analysis of Time Series, section 2.7.
    """
    about = points - points.mean(axis=-1, keepdims=True)
    squares = (about * about).sum(-1)
    if not squares.any():
        return Interval(0.0, 0.0, 0.0, len(points))
    return pooled((about[:, 1:] * about[:, :-1]).sum(-1), squares)


def spread_beside_limits(points: Floats) -> Interval:
    """The standard deviation of points over what moving ranges take it for; 1 if independent."""
    assumed = np.abs(np.diff(points, axis=-1)).mean(-1) / 1.128
    if not assumed.any():
        return Interval(1.0, 1.0, 1.0, len(points))
    return pooled(points.std(axis=-1, ddof=1), assumed)


def falling(points: Floats, fall: float, change: Change) -> Floats:
    """Series with the points after a change scaled down at once by a share."""
    scaled = points.copy()
    scaled[..., change.first_point :] *= 1 - fall
    return scaled


def spliced(base: Floats, scenario: Floats, baseline_points: int) -> Floats:
    """A scenario's series with its baseline scenario's first points in front."""
    return np.concatenate((base[..., :baseline_points], scenario[..., baseline_points:]), axis=-1)
