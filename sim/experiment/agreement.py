"""Whether a mean of ours agrees with a published or theoretical figure, and how easily by chance.

Source: Law (2015), Simulation Modeling and Analysis, sections 5.6 and 9.4: a result is set beside
a known one by the interval of their difference, and a difference may be of no matter though it is
sure.
"""

import math
from dataclasses import dataclass

from scipy.special import ndtr, stdtr

from sim.experiment.benchmarks import Tolerance

ERRORS_ALLOWED = 2.0
"""A difference of up to two standard errors is no difference, however small the tolerance."""


@dataclass(frozen=True)
class Agreement:
    """A figure, ours beside it, and how far apart they may be."""

    value: float
    mean: float
    """Ours."""
    error: float
    """The standard error of ours over replications; 0 where it is not known."""
    within: Tolerance
    published_error: float = 0.0
    """The standard error of the figure; 0 where it is exact, or not known."""
    replications: int = 0
    """How many ours is the mean of; 0 where it is not known."""

    @property
    def combined(self) -> float:
        """The standard error of the difference."""
        return math.hypot(self.error, self.published_error)

    @property
    def tolerance(self) -> float:
        """How far apart they may be, in the measure's unit."""
        return self.within.of(self.value, self.combined)

    @property
    def room(self) -> float:
        """How far apart they may be with chance allowed for."""
        return max(self.tolerance, ERRORS_ALLOWED * self.combined)

    @property
    def agrees(self) -> bool:
        """Whether they lie no farther apart than there is room for."""
        return abs(self.mean - self.value) <= self.room * (1 + 1e-9)

    @property
    def errors_apart(self) -> float:
        """How many standard errors they are apart; infinite where they differ for certain."""
        apart = abs(self.mean - self.value)
        if self.combined == 0:
            return math.inf if apart > 1e-9 * max(1.0, abs(self.value)) else 0.0
        return apart / self.combined

    @property
    def is_precise(self) -> bool:
        """Whether the standard error of ours is under half a tolerance that is a size."""
        return self.within.standard_errors is not None or self.error < self.tolerance / 2

    @property
    def prob_false_alarm(self) -> float:
        """The chance that they are farther apart than that though there is no difference.

        >>> round(Agreement(1.0, 1.0, 0.1, Tolerance(standard_errors=3.0)).prob_false_alarm, 4)
        0.0027
        """
        if self.combined == 0:
            return 0.0
        if self.published_error == 0 and self.replications > 1:
            return float(2 * stdtr(self.replications - 1, -self.room / self.combined))
        return float(2 * ndtr(-self.room / self.combined))
