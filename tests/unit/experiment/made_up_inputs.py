"""Made-up models in place of a place: a function of the inputs, asked as the lab is."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.experiment.compare_on import CompareOn
from sim.experiment.doubt.doubt_runs import Question
from sim.experiment.doubt.unknown_inputs import Target, UnknownInput
from sim.experiment.making.lab import Procedure
from sim.experiment.scores import Scores, key_of
from sim.experiment.variants import Variant

Floats = NDArray[np.float64]
T = TypeVar("T")
Model = Callable[[str, Mapping[str, float], int], Floats]
"""(scenario, inputs, replications) → delayed bed days of each replication."""


def even(name: str, low: float, high: float) -> UnknownInput:
    """An input of which all values are alike."""
    targets = (Target(name, "set"),)
    return UnknownInput(name, low, (low + high) / 2, high, targets, "uniform")


def question(inputs: Sequence[UnknownInput], scenarios: Sequence[str], runs: int = 2) -> Question:
    variants = tuple(Variant(name, (name,)) for name in scenarios)
    return Question(variants, tuple(inputs), (CompareOn(measure="delayed_bed_days"),), runs)


def answered(procedure: Procedure[T], model: Model) -> T:
    """What a procedure finds if the made-up model gives the measures."""
    try:
        wanted = next(procedure)
        while True:
            measured = {}
            for variant, runs in wanted.items():
                values = {each.path: float(each.number) for each in variant.inputs}
                came = model(variant.levers[0], values, runs)
                key = key_of("delayed_bed_days")
                measured[variant] = Scores({key: 0}, came[None, :], np.ones((1, runs)))
            wanted = procedure.send(measured)
    except StopIteration as finished:
        found: T = finished.value
        return found
