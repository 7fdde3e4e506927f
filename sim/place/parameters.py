"""The parameters of the families of distributions, from whichever numbers are written."""

import math

from sim.place.distributions import Exponential, Gamma, Lognormal, Weibull


def lognormal_parameters(family: Lognormal) -> tuple[float, float]:
    """mu and sigma of the logarithm, from whichever two numbers are written."""
    if family.mu and family.sigma:
        return family.mu.value, family.sigma.value
    assert family.mean is not None
    mean = family.mean.value
    if family.median:
        mu = math.log(family.median.value)
        return mu, math.sqrt(2 * (math.log(mean) - mu))
    assert family.sd is not None
    variance = math.log1p((family.sd.value / mean) ** 2)
    return math.log(mean) - variance / 2, math.sqrt(variance)


def gamma_parameters(family: Gamma) -> tuple[float, float]:
    """Shape and scale, from whichever two numbers are written."""
    if family.shape and family.scale:
        return family.shape.value, family.scale.value
    if family.shape and family.rate:
        return family.shape.value, 1 / family.rate.value
    assert family.mean is not None
    assert family.sd is not None
    shape = (family.mean.value / family.sd.value) ** 2
    return shape, family.mean.value / shape


def weibull_scale(family: Weibull) -> float:
    """The scale, as written or from the mean."""
    if family.scale:
        return family.scale.value
    assert family.mean is not None
    return family.mean.value / math.gamma(1 + 1 / family.shape.value)


def exponential_mean(family: Exponential) -> float:
    """The mean, as written or from the rate."""
    if family.mean:
        return family.mean.value
    assert family.rate is not None
    return 1 / family.rate.value
