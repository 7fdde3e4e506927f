"""Experiments that run until their intervals are narrow enough: these cover as they say.

What must hold is that of 1,000 experiments the intervals of at least 93% cover, at a mean
half-width of at most 1.5 times that of as many replications settled beforehand. It is shown here in
full on made-up numbers, where the worst spread is known, and in a smaller form on real runs of
places with exact answers; in full it needs some 20,000 runs of each (the decision record has the
figures).
"""

import numpy as np
import pytest

from sim.experiment.precision.looks import looks, widening
from sim.experiment.precision.precision import NarrowEnough, Precision
from tests.behaviour.sequential import (
    Known,
    a_blocking_line,
    four_and_five_beds,
    many_experiments,
)

FIRST = 10


def narrow(known: Known, spread: float, needed: float, at_most: int = 60) -> Precision:
    """Half-widths of which about so many replications are needed, by the spread of each."""
    measure, setting = known.keys[0][:2]
    asked = {"measure": measure, "setting": setting, "half_width": 1.96 * spread / needed**0.5}
    return Precision(within=(NarrowEnough.model_validate(asked),), at_most=at_most)


@pytest.mark.parametrize("needed", [6, 18, 40])
def test_on_normal_numbers_intervals_cover_whatever_the_spread(needed: int) -> None:
    known = a_blocking_line()
    random = np.random.default_rng(needed)
    pool = np.stack([random.normal(known.exact, (3.0, 1.0), (60_000, 2)).T])
    shown = many_experiments(known, narrow(known, 3.0, needed), FIRST, pool, 1000)
    assert shown.covers[0] >= 0.93
    assert shown.covers[1] >= 0.93, "and those of the measures that were not asked for"
    assert max(shown.wider) < 1.1 * widening(looks(FIRST, 60)) < 1.2
    assert needed <= shown.replications < 2 * max(needed, FIRST)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "spread", "needed"),
    [(four_and_five_beds, 0.0438, 14), (a_blocking_line, 0.1125, 14)],
    ids=["M/M/c, four beds and five", "a blocking line"],
)
def test_on_real_runs_with_exact_answers_intervals_cover(
    make: "type[Known]", spread: float, needed: int
) -> None:
    known = make()  # type: ignore[call-arg]
    experiments = 60
    pool = known.replications(range(26 * experiments))
    shown = many_experiments(known, narrow(known, spread, needed), FIRST, pool, experiments)
    assert shown.covers[0] >= 0.85, "of sixty, more than fifty"
    assert max(shown.wider) <= 1.5
    assert shown.reached > 0.95
