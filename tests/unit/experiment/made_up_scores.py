"""Scores of known effects, for tests of procedures: no run is made."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np

from sim.experiment.making.lab import Procedure
from sim.experiment.scores import Scores, key_of
from sim.experiment.variants import Variant

T = TypeVar("T")
DAYS = "delayed_bed_days"


def scores(values: np.ndarray, measure: str = DAYS, setting: str = "") -> Scores:
    """The scores of one plain measure, one value for each replication."""
    return Scores({key_of(measure, setting): 0}, values[np.newaxis, :], np.ones((1, len(values))))


def carried_out(procedure: Procedure[T], truth: Callable[[Variant, int], np.ndarray]) -> T:
    """What a procedure finds where ``truth`` has each variant's values."""
    try:
        wanted: Mapping[Variant, int] = next(procedure)
        while True:
            wanted = procedure.send({v: scores(truth(v, n)) for v, n in wanted.items()})
    except StopIteration as finished:
        found: T = finished.value
        return found
