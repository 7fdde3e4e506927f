"""The frontier of a measure against money: the mixes that no cheaper mix beats.

If there are few mixes within the budget, all are run. If there are many, a Pareto local search:
begin with nothing and with a step of each choice alone; then run every neighbour of every mix on
the frontier, until no neighbour of it is left untried, or the limit of mixes is reached. All mixes
have the same patients, so that they differ by what they change alone. A frontier found so is nearly
always that of all mixes, but need not be: on 27 made-up problems of nine choices that help and
hinder each other, it had 353 of the 356 mixes on the whole one, from half of the runs.

A mix may be on the frontier by luck, the more so the more are run. So those on it are run as often
again with new patients, and what is said of them, and of each beside the next cheaper one, comes
from these alone.

Source: Paquete, Chiarandini and Stützle (2004), Pareto local optimum sets in the biobjective
travelling salesman problem, in Metaheuristics for Multiobjective Optimisation, Springer, for the
search; Holm (1979), Scandinavian Journal of Statistics 6, for why several comparisons need a share
of the error each (here Bonferroni's equal shares, so that each has an interval).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sim.experiment.budget.mixes import Mix, Mixes
from sim.experiment.compare_on import CompareOn
from sim.experiment.intervals import (
    CONFIDENCE,
    Interval,
    paired_difference,
    pooled,
    widening_to,
)
from sim.experiment.making.lab import Procedure
from sim.experiment.scores import Floats, Scores
from sim.experiment.variants import Variant
from sim.measures.definitions import MEASURES

AT_ONCE = 16
"""So many neighbours are run before the frontier is drawn again."""

Row = tuple[Floats, Floats]
"""A measure's numerators and denominators; shape (replications,)."""


@dataclass(frozen=True)
class Explored:
    """The mixes that were run, the frontier among them, and how far the search went."""

    rows: Mapping[Mix, Row]
    frontier: tuple[Mix, ...]
    """Cheapest first."""
    again: Mapping[Mix, Row]
    """Those on the frontier with new patients."""
    within: int | None
    """How many mixes there are within the budget; None if they are too many to list."""
    is_all: bool
    """Whether every mix within the budget was run."""
    untried: int
    """How many neighbours of the frontier were left untried at the limit."""


@dataclass
class _Run:
    """What is run, and what came out."""

    mixes: Mixes
    variant: Callable[[Mix], Variant]
    measured: CompareOn
    replications: int
    rows: dict[Mix, Row] = field(default_factory=dict)

    def make(self, wanted: Sequence[Mix]) -> Procedure[None]:
        variants = {mix: self.variant(mix) for mix in wanted}
        scores = yield dict.fromkeys(variants.values(), self.replications)
        for mix, variant in variants.items():
            self.rows[mix] = self.row(scores[variant])

    def row(self, scores: Scores) -> Row:
        measured = self.measured
        return scores.total(measured.measure, measured.setting or "")

    def frontier(self) -> tuple[Mix, ...]:
        return frontier(self.rows, self.mixes, self.measured)


def explore(
    mixes: Mixes,
    variant: Callable[[Mix], Variant],
    measured: CompareOn,
    replications: int,
    at_most: int,
) -> Procedure[Explored]:
    """Find the frontier, running ``at_most`` mixes."""
    run = _Run(mixes, variant, measured, replications)
    listed = mixes.within()
    is_all = listed is not None and len(listed) <= at_most
    untried: list[Mix] = []
    if is_all and listed is not None:
        for begin in range(0, len(listed), AT_ONCE):
            yield from run.make(listed[begin : begin + AT_ONCE])
    else:
        untried = yield from _from_neighbour_to_neighbour(run, at_most)
    found = run.frontier()
    variants = {mix: variant(mix) for mix in found}
    scores = yield dict.fromkeys(variants.values(), 2 * replications)
    again = {mix: run.row(scores[each].last(replications)) for mix, each in variants.items()}
    number = None if listed is None else len(listed)
    return Explored(run.rows, found, again, number, is_all, len(untried))


def _from_neighbour_to_neighbour(run: _Run, at_most: int) -> Procedure[list[Mix]]:
    """Run neighbours of the frontier until none is left; those left untried at the limit."""
    mixes = run.mixes
    yield from run.make(list(filter(mixes.can_be, [mixes.nothing, *mixes.alone]))[:at_most])
    while True:
        near = (each for mix in run.frontier() for each in mixes.neighbours(mix))
        untried = list(dict.fromkeys(each for each in near if each not in run.rows))
        room = at_most - len(run.rows)
        if not untried or room <= 0:
            return untried
        yield from run.make(untried[: min(AT_ONCE, room)])


def frontier(rows: Mapping[Mix, Row], mixes: Mixes, measured: CompareOn) -> tuple[Mix, ...]:
    """The mixes with a better mean than every mix that costs no more; cheapest first.

    Of mixes that are alike in both, the one with the fewest steps is taken.
    """
    sign = -1.0 if MEASURES[measured.measure].better == "higher" else 1.0
    value = {mix: sign * pooled(*row).mean for mix, row in rows.items()}
    found: list[Mix] = []
    for mix in sorted(rows, key=lambda mix: (mixes.cost(mix), value[mix], sum(mix), mix)):
        if value[mix] == value[mix] and (not found or value[mix] < value[found[-1]]):
            found.append(mix)
    return tuple(found)


@dataclass(frozen=True)
class Step:
    """From one mix on the frontier to the next dearer one, on new patients."""

    difference: Interval
    """With a confidence that holds for all steps of the frontier together."""
    is_better: bool


def steps(explored: Explored, measured: CompareOn) -> list[Step]:
    """What each mix on the frontier gains on the next cheaper one; none for the first."""
    number = max(1, len(explored.frontier) - 1)
    confidence = 1 - (1 - CONFIDENCE) / number
    found = []
    for cheaper, mix in zip(explored.frontier, explored.frontier[1:], strict=False):
        rows = (*explored.again[mix], *explored.again[cheaper])
        each = paired_difference(*rows, widening_to(confidence, len(rows[0])))
        found.append(Step(each, is_better(each, measured)))
    return found


def is_better(difference: Interval, measured: CompareOn) -> bool:
    """Whether a difference is clearly on the good side of nought."""
    if MEASURES[measured.measure].better == "higher":
        return difference.low > 0
    return difference.high < 0


def beside_frontier(explored: Explored, mixes: Mixes, mix: Mix) -> tuple[Mix, Interval] | None:
    """The frontier's best mix for no more money, and the difference from it on the same patients.

    None for a mix on the frontier itself, or where there is none.
    """
    if mix in explored.frontier:
        return None
    cost = mixes.cost(mix)
    cheaper = [each for each in explored.frontier if mixes.cost(each) <= cost]
    if not cheaper:
        return None
    best = cheaper[-1]
    return best, paired_difference(*explored.rows[mix], *explored.rows[best])
