"""Lengths of time as Ciw's own distributions, which draw for themselves."""

from typing import Any

from sim.place.distributions import (
    Distribution,
    Empirical,
    Exponential,
    Fixed,
    Gamma,
    Lognormal,
    LongTailed,
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


class CannotSayError(Exception):
    """Ciw has no words for something in a place."""


def ciw_length(distribution: Distribution) -> Any:
    """A length of time in days as a distribution of Ciw.

    Raises:
        CannotSayError: Ciw has no such distribution.
    """
    from ciw import dists

    family = distribution.family
    unit = family.days_per_unit
    if isinstance(family, LongTailed) and (family.redrawn_above or family.redrawn_below):
        raise CannotSayError("lengths that are drawn again beyond a limit")
    match family:
        case Fixed():
            return dists.Deterministic(family.value.value * unit)
        case Exponential():
            return dists.Exponential(1 / (exponential_mean(family) * unit))
        case Lognormal():
            mu, sigma = lognormal_parameters(family)
            return _times(dists.Lognormal(mu, sigma), unit)
        case Gamma():
            shape, scale = gamma_parameters(family)
            return dists.Gamma(shape, scale * unit)
        case Weibull():
            return dists.Weibull(weibull_scale(family) * unit, family.shape.value)
        case Uniform():
            return dists.Uniform(family.low.value * unit, family.high.value * unit)
        case Triangular():
            low, mode, high = family.min.value, family.mode.value, family.max.value
            return dists.Triangular(low * unit, mode * unit, high * unit)
        case Empirical():
            return dists.Empirical([value * unit for value in family.values])
    raise CannotSayError(f"lengths of the family {type(family).__name__.lower()}")


def _times(drawn: Any, unit: float) -> Any:
    from ciw import dists

    return drawn if unit == 1 else drawn * dists.Deterministic(unit)
