"""Lengths of time as R's distributions, and back: the ones that PathSimR's templates name."""

import math
from typing import Any

from sim.importers.pathsimr_network import Draw
from sim.place.distributions import (
    Distribution,
    Exponential,
    Fixed,
    Gamma,
    Lognormal,
    LongTailed,
    OtherOfR,
    Uniform,
    Weibull,
)
from sim.place.numbers import DAYS_PER_UNIT, TimeUnit
from sim.place.parameters import (
    exponential_mean,
    gamma_parameters,
    lognormal_parameters,
    weibull_scale,
)
from sim.place.r_distributions import complete

BY_LENGTHS = ("norm", "tnorm", "logis", "cauchy")
"""R's others whose parameters are all lengths of time, so that they have any unit."""


def distribution(draw: Draw, unit: str) -> dict[str, Any]:
    """A distribution of R as a place writes it, in the unit of the templates."""
    in_unit = {} if unit == "days" else {"unit": unit}
    match draw.name, draw.parameters:
        case "exp", (rate,):
            return {"exponential": {"rate": rate, **in_unit}}
        case "unif", (low, high) if low == high:
            return {"fixed": {"value": low, **in_unit}}
        case "unif", (low, high):
            return {"uniform": {"low": low, "high": high, **in_unit}}
        case "lnorm", (mu, sigma) if sigma == 0:
            return {"fixed": {"value": math.exp(min(mu, 700.0)), **in_unit}}
        case "lnorm", (mu, sigma):
            return {"lognormal": {"mu": mu, "sigma": sigma, **in_unit}}
        case "gamma", (shape, rate):
            return {"gamma": {"shape": shape, "rate": rate, **in_unit}}
        case "weibull", (shape, scale):
            return {"weibull": {"shape": shape, "scale": scale, **in_unit}}
        case "norm", (mean, sd) if sd == 0:
            return {"fixed": {"value": mean, **in_unit}}
    parameters = [number for number in draw.parameters if number != math.inf]
    return {"other": {"r": draw.name, "parameters": parameters, **in_unit}}


def draw_of(length: Distribution, unit: TimeUnit) -> Draw:
    """A length of time as R's distribution, in a unit.

    Raises:
        ValueError: R has no such distribution; the message names it.

    >>> draw_of(Distribution.model_validate({"exponential": {"mean": 2}}), "days")
    Draw(name='exp', parameters=(0.5,))
    """
    family = length.family
    times = DAYS_PER_UNIT[family.unit] / DAYS_PER_UNIT[unit]
    if isinstance(family, LongTailed) and family.redrawn_above:
        raise ValueError("lengths of which long ones are drawn again")
    match family:
        case Fixed():
            return Draw("unif", (family.value.value * times,) * 2)
        case Uniform():
            return Draw("unif", (family.low.value * times, family.high.value * times))
        case Exponential():
            rate = family.rate.value if family.rate else 1 / exponential_mean(family)
            return Draw("exp", (rate / times,))
        case Lognormal():
            mu, sigma = lognormal_parameters(family)
            return Draw("lnorm", (mu + math.log(times) if times != 1 else mu, sigma))
        case Gamma():
            shape, scale = gamma_parameters(family)
            rate = family.rate.value if family.rate else 1 / scale
            return Draw("gamma", (shape, rate / times))
        case Weibull():
            return Draw("weibull", (family.shape.value, weibull_scale(family) * times))
        case OtherOfR() if times == 1 or family.r in BY_LENGTHS:
            whole = complete(family.r, family.parameters)
            return Draw(family.r, tuple(number * times for number in whole))
        case OtherOfR():
            raise ValueError(f"{family.r} in {unit}, as its parameters are in {family.unit}")
    raise ValueError(f"a {type(family).__name__.lower()} length of time")
