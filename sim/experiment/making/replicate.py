"""One replication of one scenario: cohort, model, checks and measures."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.flow.model import Run, simulate
from sim.measures.beds_tried import BedsTried
from sim.measures.measure import Measured, measure
from sim.patients.cohort import draw_cohort
from sim.patients.plan import Plan
from sim.place.words import Body

MAX_PEOPLE = 2_000_000
"""More people than this in one replication is taken for a slip of the pen."""


@dataclass(frozen=True)
class Replication:
    """One replication: the run as it came out and what was measured of it."""

    run: Run
    measured: Measured


def replicate(
    plan: Plan,
    days: int,
    warm_up: int,
    seed: int,
    replication: int,
    lever_costs: dict[Body, float] | None = None,
    beds_tried: Sequence[BedsTried] = (),
) -> Replication:
    """Run a place for its warm-up and then ``days`` days, and measure those days.

    The same seed and replication number give the same people in every scenario.

    Raises:
        TooLarge: the place asks for more people than can be held.
        CheckFailed: the run contradicts itself.
    """
    whole = warm_up + days
    cohort = draw_cohort(plan, whole, seed, replication, MAX_PEOPLE)
    run = simulate(plan, cohort, whole)
    return Replication(run, measure(run, warm_up, lever_costs, beds_tried))
