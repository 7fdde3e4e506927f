"""People who are in the place when the run starts: how long they have been there, and still need.

Four rules for the need that is left. *Equilibrium*: a chance day falls into a long stay more often
than into a short one, so the whole stay is drawn by length and the day falls evenly within it.
*Given days there*: what is left of a stay that is known to have lasted so long. *Uniform from one
day*: evenly between one day and a fresh stay. *Fresh*: a whole new stay.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.patients.conditional import days_left_given
from sim.patients.distributions import (
    MAX_DAYS,
    MIDPOINTS,
    inverse_cdf,
)
from sim.place.distributions import (
    Distribution,
    Empirical,
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
from sim.place.start import StayLeft

Floats = NDArray[np.float64]


def so_far_and_left(
    rule: StayLeft,
    stay: Distribution,
    u_stay: Floats,
    u_moment: Floats,
    there: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Days there so far and days still needed, for each pair of uniform numbers.

    ``there`` is how long each has been there, where that is known.

    Raises:
        NotImplementedError: the rule is not one of the four.
    """
    known = np.zeros_like(u_stay) if there is None else there
    if rule.days is not None:
        return known, inverse_cdf(rule.days)(u_stay)
    if rule.rule == "given days there":
        return known, days_left_given(stay, known, u_stay)
    if rule.rule == "equilibrium":
        whole = found_by_chance(stay, u_stay)
        return whole * u_moment, whole * (1 - u_moment)
    fresh = inverse_cdf(stay)(u_stay)
    if rule.rule == "fresh":
        return known, fresh
    if rule.rule == "uniform from one day":
        left = np.where(fresh < 1, 1.0, 1 + (fresh - 1) * u_moment)
        return np.maximum(fresh - left, 0.0), left
    raise NotImplementedError(rule.rule)


def found_by_chance(stay: Distribution, u: Floats) -> Floats:
    """The whole stay of somebody found on a chance day: each length weighted by itself.

    Exact for the named families; where there is a longest length, by a fine Lorenz curve.
    """
    family = stay.family
    scale = family.days_per_unit
    if isinstance(family, LongTailed) and family.is_cut:
        return _by_lorenz_curve(stay, u)
    match family:
        case Fixed():
            return np.full(u.shape, family.value.value * scale)
        case Exponential():
            return np.asarray(special.gammaincinv(2.0, u) * exponential_mean(family) * scale)
        case Gamma():
            shape, unit = gamma_parameters(family)
            return np.asarray(special.gammaincinv(shape + 1, u) * unit * scale)
        case Lognormal():
            mu, sigma = lognormal_parameters(family)
            lengths = np.exp(np.minimum(mu + sigma**2 + sigma * special.ndtri(u), 700.0))
            return np.asarray(np.minimum(lengths * scale, MAX_DAYS))
        case Weibull():
            power = special.gammaincinv(1 + 1 / family.shape.value, u)
            return np.asarray(weibull_scale(family) * power ** (1 / family.shape.value) * scale)
        case Uniform():
            low, high = family.low.value, family.high.value
            return np.sqrt(low**2 + u * (high**2 - low**2)) * scale
        case Empirical():
            values = np.sort(np.array(family.values))
            if values[-1] == 0:
                return np.zeros(u.shape)
            weights = np.cumsum(values)
            return values[np.searchsorted(weights / weights[-1], u)] * scale
    return _by_lorenz_curve(stay, u)


def _by_lorenz_curve(stay: Distribution, u: Floats) -> Floats:
    """Lengths weighted by themselves, for a distribution with a longest length."""
    lengths = inverse_cdf(stay)(MIDPOINTS)
    if lengths[-1] == 0:
        return np.zeros(u.shape)
    lorenz = np.cumsum(lengths) / lengths.sum()
    return inverse_cdf(stay)(np.interp(u, lorenz, MIDPOINTS))
