"""How long people who are there at the start have been there, and still need."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.patients.distributions import inverse_cdf, mean_days
from sim.patients.start_state import found_by_chance, so_far_and_left
from sim.patients.streams import named_key, person_keys, uniforms
from sim.place.distributions import Distribution
from sim.place.start import StayLeft

N = 200_000


def two_numbers(n: int = N) -> tuple[np.ndarray, np.ndarray]:
    each = np.arange(n, dtype=np.int64)
    keys = person_keys(named_key("start"), each, each)
    return uniforms(keys, named_key("stay")), uniforms(keys, named_key("moment"))


def second_moment(distribution: Distribution) -> float:
    """E[X²] from the inverse distribution function, on a fine grid."""
    u = (np.arange(300_000) + 0.5) / 300_000
    return float((inverse_cdf(distribution)(u) ** 2).mean())


FAMILIES: list[Any] = [
    5,
    {"exponential": {"mean": 4}},
    {"lognormal": {"mean": 8, "median": 6}},
    {"lognormal": {"mean": 5, "sd": 4, "unit": "weeks"}},
    {"gamma": {"mean": 6, "sd": 4}},
    {"gamma": {"shape": 0.7, "scale": 10, "unit": "hours"}},
    {"weibull": {"shape": 1.5, "scale": 4}},
    {"weibull": {"shape": 0.9, "mean": 4}},
    {"lognormal": {"mean": 8, "median": 6, "redrawn_above": 20}},
    {"lognormal": {"mean": 8, "median": 6, "redrawn_below": 2, "redrawn_above": 20}},
    {"gamma": {"mean": 6, "sd": 4, "redrawn_below": 3}},
    {"exponential": {"mean": 4, "redrawn_above": 9, "unit": "hours"}},
    {"uniform": [2, 9]},
    {"uniform": {"low": 0, "high": 12, "unit": "hours"}},
    {"triangular": {"min": 1, "mode": 2, "max": 9}},
    {"quantiles": {"at": {"0": 0, "0.5": 3, "0.9": 10, "1": 40}}},
]


@pytest.mark.parametrize("written", FAMILIES)
def test_equilibrium_leaves_the_mean_remaining_stay_of_renewal_theory(written: Any) -> None:
    stay = Distribution.model_validate(written)
    exact = second_moment(stay) / (2 * mean_days(stay))
    so_far, left = so_far_and_left(StayLeft.model_validate("equilibrium"), stay, *two_numbers())
    for days in (so_far, left):
        near = 4.5 * days.std() / np.sqrt(N) + 1e-9
        assert abs(days.mean() - exact) < near + 1e-3 * exact, (days.mean(), exact)
    # What is past and what is to come have one distribution.
    assert stats.ks_2samp(so_far[::2], left[1::2]).pvalue > 0.001


def test_the_remaining_stay_of_an_exponential_one_is_exponential() -> None:
    stay = Distribution.model_validate({"exponential": {"mean": 4}})
    _, left = so_far_and_left(StayLeft.model_validate("equilibrium"), stay, *two_numbers())
    assert stats.kstest(left, stats.expon(scale=4).cdf).pvalue > 0.001


@pytest.mark.parametrize("written", FAMILIES[1:])
def test_a_stay_found_by_chance_has_each_length_weighted_by_itself(written: Any) -> None:
    stay = Distribution.model_validate(written)
    u = (np.arange(200_000) + 0.5) / 200_000
    lengths = inverse_cdf(stay)(u)
    found = found_by_chance(stay, u)
    for share in (0.1, 0.5, 0.9):
        length = np.quantile(lengths, share)
        exact = lengths[lengths <= length].sum() / lengths.sum()
        assert np.mean(found <= length) == pytest.approx(exact, abs=2e-3), share
    assert np.all(np.diff(found) >= 0)


def test_a_stay_of_a_file_found_by_chance_is_one_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "stays.csv").write_text("days\n1\n3\n0\n4\n")
    stay = Distribution.model_validate(
        {"empirical": {"file": "stays.csv", "column": "days"}}, context={"folder": tmp_path}
    )
    found = found_by_chance(stay, (np.arange(8) + 0.5) / 8)
    assert found.tolist() == [1, 3, 3, 3, 4, 4, 4, 4]
    assert found_by_chance(stay, np.array([1 - 2.0**-53])).tolist() == [4]


def test_the_greatest_number_finds_the_longest_stay_of_a_file(tmp_path: Path) -> None:
    for n in range(2, 60):
        (tmp_path / "stays.csv").write_text("days\n" + "0.1\n" * n)
        stay = Distribution.model_validate(
            {"empirical": {"file": "stays.csv", "column": "days"}}, context={"folder": tmp_path}
        )
        assert found_by_chance(stay, np.array([1 - 2.0**-53])).tolist() == [0.1], n


@pytest.mark.parametrize(
    "written", [0, {"quantiles": {"at": {"0": 0, "1": 0}}}, {"uniform": [0, 0]}]
)
def test_who_is_there_for_no_time_needs_none(written: Any) -> None:
    stay = Distribution.model_validate(written)
    rule = StayLeft.model_validate("equilibrium")
    so_far, left = so_far_and_left(rule, stay, *two_numbers(10))
    assert so_far.tolist() == left.tolist() == [0.0] * 10


def test_uniform_from_one_day_is_even_between_one_day_and_a_fresh_stay() -> None:
    stay = Distribution.model_validate(9)
    rule = StayLeft.model_validate("uniform from one day")
    so_far, left = so_far_and_left(rule, stay, *two_numbers())
    assert stats.kstest(left, stats.uniform(1, 8).cdf).pvalue > 0.001
    assert so_far + left == pytest.approx(np.full(N, 9.0))


def test_uniform_from_one_day_is_one_day_for_a_stay_of_less() -> None:
    stay = Distribution.model_validate(0.5)
    rule = StayLeft.model_validate("uniform from one day")
    so_far, left = so_far_and_left(rule, stay, *two_numbers(10))
    assert left.tolist() == [1.0] * 10
    assert so_far.tolist() == [0.0] * 10


def test_fresh_is_a_whole_new_stay() -> None:
    stay = Distribution.model_validate({"gamma": {"mean": 6, "sd": 4}})
    u, moment = two_numbers(1000)
    so_far, left = so_far_and_left(StayLeft.model_validate("fresh"), stay, u, moment)
    assert left.tolist() == inverse_cdf(stay)(u).tolist()
    assert not so_far.any()


def test_a_distribution_of_the_days_left_is_drawn_as_it_stands() -> None:
    stay = Distribution.model_validate({"gamma": {"mean": 6, "sd": 4}})
    rule = StayLeft.model_validate({"exponential": {"mean": 2}})
    u, moment = two_numbers(1000)
    so_far, left = so_far_and_left(rule, stay, u, moment)
    assert left == pytest.approx(stats.expon(scale=2).ppf(u))
    assert not so_far.any()
