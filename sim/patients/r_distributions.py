"""R's further distributions as lengths of time, by the inverse of each distribution function.

Source: R Core Team, package stats (the parameters); scipy.special (the inverses).
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.place.r_distributions import complete

Floats = NDArray[np.float64]
InverseCdf = Callable[[Floats], Floats]

MOST_VALUES = 2_000_000
ALL = 1 - 1e-15


def inverse_of(name: str, parameters: tuple[float, ...]) -> InverseCdf:
    """The function from uniform numbers to lengths, in the unit of the parameters; shape kept.

    What may be below 0 (see ``MOST_BELOW_0``) is drawn again there.

    >>> inverse_of("pois", (2.0,))(np.array([0.1, 0.5, 0.95]))
    array([0., 2., 5.])
    """
    values = complete(name, parameters)
    if name in _COUNTS:
        return _of_counts(_COUNTS[name](*values))
    if name == "norm" and values[1] == 0:
        return lambda u: np.full(u.shape, values[0])
    return _CONTINUOUS[name](*values)


# Lengths without gaps


def _beta(shape1: float, shape2: float, ncp: float) -> InverseCdf:
    if ncp == 0:
        return lambda u: np.asarray(special.betaincinv(shape1, shape2, u))

    def lengths(u: Floats) -> Floats:
        ratio = shape1 * special.ncfdtri(2 * shape1, 2 * shape2, ncp, u)
        return np.asarray(ratio / (ratio + shape2))

    return lengths


def _chisq(df: float, ncp: float) -> InverseCdf:
    if ncp == 0:
        return lambda u: np.asarray(2 * special.gammaincinv(df / 2, u))
    return lambda u: np.asarray(special.chndtrix(u, df, ncp))


def _f(df1: float, df2: float, ncp: float) -> InverseCdf:
    if ncp == 0:
        return lambda u: np.asarray(special.fdtri(df1, df2, u))
    return lambda u: np.asarray(special.ncfdtri(df1, df2, ncp, u))


def _t(df: float, ncp: float) -> InverseCdf:
    below = float(special.ndtr(-ncp))
    return lambda u: np.asarray(special.nctdtrit(df, ncp, below + u * (1 - below)))


def _cauchy(location: float, scale: float) -> InverseCdf:
    below = 0.5 - math.atan(location / scale) / math.pi
    return lambda u: location + scale * np.tan(math.pi * (below + u * (1 - below) - 0.5))


def _logis(location: float, scale: float) -> InverseCdf:
    below = float(special.expit(-location / scale))
    return lambda u: np.asarray(location + scale * special.logit(below + u * (1 - below)))


def _tnorm(mean: float, sd: float, lower: float, upper: float) -> InverseCdf:
    """By the tail that is nearer, so that it stays exact far from the mean."""
    low, high = (lower - mean) / sd, (upper - mean) / sd
    if low > 0:
        above, beyond = special.ndtr(-low), special.ndtr(-high)
        return lambda u: np.asarray(mean - sd * special.ndtri(above + u * (beyond - above)))
    below, up_to = special.ndtr(low), special.ndtr(high)
    return lambda u: np.asarray(mean + sd * special.ndtri(below + u * (up_to - below)))


_CONTINUOUS: dict[str, Callable[..., InverseCdf]] = {
    "beta": _beta,
    "cauchy": _cauchy,
    "chisq": _chisq,
    "f": _f,
    "logis": _logis,
    "norm": lambda mean, sd: _tnorm(mean, sd, 0.0, math.inf),
    "t": _t,
    "tnorm": _tnorm,
}


# Lengths that are whole numbers


def _of_counts(cdf: Callable[[Floats], Floats]) -> InverseCdf:
    """The least whole number at which the distribution function reaches u."""
    most = 64
    while most < MOST_VALUES and float(cdf(np.array([most - 1.0]))[0]) < ALL:
        most *= 2
    up_to = cdf(np.arange(most, dtype=np.float64))
    return lambda u: np.minimum(np.searchsorted(up_to, u), most - 1).astype(np.float64)


def _binom(size: float, prob: float) -> Callable[[Floats], Floats]:
    return lambda k: np.where(k >= size, 1.0, special.bdtr(np.minimum(k, size), int(size), prob))


def _geom(prob: float) -> Callable[[Floats], Floats]:
    return lambda k: np.asarray(-np.expm1((k + 1) * np.log1p(-prob))) if prob < 1 else k * 0 + 1


def _nbinom(size: float, prob: float) -> Callable[[Floats], Floats]:
    return lambda k: np.asarray(special.betainc(size, k + 1, prob)) if prob < 1 else k * 0 + 1


def _hyper(m: float, n: float, k: float) -> Callable[[Floats], Floats]:
    white = np.arange(min(m, k) + 1)
    red = k - white
    chance = np.where(
        red <= n,
        np.exp(_log_choose(m, white) + _log_choose(n, np.minimum(red, n)) - _log_choose(m + n, k)),
        0.0,
    )
    return _from_chances(chance)


def _log_choose(n: float, k: Floats | float) -> Floats:
    return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))


def _signrank(n: float) -> Callable[[Floats], Floats]:
    """The sum of the ranks 1 to n, each counted or not by the toss of a coin."""
    chance = np.ones(1)
    for rank in range(1, int(n) + 1):
        chance = np.concatenate((chance, np.zeros(rank)))
        chance[rank:] += chance[: len(chance) - rank].copy()
        chance /= 2
    return _from_chances(chance)


def _wilcox(m: float, n: float) -> Callable[[Floats], Floats]:
    """How many of the m times n pairs are in order, when all orders are equally likely.

    By the greatest of all: of i + j people, it is one of the i with chance i / (i + j), and then
    is in order with all the j.
    """
    rows = [np.ones(1) for _ in range(int(n) + 1)]
    for i in range(1, int(m) + 1):
        new = [np.ones(1)]
        for j in range(1, int(n) + 1):
            whole = np.zeros(i * j + 1)
            whole[j:] += rows[j] * (i / (i + j))
            whole[: len(new[j - 1])] += new[j - 1] * (j / (i + j))
            new.append(whole)
        rows = new
    return _from_chances(rows[-1])


def _from_chances(chance: Floats) -> Callable[[Floats], Floats]:
    up_to = np.cumsum(chance) / chance.sum()
    return lambda k: up_to[np.minimum(k.astype(np.int64), len(up_to) - 1)]


_COUNTS: dict[str, Callable[..., Callable[[Floats], Floats]]] = {
    "binom": _binom,
    "geom": _geom,
    "hyper": _hyper,
    "nbinom": _nbinom,
    "pois": lambda mean: lambda k: np.asarray(special.pdtr(k, mean)),
    "signrank": _signrank,
    "wilcox": _wilcox,
}
