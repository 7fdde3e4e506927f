"""What has to be run under doubt: the same patients, in places that differ in their inputs.

Each of these is a procedure: it says which variants it wants and is sent their measures. A point is
one set of values of all inputs; every scenario is run at it, on the same patients as at any other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.experiment.compare_on import CompareOn
from sim.experiment.derived import COST, OUTSIDE_ACUTE
from sim.experiment.doubt.unknown_inputs import UnknownInput
from sim.experiment.making.lab import Procedure
from sim.experiment.scores import Key, Scores, key_of
from sim.experiment.variants import Variant

Floats = NDArray[np.float64]

AT_ONCE = 60
"""Variants whose measures are held at once."""


@dataclass(frozen=True)
class Question:
    """Which scenarios are asked about which inputs, and what is measured of them."""

    scenarios: tuple[Variant, ...]
    """The first is the baseline."""
    inputs: tuple[UnknownInput, ...]
    measures: tuple[CompareOn, ...]
    replications: int
    with_cost: bool = False
    """Whether the cost outside acute beds is measured as well, after the measures."""

    def measured(self, scores: Scores) -> Floats:
        """The measures of a variant, one row each; shape (measures, replications)."""
        rows = [value_of(scores, what) for what in self.measures]
        return np.array([*rows, cost_of(scores)] if self.with_cost else rows)

    @property
    def central(self) -> Floats:
        """The central value of every input."""
        return np.array([each.central for each in self.inputs])

    def variant(self, scenario: Variant, values: Sequence[float], label: str) -> Variant:
        """A scenario in a place with these inputs; itself, where none of them changes it."""
        changes = [
            change
            for each, value in zip(self.inputs, values, strict=True)
            for change in each.changes(float(value), f"{label}: ")
        ]
        if not changes:
            return scenario
        name = f"doubt {label} - {scenario.name}"
        return Variant(name, scenario.levers, scenario.changes, tuple(changes))


def run_at(question: Question, points: Floats, label: str) -> Procedure[Floats]:
    """Every measure of every scenario at some points; shape (measures, scenarios, points, runs).

    ``points`` has shape (points, inputs). A measure that a run does not have is NaN. With the cost,
    that is the last of the measures.
    """
    scenarios, runs = question.scenarios, question.replications
    rows = len(question.measures) + question.with_cost
    found = np.full((rows, len(scenarios), len(points), runs), np.nan)
    step = max(1, AT_ONCE // len(scenarios))
    for begin in range(0, len(points), step):
        variants = {
            (s, p): question.variant(scenario, points[p], f"{label} {p + 1}")
            for p in range(begin, min(begin + step, len(points)))
            for s, scenario in enumerate(scenarios)
        }
        measured = yield dict.fromkeys(variants.values(), runs)
        for (s, p), variant in variants.items():
            found[:, s, p] = question.measured(measured[variant])
    return found


def run_central(question: Question, replications: int) -> Procedure[Floats]:
    """Every measure of every scenario at the central values; shape (measures, scenarios, runs)."""
    variants = [
        question.variant(each, list(question.central), "central") for each in question.scenarios
    ]
    measured = yield dict.fromkeys(variants, replications)
    return np.stack([question.measured(measured[each]) for each in variants], axis=1)


def one_at_a_time(inputs: Sequence[UnknownInput]) -> Floats:
    """Points at which one input is low or high and the others are central; (2 × inputs, inputs).

    The first two are those of the first input.
    """
    central = np.array([each.central for each in inputs])
    points = np.tile(central, (2 * len(inputs), 1))
    for n, each in enumerate(inputs):
        points[2 * n : 2 * n + 2, n] = each.low, each.high
    return points


def value_of(scores: Scores, what: CompareOn) -> Floats:
    """A measure of each replication; NaN where it was not measured, or has nothing to measure."""
    key = _key(scores.keys, what)
    if key is None:
        return np.full(scores.replications, np.nan)
    top, bottom = scores.row(key)
    there = bottom > 0
    return np.where(there, top / np.where(there, bottom, 1.0), np.nan)


def cost_of(scores: Scores) -> Floats:
    """The cost of each replication outside acute beds, all levers' costs in it; pounds a year."""
    outside = key_of("cost_per_year", part=OUTSIDE_ACUTE)
    key = outside if outside in scores.keys else COST
    return scores.value(key) if key in scores.keys else np.zeros(scores.replications)


def _key(keys: Mapping[Key, int], what: CompareOn) -> Key | None:
    """The measure's row: of the place or setting as a whole, split by nothing else."""
    return next(_keys(keys, what), None)


def _keys(keys: Mapping[Key, int], what: CompareOn) -> Iterator[Key]:
    for key in keys:
        measure, setting, team, locality, group, reason, body, part = key
        whole = not (team or group or reason or body or part) and (what.setting or not locality)
        if measure == what.measure and setting == (what.setting or "") and whole:
            yield key
