"""A fraction of all combinations is what it says: balanced, orthogonal, of its resolution."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiment.design.fractions import MOST_FACTORS, Fraction, smallest_fraction

PUBLISHED_RUNS = {
    3: {3: 4, 4: 8, **dict.fromkeys((5, 6, 7), 8), **dict.fromkeys(range(8, 16), 16)},
    4: {3: 8, 4: 8, 5: 16, **dict.fromkeys((6, 7, 8), 16), **dict.fromkeys(range(9, 16), 32)},
    5: {3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 8: 64, **dict.fromkeys((9, 10, 11), 128),
        **dict.fromkeys(range(12, 16), 256)},
}  # fmt: skip
"""Resolution → factors → the fewest runs: Box, Hunter & Hunter (2005), tables 6.22 and after."""
FEWEST_SHORT_WORDS = {
    (5, 3): {3: 2, 4: 1}, (6, 3): {3: 4, 4: 3}, (7, 3): {3: 7, 4: 7}, (9, 3): {3: 4, 4: 14},
    (10, 3): {3: 8, 4: 18}, (11, 3): {3: 12, 4: 26}, (15, 3): {3: 35, 4: 105}, (6, 4): {4: 3},
    (7, 4): {4: 7}, (8, 4): {4: 14}, (9, 4): {4: 6}, (10, 4): {4: 10}, (11, 4): {4: 25},
    (8, 5): {5: 2}, (9, 5): {6: 3}, (10, 5): {5: 3}, (11, 5): {5: 6},
}  # fmt: skip
"""(Factors, resolution) → words of the design of least aberration: Fries and Hunter (1980)."""

fractions = st.builds(smallest_fraction, st.integers(3, MOST_FACTORS), st.sampled_from([3, 4, 5]))


def columns(fraction: Fraction) -> np.ndarray:
    return 2 * np.array(fraction.runs) - 1


@settings(deadline=None)
@given(fractions)
def test_each_factor_is_on_in_half_of_the_runs_and_everything_off_is_one_of_them(
    fraction: Fraction,
) -> None:
    table = columns(fraction)
    assert len(set(fraction.runs)) == len(fraction.runs) == 2**fraction.base
    assert (table.sum(axis=0) == 0).all()
    assert fraction.runs[0] == (0,) * fraction.factors


@settings(deadline=None)
@given(fractions)
def test_any_two_factors_have_each_combination_as_often(fraction: Fraction) -> None:
    table = columns(fraction)
    assert (table.T @ table == len(table) * np.eye(fraction.factors)).all()


@settings(deadline=None)
@given(st.integers(3, MOST_FACTORS), st.sampled_from([3, 4, 5]))
def test_products_of_fewer_factors_than_the_resolution_are_never_constant(
    factors: int, resolution: int
) -> None:
    fraction = smallest_fraction(factors, resolution)
    assert fraction.resolution is None or fraction.resolution >= resolution
    table = columns(fraction)
    for size in range(1, resolution):
        for chosen in combinations(range(factors), min(size, factors)):
            assert abs(table[:, list(chosen)].prod(axis=1).sum()) < len(table)


@settings(deadline=None)
@given(fractions)
def test_each_defining_word_is_constant_with_its_sign(fraction: Fraction) -> None:
    table = columns(fraction)
    for word in fraction.words[:200]:
        assert set(table[:, sorted(word)].prod(axis=1)) == {(-1) ** len(word)}


@settings(deadline=None)
@given(fractions, st.data())
def test_two_effects_are_aliases_just_where_their_columns_are_the_same(
    fraction: Fraction, data: st.DataObject
) -> None:
    table = columns(fraction)
    one, two = (
        frozenset(data.draw(st.sets(st.integers(0, fraction.factors - 1), min_size=1, max_size=2)))
        for _ in range(2)
    )
    if one == two:
        return
    a, b = (table[:, sorted(each)].prod(axis=1) for each in (one, two))
    assert (two in fraction.aliases(one)) == bool(abs(a @ b) == len(table))
    assert (two in fraction.aliases(one)) == (one in fraction.aliases(two))


@pytest.mark.parametrize("resolution", [3, 4, 5])
def test_no_more_runs_are_made_than_in_the_published_tables(resolution: int) -> None:
    made = {n: len(smallest_fraction(n, resolution).runs) for n in range(3, 16)}
    assert made == PUBLISHED_RUNS[resolution]


@pytest.mark.parametrize("case", FEWEST_SHORT_WORDS)
def test_short_words_are_as_few_as_in_the_published_designs(case: tuple[int, int]) -> None:
    lengths = [len(word) for word in smallest_fraction(*case).words]
    for length, number in FEWEST_SHORT_WORDS[case].items():
        assert lengths.count(length) == number


def test_the_half_of_five_factors_is_that_of_the_books_but_for_its_sign() -> None:
    half = smallest_fraction(5, 5)
    assert half.generated == "E = −ABCD"
    assert half.defining_relation == "I = −ABCDE"
    assert half.aliases(frozenset({0})) == ()
    assert smallest_fraction(3, 5).defining_relation == ""


def test_a_fraction_has_at_most_fifteen_factors() -> None:
    with pytest.raises(ValueError, match="1 to 15"):
        smallest_fraction(16, 3)
