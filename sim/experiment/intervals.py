"""Means, differences and their 95% intervals over replications.

Each replication gives a numerator and a denominator; a plain mean has denominator 1, and then all
of this is the ordinary t-interval. A ratio is pooled (all numerators over all denominators), and
its interval comes from the residuals of the ratio estimator. Where an experiment ran until its
intervals were narrow enough, they are widened by a factor for looking so often (``looks.py``).

Source: Cochran (1977), Sampling Techniques, chapter 6; Law (2015), Simulation Modeling and
Analysis, sections 4.5, 9.4 and 10.2.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, ndtri, stdtr, stdtrit

from sim.measures.definitions import Better

Floats = NDArray[np.float64]

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval, 95% unless told otherwise.

    The ends are NaN where there is only one replication.
    """

    mean: float
    low: float
    high: float
    replications: int

    @property
    def half_width(self) -> float:
        """Half the width of the interval; NaN where there is none."""
        return (self.high - self.low) / 2


def pooled(numerator: Floats, denominator: Floats, widened: float = 1.0) -> Interval:
    """The pooled ratio of numerators to denominators, each of shape (replications,).

    >>> pooled(np.array([1.0, 3.0]), np.ones(2)).mean
    2.0
    """
    mean = _ratio(numerator, denominator)
    return _around(mean, ratio_residuals(numerator, denominator), widened)


def paired_difference(
    numerator: Floats,
    denominator: Floats,
    base_numerator: Floats,
    base_denominator: Floats,
    widened: float = 1.0,
) -> Interval:
    """The difference of two pooled ratios over the same replications; shape (replications,)."""
    pairs = ((numerator, denominator), (base_numerator, base_denominator))
    return combination(pairs, (1.0, -1.0), widened)


def combination(
    rows: Sequence[tuple[Floats, Floats]], weights: Sequence[float], widened: float = 1.0
) -> Interval:
    """A weighted sum of pooled ratios over the same replications, such as a contrast of scenarios.

    ``rows`` has the numerators and denominators of each, of shape (replications,).

    >>> one = np.ones(2)
    >>> combination([(np.array([1.0, 3.0]), one), (np.array([5.0, 6.0]), one)], [-1, 2]).mean
    9.0
    """
    total = 0.0
    residuals = np.zeros(len(rows[0][0]))
    for row, weight in zip(rows, weights, strict=True):
        total += weight * _ratio(*row)
        residuals = residuals + weight * ratio_residuals(*row)
    return _around(total, residuals, widened)


def p_value(found: Interval) -> float:
    """The chance of a mean at least so far from 0 if the true one is 0; two-sided, Student's t.

    NaN where there is no interval.

    >>> round(p_value(Interval(2.0, 0.0, 4.0, 9)), 6)
    0.05
    """
    n = found.replications
    if n < 2 or math.isnan(found.mean) or math.isnan(found.low):
        return math.nan
    error = (found.high - found.low) / 2 / float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2))
    if error == 0:
        return 1.0 if found.mean == 0 else 0.0
    return float(2 * stdtr(n - 1, -abs(found.mean) / error))


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values raised so that, of all of a family together, a false finding is as rare as of one.

    Those that are NaN stay so and do not count.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]

    Source: Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    order = sorted((p, n) for n, p in enumerate(p_values) if not math.isnan(p))
    raised = [math.nan] * len(p_values)
    highest = 0.0
    for place, (p, n) in enumerate(order):
        highest = max(highest, min(1.0, p * (len(order) - place)))
        raised[n] = highest
    return raised


def pooled_if_skew(numerator: Floats, denominator: Floats, confidence: float) -> Interval:
    """The same as ``pooled``, with ends that hold for skew replications and high confidence.

    Where people queue, most replications are quiet and a few are very bad; then a t-interval of
    high confidence lies too low. The t statistic is transformed so that its skewness is gone.

    >>> found = pooled_if_skew(np.array([0.0, 0.0, 1.0, 0.0, 7.0]), np.ones(5), 0.95)
    >>> round(found.low, 1), round(found.mean, 1), round(found.high, 1)
    (-0.9, 1.6, 14.1)

    Source: Hall (1992), On the removal of skewness by transformation, JRSS B 54.
    """
    plain = pooled(numerator, denominator, widening_to(confidence, len(numerator)))
    residuals = ratio_residuals(numerator, denominator)
    n, spread = plain.replications, float(residuals.std()) if len(residuals) else math.nan
    if n < 3 or not spread > 0:
        return plain
    skewness = float((residuals**3).mean()) / spread**3 / math.sqrt(n)
    error = float(residuals.std(ddof=1)) / math.sqrt(n)
    t = float(stdtrit(n - 1, 0.5 + confidence / 2))
    low, high = (plain.mean - error * _as_skew(x, skewness) for x in (t, -t))
    return Interval(plain.mean, low, high, n)


def widening_to(confidence: float, replications: int) -> float:
    """The factor by which a 95% t-interval is widened (or narrowed) to one of this confidence.

    >>> round(widening_to(0.99, 10), 3)
    1.437
    """
    if replications < 2:
        return 1.0
    asked, usual = (stdtrit(replications - 1, 0.5 + c / 2) for c in (confidence, CONFIDENCE))
    return float(asked / usual)


def _as_skew(x: float, skewness: float) -> float:
    """The t statistic that Hall's transformation takes to x; skewness is over the root of n."""
    if abs(skewness) < 1e-9:
        return x
    return float(np.cbrt(1 + skewness * (x - skewness / 6)) - 1) / (skewness / 3)


def share_better(
    numerator: Floats,
    denominator: Floats,
    base_numerator: Floats,
    base_denominator: Floats,
    better: Better,
) -> float:
    """The share of replications in which a scenario is better than the baseline; ties count half.

    Replications in which either has nothing to measure are left out; NaN if that is all.
    """
    valid = (denominator > 0) & (base_denominator > 0)
    if not valid.any():
        return math.nan
    gain = base_numerator[valid] / base_denominator[valid] - numerator[valid] / denominator[valid]
    if better == "higher":
        gain = -gain
    return float(np.mean((np.sign(gain) + 1) / 2))


def share_of(count: float, number: int) -> Interval:
    """The share of so many replications in which something holds, with its 95% score interval.

    >>> [round(end, 3) for end in (share_of(0, 20).low, share_of(0, 20).high)]
    [0.0, 0.161]

    Source: Wilson (1927), Probable inference, JASA 22; Brown, Cai and DasGupta (2001), Interval
    estimation for a binomial proportion, Statistical Science 16, section 3.1.
    """
    share, z2 = count / number, float(ndtri(0.5 + CONFIDENCE / 2)) ** 2
    middle = (share + z2 / (2 * number)) / (1 + z2 / number)
    inside = max(0.0, share * (1 - share) / number + z2 / (4 * number * number))
    half = math.sqrt(z2 * inside) / (1 + z2 / number)
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half), number)


def median_of(values: Floats) -> Interval:
    """The median of one number of each replication, with a 95% interval from their order.

    Numbers may be infinite, for what did not happen in time. The ends are NaN with fewer than six
    replications, which can't give such an interval.

    >>> median_of(np.array([3.0, 1, 2, 5, 4, np.inf])).high
    inf

    Source: David and Nagaraja (2003), Order Statistics, section 7.1.
    """
    ordered, n = np.sort(values), len(values)
    below = int(sum(bdtr(k, n, 0.5) <= (1 - CONFIDENCE) / 2 for k in range(n)))
    middle = float((ordered[(n - 1) // 2] + ordered[n // 2]) / 2)
    if not below:
        return Interval(middle, math.nan, math.nan, n)
    return Interval(middle, float(ordered[below - 1]), float(ordered[n - below]), n)


def _ratio(numerator: Floats, denominator: Floats) -> float:
    total = float(denominator.sum())
    return float(numerator.sum()) / total if total > 0 else math.nan


def ratio_residuals(numerator: Floats, denominator: Floats) -> Floats:
    """How far each replication stands from the pooled ratio; their mean is 0.

    Of the numerators and denominators of a measure, each of shape (replications,).
    """
    mean = float(denominator.mean()) if len(denominator) else 0.0
    if mean <= 0:
        return np.full(len(numerator), math.nan)
    return np.asarray((numerator - _ratio(numerator, denominator) * denominator) / mean)


def _around(mean: float, residuals: Floats, widened: float) -> Interval:
    n = len(residuals)
    if n < 2:
        return Interval(mean, math.nan, math.nan, n)
    t = widened * float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2))
    half = t * float(residuals.std(ddof=1)) / math.sqrt(n)
    return Interval(mean, mean - half, mean + half, n)


def ratio_of_means(top: Floats, bottom: Floats, widened: float = 1.0) -> Interval | None:
    """The ratio of two paired means with Fieller's interval; None where there is none.

    Each of shape (replications,). There is a ratio only if the mean of ``bottom`` is above 0 and,
    with two replications or more, its own 95% interval is: else the ratio could be anything.

    >>> ratio_of_means(np.array([2.0, 4.0, 6.0]), np.array([10.0, 11.0, 12.0])).mean
    0.36363636363636365
    >>> ratio_of_means(np.array([2.0, 4.0]), np.array([-10.0, 11.0])) is None
    True

    Source: Fieller (1954), Some problems in interval estimation, JRSS B 16.
    """
    n = len(bottom)
    a, b = float(top.mean()), float(bottom.mean())
    if not b > 0:
        return None
    ratio = a / b
    if n < 2:
        return Interval(ratio, math.nan, math.nan, n)
    t = widened * float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2))
    (v_aa, v_ab), (_, v_bb) = np.cov(top, bottom, ddof=1) / n
    g = t * t * v_bb / (b * b)
    if g >= 1:
        return None
    spread = v_aa - 2 * ratio * v_ab + ratio * ratio * v_bb
    if v_bb > 0:
        spread -= g * (v_aa - v_ab * v_ab / v_bb)
        middle = ratio - g * v_ab / v_bb
    else:
        middle = ratio
    half = t / b * math.sqrt(max(spread, 0.0))
    return Interval(ratio, (middle - half) / (1 - g), (middle + half) / (1 - g), n)
