"""A figure that is known, what careflow makes of it, and whether the two agree."""

import math
from dataclasses import dataclass
from typing import Literal

from scipy.special import stdtrit

from sim.experiment.agreement import Agreement
from sim.experiment.benchmarks import Tolerance
from sim.experiment.intervals import CONFIDENCE, Interval

Verdict = Literal["agrees", "known to differ", "differs", "not precise"]


@dataclass(frozen=True)
class Figure:
    """A figure that is published, or follows from theory."""

    title: str
    value: float
    within: Tolerance
    source: str = ""
    standard_error: float = 0.0
    """Of the figure itself; 0 where it is exact, or not known."""
    error_at_least: float = 0.0
    """No standard error, ours or the figure's, is taken to be less."""
    half_width: float = math.inf
    """Ours must be as sure as this: the largest half-width of its 95% interval."""
    differs: str = ""
    """Why ours does not come to it, where it is known not to."""
    note: str = ""


@dataclass(frozen=True)
class Compared:
    """A figure with ours beside it."""

    figure: Figure
    ours: Interval

    @property
    def error(self) -> float:
        """The standard error of ours; 0 with one replication."""
        if self.ours.replications < 2:
            return 0.0
        t = float(stdtrit(self.ours.replications - 1, 0.5 + CONFIDENCE / 2))
        return (self.ours.high - self.ours.low) / 2 / t

    @property
    def agreement(self) -> Agreement:
        """Ours and the figure, and how far apart they may be."""
        figure = self.figure
        return Agreement(
            figure.value,
            self.ours.mean,
            max(self.error, figure.error_at_least),
            figure.within,
            max(figure.standard_error, figure.error_at_least),
            self.ours.replications,
        )

    @property
    def is_precise(self) -> bool:
        """Whether ours is as sure as it has to be."""
        return (self.ours.high - self.ours.low) / 2 <= self.figure.half_width

    @property
    def verdict(self) -> Verdict:
        """What is to be said of the two."""
        if not self.agreement.agrees:
            return "known to differ" if self.figure.differs else "differs"
        return "agrees" if self.is_precise else "not precise"

    @property
    def is_alarm(self) -> bool:
        """Whether it should have agreed and does not."""
        return self.verdict in ("differs", "not precise")

    @property
    def prob_false_alarm(self) -> float:
        """The chance that it would differ though nothing is wrong; 0 where it is known to."""
        return 0.0 if self.figure.differs else self.agreement.prob_false_alarm
