"""The run chart: a series about the median of its baseline, read by three rules.

A *shift* is six points or more in a row on one side of the median, a *trend* five or more that all
rise or all fall; *too few or too many runs* are what chance gives in less than one series in forty
each. Points on the median neither count nor end a shift or a run; a point as high as the one before
neither counts nor ends a trend.

Source: Perla, Provost and Murray (2011), The run chart: a simple analytical tool for learning from
variation in healthcare processes, BMJ Quality and Safety 20, 46-51 (the rules); Swed and Eisenhart
(1943), Tables for testing randomness of grouping, Annals of Mathematical Statistics 14 (runs).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Floats = NDArray[np.float64]
Signs = NDArray[np.int8]

SHIFT, TREND = 6, 5
TAIL = 0.025
"""The chance of so few runs, or of so many, that is called too few or too many."""


@dataclass(frozen=True)
class Runs:
    """How often one series changes sides, beside what chance gives."""

    number: int
    fewest: int
    most: int
    """Fewer than the fewest, or more than the most, are a signal."""

    @property
    def verdict(self) -> Literal["too few", "too many", "as chance"]:
        """What the number of runs says."""
        if self.number < self.fewest:
            return "too few"
        return "too many" if self.number > self.most else "as chance"


def shifts(values: Floats, median: float) -> Signs:
    """1 at the points of a shift above the median, -1 below, 0 elsewhere; shape (points,).

    >>> shifts(np.array([1.0, 4, 4, 4, 3, 4, 4, 4]), 3.0).tolist()
    [0, 1, 1, 1, 0, 1, 1, 1]
    """
    side = np.sign(values - median).astype(np.int8)
    found = np.zeros(len(values), dtype=np.int8)
    for places in _alike(side, np.flatnonzero(side)):
        if len(places) >= SHIFT:
            found[places] = side[places[0]]
    return found


def trends(values: Floats) -> Signs:
    """1 at the points of a rise of five or more, -1 of a fall, 0 elsewhere; shape (points,).

    >>> trends(np.array([5.0, 1, 2, 2, 3, 4, 5, 0])).tolist()
    [0, 1, 1, 0, 1, 1, 1, 0]
    """
    step = np.zeros(len(values), dtype=np.int8)
    step[1:] = np.sign(np.diff(values))
    found = np.zeros(len(values), dtype=np.int8)
    moves = np.flatnonzero(step)
    for places in _alike(step, moves):
        before = moves[moves < places[0]]
        start = int(before[-1]) if len(before) else 0
        if len(places) + 1 >= TREND:
            found[[start, *places]] = step[places[0]]
    return found


def runs_of(values: Floats, median: float) -> Runs:
    """The runs about the median, and how many chance gives with as many points on each side.

    >>> runs_of(np.array([1.0, 3, 1, 3, 1, 3, 1, 3, 1, 3]), 2.0).verdict
    'too many'
    """
    side = np.sign(values - median)
    side = side[side != 0]
    above, below = int((side > 0).sum()), int((side < 0).sum())
    number = int((np.diff(side) != 0).sum()) + 1 if len(side) else 0
    if not above or not below:
        return Runs(number, 0, number)
    chances = chances_of_runs(above, below)
    fewest = int(np.searchsorted(chances.cumsum(), TAIL, side="right"))
    from_above = chances[::-1].cumsum()
    most = len(chances) - 1 - int(np.searchsorted(from_above, TAIL, side="right"))
    return Runs(number, fewest, most)


def chances_of_runs(above: int, below: int) -> Floats:
    """The chance of 0, 1, 2 ... runs of so many points above and below in any order.

    >>> chances_of_runs(1, 2).round(3).tolist()
    [0.0, 0.0, 0.667, 0.333]
    """
    most = 2 * min(above, below) + (above != below)
    runs = np.arange(2, most + 1)
    low, high = runs // 2, (runs + 1) // 2
    ways = np.exp(_log_ways(above, low) + _log_ways(below, high) - _log_all(above, below))
    ways += np.exp(_log_ways(above, high) + _log_ways(below, low) - _log_all(above, below))
    return np.concatenate((np.zeros(2), ways))


def _log_ways(points: int, runs: NDArray[np.signedinteger]) -> Floats:
    """In how many ways so many points make so many runs, as a logarithm; minus infinity if none."""
    possible = np.minimum(runs, points)
    ways = gammaln(points) - gammaln(possible) - gammaln(points - possible + 1)
    return np.asarray(np.where(runs <= points, ways, -np.inf))


def _log_all(above: int, below: int) -> float:
    return float(gammaln(above + below + 1) - gammaln(above + 1) - gammaln(below + 1))


def _alike(signs: Signs, places: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """The places cut where their sign changes."""
    if len(places):
        yield from np.split(places, np.flatnonzero(np.diff(signs[places])) + 1)
