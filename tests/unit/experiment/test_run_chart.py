"""Each rule of the run chart on series worked by hand, and the runs that chance gives."""

from itertools import combinations
from math import comb

import numpy as np
import pytest

from sim.experiment.control.run_chart import chances_of_runs, runs_of, shifts, trends


def test_six_on_one_side_of_the_median_are_a_shift() -> None:
    assert shifts(np.array([9.0, 11, 12, 11, 13, 11, 12, 9]), 10).tolist() == [0, *[1] * 6, 0]
    assert shifts(np.array([9.0, 8, 9, 7, 9, 8]), 10).tolist() == [-1] * 6


def test_five_on_one_side_are_none() -> None:
    assert not shifts(np.array([9.0, 11, 12, 11, 13, 11, 9]), 10).any()


def test_a_point_on_the_median_neither_counts_nor_ends_a_shift() -> None:
    assert not shifts(np.array([11.0, 12, 10, 11, 13, 11]), 10).any()
    found = shifts(np.array([11.0, 12, 10, 11, 13, 11, 12]), 10)
    assert found.tolist() == [1, 1, 0, 1, 1, 1, 1]


def test_five_points_that_rise_or_fall_are_a_trend() -> None:
    assert trends(np.array([5.0, 1, 2, 3, 4, 5, 4])).tolist() == [0, *[1] * 5, 0]
    assert trends(np.array([5.0, 4, 3, 2, 1])).tolist() == [-1] * 5


def test_four_are_none() -> None:
    assert not trends(np.array([5.0, 1, 2, 3, 4, 3])).any()


def test_a_point_as_high_as_the_one_before_neither_counts_nor_ends_a_trend() -> None:
    assert trends(np.array([1.0, 2, 2, 3, 4, 5])).tolist() == [1, 1, 0, 1, 1, 1]
    assert not trends(np.array([1.0, 2, 2, 3, 4])).any()


@pytest.mark.parametrize(("above", "below"), [(1, 1), (3, 2), (4, 5), (6, 6), (1, 7)])
def test_the_chances_of_runs_are_those_of_counting_every_order(above: int, below: int) -> None:
    counted = np.zeros(2 * min(above, below) + (above != below) + 1)
    for places in combinations(range(above + below), above):
        side = np.zeros(above + below)
        side[list(places)] = 1
        counted[int((np.diff(side) != 0).sum()) + 1] += 1
    assert chances_of_runs(above, below) == pytest.approx(counted / comb(above + below, above))


@pytest.mark.parametrize(
    ("each_side", "fewest", "most"), [(5, 3, 9), (10, 7, 15), (15, 11, 21), (20, 15, 27)]
)
def test_the_bounds_are_those_of_swed_and_eisenharts_table(
    each_side: int, fewest: int, most: int
) -> None:
    """Their table has the numbers of runs that are too few (2, 6, 10, 14) and too many."""
    runs = runs_of(np.array([1.0, 3.0] * each_side), 2.0)
    assert (runs.fewest, runs.most) == (fewest, most)


def test_runs_are_counted_without_points_on_the_median() -> None:
    assert runs_of(np.array([1.0, 2, 1, 3, 2, 3, 1]), 2.0).number == 3


def test_a_series_that_crosses_once_has_too_few_runs_and_a_sawtooth_too_many() -> None:
    assert runs_of(np.array([1.0] * 10 + [3.0] * 10), 2.0).verdict == "too few"
    assert runs_of(np.array([1.0, 3.0] * 10), 2.0).verdict == "too many"
    assert runs_of(np.array([1.0, 1, 3, 3] * 5), 2.0).verdict == "as chance"


def test_too_few_or_too_many_runs_come_by_chance_in_at_most_one_series_in_twenty() -> None:
    random = np.random.default_rng(1)
    series = random.normal(size=(4000, 40))
    signals = [runs_of(each, 0.0).verdict != "as chance" for each in series]
    assert 0.02 < np.mean(signals) < 0.05


def test_a_series_on_one_side_alone_says_nothing_of_runs() -> None:
    assert runs_of(np.array([3.0, 3, 4]), 2.0).verdict == "as chance"
    assert runs_of(np.array([2.0, 2]), 2.0).number == 0


def test_long_series_are_counted_too() -> None:
    assert runs_of(np.tile([1.0, 1, 3, 3], 2500), 2.0).verdict == "as chance"
    assert chances_of_runs(5000, 5000).sum() == pytest.approx(1.0)
