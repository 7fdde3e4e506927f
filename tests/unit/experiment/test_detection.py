"""When a change is seen: beside what probability theory says, and by hand."""

import numpy as np
import pytest
from scipy.stats import binom, norm

from sim.experiment.control.control_chart import Limits
from sim.experiment.control.detection import (
    FEW_FALSE,
    Change,
    Floats,
    Seen,
    autocorrelation,
    falling,
    points_of,
    seen_with_wide_limits,
    spliced,
    spread_beside_limits,
    when_seen,
    widening,
)
from sim.experiment.intervals import median_of, share_of

HISTORIES = 4000
SIGMA = 1.128
"""Mean moving range of independent normal points with standard deviation 1."""


def independent(shift: float, points: int = 60) -> Floats:
    return np.random.default_rng(11).normal(-shift, 1.0, (HISTORIES, points))


def known_limits(histories: int = HISTORIES) -> Limits:
    return Limits(np.zeros(histories), np.full(histories, SIGMA))


def of(rule: str, found: list[Seen]) -> Seen:
    return next(each for each in found if each.rule == rule)


@pytest.mark.parametrize("shift", [0.0, 1.0, 2.0])
def test_a_point_outside_is_seen_as_soon_as_the_normal_distribution_says(shift: float) -> None:
    """Each point lies outside with one chance, so the first one that does is geometric."""
    found = of("outside", when_seen(independent(shift), known_limits(), Change(0, 7), -1))
    chance = norm.cdf(shift - 2.66 * SIGMA)
    for weeks, share in found.within.items():
        exact = 1 - (1 - chance) ** weeks
        low, high = binom.interval(0.999, HISTORIES, exact)
        assert low <= share.mean * HISTORIES <= high
    assert found.weeks_watched == 60


def test_seven_on_one_side_are_seen_as_soon_as_a_run_of_heads_is() -> None:
    """Of fair coins: the exact chance that 13 in a row hold a run of seven heads."""
    found = of("one side", when_seen(independent(0.0), known_limits(), Change(0, 7), -1))
    runs = [format(n, "013b") for n in range(2**13)]
    exact = sum("1" * 7 in each for each in runs) / 2**13
    low, high = binom.interval(0.999, HISTORIES, exact)
    assert low <= found.within[13].mean * HISTORIES <= high


def test_a_point_of_before_the_change_counts_for_no_rule() -> None:
    series = np.array([[10.0] * 12 + [9.0] * 6 + [9.0] * 7])
    limits = Limits(np.array([10.0]), np.array([5.0]))
    found = of("one side", when_seen(series, limits, Change(18 * 7, 7), -1))
    assert found.median.mean == 7
    assert of("any", when_seen(series, limits, Change(18 * 7, 7), -1)).median.mean == 7


def test_a_rule_that_fires_on_the_other_side_has_not_seen_the_change() -> None:
    series = np.full((1, 30), 99.0)
    limits = Limits(np.array([10.0]), np.array([1.0]))
    assert np.isinf(of("any", when_seen(series, limits, Change(0, 7), -1)).median.mean)
    assert of("any", when_seen(series, limits, Change(0, 7), 1)).median.mean == 1


def test_weeks_are_counted_from_the_day_of_the_change_to_the_end_of_a_whole_point() -> None:
    series = np.full((1, 30), 0.0)
    limits = Limits(np.array([10.0]), np.array([1.0]))
    midweek = of("outside", when_seen(series, limits, Change(10, 7), -1))
    assert midweek.median.mean == pytest.approx((21 - 10) / 7)
    assert midweek.weeks_watched == pytest.approx(30 - 10 / 7)


def test_shares_are_told_only_of_weeks_that_were_watched() -> None:
    found = when_seen(independent(0, 30), known_limits(), Change(0, 7), -1)
    assert set(found[0].within) == {13, 26}


def test_the_first_rule_of_each_history_is_counted_once() -> None:
    found = when_seen(independent(1.0), known_limits(), Change(0, 7), -1)
    assert sum(each.share_first for each in found[1:]) == pytest.approx(found[0].share_first)
    assert found[0].median.mean <= min(each.median.mean for each in found[1:])


def test_a_fall_scales_the_level_from_the_change_on_and_nothing_before() -> None:
    series = np.array([[10.0, 20.0, 30.0]])
    assert falling(series, 0.1, Change(7, 7)).tolist() == [[10.0, 18.0, 27.0]]
    assert series.tolist() == [[10.0, 20.0, 30.0]]


def test_a_spliced_series_has_the_baseline_in_front() -> None:
    assert spliced(np.array([1.0, 1, 1]), np.array([2.0, 2, 2]), 2).tolist() == [1, 1, 2]


def test_points_are_means_of_whole_spans_of_days() -> None:
    days = np.arange(16.0).reshape(1, 16)
    assert points_of(days, 7).tolist() == [[3.0, 10.0]]


def likeness(rho: float) -> Floats:
    """Series whose every point is like the one before, after their start is forgotten."""
    steps = np.random.default_rng(3).normal(size=(200, 1200))
    series = np.zeros(steps.shape)
    for n in range(1, steps.shape[1]):
        series[:, n] = rho * series[:, n - 1] + steps[:, n]
    return series[:, 200:]


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_limits_of_moving_ranges_are_too_tight_just_as_points_are_alike(rho: float) -> None:
    """The steps of such a series have variance 2 (1 - rho) times that of its points."""
    series = likeness(rho)
    assert autocorrelation(series).mean == pytest.approx(rho, abs=0.02)
    assert spread_beside_limits(series).mean == pytest.approx((1 - rho) ** -0.5, rel=0.03)


def test_widened_limits_keep_false_alarms_to_one_history_in_twenty_and_no_fewer() -> None:
    series = 50 + likeness(0.8)[:, :80]
    limits = Limits(series[:, :20].mean(-1), np.abs(np.diff(series[:, :20])).mean(-1))
    change = Change(20 * 7, 7)
    plain = of("outside", when_seen(series, limits, change, -1))
    times = widening(series, limits, change, -1)
    wide = seen_with_wide_limits(series, limits, times, change, -1)
    assert plain.within[26].mean > 3 * FEW_FALSE
    assert FEW_FALSE - 0.01 <= wide.within[26].mean <= FEW_FALSE
    assert times > 1


def test_limits_that_are_wide_enough_stay_as_they_are() -> None:
    series = np.full((30, 60), 5.0)
    flat = Limits(np.full(30, 5.0), np.zeros(30))
    assert widening(series, flat, Change(140, 7), -1) == 1.0


def test_a_series_that_never_varies_is_not_alike_and_not_wide() -> None:
    assert autocorrelation(np.ones((3, 9))).mean == 0
    assert spread_beside_limits(np.ones((3, 9))).mean == 1


def test_the_interval_of_a_median_covers_it() -> None:
    draws = np.random.default_rng(8).exponential(size=(2000, 25))
    found = [median_of(each) for each in draws]
    covers = np.mean([each.low <= np.log(2) <= each.high for each in found])
    assert 0.95 - 0.01 <= covers <= 0.985


def test_five_replications_are_too_few_for_the_interval_of_a_median() -> None:
    assert np.isnan(median_of(np.arange(5.0)).low)
    assert not np.isnan(median_of(np.arange(6.0)).low)


def test_the_interval_of_a_share_covers_it() -> None:
    """Wilson's interval covers about 95% on average, whatever the share."""
    for share in (0.05, 0.3, 0.7):
        counts = np.arange(41)
        chances = binom.pmf(counts, 40, share)
        covers = [share_of(int(n), 40).low <= share <= share_of(int(n), 40).high for n in counts]
        assert float((chances * covers).sum()) > 0.92
