"""Which scenario is best given all that is not known, and what it would be worth to know more.

A gain is how much better a scenario is than the first, at one draw of the inputs and over all its
replications: more is better, in the measure's unit or in pounds.

Two things stand between the gains that are measured and those that count. The luck of the few sets
of patients that all draws share is taken out with the central scenario, which is run more often.
What is left of chance in each draw makes the draws lie further apart than the inputs alone would
put them; so they are drawn in towards their mean, until their variance is that of the inputs.

Source: Claxton (1999), The irrelevance of inference, J Health Econ 18 (probability and value of
perfect information); Strong, Oakley and Brennan (2014), Estimating multiparameter partial expected
value of perfect information from a probabilistic sensitivity analysis sample, Med Decis Making 34
(one input, by regression); Wilson (1927), JASA 22 (interval of a share).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.experiment.doubt.split import Between, mean_squares
from sim.experiment.intervals import CONFIDENCE

Floats = NDArray[np.float64]

MOST_POWERS = 3
"""A curve through the gains has at most this power of the input."""
RESAMPLES = 500
_SEED = 20_250_408
_NORMAL = 1.959964


@dataclass(frozen=True)
class Gains:
    """Gains of scenarios over the first; each of shape (scenarios, draws), the first row nought."""

    measured: Floats
    """Without the luck of the patients that all draws share."""
    shrunk: Floats
    """The same with the variance that the inputs give them."""
    luck: Floats
    """By pair of scenarios, how far the first may be off in all draws at once (half of a 95%
    interval); shape (scenarios, scenarios)."""


def gains(values: Floats, central: Floats) -> Gains:
    """The gains of scenarios over the first, as they are and as they count.

    ``values`` has shape (scenarios, draws, replications), more being better; ``central`` has shape
    (scenarios, runs), of which the first are of the same replications.
    """
    scenarios = len(values)
    measured = np.array(
        [
            (values[s] - values[0]).mean(axis=1) + shared_luck(values[s] - values[0], less).shift
            for s, less in enumerate(central - central[0])
        ]
    )
    shrunk = np.array([_shrunk(measured[s], values[s] - values[0]) for s in range(scenarios)])
    luck = np.zeros((scenarios, scenarios))
    for a in range(scenarios):
        for b in range(scenarios):
            if a != b:
                luck[a, b] = shared_luck(values[a] - values[b], central[a] - central[b]).half
    return Gains(measured, shrunk, luck)


@dataclass(frozen=True)
class SharedLuck:
    """What the few sets of patients that all draws share do to the means of all draws."""

    shift: float
    """To be added to the means."""
    half: float
    """Half of the 95% interval of what is left of it."""


def shared_luck(values: Floats, central: Floats) -> SharedLuck:
    """How far to shift the draws for the luck of their patients, as more runs of the centre tell.

    ``values`` has shape (draws, replications), ``central`` (runs,), of which the first are of the
    same replications. The centre tells the more, the larger the part of chance that is the same in
    all places with the same patients; so that part of the distance is taken (a control variate with
    the weight that leaves least variance).

    Source: Law (2015), Simulation Modeling and Analysis, section 11.4 (control variates).
    """
    draws, few = values.shape
    number = len(central)
    rest = mean_squares(values).rest
    patients = max(0.0, float(central.var(ddof=1)) - rest)
    weight = patients / (patients + rest) if patients > 0 else 0.0
    left = (1 - weight) ** 2 / few + (1 - (1 - weight) ** 2) / number
    variance = patients * left + rest * (weight**2 * (1 / few - 1 / number) + 1 / (draws * few))
    return SharedLuck(
        weight * float(central.mean() - central[:few].mean()),
        float(stdtrit(number - 1, 0.5 + CONFIDENCE / 2)) * math.sqrt(variance),
    )


def _shrunk(mean: Floats, runs: Floats) -> Floats:
    """Means of draws moved towards their mean; ``runs`` has shape (draws, replications)."""
    variance = float(mean.var(ddof=1))
    if variance <= 0:
        return mean
    noise = mean_squares(runs).rest / runs.shape[1]
    middle = mean.mean()
    return np.asarray(middle + math.sqrt(max(0.0, 1 - noise / variance)) * (mean - middle))


def prob_beats(found: Gains, a: int, b: int, values: Floats) -> Between:
    """How probable it is that one scenario is better than another, over the inputs in doubt.

    ``values`` are those that the gains come from. The interval has the number of draws in it
    (Wilson's; too wide, if anything, for a Latin hypercube) and the luck of the patients.
    """
    ahead = _shrunk(found.measured[a] - found.measured[b], values[a] - values[b])
    luck = found.luck[a, b]
    share, low, high = (_share_above(ahead + shift) for shift in (0.0, -luck, luck))
    return _share_between(share, low, high, ahead.size)


def prob_best(found: Gains, a: int) -> Between:
    """How probable it is that a scenario is the best of all, over the inputs in doubt."""

    def share(shift: float) -> float:
        """With its lead over each of the others that much surer or less sure."""
        others = [b for b in range(len(found.shrunk)) if b != a]
        leads = np.array(
            [found.shrunk[a] - found.shrunk[b] + shift * found.luck[a, b] for b in others]
        )
        if not others:
            return 1.0
        least = leads.min(axis=0)
        ties = 1 + (np.abs(leads) <= 0).sum(axis=0)
        return float(np.where(least > 0, 1.0, np.where(least == 0, 1 / ties, 0.0)).mean())

    return _share_between(share(0.0), share(-1.0), share(1.0), found.shrunk.shape[1])


def _share_above(values: Floats) -> float:
    return float(((np.sign(values) + 1) / 2).mean())


def _share_between(share: float, low: float, high: float, number: int) -> Between:
    return Between(share, wilson(low, number)[0], wilson(high, number)[1])


def wilson(share: float, number: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share of so many.

    >>> [round(end, 3) for end in wilson(0.5, 100)]
    [0.404, 0.596]
    """
    square = _NORMAL**2 / number
    middle = (share + square / 2) / (1 + square)
    half = _NORMAL * math.sqrt(share * (1 - share) / number + square / number / 4) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def worth_of_all(found: Gains) -> Between:
    """The expected value of perfect information: of choosing with all inputs known.

    What is gained on average by taking the scenario that is best at each draw, in place of the one
    that is best on the whole. Its interval is by bootstrap over the draws; the luck of the patients
    that these share is not in it.
    """
    return _with_interval(found.shrunk.shape[1], lambda drawn: _worth(found.shrunk[:, drawn]))


def worth_of_one(found: Gains, values: Floats, most: float) -> Between:
    """The expected value of perfect information on one input alone.

    ``values`` are those drawn, on the scale on which they are drawn; shape (draws,). A curve of low
    order through the gains says what each scenario gains on average at a value. Its order, nought
    (the input tells nothing) to three, is the one that foretells draws left out best; so an input
    that does not matter is mostly worth nought. It is a little too high where it is above, as
    choices are made and judged on the same curve. At most ``most``, what knowing all is worth.
    """
    powers = [_powers(values, n) for n in range(MOST_POWERS + 1)]
    order = [_best_order(powers, gain) for gain in found.measured]

    def worth(drawn: NDArray[np.int64]) -> float:
        curves = [
            _fitted(powers[n][drawn], gain[drawn])
            for n, gain in zip(order, found.measured, strict=True)
        ]
        return min(_worth(np.array(curves)), most)

    return _with_interval(len(values), worth)


def _worth(gain: Floats) -> float:
    """What the best choice at each draw gains over the best on the whole; (scenarios, draws)."""
    return max(0.0, float(gain.max(axis=0).mean() - gain.mean(axis=1).max()))


def _with_interval(draws: int, worth: Callable[[NDArray[np.int64]], float]) -> Between:
    random = np.random.Generator(np.random.Philox(key=_SEED))
    again = [worth(random.integers(0, draws, draws)) for _ in range(RESAMPLES)]
    low, high = (float(each) for each in np.quantile(again, [0.025, 0.975]))
    return Between(worth(np.arange(draws)), low, high)


def _powers(values: Floats, order: int) -> Floats:
    """The powers of an input's values; shape (draws, order + 1)."""
    spread = float(values.std())
    scaled = (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)
    return np.vander(scaled, order + 1, increasing=True)


def _best_order(powers: Sequence[Floats], gain: Floats) -> int:
    """The order of the curve that foretells each draw best from all the others."""
    errors = [_error_left_out(each, gain) for each in powers if len(gain) > 2 * each.shape[1]]
    return int(np.argmin(errors)) if errors else 0


def _error_left_out(powers: Floats, gain: Floats) -> float:
    """The mean square by which draws are missed that were left out of the curve.

    Source: Allen (1974), Technometrics 16 (the prediction sum of squares, from one fit).
    """
    basis, _ = np.linalg.qr(powers)
    rest = gain - basis @ (basis.T @ gain)
    own = np.minimum((basis**2).sum(axis=1), 1 - 1e-9)
    return float(((rest / (1 - own)) ** 2).mean())


def _fitted(powers: Floats, gain: Floats) -> Floats:
    return np.asarray(powers @ np.linalg.lstsq(powers, gain, rcond=None)[0])
