"""Which inputs matter most: by ranks over the draws for nothing, by a screen, by indices.

Sampling and analysis of the screen and the indices are SALib's; what is run is careflow's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.experiment.doubt.doubt import Indices, Screen
from sim.experiment.doubt.doubt_runs import Question, run_at
from sim.experiment.doubt.split import Between, mean_squares
from sim.experiment.doubt.unknown_inputs import UnknownInput, values_at
from sim.experiment.intervals import CONFIDENCE
from sim.experiment.making.lab import Procedure

Floats = NDArray[np.float64]

LEVELS = 4
"""Of Morris's grid."""
_MOST_SEED = 2**32


@dataclass(frozen=True)
class Effect:
    """An input's effects over a screen: how large, which way, and how uneven."""

    size: Between
    """The mean of the sizes, whichever way (mu star)."""
    mean: float
    spread: float
    """Their standard deviation: large where it depends on the other inputs, or on the value."""


@dataclass(frozen=True)
class Index:
    """The share of the variance that an input explains alone, and with all it acts with."""

    first: Between
    total: Between


@dataclass(frozen=True)
class Ends:
    """How far the outcome moves from its central value with one input at its low and high end."""

    at_low: Between
    at_high: Between

    @property
    def swing(self) -> float:
        """The distance between the lowest and the highest of the three."""
        moved = (0.0, self.at_low.value, self.at_high.value)
        return max(moved) - min(moved)


def swings(ends: Floats, central: Floats) -> list[Ends]:
    """Each input's bar: low and high against central, on the same patients.

    ``ends`` has shape (2 × inputs, replications), ``central`` (replications,). The intervals hold
    chance: its variance is taken to be the same in all bars, and is what is left when bars and
    replications are taken out (two-way analysis of variance), so that a few replications do.
    """
    runs = len(central)
    together = np.vstack([central, ends])
    rest = mean_squares(together)
    half = float(stdtrit(rest.degrees[2], 0.5 + CONFIDENCE / 2)) * (2 * rest.rest / runs) ** 0.5
    moved = [float(each) for each in (ends - central).mean(axis=1)]
    both = [Between(each, each - half, each + half) for each in moved]
    return [Ends(both[n], both[n + 1]) for n in range(0, len(both), 2)]


def rank_regression(values: Floats, outcome: Floats) -> tuple[list[Between], float] | None:
    """Each input's coefficient in a regression of ranks, and the share of them it explains.

    ``values`` has shape (draws, inputs), ``outcome`` (draws,). A coefficient is how many standard
    deviations of ranks the outcome moves for one of the input; −1 to 1, as the draws of a Latin
    hypercube are all but uncorrelated. None with too few draws, or where nothing moves.

    Source: Iman and Conover (1979), The use of the rank transform in regression, Technometrics 21.
    """
    from scipy.stats import rankdata

    draws, inputs = values.shape
    free = draws - inputs - 1
    if free < 3 or np.ptp(outcome) == 0:
        return None
    x = np.column_stack([_standard(rankdata(column)) for column in values.T])
    y = _standard(rankdata(outcome))
    slopes, *_ = np.linalg.lstsq(x, y, rcond=None)
    rest = float(((y - x @ slopes) ** 2).sum())
    errors = np.sqrt(np.maximum(0, np.diag(np.linalg.pinv(x.T @ x))) * rest / free)
    half = float(stdtrit(free, 0.5 + CONFIDENCE / 2)) * errors
    found = [
        Between(float(slope), float(slope - each), float(slope + each))
        for slope, each in zip(slopes, half, strict=True)
    ]
    return found, 1 - rest / float((y**2).sum())


def _standard(ranks: Floats) -> Floats:
    spread = ranks.std()
    return np.asarray((ranks - ranks.mean()) / spread if spread > 0 else ranks * 0.0)


def screened(question: Question, screen: Screen, seed: int) -> Procedure[tuple[Floats, Floats]]:
    """Run a screen; returns its points in the unit cube, and what came of them (see run_at).

    Source: Morris (1991), Factorial sampling plans for preliminary computational experiments,
    Technometrics 33; Campolongo, Cariboni and Saltelli (2007), Environ Model Softw 22.
    """
    from SALib.sample import morris

    shares = morris.sample(
        _problem(question.inputs), screen.trajectories, num_levels=LEVELS, seed=seed % _MOST_SEED
    )
    found = yield from run_at(question, values_at(question.inputs, shares), "screen")
    return shares, found


def effects(inputs: Sequence[UnknownInput], shares: Floats, outcome: Floats) -> list[Effect]:
    """Each input's effects; ``outcome`` has shape (points,), and is in its own unit.

    An effect is the change of the outcome for a move across the input's whole distribution.
    """
    from SALib.analyze import morris

    found = morris.analyze(_problem(inputs), shares, outcome, num_levels=LEVELS, seed=1)
    return [
        Effect(_around(found, "mu_star", n), float(found["mu"][n]), float(found["sigma"][n]))
        for n in range(len(inputs))
    ]


def indexed(question: Question, indices: Indices, seed: int) -> Procedure[Floats]:
    """Run what indices need; returns what came of it (see run_at).

    Source: Sobol' (2001), Math Comput Simul 55; Saltelli and others (2010), Comput Phys Commun 181.
    """
    from SALib.sample import sobol

    shares = sobol.sample(
        _problem(question.inputs), indices.points, calc_second_order=False, seed=seed % _MOST_SEED
    )
    found = yield from run_at(question, values_at(question.inputs, shares), "indices")
    return found


def sobol_indices(inputs: Sequence[UnknownInput], outcome: Floats) -> list[Index] | None:
    """Each input's indices; ``outcome`` has shape (points,). None where nothing moves."""
    from SALib.analyze import sobol

    if np.ptp(outcome) == 0:
        return None
    found = sobol.analyze(_problem(inputs), outcome, calc_second_order=False, seed=1)
    return [Index(_around(found, "S1", n), _around(found, "ST", n)) for n in range(len(inputs))]


def _problem(inputs: Sequence[UnknownInput]) -> dict[str, Any]:
    """The inputs as SALib has them: each by the share of its distribution, 0 to 1."""
    return {
        "num_vars": len(inputs),
        "names": [each.name for each in inputs],
        "bounds": [[0.0, 1.0]] * len(inputs),
    }


def _around(found: Mapping[str, Any], name: str, n: int) -> Between:
    value, half = float(found[name][n]), float(found[f"{name}_conf"][n])
    return Between(value, value - half, value + half)
