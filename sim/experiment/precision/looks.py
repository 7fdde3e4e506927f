"""When to look whether intervals are narrow enough, and how much wider looking makes them.

Who stops as soon as an interval is narrow stops more often when the spread happens to look small,
so that the interval is too narrow: with a first look at ten replications, 95% intervals would cover
in 93.5%. What is stopped on is the spread alone, and for normal numbers the mean knows nothing of
the spread; so the true coverage can be worked out for any schedule of looks: the sum of squares
grows by a chi-squared number from look to look, and at each look the part that is small enough
stops. Intervals are widened by the least factor with which no spread at all leads to a coverage
below 95%. The widened interval is also what is looked at, so what was asked for is what is given.

Source: Stein (1945), Annals of Mathematical Statistics 16, for the independence used here; Chow and
Robbins (1965), same journal 36, for stopping on the width; Law (2015), Simulation Modeling and
Analysis, section 9.4.1, for what is lost by it; Singham and Schruben (2012), Finite-sample
performance of absolute precision stopping rules, INFORMS Journal on Computing 24.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtr, ndtr, stdtrit

from sim.experiment.intervals import CONFIDENCE

Floats = NDArray[np.float64]

GROWTH = 1.25
"""Each look comes after a quarter more replications."""
MATTERS = 20
"""Looks after so many times the first change nothing: the worst spread stops at two or three
times the first."""
FINENESS = 0.03
"""The step in which sums of squares are followed, in standard deviations at the first look."""
NEEDED = np.geomspace(0.4, 10.0, 33)
"""The spreads that are tried, as the number of replications that each would need if it were known,
in numbers of the first look."""


def looks(first: int, at_most: int) -> tuple[int, ...]:
    """The numbers of replications after which is looked.

    >>> looks(10, 40)
    (10, 13, 17, 22, 28, 35, 40)
    """
    found = [min(first, at_most)]
    while found[-1] < at_most:
        found.append(min(at_most, math.ceil(GROWTH * found[-1])))
    return tuple(found)


@lru_cache
def widening(schedule: tuple[int, ...]) -> float:
    """The factor by which t-intervals are widened for this schedule: 1 for a single look.

    To a thousandth, rounded up.

    >>> widening((10,)), widening(looks(10, 200))
    (1.0, 1.069)
    """
    used = tuple(n for n in schedule if n <= MATTERS * schedule[0])
    if len(used) < 2:
        return 1.0
    worst = max(_least_factor(used, float(needed)) for needed in NEEDED * schedule[0])
    return math.ceil(1000 * worst) / 1000


def coverage(schedule: tuple[int, ...], needed: float, factor: float) -> float:
    """How often intervals cover the mean if the first that is narrow enough is taken.

    Of normal numbers; ``needed`` is how many replications it would take if their spread were
    known, and ``factor`` widens what is given but not what is looked at.
    """
    total = 0.0
    for n, squares, chance in _stopped(schedule, needed):
        total += float(chance @ _covers(n, squares, factor))
    return total


def _covers(n: int, squares: Floats, factor: float) -> Floats:
    """How often the interval of n numbers covers, by their sum of squares about their mean."""
    reach = factor * _t(n) * np.sqrt(squares / (n - 1))
    return np.asarray(2 * ndtr(reach) - 1)


def _t(n: int) -> float:
    return float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2))


def _least_factor(schedule: tuple[int, ...], needed: float) -> float:
    """The least factor with which intervals cover as often as they say, by halving."""
    stopped = [
        (n, squares[chance > 1e-12], chance[chance > 1e-12])
        for n, squares, chance in _stopped(schedule, needed)
    ]
    low, high = 1.0, 3.0
    while high - low > 1e-4:
        middle = (low + high) / 2
        covers = sum(float(chance @ _covers(n, sq, middle)) for n, sq, chance in stopped)
        low, high = (low, middle) if covers >= CONFIDENCE else (middle, high)
    return high


def _stopped(schedule: tuple[int, ...], needed: float) -> list[tuple[int, Floats, Floats]]:
    """For each look: its number, sums of squares (of numbers with variance 1), and the chance of
    stopping there with each of them."""
    squares, grown = _growth(schedule)
    wide = float(stdtrit(math.inf, 0.5 + CONFIDENCE / 2)) / math.sqrt(needed)
    step = squares[1] - squares[0]
    going_on = np.zeros(len(squares))
    going_on[0] = 1.0
    found = []
    for n, transform in zip(schedule, grown, strict=True):
        wrapped = 2 * (len(transform) - 1)
        going_on = np.fft.irfft(np.fft.rfft(going_on, wrapped) * transform)[: len(squares)]
        going_on = np.maximum(going_on, 0.0)
        narrow = (n - 1) * n * (wide / _t(n)) ** 2
        share = np.clip((narrow - squares) / step + 0.5, 0.0, 1.0)
        if n == schedule[-1]:
            share = np.ones(len(squares))
        found.append((n, squares, going_on * share))
        going_on = going_on * (1 - share)
    return found


@lru_cache(maxsize=4)
def _growth(schedule: tuple[int, ...]) -> tuple[Floats, list[NDArray[np.complex128]]]:
    """A lattice of sums of squares, and by how much each look makes them grow: the transform of
    the chances of each step."""
    last = schedule[-1] - 1
    step = FINENESS * math.sqrt(2 * (schedule[0] - 1))
    size = 2 ** math.ceil(math.log2((last + 8 * math.sqrt(2 * last) + 40) / step))
    squares = step * np.arange(size)
    edges = np.append(0.0, squares + step / 2)
    grown = []
    for before, n in zip((1, *schedule), schedule, strict=False):
        chances = np.diff(chdtr(n - before, edges))
        grown.append(np.fft.rfft(chances, 2 * size))
    return squares, grown
