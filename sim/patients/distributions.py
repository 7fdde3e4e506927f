"""Lengths of time in days from uniform numbers, by the inverse of each distribution function."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.patients.r_distributions import inverse_of
from sim.place.distributions import (
    Distribution,
    Empirical,
    Exponential,
    Family,
    Fixed,
    Gamma,
    Lognormal,
    LongTailed,
    OtherOfR,
    Quantiles,
    Triangular,
    Uniform,
    Weibull,
)
from sim.place.parameters import (
    exponential_mean,
    gamma_parameters,
    lognormal_parameters,
    weibull_scale,
)

Floats = NDArray[np.float64]
InverseCdf = Callable[[Floats], Floats]

MAX_DAYS = 1e7
"""No drawn length is longer than this; it is far beyond any run."""

MIDPOINTS = (np.arange(20_000) + 0.5) / 20_000
"""Evenly spread uniform numbers, for sums over a whole distribution."""


def inverse_cdf(distribution: Distribution) -> InverseCdf:
    """The function from uniform numbers in (0, 1) to lengths in days, shape kept."""
    family = distribution.family
    in_units = _cut(family, _in_units(family))
    scale = family.days_per_unit

    def days(u: Floats) -> Floats:
        return np.minimum(in_units(u) * scale, MAX_DAYS)

    return days


def mean_days(distribution: Distribution) -> float:
    """The exact mean in days; of R's others, or where some are drawn again, by a fine sum."""
    family = distribution.family
    redrawn = isinstance(family, LongTailed) and family.is_cut
    if redrawn or isinstance(family, OtherOfR):
        return float(inverse_cdf(distribution)(MIDPOINTS).mean())
    return _mean_in_units(family) * family.days_per_unit


def _in_units(family: Family) -> InverseCdf:
    """The inverse distribution function in the family's own unit."""
    match family:
        case Fixed():
            value = family.value.value
            return lambda u: np.full(u.shape, value)
        case Exponential():
            mean = exponential_mean(family)
            return lambda u: -mean * np.log1p(-u)
        case Lognormal():
            mu, sigma = lognormal_parameters(family)
            return lambda u: np.exp(np.minimum(mu + sigma * special.ndtri(u), 700.0))
        case Gamma():
            shape, scale = gamma_parameters(family)
            return lambda u: np.asarray(special.gammaincinv(shape, u) * scale)
        case Weibull():
            shape, scale = family.shape.value, weibull_scale(family)
            return lambda u: scale * (-np.log1p(-u)) ** (1 / shape)
        case Uniform():
            low, high = family.low.value, family.high.value
            return lambda u: low + (high - low) * u
        case Triangular():
            return _triangular(family.min.value, family.mode.value, family.max.value)
        case Quantiles():
            shares, lengths = np.array(family.points()).T
            return lambda u: np.interp(u, shares, lengths)
        case Empirical():
            values = np.sort(np.array(family.values))
            return lambda u: values[(u * len(values)).astype(np.int64)]
        case OtherOfR():
            return inverse_of(family.r, family.parameters)
    raise NotImplementedError(type(family).__name__)


def _cut(family: Family, lengths: InverseCdf) -> InverseCdf:
    """The lengths with those outside the family's bounds drawn again: its ends are cut off."""
    if not isinstance(family, LongTailed) or not family.is_cut:
        return lengths
    short, up_to_longest = shares_cut(family)
    return lambda u: lengths(short + u * (up_to_longest - short))


def shares_cut(family: LongTailed) -> tuple[float, float]:
    """The share of lengths that are too short, and the share that are not too long.

    >>> shares_cut(Lognormal(mean=9, median=6, redrawn_below=6))
    (0.5, 1.0)
    """
    below, above = family.redrawn_below, family.redrawn_above
    return (
        share_up_to(family, below.value) if below else 0.0,
        share_up_to(family, above.value) if above else 1.0,
    )


def share_up_to(family: LongTailed, length: float) -> float:
    """The share of people whose length, in the family's unit, is at most this."""
    match family:
        case Exponential():
            return -math.expm1(-length / exponential_mean(family))
        case Lognormal():
            mu, sigma = lognormal_parameters(family)
            return float(special.ndtr((math.log(length) - mu) / sigma))
        case Gamma():
            shape, scale = gamma_parameters(family)
            return float(special.gammainc(shape, length / scale))
        case Weibull():
            return -math.expm1(-((length / weibull_scale(family)) ** family.shape.value))
    raise NotImplementedError(type(family).__name__)


def _triangular(low: float, mode: float, high: float) -> InverseCdf:
    width, turn = high - low, (mode - low) / (high - low)

    def lengths(u: Floats) -> Floats:
        rising = low + np.sqrt(u * width * (mode - low))
        falling = high - np.sqrt((1 - u) * width * (high - mode))
        return np.where(u < turn, rising, falling)

    return lengths


def _mean_in_units(family: Family) -> float:
    match family:
        case Fixed():
            return family.value.value
        case Exponential():
            return exponential_mean(family)
        case Lognormal():
            mu, sigma = lognormal_parameters(family)
            return math.exp(mu + sigma**2 / 2)
        case Gamma():
            shape, scale = gamma_parameters(family)
            return shape * scale
        case Weibull():
            return weibull_scale(family) * math.gamma(1 + 1 / family.shape.value)
        case Uniform():
            return (family.low.value + family.high.value) / 2
        case Triangular():
            return (family.min.value + family.mode.value + family.max.value) / 3
        case Quantiles():
            points = np.array(family.points())
            return float(np.trapezoid(points[:, 1], points[:, 0]))
        case Empirical():
            return float(np.mean(family.values))
    raise NotImplementedError(type(family).__name__)
