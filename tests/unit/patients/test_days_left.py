"""What is left of stays that are known to have lasted so long already."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.patients.conditional import days_left_given
from sim.patients.distributions import inverse_cdf
from sim.place.distributions import Distribution
from tests.unit.patients.test_start_state import FAMILIES

U = (np.arange(20_000) + 0.5) / 20_000


def of(written: Any) -> Distribution:
    return Distribution.model_validate(written)


@pytest.mark.parametrize("written", FAMILIES[1:])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_what_is_left_is_spread_as_among_the_stays_that_last_longer(
    written: Any, share: float
) -> None:
    stay = of(written)
    lengths = inverse_cdf(stay)((np.arange(300_000) + 0.5) / 300_000)
    so_far = float(np.quantile(lengths, share)) if share else 0.0
    longer = lengths[lengths > so_far] - so_far
    left = days_left_given(stay, np.full(len(U), so_far), U)
    for part in (0.05, 0.25, 0.5, 0.75, 0.95):
        exact = np.quantile(longer, part)
        assert np.quantile(left, part) == pytest.approx(exact, rel=2e-3, abs=1e-4), part
    assert np.all(np.diff(left) >= -1e-9), "a greater number is a longer stay"


@pytest.mark.parametrize("written", FAMILIES)
def test_of_a_stay_that_has_just_begun_all_is_left(written: Any) -> None:
    stay = of(written)
    left = days_left_given(stay, np.zeros(len(U)), U)
    assert left == pytest.approx(inverse_cdf(stay)(U), rel=1e-6, abs=1e-9)


def test_an_exponential_stay_forgets_how_long_it_has_lasted_even_after_a_thousand_means() -> None:
    for so_far in (0.0, 3.0, 5000.0):
        left = days_left_given(of({"exponential": {"mean": 5}}), np.full(len(U), so_far), U)
        assert stats.kstest(left, stats.expon(scale=5).cdf).pvalue > 0.9


@pytest.mark.parametrize(
    "written",
    [
        {"lognormal": {"mean": 8, "sd": 8}},
        {"gamma": {"mean": 6, "sd": 4}},
        {"weibull": {"shape": 1.5, "scale": 4}},
    ],
)
def test_far_out_in_the_tail_something_is_left_and_it_is_a_number(written: Any) -> None:
    for so_far in (100.0, 1000.0, 20_000.0):
        left = days_left_given(of(written), np.full(len(U), so_far), U)
        assert np.isfinite(left).all()
        assert (left >= 0).all()
    assert days_left_given(of(written), np.array([100.0]), np.array([0.5]))[0] > 0


def test_a_longest_stay_is_never_passed() -> None:
    stay = of({"lognormal": {"mean": 8, "median": 6, "redrawn_above": 20}})
    left = days_left_given(stay, np.full(len(U), 18.0), U)
    assert 0 < left.min() < left.max() <= 2


def test_nothing_is_left_of_a_stay_longer_than_any_can_be(tmp_path: Path) -> None:
    (tmp_path / "stays.csv").write_text("days\n1\n3\n4\n")
    by_file = Distribution.model_validate(
        {"empirical": {"file": "stays.csv", "column": "days"}}, context={"folder": tmp_path}
    )
    for stay, longest in ((of(9), 9), (of({"uniform": [2, 9]}), 9), (by_file, 4)):
        assert days_left_given(stay, np.full(3, longest + 1.0), U[:3]).tolist() == [0, 0, 0]
    left = days_left_given(by_file, np.full(4, 2.0), np.array([0.1, 0.4, 0.6, 0.9]))
    assert left.tolist() == [1, 1, 2, 2]
