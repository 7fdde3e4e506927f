"""Of scenarios that do nothing, hardly ever is any shown to do something, however many."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.experiment.intervals import holm, p_value, paired_difference, ratio_of_means
from sim.experiment.scores import Scores, key_of
from sim.experiment.summary import comparison_table
from tests.behaviour.null_experiments import KEYS, RUNS, make_runs, shown_in

MOST = 0.065


@pytest.mark.slow
def test_of_1000_experiments_in_which_nothing_is_changed_few_show_a_difference() -> None:
    runs = make_runs(range(1, 301))
    chance = np.random.default_rng(3)
    found = [shown_in(runs[..., chance.permutation(300)[:RUNS]]) for _ in range(1000)]
    corrected, plain = (np.mean([each[i] for each in found], axis=0) for i in (0, 1))
    assert len(corrected) == len(KEYS)
    assert (corrected <= MOST).all(), corrected
    assert (corrected > 0.01).all(), "it can still show something"
    assert (plain > 0.09).all(), "single intervals would show a difference far too often"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_holms_p_values_are_those_of_the_closed_test(p_values: list[float]) -> None:
    """A comparison is shown only if every set of comparisons that it is in is shown as a whole."""
    numbers = range(len(p_values))
    sets = [s for size in numbers for s in combinations(numbers, size + 1)]
    expected = [
        max(min(1.0, len(s) * min(p_values[n] for n in s)) for s in sets if i in s) for i in numbers
    ]
    assert holm(p_values) == pytest.approx(expected)


def test_what_was_not_compared_counts_for_nothing() -> None:
    assert holm([]) == []
    found = holm([math.nan, 0.03, math.nan])
    assert found[1] == 0.03
    assert math.isnan(found[0])
    assert math.isnan(found[2])


def test_the_p_value_of_a_difference_of_means_is_scipys() -> None:
    chance = np.random.default_rng(4)
    a, b, ones = chance.normal(3, 1, 12), chance.normal(2.4, 1, 12), np.ones(12)
    found = paired_difference(a, ones, b, ones)
    assert p_value(found) == pytest.approx(stats.ttest_rel(a, b).pvalue)


@given(st.integers(0, 2**32 - 1), st.integers(2, 30), st.floats(-2, 2))
def test_a_p_value_is_below_a_twentieth_where_the_interval_leaves_out_nought(
    seed: int, n: int, effect: float
) -> None:
    chance = np.random.default_rng(seed)
    people, fewer = chance.uniform(50, 80, n), chance.uniform(40, 80, n)
    found = paired_difference(
        people * (1 + effect * 0.01) + chance.normal(size=n), people, fewer, fewer
    )
    assert (p_value(found) < 0.05) == (found.low > 0 or found.high < 0)
    top, ones = chance.normal(effect, 1, n), np.ones(n)
    ratio = ratio_of_means(top, chance.uniform(5, 6, n))
    if ratio is not None:
        p = p_value(paired_difference(top, ones, ones * 0, ones))
        assert (p < 0.05) == (ratio.low > 0 or ratio.high < 0), "of a ratio that of its top"


def test_replications_that_do_not_vary_show_a_difference_or_none_and_one_shows_nothing() -> None:
    ones = np.ones(4)
    same = paired_difference(ones * 3, ones, ones * 3, ones)
    assert (same.mean, same.low, same.high, p_value(same)) == (0, 0, 0, 1)
    assert p_value(paired_difference(ones * 3, ones, ones * 2, ones)) == 0
    assert math.isnan(p_value(paired_difference(ones[:1], ones[:1], ones[:1], ones[:1])))
    assert math.isnan(p_value(paired_difference(ones, ones * 0, ones, ones)))


def test_each_measure_is_a_family_of_its_own_for_each_baseline() -> None:
    chance = np.random.default_rng(5)
    keys = {key_of("delayed_bed_days"): 0, key_of("wait_days", "ward"): 1}
    baselines = {"now": None, "a": "now", "b": "now", "slow": "now", "slow a": "slow"}
    scores = {name: Scores(keys, chance.normal(size=(2, 9)), np.ones((2, 9))) for name in baselines}
    table = comparison_table(scores, baselines, {name: (name,) for name in baselines})
    for (baseline, measure), rows in table.groupby(["baseline", "measure"]):
        assert len(rows) == (3 if baseline == "now" else 1), measure
        assert list(rows["p_holm"]) == holm(list(rows["p_value"]))


def test_the_same_patients_with_no_change_differ_by_exactly_nought() -> None:
    runs = make_runs(range(1, 9))
    keys = {key: n for n, key in enumerate(KEYS)}
    same = Scores(keys, runs[0], runs[1])
    again = make_runs(range(1, 9))
    other = Scores(keys, again[0], again[1])
    table = comparison_table({"now": same, "b": other}, {"now": None, "b": "now"}, {"b": ()})
    assert len(table) == len(KEYS)
    assert (table[["difference", "low", "high"]] == 0).all(axis=None)
    assert (table[["p_value", "p_holm"]] == 1).all(axis=None)
