"""Totals, cost per day saved and together beside alone, against sums done by hand."""

import math

import numpy as np
import pytest

from sim.experiment.derived import OUTSIDE_ACUTE, ratios, with_totals
from sim.experiment.families import Family
from sim.experiment.intervals import ratio_of_means
from sim.experiment.scores import Key, Scores, key_of
from sim.experiment.summary import comparison_table

Pair = tuple[list[float], list[float]]
ONES = [1.0, 1.0, 1.0]


def scores(rows: dict[Key, Pair | list[float]]) -> Scores:
    pairs = [pair if isinstance(pair, tuple) else (pair, ONES) for pair in rows.values()]
    return Scores(
        {key: n for n, key in enumerate(rows)},
        np.array([top for top, _ in pairs]),
        np.array([bottom for _, bottom in pairs]),
    )


def in_ward(measure: str, ward: str) -> Key:
    return (measure, ward, "", "", "", "", "NHS" if measure == "cost_per_year" else "", "")


WARDS = scores(
    {
        in_ward("occupancy", "medical"): ([90.0, 92.0, 94.0], [100.0, 100.0, 100.0]),
        in_ward("occupancy", "surgical"): ([30.0, 30.0, 30.0], [50.0, 50.0, 50.0]),
        in_ward("occupancy", "care-home"): ([10.0, 10.0, 10.0], [10.0, 10.0, 10.0]),
        in_ward("occupied", "medical"): [80.0, 82.0, 84.0],
        in_ward("occupied", "surgical"): [20.0, 20.0, 20.0],
        in_ward("cost_per_year", "medical"): [700.0, 700.0, 700.0],
        in_ward("cost_per_year", "surgical"): [200.0, 200.0, 200.0],
        key_of("cost_per_year"): [1000.0, 1000.0, 1030.0],
        key_of("remaining"): [10.0, 11.0, 12.0],
        key_of("delayed_bed_days", reason="transport", body="NHS"): [5.0, 6.0, 7.0],
        key_of("delayed_bed_days", reason="medical-review", body="NHS"): [1.0, 1.0, 1.0],
        key_of("delayed_bed_days", reason="p2-capacity", body="NHS"): [40.0, 40.0, 40.0],
    }
)


def test_beds_of_all_acute_settings_are_added_up_and_others_are_not() -> None:
    totals = with_totals(WARDS, ["medical", "surgical"])
    assert totals.value(key_of("acute_beds_open")).tolist() == [150, 150, 150]
    assert totals.value(key_of("acute_occupancy"))[0] == pytest.approx(120 / 150)
    assert totals.value(key_of("share_of_beds_delayed"))[2] == pytest.approx(12 / 104)


def test_reasons_are_added_up_to_their_five_groups() -> None:
    totals = with_totals(WARDS, ["medical", "surgical"])
    process = key_of("delayed_bed_days", part="hospital process")
    assert totals.value(process).tolist() == [6, 7, 8]
    assert totals.value(key_of("delayed_bed_days", part="capacity")).tolist() == [40, 40, 40]
    assert key_of("delayed_bed_days", part="wellbeing") not in totals.keys


def test_the_cost_outside_acute_beds_leaves_out_only_theirs() -> None:
    totals = with_totals(WARDS, ["medical", "surgical"])
    assert totals.value(key_of("cost_per_year", part=OUTSIDE_ACUTE)).tolist() == [100, 100, 130]


def test_what_was_measured_stays_as_it_was() -> None:
    totals = with_totals(WARDS, ["medical"])
    for key in WARDS.keys:
        assert totals.value(key).tolist() == WARDS.value(key).tolist()


def scenario(days: list[float], pounds: list[float]) -> Scores:
    return scores({key_of("delayed_bed_days"): days, key_of("cost_per_year"): pounds})


NOW = scenario([100.0, 110.0, 120.0], [1000.0, 1000.0, 1000.0])
HUB = scenario([90.0, 99.0, 109.0], [1300.0, 1310.0, 1290.0])
SHIFTS = scenario([80.0, 91.0, 99.0], [900.0, 900.0, 900.0])
BOTH = scenario([75.0, 84.0, 93.0], [1200.0, 1200.0, 1200.0])
NOTHING = scenario([101.0, 109.0, 120.0], [1000.0, 1000.0, 1000.0])
ALL = {"now": NOW, "hub": HUB, "shifts": SHIFTS, "both": BOTH, "nothing": NOTHING}
OWN = {"now": (), "hub": ("a",), "shifts": ("b",), "both": ("a", "b"), "nothing": ("c",)}
FAMILY = Family("now", ("hub", "shifts", "both", "nothing"))


def found() -> dict[tuple[str, str, str], float]:
    return {(name, key[0], key[-1]): each.mean for name, key, each, _ in ratios(ALL, FAMILY, OWN)}


def test_cost_per_day_saved_is_the_mean_difference_over_the_mean_of_days_saved() -> None:
    assert found()["hub", "cost_per_day_saved", ""] == pytest.approx(300 / (32 / 3))
    assert found()["shifts", "cost_per_day_saved", ""] == pytest.approx(-100 / 20)


def test_where_the_days_saved_may_be_none_there_is_no_ratio() -> None:
    assert ("nothing", "cost_per_day_saved", "") not in found()


def test_saved_together_is_the_combined_saving_over_the_sum_of_each_alone() -> None:
    alone = 32 / 3 + 20
    assert found()["both", "saved_alone", "each alone"] == pytest.approx(alone)
    assert found()["both", "saved_together", "each alone"] == pytest.approx(26 / alone)
    assert ("hub", "saved_together", "each alone") not in found()


def test_the_comparison_holds_the_ratios_beside_the_differences() -> None:
    baselines: dict[str, str | None] = dict.fromkeys(ALL, "now")
    baselines["now"] = None
    table = comparison_table(dict(ALL), baselines, OWN)
    row = table[(table.scenario == "both") & (table.measure == "saved_together")].iloc[0]
    assert row.baseline == "now"
    assert row.low < row.difference < row.high
    assert math.isnan(row.share_better)


def test_each_scenario_is_compared_with_its_own_baseline() -> None:
    baselines = {"now": None, "hub": "now", "shifts": "now", "both": "hub"}
    four = {name: ALL[name] for name in baselines}
    table = comparison_table(four, baselines, OWN)
    row = table[(table.scenario == "both") & (table.measure == "delayed_bed_days")].iloc[0]
    assert row.baseline == "hub"
    assert row.difference == pytest.approx(84 - (90 + 99 + 109) / 3)
    assert "saved_together" not in set(table.measure)


def test_fieller_s_interval_agrees_with_the_quadratic_that_defines_it() -> None:
    # Its ends are the ratios r at which t² var(a - r b) = (mean(a) - r mean(b))².
    chance = np.random.default_rng(3)
    b = chance.normal(50, 9, 12)
    a = 3 * b + chance.normal(0, 40, 12)
    each = ratio_of_means(a, b)
    assert each is not None
    t = 2.200985160082949  # of 11 degrees of freedom
    for end in (each.low, each.high):
        spread = float(np.var(a - end * b, ddof=1)) / 12
        assert t * t * spread == pytest.approx((a.mean() - end * b.mean()) ** 2)


def test_fieller_s_interval_covers_the_true_ratio_in_19_of_20_trials() -> None:
    chance = np.random.default_rng(11)
    inside = 0
    for _ in range(2000):
        b = chance.normal(10, 8, 20)
        each = ratio_of_means(2 * b + chance.normal(5, 12, 20), b)
        inside += each is None or each.low <= 2.5 <= each.high
    assert 0.935 <= inside / 2000 <= 0.965


def test_a_ratio_to_a_constant_has_the_t_interval() -> None:
    each = ratio_of_means(np.array([2.0, 4.0, 6.0]), np.array([2.0, 2.0, 2.0]))
    assert each is not None
    assert (each.low + each.high) / 2 == pytest.approx(2.0)
    assert each.high - 2.0 == pytest.approx(4.302652729911275 / math.sqrt(3))


def test_one_replication_gives_a_ratio_with_no_interval() -> None:
    each = ratio_of_means(np.array([3.0]), np.array([2.0]))
    assert each is not None
    assert each.mean == 1.5
    assert math.isnan(each.low)
