"""Looking again and again makes intervals cover less often; widened ones cover as they say."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.experiment.precision.looks import GROWTH, coverage, looks, widening

TEN = looks(10, 200)


@given(st.integers(5, 500), st.integers(5, 100_000))
def test_looks_grow_by_a_quarter_up_to_the_limit(first: int, at_most: int) -> None:
    schedule = looks(first, at_most)
    assert schedule[0] == min(first, at_most)
    assert schedule[-1] == at_most
    assert all(a < b < GROWTH * a + 1 for a, b in pairwise(schedule))


def simulated(schedule: tuple[int, ...], needed: float, factor: float) -> float:
    """The same by drawing numbers: stop when the plain interval is narrow, then widen it."""
    random, hits, trials = np.random.default_rng(7), 0, 40_000
    wanted = stats.norm.ppf(0.975) / needed**0.5
    for _ in range(trials // 2000):
        numbers = random.normal(size=(2000, schedule[-1]))
        for n in schedule:
            first = numbers[:, :n]
            half = stats.t.ppf(0.975, n - 1) * first.std(axis=1, ddof=1) / n**0.5
            stops = half <= wanted if n < schedule[-1] else np.ones(len(first), dtype=bool)
            hits += int((abs(first[stops].mean(axis=1)) <= factor * half[stops]).sum())
            numbers = numbers[~stops]
    return hits / trials


@pytest.mark.parametrize("needed", [8.0, 20.0, 60.0])
@pytest.mark.parametrize("factor", [1.0, 1.069])
def test_the_coverage_worked_out_is_that_of_drawn_numbers(needed: float, factor: float) -> None:
    assert coverage(TEN, needed, factor) == pytest.approx(
        simulated(TEN, needed, factor), abs=0.004
    ), "four standard errors of 40,000 trials"


def test_plain_intervals_would_cover_too_seldom() -> None:
    assert min(coverage(TEN, needed, 1.0) for needed in range(5, 100)) == pytest.approx(
        0.9354, abs=0.0005
    )


@pytest.mark.parametrize(
    "schedule", [looks(5, 60), looks(10, 15), TEN, looks(30, 1000)], ids=lambda s: str(s[::99])
)
def test_widened_by_the_factor_they_cover_whatever_the_spread_and_by_less_they_do_not(
    schedule: tuple[int, ...],
) -> None:
    spreads = np.geomspace(schedule[0] / 4, 4 * schedule[-1], 24)
    factor = widening(schedule)
    covered = [coverage(schedule, float(needed), factor) for needed in spreads]
    assert min(covered) > 0.9499
    assert min(coverage(schedule, float(n), factor - 0.004) for n in spreads) < 0.95


def test_a_single_look_needs_no_widening_and_a_later_first_look_needs_less() -> None:
    assert widening((10,)) == widening((5,)) == 1.0
    factors = [widening(looks(first, 200)) for first in (5, 10, 20, 50)]
    assert factors == sorted(factors, reverse=True)
    assert factors[1] == 1.069


def test_looks_far_beyond_the_first_do_not_matter() -> None:
    assert widening(looks(10, 100_000)) == widening(TEN)
    far = coverage(looks(10, 1500), 20.0, 1.0)
    assert far == pytest.approx(coverage(TEN, 20.0, 1.0), abs=1e-4)
