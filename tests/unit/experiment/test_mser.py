"""MSER-5 cuts a series where the standard error of the mean of the rest is least."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiment.precision.mser import BATCH, LAST, batch_means, mser, truncation

Numbers = np.ndarray


def as_in_the_paper(daily: Numbers) -> tuple[int, int]:
    """White and Spratt's rule, written out: (the best cut, the best in the first half), in days."""
    k = len(daily) // 5
    z = [sum(daily[5 * j : 5 * j + 5]) / 5 for j in range(k)]
    found = []
    for d in range(k - LAST + 1):
        kept = z[d:]
        mean = sum(kept) / (k - d)
        found.append((sum((each - mean) ** 2 for each in kept) / (k - d) ** 2, d))
    return 5 * min(found)[1], 5 * min(found[: k // 2 + 1])[1]


def drifting(seed: int) -> Numbers:
    """A series that rises to a level, with noise that remembers."""
    random = np.random.default_rng(seed)
    days = int(random.integers(100, 900))
    noise, level = np.zeros(days), 0.0
    for day, shock in enumerate(random.normal(size=days)):
        level = random.uniform(0.5, 0.9) * level + shock
        noise[day] = level
    return 100 * (1 - np.exp(-np.arange(days) / random.uniform(5, 150))) + 5 * noise


@pytest.mark.parametrize("seed", range(40))
def test_the_cut_is_that_of_the_rule_written_out(seed: int) -> None:
    daily = drifting(seed)
    best, in_first_half = as_in_the_paper(daily)
    found = truncation(daily)
    assert found.days == in_first_half
    assert found.is_past_half == (best > in_first_half)
    assert found.kept_mean == pytest.approx(daily[found.days : found.of_days].mean())


def test_a_step_is_cut_off_where_it_ends() -> None:
    daily = np.r_[np.zeros(60), np.full(240, 10.0)] + np.tile([0.1, -0.1], 150)
    found = truncation(daily)
    assert (found.days, found.of_days, found.is_past_half) == (60, 300, False)
    assert (found.cut_mean, found.kept_mean) == pytest.approx((0.0, 10.0), abs=0.03)


def test_a_step_in_the_second_half_has_no_cut_before_it() -> None:
    daily = np.r_[np.zeros(200), np.full(100, 10.0)] + np.tile([0.1, -0.1], 150)
    found = truncation(daily)
    assert found.is_past_half
    assert found.days <= 150


def test_nothing_is_cut_where_nothing_changes() -> None:
    found = truncation(np.full(200, 7.0))
    assert (found.days, found.is_past_half, found.kept_mean) == (0, False, 7.0)
    assert np.isnan(found.cut_mean)


def test_a_quiet_end_of_four_batches_is_no_reason_to_cut_there() -> None:
    random = np.random.default_rng(1)
    daily = np.r_[random.normal(50, 10, 300), np.full(4 * BATCH, 50.0)]
    assert len(mser(batch_means(daily))) == 64 - LAST + 1
    assert truncation(daily).days < 300 / 2


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e3), st.integers(0, 30))
@settings(max_examples=40, deadline=None)
def test_the_unit_and_the_level_do_not_matter(level: float, unit: float, seed: int) -> None:
    daily = drifting(seed)
    statistic = mser(batch_means(daily))
    scaled = mser(batch_means(level + unit * daily))
    assert scaled == pytest.approx(unit**2 * statistic, rel=1e-4, abs=1e-9 * (1 + abs(level)))


def test_a_series_of_under_a_hundred_days_says_nothing() -> None:
    with pytest.raises(ValueError, match="too few"):
        truncation(np.zeros(99))
