"""One measure of one replication, and small things that all measures share."""

from dataclasses import dataclass

import numpy as np

from sim.flow.model import Run
from sim.measures.stays import Bools, Floats, Ints


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


def localities(run: Run) -> tuple[list[str], Ints]:
    """The localities in words, empty text for none said, and each person's number among them.

    The numbers have shape (people,).
    """
    plan, cohort = run.plan, run.cohort
    if plan.localities != (None,):
        return [name or "" for name in plan.localities], cohort.locality
    of_group = [plan.group(g).locality or "" for g in range(len(plan.groups))]
    names = list(dict.fromkeys(of_group))
    return names, np.array([names.index(name) for name in of_group])[cohort.group]


def by_name(names: list[str], numbers: Ints) -> dict[str, int]:
    """The names that occur among some numbers, in alphabetical order, each with its number."""
    there = np.flatnonzero(np.bincount(numbers, minlength=len(names)))
    return dict(sorted((names[number], int(number)) for number in there))
