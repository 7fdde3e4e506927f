"""What is left of a length of time that is known to have lasted so long already.

By the survival function, so that it stays exact far out in the tail: with S(t) the share of lengths
above t, a uniform number u and a length so far of a, the whole is where S falls to u times S(a).
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.patients.distributions import (
    MAX_DAYS,
    InverseCdf,
    inverse_cdf,
    share_up_to,
    shares_cut,
)
from sim.place.distributions import (
    Distribution,
    Exponential,
    Fixed,
    Gamma,
    Lognormal,
    LongTailed,
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

HALVINGS = 60
TINY = 1e-300


def days_left_given(stay: Distribution, so_far: Floats, u: Floats) -> Floats:
    """Days left of stays that have lasted ``so_far`` days, for uniform numbers; shape kept.

    Nothing is left of a stay that has lasted longer than any can.

    >>> days_left_given(Distribution.model_validate(9), np.array([2.0, 12.0]), np.array([.3, .8]))
    array([7., 0.])
    """
    family = stay.family
    scale = family.days_per_unit
    age = so_far / scale
    if isinstance(family, Fixed):
        whole = np.full(u.shape, family.value.value)
    elif isinstance(family, Uniform):
        low, high = family.low.value, family.high.value
        least = np.clip(age, low, high)
        whole = least + (high - least) * u
    elif isinstance(family, LongTailed):
        whole = _long_tailed(family, age, u)
    else:
        u_so_far = _share_up_to(stay, so_far)
        whole = inverse_cdf(stay)(u_so_far + (1 - u_so_far) * u) / scale
    return np.minimum(np.maximum(whole - age, 0.0) * scale, MAX_DAYS)


def log_share_above(stay: Distribution, days: Floats) -> Floats:
    """The logarithm of the share of stays above so many days; shape kept."""
    family = stay.family
    with np.errstate(divide="ignore"):
        if not isinstance(family, LongTailed):
            return np.log(1 - _share_up_to(stay, days, nearly_all=1.0))
        log_s = _log_survival(family, days / family.days_per_unit)
        if not family.is_cut:
            return log_s
        short, up_to_longest = shares_cut(family)
        above = (np.exp(log_s) - (1 - up_to_longest)) / (up_to_longest - short)
        return np.log(np.clip(above, 0.0, 1.0))


def _long_tailed(family: LongTailed, age: Floats, u: Floats) -> Floats:
    """The whole length, in the family's unit: S(whole) is spread evenly over what is possible.

    The logarithm of S is used, so that nothing is lost where S itself is too small for a number.
    """
    if family.redrawn_below is not None:
        age = np.maximum(age, family.redrawn_below.value)
    log_s = _log_survival(family, age)
    share = 1 - u  # in (0, 1), so that a greater u gives a longer length
    if family.redrawn_above is not None:
        longest = family.redrawn_above.value
        kept = math.log(max(-math.expm1(math.log(share_up_to(family, longest))), TINY))
        relative = np.exp(np.minimum(kept - log_s, 0.0))
        share = relative + (1 - relative) * share
        return np.asarray(np.minimum(_at_log_survival(family, log_s + np.log(share), age), longest))
    return _at_log_survival(family, log_s + np.log(share), age)


def _log_survival(family: LongTailed, length: Floats) -> Floats:
    """The logarithm of the share of lengths above this."""
    match family:
        case Exponential():
            return np.asarray(-length / exponential_mean(family))
        case Lognormal():
            mu, sigma = lognormal_parameters(family)
            with np.errstate(divide="ignore"):
                return np.asarray(special.log_ndtr((mu - np.log(length)) / sigma))
        case Gamma():
            shape, scale = gamma_parameters(family)
            return np.asarray(np.log(np.maximum(special.gammaincc(shape, length / scale), TINY)))
        case Weibull():
            return np.asarray(-((length / weibull_scale(family)) ** family.shape.value))
    raise NotImplementedError(type(family).__name__)


def _at_log_survival(family: LongTailed, log_s: Floats, least: Floats) -> Floats:
    """The length above which this share of lengths is; at least ``least``."""
    match family:
        case Exponential():
            length = -log_s * exponential_mean(family)
        case Lognormal():
            mu, sigma = lognormal_parameters(family)
            length = np.exp(np.minimum(mu - sigma * special.ndtri_exp(log_s), 700.0))
        case Gamma():
            shape, scale = gamma_parameters(family)
            length = special.gammainccinv(shape, np.maximum(np.exp(log_s), TINY)) * scale
        case Weibull():
            length = weibull_scale(family) * (-log_s) ** (1 / family.shape.value)
        case _:
            raise NotImplementedError(type(family).__name__)
    return np.maximum(length, least)


def longer_than(lengths: InverseCdf, least: Floats, u: Floats) -> Floats:
    """Lengths known to be longer than ``least``, for uniform numbers; shape kept."""
    share = _share(lengths, least, 1 - 2.0**-53)
    return np.maximum(lengths(share + (1 - share) * u), least)


def _share_up_to(stay: Distribution, days: Floats, nearly_all: float = 1 - 2.0**-53) -> Floats:
    """The share of lengths of at most so many days."""
    return _share(inverse_cdf(stay), days, nearly_all)


def _share(lengths: InverseCdf, days: Floats, nearly_all: float) -> Floats:
    """The share of lengths of at most so many days, from the inverse, by halving."""
    low, high = np.zeros(days.shape), np.ones(days.shape)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        # Just below 1, where the inverse of a file's values has its last.
        above = lengths(np.clip(middle, 2.0**-53, 1 - 2.0**-53)) > days
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.minimum(high, nearly_all)
