"""How many come each day, and at what hour."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.patients.arrivals import draw_arrivals, mean_by_day, poisson_inverse, time_of_day
from sim.place.schema import Place
from tests.places import a_place


def arriving(folder: Path | None = None, start_date: str = "2024-01-08", **group: Any) -> Place:
    tables = {
        "place": "A test place",
        "start_date": start_date,
        "settings": {"ward": {"beds": 1, "stay": 1}},
        "exits": {"home": {}},
        "routes": {"ward": {"home": 1}},
        "patients": {"people": {"arrives_at": "ward", **group}},
    }
    return Place.model_validate(tables, context={"folder": folder})


def mean(place: Place, days: int) -> list[float]:
    return mean_by_day(place, place.patients["people"], days).tolist()


@pytest.mark.parametrize("rate", [1e-9, 0.001, 0.1, 0.5, 1, 2.7, 10, 99.5, 1000, 10_000])
def test_the_number_of_a_day_is_scipys_poisson_quantile(rate: float) -> None:
    u = np.concatenate((np.linspace(1e-6, 1 - 1e-6, 2001), [2.0**-53, 1 - 2.0**-53]))
    found = poisson_inverse(u, np.full_like(u, rate))
    np.testing.assert_array_equal(found, stats.poisson(rate).ppf(u))


@given(st.floats(2.0**-53, 1 - 2.0**-53), st.floats(1e-6, 500))
def test_the_number_of_a_day_is_the_first_whose_share_reaches_the_uniform(
    u: float, rate: float
) -> None:
    (number,) = poisson_inverse(np.array([u]), np.array([rate])).tolist()
    assert stats.poisson(rate).cdf(number) >= u * (1 - 1e-12)
    if number:
        assert stats.poisson(rate).cdf(number - 1) < u * (1 + 1e-12)


def test_at_a_rate_of_nought_nobody_comes() -> None:
    assert poisson_inverse(np.array([0.5, 1 - 2.0**-53]), np.zeros(2)).tolist() == [0, 0]


def test_daily_numbers_are_poisson() -> None:
    place = arriving(per_day=3.5)
    days = np.concatenate([draw_arrivals(place, "people", 500, 1, n).day for n in range(40)])
    assert len(days) == pytest.approx(70_000, abs=4 * np.sqrt(70_000))
    counts = np.concatenate(
        [np.bincount(draw_arrivals(place, "people", 500, 1, n).day, minlength=500)
         for n in range(40)]
    )  # fmt: skip
    found = np.bincount(counts, minlength=12)
    exact = stats.poisson(3.5).pmf(np.arange(11)) * len(counts)
    exact = np.append(exact, len(counts) - exact.sum())
    assert stats.chisquare([*found[:11], found[11:].sum()], exact).pvalue > 0.001


def test_the_mean_of_a_day_is_the_rate_times_weekday_and_month() -> None:
    place = arriving(
        start_date="2024-01-28",
        per_day=10,
        by_weekday={"sun": 0.5, "mon": 1.2},
        by_month={"jan": 2, "feb": 1},
    )
    assert mean(place, 9) == pytest.approx([10, 24, 20, 20, 10, 10, 10, 5, 12])


def test_arrivals_by_weekday_take_a_bank_holiday_as_the_weekday_that_it_is() -> None:
    place = arriving(start_date="2024-05-06", per_day=10, by_weekday={"mon": 2})
    assert mean(place, 1) == [20]


def test_listed_people_come_on_their_dates() -> None:
    place = arriving(arrival_dates=["2024-01-10", "2024-01-08", "2024-01-10", "2024-03-01"])
    come = draw_arrivals(place, "people", 5, 1, 0)
    assert come.day.tolist() == [0, 2, 2]
    assert come.index.tolist() == [0, 0, 1]
    assert np.floor(come.at).tolist() == [0, 2, 2]


def test_counts_from_a_file_come_as_they_are_and_means_are_drawn(tmp_path: Path) -> None:
    rows = "\n".join(f"2024-01-{day:02},{day % 4}" for day in range(1, 20))
    (tmp_path / "daily.csv").write_text(f"date,people\n{rows}\n")
    numbers = {"file": "daily.csv", "column": "people"}
    counts = arriving(tmp_path, daily_numbers={**numbers, "are": "counts"})
    assert mean(counts, 4) == [0, 1, 2, 3]
    come = draw_arrivals(counts, "people", 4, 1, 0)
    assert np.bincount(come.day, minlength=4).tolist() == [0, 1, 2, 3]
    means = arriving(tmp_path, daily_numbers=numbers)
    assert mean(means, 4) == [0, 1, 2, 3]
    drawn = [len(draw_arrivals(means, "people", 4, 1, number).day) for number in range(2000)]
    assert len(set(drawn)) > 5
    assert np.mean(drawn) == pytest.approx(6, abs=4 * np.sqrt(6 / 2000))


def test_without_a_profile_people_come_evenly_over_the_day() -> None:
    come = draw_arrivals(arriving(per_day=200), "people", 100, 1, 0)
    assert stats.kstest(come.at % 1, "uniform").pvalue > 0.001


@given(
    st.lists(st.sampled_from([0, 0, 1, 2, 5, 0.1]), min_size=24, max_size=24).filter(any),
    st.lists(st.floats(2.0**-53, 1 - 2.0**-53), min_size=1, max_size=20),
)
def test_hours_of_weight_nought_see_nobody_and_people_come_within_the_day(
    weights: list[float], u: list[float]
) -> None:
    group = arriving(per_day=1, by_hour=weights).patients["people"]
    at = time_of_day(group, np.array(u))
    assert np.all((at >= 0) & (at < 1))
    for each, number in zip(at, u, strict=True):
        hour = int(each * 24)
        near = {hour, int(each * 24 + 1e-6), int(each * 24 - 1e-6)}
        assert any(weights[h] for h in near if 0 <= h < 24), (each, number)


def test_within_an_hour_people_come_evenly_and_in_order_of_their_number() -> None:
    weights = [0.0] * 24
    weights[9], weights[14] = 1.0, 3.0
    group = arriving(per_day=1, by_hour=weights).patients["people"]
    at = time_of_day(group, np.array([0.125, 0.25, 0.625, 0.9999]))
    assert at == pytest.approx(np.array([9.5, 14.0, 14.5, 14.99987]) / 24, abs=1e-6)


def test_everybody_comes_on_the_day_that_is_theirs() -> None:
    come = draw_arrivals(arriving(per_day=50), "people", 365, 1, 0)
    assert np.floor(come.at).astype(int).tolist() == come.day.tolist()


def test_two_groups_do_not_come_together() -> None:
    place = a_place(
        settings={"ward": {"beds": 1, "stay": 1}},
        routes={"ward": {"home": 1}},
        patients={name: {"arrives_at": "ward", "per_day": 5} for name in ("one", "other")},
    )
    counts = [
        np.bincount(draw_arrivals(place, name, 5000, 1, 0).day, minlength=5000)
        for name in ("one", "other")
    ]
    assert abs(np.corrcoef(*counts)[0, 1]) < 4 / np.sqrt(5000)


def test_from_one_date_to_another_the_mean_is_multiplied_and_factors_multiply_one_another() -> None:
    place = arriving(
        start_date="2024-12-22",
        per_day=10,
        by_weekday={"wed": 2},
        by_dates=[
            {"from": "2024-12-24", "to": "2024-12-26", "times": 0.5},
            {"from": "2024-12-26", "to": "2024-12-27", "times": 3},
        ],
    )
    assert mean(place, 7) == [10, 10, 5, 10, 15, 30, 10]


def test_on_days_with_fewer_arrivals_the_same_people_come_but_for_the_last() -> None:
    fewer = [{"from": "2024-01-10", "to": "2024-01-20", "times": 0.4}]
    usual = draw_arrivals(arriving(per_day=10), "people", 20, 1, 0)
    festive = draw_arrivals(arriving(per_day=10, by_dates=fewer), "people", 20, 1, 0)
    everybody = set(zip(usual.day.tolist(), usual.index.tolist(), usual.at.tolist(), strict=True))
    some = set(zip(festive.day.tolist(), festive.index.tolist(), festive.at.tolist(), strict=True))
    assert some < everybody
    assert {day for day, _, _ in everybody - some} <= set(range(2, 13))
