"""Experiments that run until their intervals are narrow enough, on places with exact answers.

``python -m tests.behaviour.sequential 1000`` makes so many experiments of each, of real runs of
their own, and says how often their intervals hold the exact value: some ten minutes each.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.experiment.intervals import Interval, paired_difference, pooled
from sim.experiment.making.lab import Measured, Wanted
from sim.experiment.making.replicate import replicate
from sim.experiment.precision.precision import NarrowEnough, Precision, Reached, until_narrow
from sim.experiment.scores import Key, Scores, key_of
from sim.experiment.variants import Variant
from sim.patients.plan import make_plan
from sim.place.schema import Place
from sim.validation.case import measured, one_ward
from sim.validation.theory.formulas import State, erlang_c, line_moves, stationary
from sim.validation.theory.networks import a_line

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Known:
    """Places whose measures are known exactly, and how often and how long each is run."""

    places: Mapping[str, Place]
    """The first is the baseline."""
    keys: tuple[Key, ...]
    exact: tuple[float, ...]
    """Of each measure: its mean, or its difference from the baseline where there are two places."""
    days: int
    warm_up: int

    def replications(self, numbers: Sequence[int], seed: int = 1) -> Floats:
        """What real runs measure; shape (places, measures, runs)."""
        found = []
        for place in self.places.values():
            plan = make_plan(place)
            runs = [replicate(plan, self.days, self.warm_up, seed, number) for number in numbers]
            found.append([[measured(run, key[0], key[1]) for run in runs] for key in self.keys])
        return np.array(found)


def four_and_five_beds() -> Known:
    """M/M/c with four beds and with five: the difference, on the same patients."""
    per_day, stay = 5.2, 0.5
    load = per_day * stay
    waiting = [erlang_c(beds, load) * load / (beds - load) for beds in (4, 5)]
    share = [erlang_c(beds, load) for beds in (4, 5)]
    places = {
        f"{beds} beds": one_ward(beds, per_day, {"exponential": {"mean": stay}}) for beds in (4, 5)
    }
    keys = key_of("share_waiting", "ward"), key_of("waiting", "ward")
    return Known(places, keys, (share[1] - share[0], waiting[1] - waiting[0]), 60, 15)


def a_blocking_line() -> Known:
    """Three settings in a line, no space between: who waits for the next one keeps the bed."""
    per_day, rates, beds = 6.0, (2.0, 1.5, 2.5), (3, 3, 2)
    empty: State = ((0, 0),) * 3
    chance = stationary(empty, line_moves(per_day, rates, beds))
    blocked = sum(p * state[1][1] for state, p in chance.items())  # type: ignore[index]
    there = sum(p * sum(state[0]) for state, p in chance.items())  # type: ignore[index]
    keys = key_of("delayed_capacity", "station-2"), key_of("occupied", "station-1")
    place = a_line(per_day, rates, beds, queue_limit=0)
    return Known({"line": place}, keys, (blocked, there), 40, 10)


@dataclass(frozen=True)
class Shown:
    """What many experiments came to, by measure: those not asked for as well."""

    covers: tuple[float, ...]
    """The share of intervals that hold the exact value."""
    plain_covers: tuple[float, ...]
    """The same of plain 95% intervals of as many runs as on average, settled beforehand."""
    wider: tuple[float, ...]
    """The mean half-width, beside that of those."""
    replications: float
    """Runs of each place in an experiment, on average."""
    reached: float
    """The share of experiments that became as precise as asked."""


def many_experiments(
    known: Known, precision: Precision, first: int, pool: Floats, experiments: int
) -> Shown:
    """Experiments on blocks of a pool of runs, one after another, no run used twice."""
    variants = {name: Variant(name) for name in known.places}
    baselines = dict.fromkeys(list(variants)[1:], next(iter(variants)))
    done: list[Reached] = []
    found: list[list[Interval]] = []
    used = 0
    for _ in range(experiments):
        procedure = until_narrow(variants, baselines, precision, first)
        reached = carried_out(procedure, lambda n, at=used: pool[:, :, at : at + n], known)
        assert used + reached.replications <= pool.shape[2], "the pool is used up"
        block = pool[:, :, used : used + reached.replications]
        found.append(_intervals(block, reached.widened))
        used += reached.replications
        done.append(reached)
    number = float(np.mean([one.replications for one in done]))
    runs = round(number)
    plain = [
        _intervals(pool[:, :, at : at + runs], 1.0)
        for at in range(0, pool.shape[2] - runs + 1, runs)
    ]
    return Shown(
        _covers(found, known),
        _covers(plain, known),
        tuple((_half_widths(found) / _half_widths(plain)).tolist()),
        number,
        float(np.mean([one.is_reached for one in done])),
    )


def _intervals(block: Floats, widened: float) -> list[Interval]:
    """Of each measure, as careflow gives them; block has shape (places, measures, runs)."""
    ones = np.ones(block.shape[2])
    if len(block) == 1:
        return [pooled(values, ones, widened) for values in block[0]]
    return [
        paired_difference(values, ones, base, ones, widened)
        for base, values in zip(block[0], block[1], strict=True)
    ]


def _covers(found: list[list[Interval]], known: Known) -> tuple[float, ...]:
    return tuple(
        float(np.mean([one[number].low <= exact <= one[number].high for one in found]))
        for number, exact in enumerate(known.exact)
    )


def _half_widths(found: list[list[Interval]]) -> Floats:
    return np.array([[each.half_width for each in one] for one in found]).mean(axis=0)


def carried_out(procedure: object, runs: Callable[[int], Floats], known: Known) -> Reached:
    """A procedure given the first runs of a block, as many as it wants."""
    keys = {key: number for number, key in enumerate(known.keys)}
    scores: Measured | None = None
    while True:
        try:
            wanted: Wanted = procedure.send(scores)  # type: ignore[attr-defined]
        except StopIteration as finished:
            reached: Reached = finished.value
            return reached
        scores = {
            variant: Scores(keys, values, np.ones(values.shape))
            for (variant, number), values in zip(
                wanted.items(), runs(max(wanted.values())), strict=True
            )
        }


FIRST = 10
"""Replications before the first look."""
REAL: Mapping[str, tuple[Callable[[], Known], float]] = {
    "M/M/c, four beds and five": (four_and_five_beds, 0.0438),
    "a blocking line": (a_blocking_line, 0.1125),
}
"""Places to run, and about how far a run's first measure is spread."""
NEEDED = 14
"""About how many replications are asked for."""
POOL = 26
"""Runs that are made for each experiment; on average it uses fewer."""


def narrow(known: Known, spread: float, needed: float, at_most: int = 60) -> Precision:
    """Half-widths of which about so many replications are needed, by the spread of each."""
    measure, setting = known.keys[0][:2]
    asked = {"measure": measure, "setting": setting, "half_width": 1.96 * spread / needed**0.5}
    return Precision(within=(NarrowEnough.model_validate(asked),), at_most=at_most)


def on_real_runs(which: str, experiments: int) -> Shown:
    """So many experiments on real runs of one of the places."""
    make, spread = REAL[which]
    known = make()
    pool = known.replications(range(POOL * experiments))
    return many_experiments(known, narrow(known, spread, NEEDED), FIRST, pool, experiments)


def main(experiments: int) -> None:
    """Say how often intervals cover, and how wide they are beside those settled beforehand."""
    for which in REAL:
        shown = on_real_runs(which, experiments)
        print(
            f"{which}: the measure asked for is covered in {shown.covers[0]:.1%} of {experiments}, "
            f"the other in {shown.covers[1]:.1%} (settled beforehand: {shown.plain_covers[0]:.1%}, "
            f"{shown.plain_covers[1]:.1%}); {max(shown.wider):.2f} times as wide; "
            f"{shown.replications:.1f} replications, {shown.reached:.1%} narrow enough", flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
