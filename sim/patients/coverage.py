"""Whom levers that start or spread cover: each person by a number of their own."""

import numpy as np
from numpy.typing import NDArray

from sim.patients.plan import Plan
from sim.patients.streams import Keys, named_key, uniforms

Ints = NDArray[np.signedinteger]


def cases(plan: Plan, group: int, key: Keys, day: Ints, locality: str | None = None) -> Ints:
    """The case of people of one group, by their keys and the days on which they came.

    Where they live is settled by a number of their own, unless it is known. A lever covers a
    person whose number is below its uptake on that day; so as it spreads, nobody who would be
    covered is left out again.
    """
    found = np.full(len(key), group, dtype=np.int64)
    found += _localities(plan, group, key, locality) * np.int64(len(plan.groups))
    if plan.phases is None:
        return found
    whole = len(plan.groups) * len(plan.localities)
    days, at = np.unique(day, return_inverse=True)
    for bit, phase in enumerate(plan.phases.levers):
        if phase.covers_people:
            uptake = np.array([phase.at(each) for each in days.tolist()])
            covered = uniforms(key, named_key("uptake", phase.lever)) < uptake[at]
            found += covered * np.int64(whole << bit)
    return found


def _localities(plan: Plan, group: int, key: Keys, known: str | None) -> Ints:
    """The number of the locality in which each person lives."""
    if known is not None and known in plan.localities:
        return np.full(len(key), plan.localities.index(known), dtype=np.int32)
    shares = plan.localities_of(group)
    numbers = np.array(list(shares), dtype=np.int32)
    if len(numbers) == 1:
        return np.full(len(key), numbers[0], dtype=np.int32)
    up_to = np.cumsum(list(shares.values()))
    place = np.searchsorted(up_to / up_to[-1], uniforms(key, named_key("lives in")), side="right")
    return numbers[np.minimum(place, len(numbers) - 1)]
