"""A distribution by its name in R has R's lengths, in R's parameters."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from sim.patients.distributions import inverse_cdf, mean_days
from sim.patients.r_distributions import inverse_of
from sim.place.distributions import Distribution
from sim.place.r_distributions import R_DISTRIBUTIONS, complete

U = (np.arange(500) + 0.5) / 500

SCIPYS: list[tuple[str, list[float], Any]] = [
    ("beta", [2, 5], stats.beta(2, 5)),
    ("binom", [10, 0.3], stats.binom(10, 0.3)),
    ("binom", [3, 1], stats.binom(3, 1)),
    ("cauchy", [2e6, 0.5], stats.cauchy(2e6, 0.5)),
    ("chisq", [3], stats.chi2(3)),
    ("chisq", [3, 2], stats.ncx2(3, 2)),
    ("f", [4, 7], stats.f(4, 7)),
    ("f", [4, 7, 1.5], stats.ncf(4, 7, 1.5)),
    ("geom", [0.2], stats.geom(0.2, loc=-1)),
    ("geom", [1], stats.bernoulli(0)),
    ("hyper", [7, 9, 5], stats.hypergeom(16, 7, 5)),
    ("hyper", [7, 2, 5], stats.hypergeom(9, 7, 5)),
    ("logis", [30, 1], stats.logistic(30, 1)),
    ("nbinom", [2.5, 0.3], stats.nbinom(2.5, 0.3)),
    ("nbinom", [2.5, 1], stats.bernoulli(0)),
    ("norm", [10, 1], stats.norm(10, 1)),
    ("norm", [10], stats.norm(10, 1)),
    ("pois", [4.5], stats.poisson(4.5)),
    ("t", [8, 7], stats.nct(8, 7)),
    ("tnorm", [1, 2], stats.truncnorm(-0.5, np.inf, loc=1, scale=2)),
    ("tnorm", [-20, 2], stats.truncnorm(10, np.inf, loc=-20, scale=2)),
    ("tnorm", [1, 2, 1, 4], stats.truncnorm(0, 1.5, loc=1, scale=2)),
]


@pytest.mark.parametrize(("name", "parameters", "exact"), SCIPYS)
def test_a_length_at_each_share_is_scipys(name: str, parameters: list[float], exact: Any) -> None:
    written = {"other": {"r": name, "parameters": parameters}}
    found = inverse_cdf(Distribution.model_validate(written))(U)
    off_a_tie = np.minimum(exact.ppf(U - 1e-9), exact.ppf(U + 1e-9))
    close = np.isclose(found, exact.ppf(U), rtol=1e-6) | np.isclose(found, off_a_tie)
    assert close.all()


@pytest.mark.parametrize(
    ("name", "parameters", "tenths"),
    [  # qsignrank and qwilcox of R at .1, .5 and .9
        ("signrank", (10.0,), [15, 27, 40]),
        ("wilcox", (4.0, 6.0), [6, 12, 18]),
    ],
)
def test_rank_statistics_are_rs(
    name: str, parameters: tuple[float, ...], tenths: list[int]
) -> None:
    found = inverse_of(name, parameters)(np.array([0.1, 0.5, 0.9]))
    assert found.tolist() == tenths


def test_a_beta_that_is_not_central_is_a_share_of_two_chi_squares() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.noncentral_chisquare(4, 1, 400_000), rng.chisquare(10, 400_000)
    found = inverse_of("beta", (2.0, 5.0, 1.0))(np.array([0.1, 0.5, 0.9]))
    np.testing.assert_allclose(found, np.quantile(one / (one + other), [0.1, 0.5, 0.9]), atol=2e-3)


def test_what_is_always_the_same_is_so() -> None:
    assert inverse_of("norm", (3.0, 0.0))(U).tolist() == [3.0] * 500


def test_the_mean_of_such_lengths_is_in_days() -> None:
    written = {"other": {"r": "pois", "parameters": [36], "unit": "hours"}}
    assert mean_days(Distribution.model_validate(written)) == pytest.approx(1.5, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "parameters", "why"),
    [
        ("norm", [2, 3], "below 0 in 0.25 of draws"),
        ("cauchy", [2, 3], "below 0 in"),
        ("logis", [2, 3], "below 0 in"),
        ("t", [5], "below 0 in 0.5 of draws"),
        ("pois", [], "pois needs lambda as well"),
        ("beta", [2], "beta needs shape2 as well"),
        ("geom", [0.2, 1], "geom has 1 parameters"),
        ("geom", [0], "prob 0 is not allowed: a chance above 0"),
        ("binom", [2.5, 0.2], "size 2.5 is not allowed: a whole number"),
        ("chisq", [-1], "df -1 is not allowed: a number above 0"),
        ("pois", [-1], "lambda -1 is not allowed: a number of 0 or more"),
        ("hyper", [2, 3, 6], "k 6 is above m"),
        ("tnorm", [2, 1, 4, 3], "upper 3 is not above lower 4"),
        ("tnorm", [-100, 1], "hardly any of the distribution"),
        ("wilcox", [300, 2], "at most 200"),
        ("pois", [1e8], "a mean above 100,000"),
        ("nbinom", [1e4, 1e-4], "a mean above 100,000"),
        ("geom", [1e-7], "a mean above 100,000"),
    ],
)
def test_parameters_that_give_no_lengths_are_refused_in_words(
    name: str, parameters: list[float], why: str
) -> None:
    with pytest.raises(ValidationError, match=why):
        Distribution.model_validate({"other": {"r": name, "parameters": parameters}})


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number that can be used"):
        complete("unif", [0, float("inf")])
    with pytest.raises(ValueError, match="min 3 is above max 2"):
        complete("unif", [3, 2])


def test_every_distribution_is_known_by_its_parameters_in_rs_order() -> None:
    assert complete("gamma", [3.45]) == (3.45, 1.0)
    assert complete("lnorm", []) == (0.0, 1.0)
    assert [p.name for p in R_DISTRIBUTIONS["weibull"]] == ["shape", "scale"]
