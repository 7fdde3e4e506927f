"""Intervals mean what they say: 95% of them cover the truth."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.experiment.intervals import paired_difference, pooled, share_better

TRIALS = 1000


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def covers_as_often_as_it_says(hits: list[bool]) -> None:
    assert len(hits) == TRIALS
    assert 0.93 <= np.mean(hits) <= 0.97, np.mean(hits)


@pytest.mark.parametrize("n", [3, 10, 50])
def test_intervals_of_a_mean_cover_it_19_times_in_20(n: int) -> None:
    numbers = rng(n).normal(7.0, 3.0, size=(TRIALS, n))
    found = [pooled(each, np.ones(n)) for each in numbers]
    covers_as_often_as_it_says([each.low <= 7.0 <= each.high for each in found])


def test_intervals_of_the_mean_wait_of_a_day_cover_it_even_though_waits_are_skew() -> None:
    numbers = rng(1).exponential(2.0, size=(TRIALS, 40, 25)).mean(axis=2)
    found = [pooled(each, np.ones(40)) for each in numbers]
    covers_as_often_as_it_says([each.low <= 2.0 <= each.high for each in found])


def a_ratio(random: np.random.Generator, n: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """People in each replication, and how many of them waited, at a known share."""
    people = random.poisson(60, size=n) + 1.0
    return random.binomial(people.astype(int), share).astype(float), people


@pytest.mark.parametrize("n", [10, 30])
def test_intervals_of_a_ratio_cover_it_19_times_in_20(n: int) -> None:
    random = rng(100 + n)
    hits = []
    for _ in range(TRIALS):
        found = pooled(*a_ratio(random, n, 0.3))
        hits.append(found.low <= 0.3 <= found.high)
    covers_as_often_as_it_says(hits)


def test_a_pooled_ratio_covers_the_truth_where_numbers_and_lengths_go_together() -> None:
    """Busy replications have longer delays: the ratio of sums is not the mean of ratios."""
    random = rng(5)
    # Delay a head = people / 50 with people 20 to 80: E[people²] / 50 / E[people].
    truth = ((80**3 - 20**3) / 3 / 60) / 50 / 50
    hits, naive = [], []
    for _ in range(TRIALS):
        people = random.uniform(20, 80, size=40)
        delay = people**2 / 50 * random.uniform(0.8, 1.2, size=40)
        found = pooled(delay, people)
        hits.append(found.low <= truth <= found.high)
        naive.append(float((delay / people).mean()))
    covers_as_often_as_it_says(hits)
    assert abs(np.mean(naive) - truth) > 0.05, "which a mean of ratios would miss"


@pytest.mark.parametrize("n", [5, 30])
def test_intervals_of_a_paired_difference_of_means_cover_it(n: int) -> None:
    random = rng(200 + n)
    hits, widths, unpaired = [], [], []
    for _ in range(TRIALS):
        luck = random.normal(0, 5, size=n)
        base = 20 + luck + random.normal(0, 1, size=n)
        lever = 18.5 + luck + random.normal(0, 1, size=n)
        found = paired_difference(lever, np.ones(n), base, np.ones(n))
        hits.append(found.low <= -1.5 <= found.high)
        widths.append(found.high - found.low)
        alone = pooled(lever, np.ones(n))
        unpaired.append(alone.high - alone.low)
    covers_as_often_as_it_says(hits)
    assert np.mean(widths) < 0.4 * np.mean(unpaired), "the luck of the draw cancels"


def test_intervals_of_a_paired_difference_of_ratios_cover_it() -> None:
    random = rng(300)
    hits = []
    for _ in range(TRIALS):
        people = random.poisson(80, size=25) + 1.0
        longer = random.uniform(0.5, 1.5, size=25)
        base = people * 3.0 * longer + random.normal(0, 4, size=25)
        fewer = np.maximum(people - random.poisson(5, size=25), 1.0)
        lever = fewer * 2.6 * longer + random.normal(0, 4, size=25)
        found = paired_difference(lever, fewer, base, people)
        hits.append(found.low <= 2.6 - 3.0 <= found.high)
    covers_as_often_as_it_says(hits)


def test_an_interval_of_a_mean_is_scipys() -> None:
    for n in (2, 3, 10, 100):
        numbers = rng(n).gamma(2.0, size=n)
        found = pooled(numbers, np.ones(n))
        low, high = stats.t.interval(0.95, n - 1, numbers.mean(), stats.sem(numbers))
        assert (found.mean, found.low, found.high) == pytest.approx((numbers.mean(), low, high))
        assert found.replications == n


def test_a_paired_interval_of_means_is_scipys() -> None:
    a, b = rng(1).normal(3, 1, size=12), rng(2).normal(2, 1, size=12)
    found = paired_difference(a, np.ones(12), b, np.ones(12))
    exact = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))
    assert found.mean == pytest.approx(float((a - b).mean()))


def test_the_scale_of_a_denominator_does_not_matter_to_a_share_of_equal_ones() -> None:
    numbers = rng(3).gamma(2.0, size=15)
    plain, scaled = pooled(numbers, np.ones(15)), pooled(numbers * 7, np.full(15, 7.0))
    assert (scaled.mean, scaled.low, scaled.high) == pytest.approx(
        (plain.mean, plain.low, plain.high)
    )


def test_one_replication_has_a_mean_and_no_interval() -> None:
    found = pooled(np.array([4.0]), np.array([2.0]))
    assert found.mean == 2
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_replications_that_do_not_vary_have_an_interval_of_no_width() -> None:
    found = pooled(np.full(5, 3.0), np.ones(5))
    assert (found.low, found.mean, found.high) == (3, 3, 3)


def test_with_nothing_to_measure_there_is_no_mean() -> None:
    found = pooled(np.zeros(5), np.zeros(5))
    assert math.isnan(found.mean)
    assert math.isnan(found.low)


def better(numerator: list[float], base: list[float], way: str) -> float:
    ones = np.ones(len(base))
    return share_better(np.array(numerator), ones, np.array(base), ones, way)  # type: ignore[arg-type]


def test_the_share_of_replications_that_are_better_counts_ties_half() -> None:
    assert better([1, 2, 3, 4], [2, 2, 2, 2], "lower") == (1 + 0.5 + 0 + 0) / 4
    assert better([1, 2, 3, 4], [2, 2, 2, 2], "higher") == (0 + 0.5 + 1 + 1) / 4
    assert better([5, 5], [5, 5], "lower") == 0.5
    assert better([1, 1], [2, 2], "lower") == 1


def test_ratios_are_compared_replication_by_replication_where_both_can_be_measured() -> None:
    found = share_better(
        np.array([1.0, 0.0, 9.0]), np.array([2.0, 0.0, 3.0]),
        np.array([3.0, 1.0, 1.0]), np.array([3.0, 1.0, 1.0]), "lower",
    )  # fmt: skip
    assert found == 0.5, ".5 < 1 and 3 > 1; the second replication has nobody"
    nobody = np.zeros(2)
    assert math.isnan(share_better(nobody, nobody, nobody, nobody, "lower"))
