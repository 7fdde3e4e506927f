"""How much of what is not known of a result comes from the inputs, and how much from chance.

The draws of inputs and the replications are crossed: every draw is run on the same patients. So a
value is the sum of a mean, what its inputs do, what its patients do, and what both do together,
each a random effect. Inputs is the variance of the first; chance, that of the other two: how far
one run lies from the mean of many with the same inputs. As all draws share few sets of patients,
these say little of chance; so where the central scenario is run more often, its runs say it.

Source: Searle, Casella and McCulloch (1992), Variance Components, chapter 4 (balanced data, two-way
crossed, random); Weerahandi (1993), Generalized confidence intervals, JASA 88, for the interval of
the share.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SAMPLES = 4000
_SEED = 20_250_407


@dataclass(frozen=True)
class Between:
    """An estimate with its 95% interval; NaN where there is none."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class MeanSquares:
    """The mean squares of a table of draws and replications; shape (draws, replications)."""

    draws: float
    replications: float
    rest: float
    shape: tuple[int, int]

    @property
    def degrees(self) -> tuple[int, int, int]:
        """Degrees of freedom of the three."""
        n, runs = self.shape
        return n - 1, runs - 1, (n - 1) * (runs - 1)


@dataclass(frozen=True)
class Split:
    """The variance of one run, in two; and the share of it that is from the inputs."""

    inputs: float
    chance: float
    share_inputs: Between

    @property
    def total(self) -> float:
        """The whole variance of one run."""
        return self.inputs + self.chance


def mean_squares(values: Floats) -> MeanSquares:
    """The two-way analysis of variance of one measure; shape (draws, replications)."""
    n, runs = values.shape
    mean, rows, columns = values.mean(), values.mean(axis=1), values.mean(axis=0)
    rest = values - rows[:, None] - columns[None, :] + mean
    return MeanSquares(
        runs * float(((rows - mean) ** 2).sum()) / (n - 1),
        n * float(((columns - mean) ** 2).sum()) / (runs - 1),
        float((rest**2).sum()) / ((n - 1) * (runs - 1)),
        (n, runs),
    )


def split(values: Floats, central: Floats) -> Split:
    """The variance of one run split into inputs and chance.

    ``values`` has shape (draws, replications); ``central`` (runs,) has the central scenario's, of
    which the first are of the same replications. A part whose estimate is below nought is nought.
    The interval of the share holds for effects that are normal; a Latin hypercube spreads the draws
    more evenly than chance would, so it is then rather too wide.
    """
    found = mean_squares(values)
    random = np.random.Generator(np.random.Philox(key=_SEED))

    def drawn(square: float, degrees: int) -> Floats:
        return np.asarray(square * degrees / random.chisquare(degrees, _SAMPLES))

    squares = (found.draws, found.replications, found.rest)
    again = [drawn(square, n) for square, n in zip(squares, found.degrees, strict=True)]
    n, runs = values.shape
    inputs, inputs_again = _inputs(found.draws, found.rest, runs), _inputs(again[0], again[2], runs)
    if len(central) > runs:
        chance = np.asarray(central.var(ddof=1))
        chance_again = drawn(float(chance), len(central) - 1)
    else:
        chance = _chance(found.replications, found.rest, n)
        chance_again = _chance(again[1], again[2], n)
    low, high = np.quantile(_share(inputs_again, chance_again), [0.025, 0.975])
    share = Between(float(_share(inputs, chance)), float(low), float(high))
    return Split(float(inputs), float(chance), share)


def _inputs(draws: Floats | float, rest: Floats | float, runs: int) -> Floats:
    return np.maximum(0.0, (np.asarray(draws) - rest) / runs)


def _chance(replications: Floats | float, rest: Floats | float, draws: int) -> Floats:
    return np.maximum(0.0, (np.asarray(replications) - rest) / draws) + rest


def _share(inputs: Floats, chance: Floats) -> Floats:
    total = inputs + chance
    return np.where(total > 0, inputs / np.where(total > 0, total, 1.0), np.nan)
