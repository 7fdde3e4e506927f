"""One measure of one replication, and small things that all measures share."""

from dataclasses import dataclass

import numpy as np

from sim.flow.model import Run
from sim.measures.stays import Bools, Floats


@dataclass(frozen=True)
class MeasureRow:
    """One measure of one replication; the empty dimensions are empty text."""

    measure: str
    numerator: float
    denominator: float = 1.0
    setting: str = ""
    team: str = ""
    locality: str = ""
    group: str = ""
    reason: str = ""
    body: str = ""
    part: str = ""
    """A weekday, a band of days, a group of reasons, a step, an older code."""


def within(instant: Floats, window: tuple[float, float]) -> Bools:
    """Which instants lie in a window."""
    return np.asarray((instant >= window[0]) & (instant < window[1]))


def localities(run: Run) -> np.ndarray:
    """Where each person lives, in words; empty text where it is not said; shape (people,)."""
    plan, cohort = run.plan, run.cohort
    if plan.localities != (None,):
        names = np.array([name or "" for name in plan.localities], dtype=object)
        return np.asarray(names[cohort.locality])
    names = np.array([plan.group(g).locality or "" for g in range(len(plan.groups))], dtype=object)
    return np.asarray(names[cohort.group])
