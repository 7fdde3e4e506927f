"""Do two sets of runs agree? Each number by Welch's t, and when many of them raise an alarm."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

FALSE_ALARM = 0.05
"""The chance that everything agrees and yet some alarm is raised: half of it for single numbers,
half for the numbers of all places together."""
FEWEST = 10
"""Runs in which a number is known, on each side, below which it is not compared."""
RAREST = 0.25
"""The share of runs in which a number is not 0, below which it is not compared."""


@dataclass(frozen=True)
class Difference:
    """One number on both sides: means, standard errors, and how likely by chance."""

    ours: float
    ours_se: float
    theirs: float
    theirs_se: float
    p: float

    @property
    def z(self) -> float:
        """The difference as a standard normal number: above 0 if ours is larger."""
        size = float(stats.norm.isf(max(self.p, 1e-300) / 2))
        return math.copysign(size, self.ours - self.theirs)


def welch(ours: Sequence[float], theirs: Sequence[float]) -> Difference | None:
    """Two samples of a number compared; None where it is too rare, or never varies, on both sides.

    >>> welch([1.0] * 10, [1.0] * 10) is None
    True
    """
    a, b = (np.array([x for x in side if math.isfinite(x)]) for side in (ours, theirs))
    if min(len(a), len(b)) < FEWEST:
        return None
    both = np.concatenate((a, b))
    if np.count_nonzero(both) < RAREST * len(both) or np.ptp(both) <= 1e-12 * abs(both).max():
        return None
    a_se, b_se = (float(each.std(ddof=1)) / math.sqrt(len(each)) for each in (a, b))
    always = a_se == b_se == 0
    told = (a.mean(), a.std(ddof=1), len(a), b.mean(), b.std(ddof=1), len(b))
    p = 0.0 if always else float(stats.ttest_ind_from_stats(*told, equal_var=False).pvalue)
    return Difference(float(a.mean()), a_se, float(b.mean()), b_se, p)


def alarms(p_values: Sequence[float], false_alarm: float) -> list[bool]:
    """Which of many comparisons raise an alarm, by Holm's method.

    Where all agree, the chance of any alarm is at most ``false_alarm``, however the comparisons
    depend on one another. Source: Holm S (1979), Scandinavian Journal of Statistics 6(2):65-70.

    >>> alarms([0.001, 0.2, 0.02], 0.05)
    [True, False, True]
    """
    order = np.argsort(p_values, kind="stable")
    raised = [False] * len(order)
    for rank, number in enumerate(order.tolist()):
        if p_values[number] > false_alarm / (len(order) - rank):
            break
        raised[number] = True
    return raised


def together(z_by_place: Sequence[float]) -> tuple[float, float]:
    """The mean over places of each one's mean z, and how likely so large a mean is by chance.

    A small difference that goes the same way in many places shows here, and in no single one.
    """
    z = np.array(z_by_place)
    return float(z.mean()), float(stats.ttest_1samp(z, 0.0).pvalue)


def evenness(p_values: Sequence[float]) -> float:
    """How likely p-values so uneven are by chance if all agree (Kolmogorov and Smirnov).

    They must not depend on one another: take one from each place.
    """
    return float(stats.kstest(p_values, "uniform").pvalue)
