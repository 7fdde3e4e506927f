"""Lengths of time: each family agrees with SciPy's, in every unit and however it is written."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import integrate, stats

from sim.patients.distributions import MAX_DAYS, inverse_cdf, mean_days
from sim.place.distributions import Distribution

U = np.concatenate(([1e-9, 1e-4], np.linspace(0.001, 0.999, 333), [1 - 1e-4, 1 - 1e-9]))


def lognormal(mean: float, sd: float) -> Any:
    variance = math.log(1 + (sd / mean) ** 2)
    return stats.lognorm(math.sqrt(variance), scale=math.exp(math.log(mean) - variance / 2))


FAMILIES: list[tuple[dict[str, Any], Any]] = [
    ({"exponential": {"mean": 2.5}}, stats.expon(scale=2.5)),
    ({"exponential": {"rate": 0.25}}, stats.expon(scale=4)),
    ({"lognormal": {"mean": 8.4, "sd": 7.9}}, lognormal(8.4, 7.9)),
    ({"lognormal": {"mean": 18, "median": 9}}, stats.lognorm(math.sqrt(2 * math.log(2)), scale=9)),
    ({"lognormal": {"mu": 0, "sigma": 0.7}}, stats.lognorm(0.7)),
    ({"lognormal": {"mu": -1.2, "sigma": 1.1}}, stats.lognorm(1.1, scale=math.exp(-1.2))),
    ({"gamma": {"mean": 6, "sd": 4}}, stats.gamma(2.25, scale=6 / 2.25)),
    ({"gamma": {"shape": 0.6, "scale": 3}}, stats.gamma(0.6, scale=3)),
    ({"gamma": {"shape": 3.45, "rate": 0.0738}}, stats.gamma(3.45, scale=1 / 0.0738)),
    ({"weibull": {"shape": 1.7, "scale": 5}}, stats.weibull_min(1.7, scale=5)),
    ({"weibull": {"shape": 0.8, "mean": 5}},
     stats.weibull_min(0.8, scale=5 / math.gamma(1 + 1 / 0.8))),
    ({"uniform": [2, 6]}, stats.uniform(2, 4)),
    ({"uniform": {"low": 3, "high": 3.5}}, stats.uniform(3, 0.5)),
    ({"triangular": {"min": 1, "mode": 2, "max": 6}}, stats.triang(0.2, 1, 5)),
    ({"triangular": {"min": 0, "mode": 0, "max": 4}}, stats.triang(0, 0, 4)),
    ({"triangular": {"min": 1, "mode": 4, "max": 4}}, stats.triang(1, 1, 3)),
]  # fmt: skip
UNITS = {"minutes": 1 / 1440, "hour": 1 / 24, "days": 1.0, "weeks": 7.0}


@pytest.mark.parametrize(("written", "exact"), FAMILIES)
def test_a_length_at_each_share_is_scipys(written: dict[str, Any], exact: Any) -> None:
    found = inverse_cdf(Distribution.model_validate(written))(U)
    np.testing.assert_allclose(found, exact.ppf(U), rtol=1e-9)


@pytest.mark.parametrize(("written", "exact"), FAMILIES)
def test_the_mean_is_scipys_and_that_of_the_lengths(written: dict[str, Any], exact: Any) -> None:
    distribution = Distribution.model_validate(written)
    assert mean_days(distribution) == pytest.approx(exact.mean(), rel=1e-9)
    draw = inverse_cdf(distribution)
    mean, _ = integrate.quad(lambda u: float(draw(np.array([u]))[0]), 0, 1, limit=400)
    assert mean == pytest.approx(exact.mean(), rel=1e-4)


@pytest.mark.parametrize(("unit", "days"), UNITS.items())
@pytest.mark.parametrize(("written", "exact"), FAMILIES)
def test_lengths_in_every_unit_are_turned_into_days(
    written: dict[str, Any], exact: Any, unit: str, days: float
) -> None:
    ((family, numbers),) = written.items()
    if isinstance(numbers, list):
        numbers = dict(zip(("low", "high"), numbers, strict=True))
    distribution = Distribution.model_validate({family: {**numbers, "unit": unit}})
    np.testing.assert_allclose(inverse_cdf(distribution)(U), exact.ppf(U) * days, rtol=1e-9)
    assert mean_days(distribution) == pytest.approx(exact.mean() * days, rel=1e-9)


LONG_TAILED = [each for each in FAMILIES if not {"uniform", "triangular"} & each[0].keys()]


@pytest.mark.parametrize(("unit", "days"), UNITS.items())
@pytest.mark.parametrize(("written", "exact"), LONG_TAILED)
def test_lengths_above_the_longest_are_drawn_again(
    written: dict[str, Any], exact: Any, unit: str, days: float
) -> None:
    ((family, numbers),) = written.items()
    longest = float(exact.ppf(0.8))
    cut = {family: {**numbers, "redrawn_above": longest, "unit": unit}}
    distribution = Distribution.model_validate(cut)
    found = inverse_cdf(distribution)(U)
    np.testing.assert_allclose(found, exact.ppf(0.8 * U) * days, rtol=1e-9)
    assert found.max() <= longest * days
    mean = integrate.quad(lambda x: x * exact.pdf(x), 0, longest, limit=400)[0] / 0.8
    assert mean_days(distribution) == pytest.approx(mean * days, rel=1e-3)


@pytest.mark.parametrize(("written", "exact"), LONG_TAILED)
def test_lengths_below_the_shortest_are_drawn_again(written: dict[str, Any], exact: Any) -> None:
    ((family, numbers),) = written.items()
    shortest, longest = (float(exact.ppf(share)) for share in (0.1, 0.8))
    cut = {family: {**numbers, "redrawn_below": shortest, "redrawn_above": longest}}
    distribution = Distribution.model_validate(cut)
    found = inverse_cdf(distribution)(U)
    np.testing.assert_allclose(found, exact.ppf(0.1 + 0.7 * U), rtol=1e-9)
    mean = integrate.quad(lambda x: x * exact.pdf(x), shortest, longest, limit=400)[0] / 0.7
    assert mean_days(distribution) == pytest.approx(mean, rel=1e-3)


def test_a_cut_must_leave_some_lengths() -> None:
    cut = {"mean": 8, "median": 6, "redrawn_below": 9, "redrawn_above": 9}
    with pytest.raises(ValidationError, match="redrawn_below must be less than redrawn_above"):
        Distribution.model_validate({"lognormal": cut})


def test_a_lognormal_by_median_and_mean_has_them() -> None:
    distribution = Distribution.model_validate({"lognormal": {"mean": 18, "median": 9}})
    assert inverse_cdf(distribution)(np.array([0.5]))[0] == pytest.approx(9)
    assert mean_days(distribution) == pytest.approx(18)


@pytest.mark.parametrize("family", ["lognormal", "gamma"])
def test_a_mean_and_an_sd_are_what_is_drawn(family: str) -> None:
    draw = inverse_cdf(Distribution.model_validate({family: {"mean": 6, "sd": 3}}))
    lengths = draw((np.arange(1_000_000) + 0.5) / 1_000_000)
    assert lengths.mean() == pytest.approx(6, rel=1e-3)
    assert lengths.std() == pytest.approx(3, rel=1e-2)


@pytest.mark.parametrize(
    ("written", "days"), [(3, 3.0), (0.5, 0.5), ("2 hours", 2 / 24), ("1.5 weeks", 10.5), (0, 0.0)]
)
def test_a_bare_length_is_the_same_for_everybody(written: Any, days: float) -> None:
    distribution = Distribution.model_validate(written)
    assert inverse_cdf(distribution)(U).tolist() == [days] * len(U)
    assert mean_days(distribution) == days


def test_quantiles_are_joined_by_straight_lines() -> None:
    points = {"0": 0, "0.5": 2, "0.9": 10, "1": 30}
    distribution = Distribution.model_validate({"quantiles": {"at": points}})
    found = inverse_cdf(distribution)(np.array([0.25, 0.5, 0.7, 0.9, 0.95]))
    assert found == pytest.approx([1, 2, 6, 10, 20])
    assert mean_days(distribution) == pytest.approx(0.5 * 1 + 0.4 * 6 + 0.1 * 20)


def a_column(folder: Path, values: list[float], **more: Any) -> Distribution:
    (folder / "stays.csv").write_text("days\n" + "\n".join(map(str, values)) + "\n")
    written = {"empirical": {"file": "stays.csv", "column": "days", **more}}
    return Distribution.model_validate(written, context={"folder": folder})


def test_the_lengths_of_a_file_are_equally_likely(tmp_path: Path) -> None:
    distribution = a_column(tmp_path, [5, 1, 3])
    found = inverse_cdf(distribution)((np.arange(9) + 0.5) / 9)
    assert found.tolist() == [1, 1, 1, 3, 3, 3, 5, 5, 5]
    assert mean_days(distribution) == 3
    hours = a_column(tmp_path, [5, 1, 3], unit="hours")
    assert mean_days(hours) == pytest.approx(3 / 24)


@pytest.mark.parametrize("n", [1, 3, 7, 10, 1000])
def test_the_greatest_number_gives_the_longest_length_of_a_file(tmp_path: Path, n: int) -> None:
    distribution = a_column(tmp_path, [float(i) for i in range(n)])
    assert inverse_cdf(distribution)(np.array([1 - 2.0**-53])).tolist() == [n - 1]


@pytest.mark.parametrize(("written", "exact"), FAMILIES)
def test_longer_lengths_go_with_greater_numbers(written: dict[str, Any], exact: Any) -> None:
    found = inverse_cdf(Distribution.model_validate(written))(U)
    assert np.all(np.diff(found) > 0), exact


def test_no_length_is_beyond_all_bounds() -> None:
    distribution = Distribution.model_validate({"lognormal": {"mu": 5, "sigma": 10}})
    assert inverse_cdf(distribution)(np.array([1 - 2.0**-53])).tolist() == [MAX_DAYS]
