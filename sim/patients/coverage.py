"""Whom levers that start or spread cover: each person by a number of their own."""

import numpy as np
from numpy.typing import NDArray

from sim.patients.plan import Plan
from sim.patients.streams import Keys, named_key, uniforms

Ints = NDArray[np.signedinteger]


def cases(plan: Plan, group: int, key: Keys, day: Ints) -> Ints:
    """The case of people of one group, by their keys and the days on which they came.

    A lever covers a person whose number is below its uptake on that day; so as it spreads, nobody
    who would be covered is left out again.
    """
    found = np.full(len(key), group, dtype=np.int32)
    if plan.phases is None:
        return found
    days, at = np.unique(day, return_inverse=True)
    for bit, phase in enumerate(plan.phases.levers):
        if phase.covers_people:
            uptake = np.array([phase.at(each) for each in days.tolist()])
            covered = uniforms(key, named_key("uptake", phase.lever)) < uptake[at]
            found += covered * np.int32(len(plan.groups) << bit)
    return found
